using ChatOps.Testing.GitHub;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What <c>--plan</c> tells before anything is started.</summary>
public sealed class PlanTests
{
    private const string Old = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Compare = GitHubStandIn.Repo + "/compare/" + Old + "..." + GitHubStandIn.Sha;

    [Fact]
    public async Task A_plan_tells_what_it_brings_how_things_stand_and_who_could_approve()
    {
        await using var github = await GitHubStandIn.StartAsync();
        github.Tag("v1.2.3").Tag("v1.2.2", Old).Say(Compare, GitHubStandIn.Recorded("compare").Replace("\"behind_by\": 2", "\"behind_by\": 0", StringComparison.Ordinal))
            .Say($"{GitHubStandIn.Repo}/commits/{GitHubStandIn.Sha}/pulls", GitHubStandIn.Recorded("commit-pulls"));
        await using var stage = await Stage.SetAsync();
        foreach (var (key, value) in github.Settings) stage.Settings[key] = value;
        Furnish(stage);
        await using var bot = await stage.StartBotAsync();
        var ben = stage.User(stage.Ben, bot);
        var plan = (await ben.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod --plan")).Reply!;
        plan.ShouldSatisfyAllConditions(
            card => card.Says.ShouldContain("It brings 1 commit by 1 author, in 1 file"),
            card => card.Says.ShouldContain("#1347 Amazing new feature (octocat)"),
            card => card.Says.ShouldContain("Nothing in db/** changed between v1.2.2"),
            card => card.Says.ShouldContain("Production change: 1 of these"),
            card => card.Says.ShouldContain("cleo and dora"),           // ben asks, so he can't
            card => card.Says.ShouldNotContain("Migrate"),               // changed("db/**") is known to be false
            card => card.Says.ShouldContain("may change at any time"));
        stage.Slack.Messages.ShouldBeEmpty();
        stage.Slack.Refusals.ShouldBeEmpty();

        github.IsUnreachable = true;
        (await ben.TypeAsync(Stage.Channel, "/deploy api v9.9.9 prod --plan")).Reply!.Says.ShouldContain("GitHub");

        await ben.TypeAsync(Stage.Channel, "/lock api prod \"looking\"");
        (await ben.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod --plan")).Reply!.Says.ShouldContain("ben locked api in prod: looking");
    }

    [Fact]
    public async Task After_three_runs_a_card_says_how_long_it_usually_takes()
    {
        await using var stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.Unprotect();
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps:\n  - deploy: rolling\n  - check: health\n  - summary: \"#deploys\"\non-failure: { rollback: ask }\n");
        await using var bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        foreach (var version in (string[])["v1", "v2", "v3"])
        {
            await ana.TypeAsync(Stage.Channel, $"/deploy api {version} prod");
            await stage.CardAsync(message => message.Shows($"Summary: Deploy api {version} to prod") && message.Shows("Took"));
        }

        // What is usual is kept for minutes in memory: another process asks anew.
        await bot.KillAsync();
        await using var next = await stage.StartBotAsync();
        var plan = (await stage.User(stage.Ana, next).TypeAsync(Stage.Channel, "/deploy api v4 prod --plan")).Reply!;
        plan.Says.ShouldContain("Usually takes");
        plan.Says.ShouldContain("told from 3 runs");
        await stage.User(stage.Ana, next).TypeAsync(Stage.Channel, "/deploy api v4 prod");

        // What the process that was killed had in hand stays its own until the lease runs out.
        (await stage.CardAsync(message => message.Shows("Summary: Deploy api v4 to prod"), 90)).Says.ShouldContain("(usually ");
    }

    private static void Furnish(Stage stage)
    {
        stage.Rewrite("services/api.yaml", "owners: [payments]", "owners: [payments]\nrepository: octocat/Hello-World");
        stage.Write("runbooks/rolling-deploy.yaml", """
            runbook: rolling-deploy
            steps:
              - checklist: Before you deploy
                items:
                  - No migration: { verify: github-paths, with: { paths: "db/**" } }
                  - Backup taken
              - approval: Production change
                from: [release-managers, oncall]
                count: 1
              - manual: Migrate
                do: Run the migration.
                when: changed("db/**")
              - deploy: rolling
              - check: health
            on-failure: { rollback: automatic }
            """);
        stage.Write("access.yaml", """
            groups:
              payments: { members: [ana@example.com, ben@example.com] }
              release-managers: { slack: release-managers }
              oncall: { members: [cleo@example.com] }
            may:
              deploy: { prod: [owners, release-managers] }
              rollback: { prod: [owners] }
              lock: { "*": [owners] }
            """);
    }
}
