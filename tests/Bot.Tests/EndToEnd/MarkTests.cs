using ChatOps.Testing;
using ChatOps.Testing.GitHub;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Other systems are told of a run by the real process: each once, whatever is lost on the way, and none of them holds it up.</summary>
public sealed class MarkTests : IAsyncLifetime
{
    private const string Old = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Compare = GitHubStandIn.Repo + "/compare/" + Old + "..." + GitHubStandIn.Sha;

    private Stage stage = null!;
    private GitHubStandIn github = null!;
    private TimelineStandIn timeline = null!;
    private PagerDutyStandIn pagerDuty = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        (github, timeline, pagerDuty) = (await GitHubStandIn.StartAsync(), await TimelineStandIn.StartAsync(), await PagerDutyStandIn.StartAsync());
        github.Tag("v1.2.3").Tag("v1.2.2", Old).Say(Compare, GitHubStandIn.Recorded("compare").Replace("\"behind_by\": 2", "\"behind_by\": 0", StringComparison.Ordinal))
            .Say($"{GitHubStandIn.Repo}/commits/{GitHubStandIn.Sha}/pulls", GitHubStandIn.Recorded("commit-pulls"));
        github.Writes.AddRelease("v1.2.3", "What somebody wrote.");
        foreach (var (key, value) in github.Settings.Concat(timeline.Settings)) stage.Settings[key] = value;
        stage.Settings["PagerDuty:EventsUrl"] = pagerDuty.Address;
        stage.Settings["PagerDuty:ChangeKey"] = PagerDutyStandIn.RoutingKey;
        stage.Rewrite("services/api.yaml", "owners: [payments]", """
            owners: [payments]
            repository: octocat/Hello-World
            tell: { github: [deployments, comments, releases], sentry: backend, sentry-release: "api@{version}", datadog: true, pagerduty: true }
            """);
        stage.Unprotect();
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps:\n  - deploy: rolling\n  - check: health\non-failure: { rollback: automatic }\n");
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output + "\n" + string.Join("\n", github.Calls));
        await bot.DisposeAsync();
        await github.DisposeAsync();
        await timeline.DisposeAsync();
        await pagerDuty.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Each_system_is_told_once_even_when_every_first_answer_is_lost_and_the_process_dies()
    {
        foreach (var ending in (string[])["/deployments", "/statuses", "/comments", "/releases/101"]) github.Writes.LoseAnswer(ending);
        foreach (var ending in (string[])["/deploys/", "/events"]) timeline.LoseAnswer(ending);
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("succeeded"));
        await Eventually.TrueAsync(() => github.Writes.Deployments.Count == 1 && timeline.Events.Count > 0);
        await bot.KillAsync();
        bot = await stage.StartBotAsync();
        await Eventually.TrueAsync(() => github.Writes.Statuses.Values.SelectMany(one => one).Contains("success") && github.Writes.Comments.Count == 1 && Notes.Contains("prod", StringComparison.Ordinal)
            && timeline.Deploys.Count == 1 && timeline.Events.Count == 2 && pagerDuty.Changes.Count > 0);
        await stage.CardAsync(message => message.Shows("Summary: ") && message.Blocks?.ToJsonString().Contains("/deployments/prod", StringComparison.Ordinal) == true);

        github.Writes.ShouldSatisfyAllConditions(
            writes => writes.Deployments.Count.ShouldBe(1),
            writes => ((string?)writes.Deployments[0]["payload"]!["run"]).ShouldBe("chatops-run-1"),
            writes => writes.Statuses.Values.Single().ShouldBe(["in_progress", "success"]),
            writes => writes.Comments[1347].Single().ShouldContain("api v1.2.3 is live in prod"),
            writes => Notes.ShouldStartWith("What somebody wrote.\n\n<!-- chatops-deployments -->"),
            writes => Notes.Split("run 1").Length.ShouldBe(2));
        timeline.Releases.Keys.ShouldBe(["api@v1.2.3"]);
        ((string?)timeline.Releases["api@v1.2.3"]["commits"]![0]!["id"]).ShouldBe(GitHubStandIn.Sha);
        ((string?)timeline.Deploys.Single()["name"]).ShouldBe("chatops-run-1");
        timeline.Events.Select(one => (string?)one["alert_type"]).ShouldBe(["info", "success"]);
        pagerDuty.Changes.Select(one => (string?)one["payload"]!["custom_details"]!["run"]).Distinct().ShouldBe(["chatops-run-1"]);
    }

    [Fact]
    public async Task A_system_that_does_not_answer_holds_nothing_up_and_is_told_once_it_does_that_it_was_rolled_back()
    {
        github.Tag("v1.2.4-bad", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
        timeline.EventStatus = StatusCodes.Status503ServiceUnavailable;
        pagerDuty.Status = StatusCodes.Status429TooManyRequests;
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.4-bad prod");
        await stage.CardAsync(message => message.Key!.StartsWith("card:", StringComparison.Ordinal) && message.Shows("rolled back"));
        await Eventually.TrueAsync(() => github.Writes.Statuses.Values.SelectMany(one => one).Contains("failure"));
        timeline.Events.ShouldBeEmpty();
        timeline.EventStatus = StatusCodes.Status202Accepted;
        pagerDuty.Status = StatusCodes.Status202Accepted;
        await Eventually.TrueAsync(() => timeline.Events.Count == 2 && pagerDuty.Changes.Count == 2);
        timeline.Events.Select(one => (string?)one["title"]).ShouldContain("api v1.2.4-bad was rolled back to v1.2.2 in prod");
        timeline.Deploys.ShouldBeEmpty("it never went live for good");
    }

    private string Notes => (string)github.Writes.Releases["v1.2.3"]["body"]!;
}
