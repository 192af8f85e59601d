using System.Net;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Strategies by the front door: from a command in Slack to what carries traffic in the cluster, and back with one click.</summary>
public sealed class StrategyTests : IAsyncLifetime
{
    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Blue_green_is_brought_up_checked_switched_and_switched_back_with_one_click()
    {
        TwoColours("1h");
        bot = await stage.StartBotAsync();
        var (ana, ben, cleo) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot), stage.User(stage.Cleo, bot));
        var plan = (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod --plan")).Reply!.Says;
        plan.ShouldContain("Switch traffic to v1.2.3");
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await ben.ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        var card = await stage.CardAsync(message => message.Shows("succeeded"));
        card.Says.ShouldContain("api-green (v1.2.3) carries the traffic; api-blue (v1.2.2) stands by.");
        card.Says.ShouldContain("Check v1.2.3 on its preview");
        stage.Cluster.VersionsBehind("prod", "api").ShouldAllBe(version => version == "v1.2.3");
        stage.Cluster.Deployment("prod", "api-blue").Replicas.ShouldBe(3);
        var before = stage.Cluster.Changes.Count;
        await cleo.ClickAsync(card, "Roll back to v1.2.2");
        await stage.CardAsync(message => message.Shows("Roll api back to v1.2.2 in prod") && message.Shows("succeeded"));
        stage.Cluster.Changes.Count.ShouldBe(before + 1);
        stage.Cluster.Changes.Last().Resource.ShouldBe("services");
        stage.Cluster.VersionsBehind("prod", "api").ShouldAllBe(version => version == "v1.2.2");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
        (await ana.TypeAsync(Stage.Channel, "/status api prod")).Reply!.Says.ShouldContain("v1.2.2");
    }

    [Fact]
    public async Task What_is_not_well_on_its_preview_never_gets_traffic_and_is_scaled_down_again()
    {
        TwoColours("1h");
        stage.Health = HttpStatusCode.ServiceUnavailable;
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        await stage.CardAsync(message => message.Shows("Rolling back") && message.Shows("503, expected 200"));
        stage.Health = HttpStatusCode.OK;
        (await stage.CardAsync(message => message.Shows("⚠️ Rolled back"))).Says.ShouldContain("Scale v1.2.3 down again");
        stage.Cluster.Deployment("prod", "api-green").Replicas.ShouldBe(0);
        stage.Cluster.SelectorOf("prod", "api").ShouldBe("app=api,color=blue");
        stage.Cluster.Changes.ShouldNotContain(change => change.Resource == "services");
    }

    [Fact]
    public async Task After_it_was_kept_the_old_colour_is_scaled_down_although_the_process_was_killed_meanwhile()
    {
        TwoColours("2s");
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        await stage.CardAsync(message => message.Shows("v1.2.3") && message.Shows("carries the traffic"));
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await stage.Slack.MessageAsync(Stage.Channel, message => message.Shows("api-blue (v1.2.2) was scaled to zero"), TimeSpan.FromSeconds(30));
        stage.Cluster.Deployment("prod", "api-blue").Replicas.ShouldBe(0);
        stage.Cluster.VersionsBehind("prod", "api").ShouldAllBe(version => version == "v1.2.3");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);

        // Going back brings it up again before traffic moves.
        await stage.User(stage.Cleo, bot).ClickAsync(await stage.CardAsync(message => message.Shows("succeeded")), "Roll back to v1.2.2");
        await stage.CardAsync(message => message.Shows("Roll api back to v1.2.2 in prod") && message.Shows("succeeded"), 60);
        stage.Cluster.VersionsBehind("prod", "api").ShouldBe(["v1.2.2", "v1.2.2", "v1.2.2"]);
    }

    [Fact]
    public async Task A_rollout_is_held_at_its_part_although_the_process_is_killed_at_each_point_and_goes_on_once_somebody_says_so()
    {
        Runbook("""
              - deploy: rolling
                pause-at: 25%
                surge: 1
                unavailable: 0
                soak: 1s
                resume: ask
            """);
        stage.Cluster.DeadlineSteps = 100_000;
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3-slow prod");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        await Eventually.TrueAsync(() => stage.Cluster.Deployment("prod", "api").Version == "v1.2.3-slow");
        await RestartAsync();
        var card = await stage.CardAsync(message => message.Shows("Wait for go at 25% – waiting") && message.Shows("Held at 1 of 3 replicas."), 60);
        stage.Cluster.Deployment("prod", "api").ShouldSatisfyAllConditions(d => d.Paused.ShouldBeTrue(), d => d.Updated.ShouldBe(1));
        await RestartAsync();
        await stage.User(stage.Ana, bot).ClickAsync(card, "Go on");
        await Eventually.TrueAsync(() => !stage.Cluster.Deployment("prod", "api").Paused);
        await RestartAsync();
        await stage.CardAsync(message => message.Shows("succeeded"), 60);
        stage.Cluster.Deployment("prod", "api").ShouldSatisfyAllConditions(
            d => d.Version.ShouldBe("v1.2.3-slow"), d => d.Paused.ShouldBeFalse(), d => d.Updated.ShouldBe(3), d => d.Annotation("chatops.dev/pace").ShouldBeNull(),
            d => d.Json["spec"]!["strategy"]!["rollingUpdate"]!["maxSurge"]!.ToString().ShouldBe("25%"));
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task A_gate_that_trips_while_it_is_held_takes_it_back()
    {
        stage.Write("services/api.yaml", File.ReadAllText(Path.Combine(stage.Folder, "config", "services", "api.yaml")).TrimEnd() + $"\n    gates: {{ front-door: {{ http: \"{Health()}\", every: 1s, min-samples: 1 }} }}\n");
        Runbook("""
              - deploy: rolling
                pause-at: 25%
                soak: 10m
            """);
        stage.Settings["Http:AllowedHosts"] = "127.0.0.1";
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3-slow prod");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        await stage.CardAsync(message => message.Shows("Soak at 25% – running"), 60);
        stage.Cluster.Deployment("prod", "api").Paused.ShouldBeTrue();
        stage.Health = HttpStatusCode.ServiceUnavailable;
        await stage.CardAsync(message => message.Shows("Rolling back") && message.Shows("front-door"), 60);
        stage.Health = HttpStatusCode.OK;
        await stage.CardAsync(message => message.Shows("⚠️ Rolled back"), 60);
        stage.Cluster.Deployment("prod", "api").ShouldSatisfyAllConditions(d => d.Version.ShouldBe("v1.2.2"), d => d.Paused.ShouldBeFalse(), d => d.Updated.ShouldBe(3));
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task A_canary_takes_its_shares_soaks_and_is_rolled_out_to_all()
    {
        Runbook("""
              - deploy: canary
                steps: [10%, 50%, 100%]
                soak: 4s
            """);
        stage.Cluster.AddService("prod", "api", new() { ["app"] = "api" });
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        await stage.CardAsync(message => message.Shows("Soak at 10% – running"));
        stage.Cluster.VersionsBehind("prod", "api").Order(StringComparer.Ordinal).ShouldBe(["v1.2.2", "v1.2.2", "v1.2.2", "v1.2.3"]);
        await stage.CardAsync(message => message.Shows("Soak at 50% – running"));
        stage.Cluster.VersionsBehind("prod", "api").Count(version => version == "v1.2.3").ShouldBe(3);
        var card = await stage.CardAsync(message => message.Shows("succeeded"));
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.3");
        stage.Cluster.Deployment("prod", "api-canary").Replicas.ShouldBe(0);
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
        await stage.User(stage.Cleo, bot).ClickAsync(card, "Roll back to v1.2.2");
        await stage.CardAsync(message => message.Shows("Roll api back to v1.2.2 in prod") && message.Shows("succeeded"));
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.2");
    }

    [Fact]
    public async Task A_canary_gets_its_shares_by_the_weights_of_a_route_and_none_once_it_is_rolled_back()
    {
        stage.Cluster.AddService("prod", "api", new() { ["app"] = "api" });
        stage.Cluster.AddService("prod", "api-canary", new() { ["app"] = "api-canary" });
        stage.Cluster.AddRoute("prod", "api", ("api", 100), ("api-canary", 0));
        Runbook("""
              - deploy: canary
                steps: [5%, 25%, 100%]
                soak: 1s
                promote: ask
            """);
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        var card = await stage.CardAsync(message => message.Shows("Wait for go – waiting") && message.Shows("25% of the traffic by HTTPRoute api."), 60);
        stage.Cluster.WeightOf("prod", "api").ShouldBe("api=75,api-canary=25");
        await stage.User(stage.Cleo, bot).ClickAsync(card, "Roll back to v1.2.2");
        await stage.CardAsync(message => message.Shows("⚠️ Rolled back"), 60);
        stage.Cluster.WeightOf("prod", "api").ShouldBe("api=100,api-canary=0");
        stage.Cluster.Deployment("prod", "api-canary").Replicas.ShouldBe(0);
        stage.Cluster.Changes.ShouldNotContain(change => change.Name == "api" && change.Resource == "deployments");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task A_canary_that_is_rolled_back_while_it_soaks_is_scaled_to_zero_and_the_rest_was_never_touched()
    {
        Runbook("""
              - deploy: canary
                soak: 10m
            """);
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        var card = await stage.CardAsync(message => message.Shows("Soak at 5% – running"));
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await stage.User(stage.Cleo, bot).ClickAsync(card, "Roll back to v1.2.2");
        await stage.CardAsync(message => message.Shows("⚠️ Rolled back"));
        stage.Cluster.Deployment("prod", "api-canary").Replicas.ShouldBe(0);
        stage.Cluster.Changes.ShouldNotContain(change => change.Name == "api");
    }

    [Fact]
    public async Task A_migration_runs_as_a_job_and_when_it_fails_what_was_done_before_is_taken_back()
    {
        stage.Write("jobs/backup.yaml", Manifest("backup", "{version}"));
        stage.Write("jobs/migrate.yaml", Manifest("migrate", "fail"));
        stage.Write("jobs/restore.yaml", Manifest("restore", "from-backup"));
        stage.Cluster.Logs["migrate"] = ["adding column", "password=hunter2hunter2", "ERROR: relation carts does not exist"];
        Runbook("""
              - job: backup
                undo: [{ job: restore }]
              - job: migrate
                timeout: 10m
              - deploy: rolling
            """);
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        var card = await stage.CardAsync(message => message.Shows("⚠️ Rolled back"));
        card.Says.ShouldContain("failed with exit code 3");
        await stage.Slack.MessageAsync(Stage.Channel, message => message.Shows("failed with exit code 3"), TimeSpan.FromSeconds(20));
        stage.Cluster.Jobs("prod").Select(job => job["metadata"]!["name"]!.GetValue<string>()).ShouldBe(["backup-1-s2-1", "migrate-1-s3-1", "restore-1-undo-s2-u1-1"], ignoreOrder: true);
        stage.Cluster.Jobs("prod").Single(job => job["metadata"]!["name"]!.GetValue<string>() == "backup-1-s2-1").ToJsonString().ShouldContain("v1.2.3");
        stage.Slack.Messages.ShouldAllBe(message => !message.Says.Contains("hunter2", StringComparison.Ordinal));
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.2");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task A_job_that_is_given_up_is_ended()
    {
        stage.Write("jobs/load.yaml", Manifest("load", "hang"));
        Runbook("""
              - job: load
                reads-only: true
              - deploy: rolling
            """);
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        var card = await stage.CardAsync(message => message.Shows("The job load-1-s2-1 runs."));
        await ana.ClickAsync(card, "Abort");
        await stage.CardAsync(message => message.Shows("cancelled"));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (stage.Cluster.Jobs("prod").Count > 0) await Task.Delay(20, patience.Token);
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.2");
    }

    [Fact]
    public async Task What_is_not_in_its_registry_is_said_before_anybody_approves_be_it_the_new_version_or_the_one_to_go_back_to()
    {
        await using var registry = await RegistryStandIn.StartAsync();
        foreach (var version in (string[])["v1.2.2", "v1.2.3"]) registry.Images[$"api:{version}"] = true;
        stage.Settings["Registries:main:Host"] = "registry.example.com";
        stage.Settings["Registries:main:Address"] = registry.Address.AbsoluteUri;
        stage.Settings["Registries:main:User"] = RegistryStandIn.User;
        stage.Settings["Registries:main:Password"] = RegistryStandIn.Password;
        stage.Write("runbooks/rolling-deploy.yaml", """
            runbook: rolling-deploy
            steps:
              - checklist: Before
                items: [It was built: { verify: image }]
              - approval: "{service} {version} to {environment}"
                from: [release-managers]
              - deploy: rolling
              - check: health
            on-failure: { rollback: automatic }
            """);
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.4 prod");
        await stage.CardAsync(message => message.Shows("registry.example.com/api:v1.2.4 is not in the registry"));
        await ana.TypeAsync(Stage.Channel, "/abort 1 \"a wrong version\"");
        await stage.CardAsync(message => message.Shows("aborted"));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("To v1.2.2") && message.Shows("and its image is in the registry") && message.Shows("waiting for approval") && !message.Shows("No way back"));
        await ana.TypeAsync(Stage.Channel, "/abort 2 \"not yet\"");

        // It is cleaned away meanwhile.
        registry.Images.TryRemove("api:v1.2.2", out _);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("No way back: its image registry.example.com/api:v1.2.2 is no longer in the registry") && message.Shows("waiting for approval"));
    }

    private async Task RestartAsync()
    {
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
    }

    private string Health() => File.ReadAllText(Path.Combine(stage.Folder, "config", "services", "api.yaml")).Split('"').First(part => part.EndsWith("/health", StringComparison.Ordinal));

    private static string Manifest(string name, string argument) => $"""
        apiVersion: batch/v1
        kind: Job
        spec:
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: {name}
                  image: registry.example.com/{name}:v1
                  args: ["{argument}"]
        """;

    /// <summary>Two Deployments behind one Service; blue has the traffic.</summary>
    private void TwoColours(string keep)
    {
        stage.Cluster.Remove("deployments", "prod", "api");
        stage.Cluster.AddDeployment("prod", "api-blue", "registry.example.com/api:v1.2.2", labels: new() { ["app"] = "api", ["color"] = "blue" });
        stage.Cluster.AddDeployment("prod", "api-green", "registry.example.com/api:v1.2.1", 0, labels: new() { ["app"] = "api", ["color"] = "green" });
        stage.Cluster.AddService("prod", "api", new() { ["app"] = "api", ["color"] = "blue" });
        var service = File.ReadAllText(Path.Combine(stage.Folder, "config", "services", "api.yaml"));
        var url = service.Split('"').First(part => part.EndsWith("/health", StringComparison.Ordinal));
        stage.Write("services/api.yaml", service.Replace("image: registry", "service: api, image: registry", StringComparison.Ordinal) + $"\n    preview: [{{ url: \"{url}\", tries: 1, headers: {{ X-Preview: green }} }}]\n");
        Runbook($"""
              - deploy: blue-green
                keep: {keep}
            """);
    }

    private void Runbook(string deploy) => stage.Write("runbooks/rolling-deploy.yaml", $"""
        runbook: rolling-deploy
        steps:
          - approval: Production change
            from: [release-managers]
        {deploy}
          - check: health
        on-failure: {"{"} rollback: automatic {"}"}
        """);
}
