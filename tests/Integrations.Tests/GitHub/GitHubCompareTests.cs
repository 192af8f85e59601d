using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.GitHub;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.GitHub;

public sealed class GitHubCompareTests : GitHubBed
{
    private static readonly string Old = new('a', 40);

    [Theory]
    [InlineData("src/a.cs", "paths=db/migrations/**", EvidenceVerdict.Holds, "Nothing in db/migrations/** changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b).")]
    [InlineData("", "paths=db/migrations/**", EvidenceVerdict.Holds, "Nothing in db/migrations/** changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b).")]
    [InlineData("src/a.cs db/migrations/1.sql", "paths=db/migrations/** expect=none", EvidenceVerdict.Fails, "db/migrations/1.sql changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b).")]
    [InlineData("src/a.cs<db/migrations/1.sql", "paths=db/migrations/**", EvidenceVerdict.Fails, "db/migrations/1.sql changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b).")]
    [InlineData("d/1 d/2 d/3 d/4 d/5", "paths=x/*,d/*", EvidenceVerdict.Fails, "d/1, d/2, d/3 and 2 more changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b).")]
    [InlineData("docs/a.md", "paths=docs/** expect=some", EvidenceVerdict.Holds, "docs/a.md changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b).")]
    [InlineData("src/a.cs", "paths=docs/** expect=some", EvidenceVerdict.Fails, "Nothing in docs/** changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b).")]
    [InlineData("300", "paths=docs/**", EvidenceVerdict.Unknown, "More files changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b) than GitHub lists, so whether docs/** did can't be told.")]
    [InlineData("300", "paths=docs/** expect=some", EvidenceVerdict.Unknown, "More files changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b) than GitHub lists, so whether docs/** did can't be told.")]
    [InlineData("300", "paths=f/7", EvidenceVerdict.Fails, "f/7 changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b).")]
    [InlineData("299", "paths=docs/**", EvidenceVerdict.Holds, "Nothing in docs/** changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b).")]
    [InlineData("none", "paths=docs/**", EvidenceVerdict.Unknown, "More files changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b) than GitHub lists, so whether docs/** did can't be told.")]
    [InlineData("", "", EvidenceVerdict.Unknown, "paths: has to be a pattern like db/migrations/**, or several with commas between.")]
    [InlineData("", "paths=a expect=few", EvidenceVerdict.Unknown, "expect: has to be none or some.")]
    public async Task Paths_hold_by_what_differs(string files, string options, EvidenceVerdict verdict, string says)
    {
        GitHub.Tag("1.0.0").Tag("0.9.0", Old).Say($"{Repo}/compare/{Old}...{Sha}", Compared(files));
        var answer = await LookAsync("github-paths", options);
        (answer.Verdict, answer.Says).ShouldBe((verdict, says));
    }

    [Theory]
    [InlineData("db/1.sql", EvidenceVerdict.Fails, "db/1.sql changed between 0.9.0 (aaaaaaa) and 1.0.0 (6dcb09b).")]
    [InlineData("300", EvidenceVerdict.Unknown, "More files changed between")]
    [InlineData("src/a.cs", EvidenceVerdict.Holds, "Nothing in db/** changed between")]
    public async Task Going_back_what_is_lost_counts_as_changed(string lost, EvidenceVerdict verdict, string says)
    {
        GitHub.Tag("1.0.0").Tag("0.9.0", Old).Say($"{Repo}/compare/{Old}...{Sha}", Compared("", behind: 2)).Say($"{Repo}/compare/{Sha}...{Old}", Compared(lost));
        var answer = await LookAsync("github-paths", "paths=db/**");
        answer.Says.ShouldStartWith(says);
        answer.Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Without_a_version_to_compare_with_nothing_is_known()
    {
        GitHub.Tag("1.0.0");
        (await LookAsync("github-paths", "paths=a", from: null)).ShouldBe(Answer.Unknown("What api runs in prod is not known: there is nothing to compare with."));
        (await LookAsync("github-paths", "paths=a", from: "0.1.0")).ShouldBe(Answer.Unknown("octocat/Hello-World has no tag 0.1.0, with or without a v, and no such commit."));
    }

    [Fact]
    public async Task The_changes_are_commits_pull_requests_and_paths()
    {
        GitHub.Tag("v1.0.0").Tag("0.9.0", Old).Say($"{Repo}/commits/{Sha}/pulls", GitHubStandIn.Recorded("commit-pulls"));
        GitHub.Say($"{Repo}/compare/{Old}...{Sha}", GitHubStandIn.Recorded("compare")).Say($"{Repo}/compare/{Sha}...{Old}", Compared("old.txt"));
        var set = await ChangesAsync();
        set.Commits.ShouldBe([new Change(Sha, "octocat", "Fix all the bugs") { At = new DateTimeOffset(2011, 4, 14, 16, 0, 49, TimeSpan.Zero), Email = "mona@github.com" }]);
        set.PullRequests.ShouldBe([new ChangeRequest(1347, "Amazing new feature", "octocat", new Uri("https://github.com/octocat/Hello-World/pull/1347"))]);
        set.Paths.ShouldBe(["file1.txt", "old.txt"]);
        (set.Truncated, set.Dropped, set.Link).ShouldBe((false, 2, new Uri("https://github.com/octocat/Hello-World/compare/master...topic")));
    }

    [Theory]
    [InlineData(40, 40, "", false)]
    [InlineData(41, 41, "", true)]
    [InlineData(40, 90, "", true)]
    [InlineData(1, 1, "300", true)]
    public async Task What_is_not_whole_says_so(int commits, int total, string files, bool truncated)
    {
        GitHub.Tag("1.0.0").Tag("0.9.0", Old).Say($"{Repo}/compare/{Old}...{Sha}", Compared(files, commits: commits, total: total));
        for (var at = 0; at < commits; at++) GitHub.Say($"{Repo}/commits/c{at}/pulls", $$"""[{"number":{{at / 2}},"title":"T","html_url":"https://github.com/p","user":null,"merged_at":"2026-11-20T10:00:00Z"},{"number":999,"title":"Open","html_url":"https://github.com/p"}]""");
        var set = await ChangesAsync();
        (set.Commits.Length, set.Truncated).ShouldBe((commits, truncated));
        set.Commits[0].ShouldBe(new Change("c0", "Ana A", "Line one"));
        set.PullRequests.Select(pull => pull.Number).ShouldBe(Enumerable.Range(0, commits).TakeLast(40).Select(at => at / 2).Distinct());
    }

    [Fact]
    public async Task All_pages_of_commits_are_read_and_the_files_come_with_the_first()
    {
        var path = $"{Repo}/compare/{Old}...{Sha}";
        GitHub.Tag("1.0.0").Tag("0.9.0", Old).Say(path, Compared("a", commits: 1, total: 2), headers: ("Link", $"<{GitHub.ApiUrl.AbsoluteUri.TrimEnd('/')}{path}?per_page=100&page=2>; rel=\"next\""))
            .Say(path + "?page=2", Compared("none", commits: 1, total: 2)).Say($"{Repo}/commits/c0/pulls", "[]");
        (await ChangesAsync()).ShouldSatisfyAllConditions(set => set.Commits.Length.ShouldBe(2), set => set.Paths.ShouldBe(["a"]), set => set.Truncated.ShouldBeFalse());
    }

    [Fact]
    public async Task Changes_that_can_not_be_told_are_never_an_empty_list()
    {
        GitHub.Tag("1.0.0");
        (await Changes.BetweenAsync("octocat/Hello-World", "0.9.0", "1.0.0", default)).ShouldBeOfType<Outcome<ChangeSet>.Never>().Fault.Code.ShouldBe("github-no-commit");
        (await Changes.BetweenAsync("not a repository", "0.9.0", "1.0.0", default)).ShouldBeOfType<Outcome<ChangeSet>.Never>().Fault.Code.ShouldBe("github-no-repository");
        GitHub.Tag("0.9.0", Old).Say($"{Repo}/compare/{Old}...{Sha}", Compared("a", commits: 2));
        (await Changes.BetweenAsync("octocat/Hello-World", "0.9.0", "1.0.0", default)).ShouldBeOfType<Outcome<ChangeSet>.Never>().Fault.Code.ShouldBe("github-not-found");
        GitHub.IsUnreachable = true;
        (await Changes.BetweenAsync("octocat/Hello-World", "0.9.0", "1.0.0", default)).ShouldBeOfType<Outcome<ChangeSet>.Later>();
    }

    private async Task<ChangeSet> ChangesAsync() => (await Changes.BetweenAsync("octocat/Hello-World", "0.9.0", "1.0.0", default)).ShouldBeOfType<Outcome<ChangeSet>.Done>().Value;

    /// <param name="files">Names, <c>new&lt;old</c> for a renamed one; a number of made-up ones; or <c>none</c> for no list at all.</param>
    private static string Compared(string files, int behind = 0, int commits = 0, int? total = null)
    {
        var names = int.TryParse(files, out var count) ? Enumerable.Range(0, count).Select(at => $"f/{at}") : files.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var listed = names.Select(name => name.Split('<')).Select(name => $$"""{"filename":"{{name[0]}}"{{(name.Length > 1 ? $",\"previous_filename\":\"{name[1]}\"" : "")}}}""");
        var made = Enumerable.Range(0, commits).Select(at => $$"""{"sha":"c{{at}}","html_url":"https://github.com/c","author":null,"commit":{"message":"Line one\n\nMore","author":{"name":"Ana A"} } }""");
        var list = files == "none" ? "" : $",\"files\":[{string.Join(',', listed)}]";
        return $$"""{"behind_by":{{behind}},"total_commits":{{total ?? commits}},"html_url":"https://github.com/compare","commits":[{{string.Join(',', made)}}]{{list}}}""";
    }
}
