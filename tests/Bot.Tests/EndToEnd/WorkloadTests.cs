using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>StatefulSets and DaemonSets by the front door: from a command in Slack to what runs in the cluster, and back.</summary>
public sealed class WorkloadTests : IAsyncLifetime
{
    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AddStatefulSet("prod", "api", "registry.example.com/api:v1.2.2");
        stage.Cluster.AddDaemonSet("prod", "api", "registry.example.com/api:v1.2.2");
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_stateful_set_is_held_at_a_part_although_the_process_is_killed_and_a_click_brings_it_to_all()
    {
        Of("statefulset", "timeout: 5m\n    pause-at: 30%\n    resume: ask");
        bot = await stage.StartBotAsync();
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await ApproveAsync();
        var card = await stage.CardAsync(message => message.Shows("Wait for go at 30% – waiting") && message.Shows("Held at 1 of 3 replicas."), 60);
        Versions().ShouldBe(["v1.2.2", "v1.2.2", "v1.2.3"]);
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).ClickAsync(card, "Go on");
        await stage.CardAsync(message => message.Shows("succeeded"), 60);
        Versions().ShouldBe(["v1.2.3", "v1.2.3", "v1.2.3"]);
        (await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/status api prod")).Reply!.Says.ShouldContain("v1.2.3");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.2");      // of the same name, and not meant
    }

    [Fact]
    public async Task A_broken_version_of_a_stateful_set_is_taken_back_by_itself_although_its_pod_never_got_ready()
    {
        Of("statefulset", "timeout: 5m");
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v9-crash prod");
        await ApproveAsync();
        (await stage.CardAsync(message => message.Shows("⚠️ Rolled back"), 60)).Says.ShouldContain("keeps ending");
        Versions().ShouldBe(["v1.2.2", "v1.2.2", "v1.2.2"]);
        stage.Cluster.ControllerRevisions("prod").Count(one => one["metadata"]!["ownerReferences"]![0]!["kind"]!.GetValue<string>() == "StatefulSet").ShouldBe(2);
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task A_daemon_set_is_rolled_out_and_taken_back_with_one_click()
    {
        Of("daemonset", "timeout: 5m");
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await ApproveAsync();
        var card = await stage.CardAsync(message => message.Shows("succeeded"), 60);
        stage.Cluster.DaemonSet("prod", "api").Version.ShouldBe("v1.2.3");
        await stage.User(stage.Cleo, bot).ClickAsync(card, "Roll back to v1.2.2");
        await stage.CardAsync(message => message.Shows("Roll api back to v1.2.2 in prod") && message.Shows("succeeded"), 60);
        stage.Cluster.DaemonSet("prod", "api").Version.ShouldBe("v1.2.2");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    private async Task ApproveAsync() => await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");

    /// <summary>The versions of the stateful set's pods, by their numbers from the lowest up.</summary>
    private string[] Versions() =>
    [
        .. stage.Cluster.Pods("prod").Where(pod => pod["metadata"]!["ownerReferences"]![0]!["kind"]!.GetValue<string>() == "StatefulSet")
            .OrderBy(pod => pod["metadata"]!["name"]!.GetValue<string>(), StringComparer.Ordinal).Select(pod => pod["spec"]!["containers"]![0]!["image"]!.GetValue<string>().Split(':')[1]),
    ];

    private void Of(string kind, string deploy)
    {
        stage.Rewrite("services/api.yaml", "deployment:", $"{kind}:");
        stage.Write("runbooks/rolling-deploy.yaml", $"runbook: rolling-deploy\nsteps:\n  - approval: Production change\n    from: [release-managers]\n  - deploy: rolling\n    {deploy}\n  - check: health\non-failure: {{ rollback: automatic }}\n");
    }
}
