using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Steps on objects by the front door: shown before anybody approves, done once although the process is killed, and taken back.</summary>
public sealed class OperationTests : IAsyncLifetime
{
    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AddDeployment("prod", "worker", "registry.example.com/worker:v1");
        stage.Cluster.Add("configmaps", "prod", """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"flags"},"data":{"MODE":"fast"}}""");
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task What_would_change_is_on_the_plan_and_the_card_and_a_failure_takes_all_of_it_back()
    {
        Runbook();
        stage.Health = System.Net.HttpStatusCode.ServiceUnavailable;
        bot = await stage.StartBotAsync();
        var (ana, ben) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot));
        var plan = (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod --plan")).Reply!.Says;
        plan.ShouldContain("deployment worker, spec.replicas: 3 → 5");
        plan.ShouldContain("configmap flags, data.MODE: fast → slow");
        plan.ShouldContain("the pods of deployment api are replaced a few at a time: 3");
        stage.Cluster.Changes.ShouldNotContain(change => change.Manager == "chatops");
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await stage.CardAsync(message => message.Shows("waiting for approval"));
        card.Says.ShouldContain("deployment worker, spec.replicas: 3 → 5");
        await ben.ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("Rolling back") && message.Shows("503, expected 200"));
        stage.Health = System.Net.HttpStatusCode.OK;
        var back = await stage.CardAsync(message => message.Shows("⚠️ Rolled back"));
        back.Says.ShouldContain("Take back: Scale worker to 5");
        back.Says.ShouldContain("There is nothing to take back");
        stage.Cluster.Deployment("prod", "worker").Replicas.ShouldBe(3);
        stage.Cluster.Find("configmaps", "prod", "flags")!["data"]!["MODE"]!.GetValue<string>().ShouldBe("fast");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task Killed_after_the_cluster_took_a_change_it_is_found_done()
    {
        Runbook();
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await stage.CardAsync(message => message.Shows("waiting for approval"));
        stage.Cluster.Faults.DropAfterApplying(3);
        await stage.User(stage.Ben, bot).ClickAsync(card, "Approve");
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
        {
            while (stage.Cluster.Deployment("prod", "worker").Replicas != 5) await Task.Delay(5, patience.Token);
        }

        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await stage.CardAsync(message => message.Shows("✅ Succeeded") || message.Shows("succeeded"), 60);
        stage.Cluster.Deployment("prod", "worker").Available.ShouldBe(5);
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task Manifests_are_shown_applied_waited_for_and_taken_back()
    {
        stage.Write("manifests/shop/all.yaml", """
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: flags, labels: { version: "{version}" } }
            data: { NEW: "on" }
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              replicas: 2
              selector: { matchLabels: { app: web } }
              template:
                metadata: { labels: { app: web } }
                spec: { containers: [{ name: web, image: "registry.example.com/web:{version}" }] }
            """);
        stage.Write("runbooks/rolling-deploy.yaml", """
            runbook: rolling-deploy
            steps:
              - approval: Production change
                when: environment.protected
                from: [release-managers]
              - apply: shop
              - deploy: rolling
              - check: health
            on-failure: { rollback: automatic }
            """);
        stage.Health = System.Net.HttpStatusCode.ServiceUnavailable;
        bot = await stage.StartBotAsync();
        var plan = (await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod --plan")).Reply!.Says;
        plan.ShouldContain("configmap flags, + data.NEW: on");
        plan.ShouldContain("+ deployment web");
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        await stage.CardAsync(message => message.Shows("Rolling back") && message.Shows("503, expected 200"));
        stage.Health = System.Net.HttpStatusCode.OK;
        await stage.CardAsync(message => message.Shows("⚠️ Rolled back"));
        stage.Cluster.HasDeployment("prod", "web").ShouldBeFalse();
        stage.Cluster.Find("configmaps", "prod", "flags")!["data"]!.ToJsonString().ShouldBe("""{"MODE":"fast"}""");
    }

    private void Runbook() => stage.Write("runbooks/rolling-deploy.yaml", $$"""
        runbook: rolling-deploy
        steps:
          - approval: Production change
            when: environment.protected
            from: [release-managers]
          - scale: deployment/worker
            replicas: 5
          - patch: configmap/flags
            fields: { data: { MODE: slow } }
          - restart: target
          - deploy: rolling
          - check: health
        on-failure: { rollback: automatic }
        """);
}
