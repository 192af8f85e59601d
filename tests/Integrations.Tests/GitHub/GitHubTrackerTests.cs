using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.GitHub;

/// <summary>Follow-ups and reviews, in a repository that remembers: what was written once is found, whatever answer was lost.</summary>
public sealed class GitHubTrackerTests : GitHubBed
{
    private const string Ops = "/repos/example/ops", Main = "1111111111111111111111111111111111111111";
    private static readonly FiledFollowUp FollowUp = new("example/ops", "Rotate logs", "From INC-1.", "chatops:INC-1/2", new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero));
    private static readonly ProposedReview Review = new("example/ops", "postmortems/2026-11-20 inc 1.md", "chatops/inc-1-review", "Review of INC-1", "Please read.", "# INC-1\n\nÄ full disk.\n");

    private readonly List<JsonObject> issues = [], pulls = [];
    private readonly HashSet<string> branches = [];
    private readonly Dictionary<string, string> files = [];
    private int puts;

    private ITracker Tracker => Get<ITracker>();

    [Fact]
    public async Task A_follow_up_is_filed_once_with_a_mark_that_readers_do_not_see()
    {
        GitHub.Also = Repository;
        var first = Url(await Tracker.FileAsync(FollowUp, default));
        Url(await Tracker.FileAsync(FollowUp, default)).ShouldBe(first);
        Url(await Tracker.FileAsync(FollowUp with { Marker = "chatops:INC-1/3" }, default)).ShouldNotBe(first);
        issues.Count.ShouldBe(2);
        ((string?)issues[0]["body"]).ShouldBe("From INC-1.\n\n<!-- chatops:INC-1/2 -->\n");
    }

    [Fact]
    public async Task A_review_is_one_branch_one_file_and_one_pull_request_however_often_it_is_proposed()
    {
        GitHub.Also = Repository;
        var first = Url(await Tracker.ProposeAsync(Review, default));
        Url(await Tracker.ProposeAsync(Review, default)).ShouldBe(first);
        (branches.Count, pulls.Count, puts).ShouldBe((1, 1, 1));

        // What was resolved again is written in its place.
        Url(await Tracker.ProposeAsync(Review with { Markdown = "# INC-1, again\n" }, default)).ShouldBe(first);
        (pulls.Count, puts).ShouldBe((1, 2));
        files.Values.ShouldHaveSingleItem().ShouldBe("# INC-1, again\n");
        ((string?)pulls[0]["base"]).ShouldBe("main");
    }

    [Fact]
    public async Task Who_may_not_write_there_is_told_what_is_missing_and_a_name_that_is_none_is_no_call()
    {
        (await Tracker.FileAsync(FollowUp, default)).ShouldBeOfType<Outcome<Uri>.Never>().Fault.Next.ShouldBe("Give the token or the app write access to issues, contents and pull requests there.");
        var calls = GitHub.Calls.Count;
        (await Tracker.ProposeAsync(Review with { Repository = "../../user" }, default)).ShouldBeOfType<Outcome<Uri>.Never>().Fault.Code.ShouldBe("github-repository");
        GitHub.Calls.Count.ShouldBe(calls);
        GitHub.IsUnreachable = true;
        (await Tracker.FileAsync(FollowUp, default)).ShouldBeOfType<Outcome<Uri>.Later>();
    }

    private static Uri Url(Outcome<Uri> outcome) => outcome.ShouldBeOfType<Outcome<Uri>.Done>().Value;

    private (int Status, string Body)? Repository(string method, string path, string body) => (method, path) switch
    {
        ("GET", Ops) => (200, """{"default_branch":"main"}"""),
        ("GET", $"{Ops}/issues") => (200, new JsonArray([.. issues.Select(one => one.DeepClone())]).ToJsonString()),
        ("POST", $"{Ops}/issues") => (201, Kept(issues, body, "issues").ToJsonString()),
        ("GET", $"{Ops}/git/ref/heads/main") => (200, $$$"""{"object":{"sha":"{{{Main}}}"}}"""),
        ("POST", $"{Ops}/git/refs") when (string?)JsonNode.Parse(body)!["sha"] == Main => branches.Add((string)JsonNode.Parse(body)!["ref"]!) ? (201, $$$"""{"object":{"sha":"{{{Main}}}"}}""") : (422, """{"message":"Reference already exists"}"""),
        ("GET", _) when path.StartsWith($"{Ops}/contents/", StringComparison.Ordinal) => files.TryGetValue(path, out var text) ? (200, FileOf(text).ToJsonString()) : null,
        ("PUT", _) when path.StartsWith($"{Ops}/contents/", StringComparison.Ordinal) => Put(path, JsonNode.Parse(body)!.AsObject()),
        ("POST", $"{Ops}/pulls") => pulls.Count > 0 ? (422, """{"message":"Validation Failed"}""") : (201, Kept(pulls, body, "pull").ToJsonString()),
        ("GET", $"{Ops}/pulls") => (200, new JsonArray([.. pulls.Select(one => one.DeepClone())]).ToJsonString()),
        _ => null,
    };

    private static JsonObject Kept(List<JsonObject> list, string body, string kind)
    {
        var one = JsonNode.Parse(body)!.AsObject();
        one["html_url"] = $"https://github.example.com/example/ops/{kind}/{list.Count + 1}";
        list.Add(one);
        return one;
    }

    /// <summary>A file that is there is only replaced by who names what it replaces.</summary>
    private (int, string)? Put(string path, JsonObject body)
    {
        if (files.TryGetValue(path, out var known) && (string?)body["sha"] != (string?)FileOf(known)["sha"]) return (409, """{"message":"is at another sha"}""");
        puts++;
        files[path] = Encoding.UTF8.GetString(Convert.FromBase64String((string)body["content"]!));
        return (201, """{"content":{"sha":"1"}}""");
    }

    /// <summary>In lines of sixty letters, as GitHub writes it.</summary>
    private static JsonObject FileOf(string text) => new()
    {
        ["sha"] = $"{text.Length:x40}", ["content"] = string.Join('\n', Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).Chunk(60).Select(line => new string(line))) + "\n",
    };
}
