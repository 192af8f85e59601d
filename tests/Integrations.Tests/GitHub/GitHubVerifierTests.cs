using ChatOps.Runbooks.Evidence;
using ChatOps.Testing.GitHub;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.GitHub;

public sealed class GitHubVerifierTests : GitHubBed
{
    private const string NoRuns = """{"total_count":0,"check_runs":[]}""", NoStatuses = """{"state":"pending","total_count":0,"statuses":[]}""";

    [Fact]
    public async Task What_GitHub_itself_gives_as_examples_is_read()
    {
        GitHub.Tag("v1.0.0").Say($"{Repo}/commits/{Sha}/check-runs", GitHubStandIn.Recorded("check-runs")).Say($"{Repo}/commits/{Sha}/status", GitHubStandIn.Recorded("combined-status"))
            .Say($"{Repo}/commits/{Sha}/pulls", GitHubStandIn.Recorded("commit-pulls")).Say($"{Repo}/pulls/1347/reviews", GitHubStandIn.Recorded("pull-reviews"))
            .Say($"{Repo}/releases/tags/v1.0.0", GitHubStandIn.Recorded("release-by-tag"));
        (await LookAsync("github-checks")).ShouldBe(Answer.Holds("All 3 checks on v1.0.0 (6dcb09b) are green.", new Uri($"https://github.com/octocat/Hello-World/commit/{Sha}/checks")));
        (await LookAsync("github-review")).ShouldBe(Answer.Fails("Nobody has approved #1347 beside its author octocat.", new Uri("https://github.com/octocat/Hello-World/pull/1347")));
        (await LookAsync("github-release")).ShouldBe(Answer.Holds("v1.0.0 (6dcb09b) is a release.", new Uri("https://github.com/octocat/Hello-World/releases/v1.0.0")));
        GitHub.Authorizations.Distinct().ShouldBe(["Bearer " + GitHubStandIn.Token]);
    }

    [Theory]
    [InlineData("build:completed:success", "", EvidenceVerdict.Holds, "The one check on 1.0.0 (6dcb09b) is green.")]
    [InlineData("build:completed:neutral lint:completed:skipped", "ci:success", EvidenceVerdict.Holds, "All 3 checks on 1.0.0 (6dcb09b) are green.")]
    [InlineData("", "ci:success", EvidenceVerdict.Holds, "The one check on 1.0.0 (6dcb09b) is green.")]
    [InlineData("build:completed:success lint:in_progress:", "", EvidenceVerdict.Pending, "lint is in progress on 1.0.0 (6dcb09b).")]
    [InlineData("build:queued: lint:something_new:", "ci:pending", EvidenceVerdict.Pending, "build is queued, lint is something new and ci is pending on 1.0.0 (6dcb09b).")]
    [InlineData("build:in_progress: lint:completed:failure", "", EvidenceVerdict.Fails, "lint failed on 1.0.0 (6dcb09b).")]
    [InlineData("build:completed:cancelled", "", EvidenceVerdict.Fails, "build ended as cancelled on 1.0.0 (6dcb09b).")]
    [InlineData("build:completed:timed_out", "", EvidenceVerdict.Fails, "build ended as timed out on 1.0.0 (6dcb09b).")]
    [InlineData("build:completed:stale", "", EvidenceVerdict.Fails, "build ended as stale on 1.0.0 (6dcb09b).")]
    [InlineData("build:completed:", "", EvidenceVerdict.Fails, "build ended as nothing on 1.0.0 (6dcb09b).")]
    [InlineData("build:completed:success", "ci:failure e2e:error", EvidenceVerdict.Fails, "ci failed and e2e ended as error on 1.0.0 (6dcb09b).")]
    [InlineData("a:completed:failure b:completed:failure c:completed:failure d:completed:failure e:completed:failure", "", EvidenceVerdict.Fails, "a failed, b failed, c failed and 2 more on 1.0.0 (6dcb09b).")]
    [InlineData("", "", EvidenceVerdict.Fails, "No check has run on 1.0.0 (6dcb09b).")]
    public async Task Checks_hold_when_all_are_green_and_there_is_one(string runs, string statuses, EvidenceVerdict verdict, string says)
    {
        GitHub.Tag("1.0.0").Say($"{Repo}/commits/{Sha}/check-runs", Runs(runs)).Say($"{Repo}/commits/{Sha}/status", Statuses(statuses));
        var answer = await LookAsync("github-checks");
        (answer.Verdict, answer.Says).ShouldBe((verdict, says));
        if (verdict == EvidenceVerdict.Fails && runs.Length > 0 && statuses.Length == 0) answer.Link!.AbsolutePath.ShouldStartWith("/run/");
    }

    [Fact]
    public async Task Every_page_of_checks_is_read_and_what_is_left_out_never_counts_as_green()
    {
        var first = Runs("a:completed:success", total: 2);
        GitHub.Tag("1.0.0").Say($"{Repo}/commits/{Sha}/status", NoStatuses);
        GitHub.Say($"{Repo}/commits/{Sha}/check-runs", first, headers: ("Link", $"<{GitHub.ApiUrl}repos/octocat/Hello-World/commits/{Sha}/check-runs?page=2>; rel=\"next\", <x>; rel=\"last\""));
        GitHub.Say($"{Repo}/commits/{Sha}/check-runs?page=2", Runs("b:completed:failure", total: 2));
        (await LookAsync("github-checks")).Says.ShouldBe("b failed on 1.0.0 (6dcb09b).");
        GitHub.Say($"{Repo}/commits/{Sha}/check-runs", first);
        (await LookAsync("github-checks")).ShouldSatisfyAllConditions(a => a.Verdict.ShouldBe(EvidenceVerdict.Unknown), a => a.Says.ShouldBe("There are more checks on 1.0.0 (6dcb09b) than could be read."));
        GitHub.Say($"{Repo}/commits/{Sha}/check-runs", first.Replace("2", "1", StringComparison.Ordinal), headers: ("Link", $"<{GitHub.ApiUrl}repos/octocat/Hello-World/commits/{Sha}/check-runs>; rel=\"next\""));
        var before = GitHub.Calls.Count;
        (await LookAsync("github-checks")).Verdict.ShouldBe(EvidenceVerdict.Unknown);
        (GitHub.Calls.Count - before).ShouldBe(12, "a tag, ten pages and the statuses");
    }

    [Theory]
    [InlineData("ben:APPROVED", EvidenceVerdict.Holds, "#7 of ana was approved by ben.")]
    [InlineData("ben:APPROVED cleo:APPROVED", EvidenceVerdict.Holds, "#7 of ana was approved by ben and cleo.")]
    [InlineData("ben:CHANGES_REQUESTED ben:APPROVED", EvidenceVerdict.Holds, "#7 of ana was approved by ben.")]
    [InlineData("ben:APPROVED ben:COMMENTED ana:COMMENTED", EvidenceVerdict.Holds, "#7 of ana was approved by ben.")]
    [InlineData("ben:APPROVED ben:DISMISSED", EvidenceVerdict.Fails, "Nobody has approved #7 beside its author ana.")]
    [InlineData("ben:APPROVED ben:CHANGES_REQUESTED", EvidenceVerdict.Fails, "ben asked for changes in #7.")]
    [InlineData("ben:APPROVED cleo:CHANGES_REQUESTED", EvidenceVerdict.Fails, "cleo asked for changes in #7.")]
    [InlineData("ana:APPROVED Ana:APPROVED", EvidenceVerdict.Fails, "Nobody has approved #7 beside its author ana.")]
    [InlineData("robot[bot]:APPROVED", EvidenceVerdict.Fails, "Nobody has approved #7 beside its author ana.")]
    [InlineData("gone:APPROVED", EvidenceVerdict.Fails, "Nobody has approved #7 beside its author ana.")]
    [InlineData("", EvidenceVerdict.Fails, "Nobody has approved #7 beside its author ana.")]
    public async Task A_review_holds_when_somebody_else_approved_last(string reviews, EvidenceVerdict verdict, string says)
    {
        GitHub.Tag("1.0.0").Say($"{Repo}/commits/{Sha}/pulls", $"[{Pull(7)}]").Say($"{Repo}/pulls/7/reviews", Reviews(reviews));
        var answer = await LookAsync("github-review");
        (answer.Verdict, answer.Says).ShouldBe((verdict, says));
    }

    [Theory]
    [InlineData("", EvidenceVerdict.Fails, "No merged pull request brought 1.0.0 (6dcb09b): nobody reviewed it.")]
    [InlineData("8:open", EvidenceVerdict.Fails, "No merged pull request brought 1.0.0 (6dcb09b): nobody reviewed it.")]
    [InlineData("7 8:open", EvidenceVerdict.Holds, "#7 of ana was approved by ben.")]
    [InlineData("7 9", EvidenceVerdict.Fails, "Nobody has approved #9 beside its author ana.")]
    [InlineData("7 10", EvidenceVerdict.Unknown, "GitHub has nothing there, or the bot may not see it (Not Found). Check the service's repository, and that the token or the app may read it.")]
    [InlineData("11:nobody", EvidenceVerdict.Unknown, "The account that opened #11 is gone: who else approved it can't be told.")]
    public async Task Every_merged_pull_request_of_the_commit_has_to_be_approved(string pulls, EvidenceVerdict verdict, string says)
    {
        GitHub.Tag("1.0.0").Say($"{Repo}/pulls/7/reviews", Reviews("ben:APPROVED")).Say($"{Repo}/pulls/9/reviews", "[]").Say($"{Repo}/pulls/11/reviews", Reviews("ben:APPROVED"));
        GitHub.Say($"{Repo}/commits/{Sha}/pulls", $"[{string.Join(',', pulls.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split(':')).Select(p => Pull(int.Parse(p[0]), p.Length > 1 ? p[1] : "")))}]");
        var answer = await LookAsync("github-review");
        (answer.Verdict, answer.Says).ShouldBe((verdict, says));
    }

    [Theory]
    [InlineData("1.0.0", EvidenceVerdict.Holds, "v1.0.0 (6dcb09b) is a tag.")]
    [InlineData("v1.0.0", EvidenceVerdict.Holds, "v1.0.0 (6dcb09b) is a tag.")]
    [InlineData("2.0.0", EvidenceVerdict.Holds, "2.0.0 (aaaaaaa) is a pre-release.")]
    [InlineData("3.0.0", EvidenceVerdict.Fails, "octocat/Hello-World has no tag 3.0.0, with or without a v, and no such commit.")]
    [InlineData("6dcb09b", EvidenceVerdict.Fails, "6dcb09b is a commit without a tag or release of that name.")]
    [InlineData("../../../user", EvidenceVerdict.Fails, "octocat/Hello-World has no tag ../../../user, with or without a v, and no such commit.")]
    public async Task A_release_holds_when_the_version_is_a_tag(string version, EvidenceVerdict verdict, string says)
    {
        GitHub.Tag("v1.0.0").Tag("2.0.0", new string('a', 40)).Tag("v2.0.0").Say($"{Repo}/commits/6dcb09b", GitHubStandIn.Commit());
        GitHub.Say($"{Repo}/releases/tags/2.0.0", """{"tag_name":"2.0.0","html_url":"https://github.com/x","prerelease":true}""");
        var answer = await LookAsync("github-release", version: version);
        (answer.Verdict, answer.Says).ShouldBe((verdict, says));
    }

    [Theory]
    [InlineData(Sha, EvidenceVerdict.Fails, "No check has run on 6dcb09b.")]
    [InlineData("6DCB09B", EvidenceVerdict.Fails, "No check has run on 6dcb09b.")]
    [InlineData("6dcb09", EvidenceVerdict.Unknown, "octocat/Hello-World has no tag 6dcb09, with or without a v, and no such commit.")]
    [InlineData("deadbeef", EvidenceVerdict.Unknown, "octocat/Hello-World has no tag deadbeef, with or without a v, and no such commit.")]
    public async Task A_version_is_a_tag_or_a_commit_and_never_a_branch(string version, EvidenceVerdict verdict, string says)
    {
        GitHub.Say($"{Repo}/commits/{version}", GitHubStandIn.Commit()).Say($"{Repo}/commits/{Sha}/check-runs", NoRuns).Say($"{Repo}/commits/{Sha}/status", NoStatuses);
        var answer = await LookAsync("github-checks", version: version);
        (answer.Verdict, answer.Says).ShouldBe((verdict, says));
    }

    [Theory]
    [InlineData("../../../user")]
    [InlineData("..")]
    [InlineData("1.0.0?page=2")]
    [InlineData("1.0 0")]
    [InlineData("")]
    public async Task What_can_be_no_version_is_not_asked_for(string version)
    {
        (await LookAsync("github-checks", version: version)).Verdict.ShouldBe(EvidenceVerdict.Unknown);
        GitHub.Calls.ShouldBeEmpty();
    }

    private static string Runs(string runs, int? total = null)
    {
        var all = runs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(run => run.Split(':')).ToList();
        var items = all.Select(r => $$"""{"name":"{{r[0]}}","status":"{{r[1]}}","conclusion":{{(r[2].Length == 0 ? "null" : $"\"{r[2]}\"")}},"html_url":"https://github.com/run/{{r[0]}}"}""");
        return $$"""{"total_count":{{total ?? all.Count}},"check_runs":[{{string.Join(',', items)}}]}""";
    }

    private static string Statuses(string statuses)
    {
        var all = statuses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(status => status.Split(':')).ToList();
        return $$"""{"state":"pending","total_count":{{all.Count}},"statuses":[{{string.Join(',', all.Select(s => $$"""{"context":"{{s[0]}}","state":"{{s[1]}}","target_url":null}"""))}}]}""";
    }

    private static string Pull(int number, string kind = "") =>
        $$"""{"number":{{number}},"title":"Change {{number}}","html_url":"https://github.com/pull/{{number}}","user":{{(kind == "nobody" ? "null" : """{"login":"ana","type":"User"}""")}},"merged_at":{{(kind == "open" ? "null" : "\"2026-11-20T10:00:00Z\"")}}}""";

    private static string Reviews(string reviews) => $"[{string.Join(',', reviews.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(review => review.Split(':')).Select(r =>
        $$"""{"state":"{{r[1]}}","user":{{(r[0] == "gone" ? "null" : $$"""{"login":"{{r[0]}}","type":"{{(r[0].EndsWith("[bot]", StringComparison.Ordinal) ? "Bot" : "User")}}"}""")}}}"""))}]";
}
