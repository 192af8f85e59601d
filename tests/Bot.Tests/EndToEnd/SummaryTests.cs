using ChatOps.Testing.GitHub;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What is told of a run after its end, by the real process: once, and in place from then on.</summary>
public sealed class SummaryTests : IAsyncLifetime
{
    private const string Old = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Compare = GitHubStandIn.Repo + "/compare/" + Old + "..." + GitHubStandIn.Sha;

    private Stage stage = null!;
    private GitHubStandIn github = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        github = await GitHubStandIn.StartAsync();
        github.Tag("v1.2.3").Tag("v1.2.2", Old).Say(Compare, GitHubStandIn.Recorded("compare").Replace("\"behind_by\": 2", "\"behind_by\": 0", StringComparison.Ordinal))
            .Say($"{GitHubStandIn.Repo}/commits/{GitHubStandIn.Sha}/pulls", GitHubStandIn.Recorded("commit-pulls"));
        foreach (var (key, value) in github.Settings) stage.Settings[key] = value;
        stage.Settings["Alertmanager:Token"] = Alarms.Token;
        stage.Settings["Summaries:Again"] = "1s, 8s, 1h";
        stage.Rewrite("services/api.yaml", "owners: [payments]", "owners: [payments]\nrepository: octocat/Hello-World");
        stage.Unprotect();
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps:\n  - deploy: rolling\n  - check: health\non-failure: { rollback: automatic }\n");
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot);
        await bot.DisposeAsync();
        await github.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_run_that_went_back_is_summed_up_once_with_what_tripped_at_its_head_even_when_the_answer_is_lost_and_the_process_dies()
    {
        await Ana.TypeAsync(Stage.Channel, "/deploy api v1.2.4-bad prod");
        await stage.CardAsync(message => message.Key!.StartsWith("card:", StringComparison.Ordinal) && message.Shows("Rolling back"));
        stage.Slack.LoseAnswer("chat.postMessage");
        var summary = await SummaryAsync(message => message.Shows("v1.2.4-bad was rolled back to v1.2.2"));
        await bot.KillAsync();
        await using var next = await stage.StartBotAsync();
        summary = await SummaryAsync(message => message.Shows("Still healthy"));
        summary.Says.IndexOf("can't be pulled", StringComparison.Ordinal).ShouldBeInRange(0, summary.Says.IndexOf("Asked for by", StringComparison.Ordinal) is var facts and > 0 ? Math.Max(facts, 2_000) : 2_000);
        summary.ShouldSatisfyAllConditions(
            card => card.Says.ShouldContain("It was rolled back by itself to v1.2.2"),
            card => card.Says.ShouldContain("v1.2.2 → v1.2.4-bad"),
            card => card.Says.ShouldContain("is looked at again"));
        Summaries().Count.ShouldBe(1);
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_message_is_judged_again_with_alerts_and_ends_with_the_rollback_that_it_names()
    {
        await Ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod --reason \"fixes the login\"");
        var first = await SummaryAsync(message => message.Shows("Still healthy"));
        first.ShouldSatisfyAllConditions(
            card => card.Says.ShouldContain("1 commit by octocat, in 1 file"),
            card => card.Says.ShouldContain("#1347 Amazing new feature (octocat)"),
            card => card.Says.ShouldContain("fixes the login"),
            card => card.Says.ShouldContain("no alert since"));
        await stage.Slack.MessageAsync(Stage.Channel, message => message.ThreadTs is not null && message.Shows("#1347 Amazing new feature (octocat)") && message.Shows("The summary: http"), TimeSpan.FromSeconds(30));
        using var http = bot.NewClient();
        await http.AlertAsync(severity: "warning");
        var alerting = await SummaryAsync(message => message.Shows("alerts since"));
        alerting.Says.ShouldContain("A1 HighErrorRate");
        alerting.Says.ShouldContain("Before that");
        await stage.User(stage.Cleo, bot).TypeAsync(Stage.Channel, "/rollback api prod");
        var back = await SummaryAsync(message => message.Shows("Rolled back to v1.2.2 by cleo, run 2."));
        back.Says.ShouldNotContain("is looked at again");
        back.Ts.ShouldBe(first.Ts);
        await stage.CardAsync(message => message.Shows("Summary: Roll api back to v1.2.2"));
        Summaries().Count.ShouldBe(2, "one for each run");
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_author_who_wants_it_gets_one_message_that_follows_the_change_and_changelog_tells_what_is_where()
    {
        var compare = GitHubStandIn.Recorded("compare").Replace("\"behind_by\": 2", "\"behind_by\": 0", StringComparison.Ordinal).Replace("mona@github.com", "ben@example.com", StringComparison.Ordinal);
        compare.ShouldContain("ben@example.com");
        github.Say(Compare, compare);
        (await stage.User(stage.Ben, bot).TypeAsync(Stage.Channel, "/chatops follow")).Reply!.Says.ShouldContain("ben@example.com");
        await Ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await SummaryAsync(message => message.Shows("Still healthy"));
        var direct = await UntilAsync(() => stage.Slack.Messages.FirstOrDefault(message => message.Key?.StartsWith("summary-show:", StringComparison.Ordinal) == true && message.Channel != stage.Slack.IdOf(Stage.Channel) && message.Shows("Still healthy")));
        direct.Says.ShouldContain("#1347 Amazing new feature");
        stage.Slack.Messages.Count(message => message.Channel == direct.Channel).ShouldBe(1);
        await stage.User(stage.Ben, bot).TypeAsync(Stage.Channel, "/chatops unfollow");

        var service = Path.Combine(stage.Folder, "config", "services", "api.yaml");
        stage.Cluster.AddDeployment("staging", "api", "registry.example.com/api:v1.2.2");
        File.AppendAllText(service, "\n  staging:\n    kubernetes: { cluster: main, namespace: staging, deployment: api, image: registry.example.com/api }\n    runbook: rolling-deploy\n");
        var changelog = await Ana.UntilAsync("/chatops changelog api prod staging", "In prod and not in staging");
        changelog.ShouldSatisfyAllConditions(card => card.Says.ShouldContain("#1347 Amazing new feature (octocat)"), card => card.Says.ShouldContain("Everything in staging is in prod too."));
        (await Ana.TypeAsync(Stage.Channel, "/chatops changelog api prod stagng")).Reply!.Says.ShouldContain("did you mean staging");
    }

    [Fact]
    public async Task A_newer_version_ends_it_and_a_run_whose_own_step_posts_it_has_one()
    {
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps:\n  - deploy: rolling\n  - check: health\n  - summary:\non-failure: { rollback: automatic }\n");
        await stage.User(stage.Ana, bot).UntilAsync("/deploy api v1.2.3 prod --plan", "post the summary");
        await Ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await SummaryAsync(message => message.Shows("Still healthy"));
        await Ana.TypeAsync(Stage.Channel, "/deploy api v1.2.5 prod");
        await SummaryAsync(message => message.Shows("Superseded by v1.2.5, brought by ana, run 2."));
        await SummaryAsync(message => message.Shows("Summary: Deploy api v1.2.5") && message.Shows("Still healthy"));
        Summaries().Count.ShouldBe(2);

        var stats = (await Ana.TypeAsync(Stage.Channel, "/chatops stats api --since 1h")).Reply!;
        stats.ShouldSatisfyAllConditions(
            card => card.Says.ShouldContain("2 deployments"),
            card => card.Says.ShouldContain("0% (0 of 2)"),
            card => card.Says.ShouldContain("Lead time for changes"));
        (await Ana.TypeAsync(Stage.Channel, "/chatops stats paymnets")).Reply!.Says.ShouldContain("did you mean payments");
        using var http = bot.NewClient();
        var page = await http.GetStringAsync("/reports?of=api");
        page.ShouldContain("Change failure rate");
        page.ShouldContain("<svg");
    }

    [Fact]
    public async Task A_group_that_asked_for_it_is_told_of_its_week_once_also_when_the_process_was_gone_then()
    {
        await Ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await SummaryAsync(message => message.Shows("Still healthy"));
        var due = DateTimeOffset.UtcNow.AddMinutes(DateTimeOffset.UtcNow.Second < 50 ? 1 : 2);
        due = due.AddTicks(-(due.Ticks % TimeSpan.TicksPerMinute));
        stage.Rewrite("access.yaml", "members: [ana@example.com] }", $"members: [ana@example.com], report: {{ channel: \"{Stage.Channel}\", day: {due:ddd}, at: \"{due:HH:mm}\", zone: UTC }} }}");
        await bot.KillAsync();
        bot = await stage.StartBotAsync();
        await bot.KillAsync();
        using (var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2)))
        {
            while (DateTimeOffset.UtcNow < due) await Task.Delay(200, patience.Token);
        }

        stage.Slack.LoseAnswer("chat.postMessage");
        bot = await stage.StartBotAsync();
        var report = await stage.CardAsync(message => message.Shows("The week of payments"), 60);
        report.ShouldSatisfyAllConditions(
            card => card.Says.ShouldContain("1 deployment, 1 a week"), card => card.Says.ShouldContain("0% (0 of 1)"), card => card.Says.ShouldContain("Slowest steps"), card => card.Says.ShouldContain("Time to restore"));
        await stage.User(stage.Ana, bot).UntilAsync("/chatops stats payments", "1 deployment");
        stage.Slack.Messages.Count(message => message.Shows("The week of payments")).ShouldBe(1);
    }

    private SlackUser Ana => stage.User(stage.Ana, bot);

    private List<KeptMessage> Summaries() => [.. stage.Slack.Messages.Where(message => message.ThreadTs is null && message.Key?.StartsWith("summary-show:", StringComparison.Ordinal) == true)];

    private Task<KeptMessage> SummaryAsync(Func<KeptMessage, bool> wanted) => stage.CardAsync(message => message.Key?.StartsWith("summary-show:", StringComparison.Ordinal) == true && wanted(message), 40);

    private static async Task<T> UntilAsync<T>(Func<T?> found)
        where T : class
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (found() is { } one) return one;
            await Task.Delay(50, patience.Token);
        }
    }
}
