using System.Text.Json.Nodes;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Changes;
using ChatOps.Testing.Kubernetes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>What somebody changes past the bot, as a watch of the cluster tells it: what, and under which manager's name.</summary>
public sealed class HandChangesTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Target.Kubernetes Api = new("main", "shop", "api", "registry.example.com/api");

    private readonly List<HandChange> told = [];
    private readonly CancellationTokenSource stop = new();
    private KubernetesStandIn cluster = null!;
    private ServiceProvider services = null!;
    private Task watching = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        cluster = await KubernetesStandIn.StartAsync();
        cluster.AddDeployment("shop", "api", "registry.example.com/api:v1.2.2");
        var kubeconfig = Path.GetTempFileName();
        cluster.WriteKubeconfig(kubeconfig);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Kubernetes:Clusters:main:Kubeconfig", kubeconfig)]).Build();
        services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddKubernetes(configuration).BuildServiceProvider();
        watching = services.GetRequiredService<IHandWatch>().WatchAsync([new WatchedPlace("api", "prod", Api)], TellAsync, stop.Token);
        await UntilAsync(() => cluster.OpenWatches > 0);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
        await services.DisposeAsync();
        await cluster.DisposeAsync();
    }

    public static TheoryData<string, string, string> Changes => new()
    {
        { """{"spec":{"replicas":7}}""", "kubectl-scale", "replicas changed from 3 to 7" },
        { """{"spec":{"paused":true}}""", "kubectl-rollout", "rollout paused" },
        { """{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-11-21T08:00:00Z"}}}}}""", "kubectl-rollout", "pods restarted" },
        { """{"spec":{"minReadySeconds":9}}""", "kubectl-patch", "settings changed" },
        { """{"spec":{"template":{"spec":{"priorityClassName":"high"}}}}""", "argocd-controller", "pod template changed" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_is_told_in_words_with_its_manager(string patch, string manager, string what)
    {
        cluster.ChangeByHand("shop", "api", one => Merge(one, JsonNode.Parse(patch)!.AsObject()), manager);
        await UntilAsync(() => Told.Count > 0);
        Told.ShouldHaveSingleItem().ShouldSatisfyAllConditions(one => one.What.ShouldBe(what), one => one.Manager.ShouldBe(manager), one => (DateTimeOffset.UtcNow - one.At).ShouldBeLessThan(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task What_the_bot_an_autoscaler_or_a_note_beside_it_changes_is_nobodys_hand()
    {
        cluster.ChangeByHand("shop", "api", one => one["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "registry.example.com/api:v1.2.3", "chatops");
        cluster.ChangeByHand("shop", "api", one => one["spec"]!["replicas"] = 5, "kube-controller-manager");
        cluster.ChangeByHand("shop", "api", one => one["metadata"]!["annotations"]!["note"] = "mine", "kubectl-annotate");

        // Several at once: each is said of whoever it was.
        cluster.ChangeByHand("shop", "api", one => one["spec"]!["template"]!["spec"]!["containers"]![0]!["resources"] = JsonNode.Parse("""{"limits":{"memory":"1Gi"}}"""), "kubectl-edit");
        await UntilAsync(() => Told.Count > 0);
        Told.ShouldHaveSingleItem().ShouldSatisfyAllConditions(one => one.Manager.ShouldBe("kubectl-edit"), one => one.What.ShouldBe("resources changed"));
    }

    [Fact]
    public async Task What_could_not_be_kept_is_told_again()
    {
        failures = 1;
        cluster.SetImageByHand("shop", "api", "registry.example.com/api:v6.6.6");
        await UntilAsync(() => Told.Count > 0);
        Told.Single().What.ShouldBe("image changed from v1.2.2 to v6.6.6");
        failures.ShouldBe(0);
    }

    private int failures;

    private IReadOnlyList<HandChange> Told
    {
        get
        {
            lock (told) return [.. told];
        }
    }

    private Task TellAsync(WatchedPlace place, HandChange change)
    {
        if (failures > 0)
        {
            failures--;
            throw new ChatOps.Runbooks.Work.StoreUnavailableException();
        }

        lock (told) told.Add(change);
        return Task.CompletedTask;
    }

    private static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is JsonObject inner && into[key] is JsonObject known) Merge(known, inner);
            else into[key] = value?.DeepClone();
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds()) await Task.Delay(20, patience.Token);
    }
}
