using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>A release train of four services in three waves, by the front door, in the real process.</summary>
public sealed class WavesTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Shop = new() { ["db"] = "", ["orders"] = "db", ["pay"] = "db", ["web"] = "orders, pay" };

    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync("1s", "automatic", [.. Shop.Keys]);
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(60));
        stage.Write("services/platform.yaml", "service: platform\nowners: [payments]\nchannel: \"#deploys\"\nenvironments:\n  prod: { simulated: {}, runbook: quick }\n");
        foreach (var (service, needs) in Shop)
        {
            stage.Write($"services/{service}.yaml", $$"""
                service: {{service}}
                owners: [{{(service == "web" ? "release-managers" : "payments")}}]
                channel: "#deploys"
                depends-on: [{{needs}}]
                environments:
                  prod:
                    protected: true
                    kubernetes: { cluster: main, namespace: prod, deployment: {{service}}, image: registry.example.com/{{service}} }
                    runbook: quick
                """);
        }

        stage.Write("runbooks/rolling-deploy.yaml", """
            runbook: quick
            steps:
              - approval: Production change
                when: environment.protected
                from: [release-managers]
                count: 1
              - deploy: rolling
              - check: health
              - soak: 1s
            on-failure: { rollback: automatic }
            """);
        stage.Write("access.yaml", Access("payments, release-managers"));
        Release("rollback");
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{bot.Output}\n{string.Join("\n", stage.Slack.Messages.Select(message => message.Says))}\n{string.Join("\n", stage.Slack.Replies.Select(reply => $"{reply.User} was told: {reply.Text}"))}");
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Services_go_wave_after_wave_on_one_approval_and_one_card()
    {
        await StartAsync("v1.3.0");
        var card = await stage.CardAsync(message => message.Shows("Run release on platform") && message.Shows("waiting for somebody"), 60);
        card.Says.ShouldSatisfyAllConditions(says => says.ShouldContain("v1.2.2 → v1.3.0"), says => says.ShouldContain("web (run 5)"), says => says.ShouldContain("healthy"), says => says.ShouldContain("✓✓✓"));
        Order().ShouldBe(["db", "orders", "pay", "web"], ignoreOrder: true);
        (Order()[0], Order()[^1]).ShouldBe(("db", "web"));
        foreach (var service in Shop.Keys) stage.Cluster.Deployment("prod", service).Version.ShouldBe("v1.3.0");

        // Until the train is over, nobody gets between.
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy db v9 prod");
        await stage.CardAsync(message => message.Shows("Deploy db v9 to prod") && message.Shows("Behind run 2"));
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/abort 6");
        await stage.User(stage.Ana, bot).ClickAsync(card, "Go on");
        await stage.CardAsync(message => message.Shows("Run release on platform") && message.Shows("succeeded"));
        await stage.User(stage.Ana, bot).UntilAsync("/history web prod", "succeeded");
        stage.Slack.Messages.Count(message => message.Key!.StartsWith("card:1:", StringComparison.Ordinal)).ShouldBe(1);
        stage.Slack.Messages.Count(message => message.Key!.StartsWith("card:2:", StringComparison.Ordinal)).ShouldBe(0, "the matrix shows it");
        stage.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);
    }

    [Fact]
    public async Task One_that_fails_takes_all_back_the_last_wave_first()
    {
        await StartAsync("v1.3.0", "orders=v1.3.0-bad");
        await stage.CardAsync(message => message.Shows("Run release on platform") && message.Shows("rolled back") && message.Shows("db") && !message.Shows("rolling back"), 90);
        foreach (var service in Shop.Keys) stage.Cluster.Deployment("prod", service).Version.ShouldBe("v1.2.2");
        Order().ShouldNotContain("web");
        Order()[^1].ShouldBe("db", "the first wave goes back last");
        stage.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);

        // Only what had failed itself is locked.
        var locks = await stage.User(stage.Ana, bot).UntilAsync("/locks", "v1.3.0-bad was taken back");
        locks.Says.ShouldNotContain("db in prod");
    }

    [Fact]
    public async Task A_lock_stops_it_before_any_change_and_who_may_not_deploy_one_of_them_does_not_start_it()
    {
        bot = await stage.StartBotAsync();
        var (ana, ben) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot));
        (await ana.TypeAsync(Stage.Channel, "/run release platform prod release=v2 list=db,lager")).Reply!.Says.ShouldSatisfyAllConditions(says => says.ShouldContain("train-impossible"), says => says.ShouldContain("There is no service lager"));
        stage.Write("access.yaml", Access("owners"));
        await ana.UntilAsync("/run release platform prod release=v2 list=all", "web: ana may not deploy in prod");
        stage.Write("access.yaml", Access("payments, release-managers"));
        await ana.UntilAsync("/lock pay prod \"stock-taking\"", "pay");
        await ana.UntilAsync("/run release platform prod release=v2 list=db,orders,pay,web", "ana locked pay in prod: stock-taking");
        await ana.TypeAsync(Stage.Channel, "/unlock pay prod \"done\"");
        await ana.TypeAsync(Stage.Channel, "/run release platform prod release=v2 list=db,orders,pay,web");
        var card = await stage.CardAsync(message => message.Shows("waiting for approval"));
        await ana.UntilAsync("/lock pay prod \"again\"", "pay");
        await ben.ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("pay can't go") && message.Shows("Nothing was changed"));
        stage.Cluster.Effects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Killed_again_and_again_it_goes_on_where_it_was()
    {
        await StartAsync("v1.3.0");
        for (var kill = 0; kill < 4; kill++)
        {
            // Each time a little further: at its departure, and after each wave.
            var changes = kill;
            await Eventually.TrueAsync(() => stage.Cluster.Effects.Count >= changes);
            await bot.KillAsync();
            await bot.DisposeAsync();
            bot = await stage.StartBotAsync();
        }

        var card = await stage.CardAsync(message => message.Shows("Run release on platform") && message.Shows("waiting for somebody"), 90);
        await stage.User(stage.Ana, bot).ClickAsync(card, "Go on");
        await stage.CardAsync(message => message.Shows("Run release on platform") && message.Shows("succeeded"), 60);
        foreach (var service in Shop.Keys) stage.Cluster.Deployment("prod", service).Version.ShouldBe("v1.3.0");
        stage.Cluster.Effects.Count.ShouldBe(4);
        stage.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);
        Order()[0].ShouldBe("db");
        Order()[^1].ShouldBe("web");
        await stage.User(stage.Ana, bot).UntilAsync("/runs", "No run is open");
        stage.Slack.Messages.Select(message => message.Key!).ShouldBeUnique();
    }

    private static string Access(string deploy) => $$"""
        groups:
          payments: { members: [ana@example.com] }
          release-managers: { slack: release-managers }
        may:
          deploy: { prod: [{{deploy}}] }
          rollback: { prod: [payments] }
          lock: { prod: [payments] }
        """;

    private void Release(string onFailure) => stage.Write("runbooks/release.yaml", $$"""
        runbook: release
        starts-with: run
        inputs:
          release: { help: The version of all }
          list: { help: Which, default: all }
        steps:
          - approval: Release {inputs.release}
            from: [release-managers]
            count: 1
          - waves: Release {inputs.release}
            services: "{inputs.list}"
            version: "{inputs.release}"
            at-once: 2
            on-failure: {{onFailure}}
          - wait: go
        on-failure: { rollback: ask }
        """);

    private async Task StartAsync(string release, string some = "orders")
    {
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, $"/run release platform prod release={release} list=db,{some},pay,web");
        var card = await stage.CardAsync(message => message.Shows("Run release on platform") && message.Shows("waiting for approval"));
        await stage.User(stage.Ben, bot).ClickAsync(card, "Approve");
    }

    /// <summary>Deployments in the order in which they were last changed.</summary>
    private List<string> Order() => [.. stage.Cluster.Changes.Where(change => change is { Effective: true, Resource: "deployments" }).Select(change => change.Name).Reverse().Distinct().Reverse()];
}
