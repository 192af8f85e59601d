using System.Diagnostics;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Kubernetes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>The targets as the bot wires them, beside a stand-in with one deployment: <c>api</c> in <c>shop</c>, three replicas of v1.2.2.</summary>
internal sealed class Bed : IAsyncDisposable
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(20);

    private readonly ServiceProvider services;
    private readonly string folder;

    private Bed(KubernetesStandIn cluster, string folder, KubernetesTimings timings, bool mayForce)
    {
        (Cluster, this.folder) = (cluster, folder);
        var kubeconfig = Path.Combine(folder, "config");
        cluster.WriteKubeconfig(kubeconfig);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Kubernetes:Clusters:main:Kubeconfig"] = kubeconfig, ["Kubernetes:Clusters:main:MayForce"] = mayForce ? "true" : "false" })
            .Build();
        services = new ServiceCollection().AddLogging().AddSingleton(timings).AddKubernetes(configuration).BuildServiceProvider();
        Targets = services.GetServices<ITargets>().Single();
        Operations = services.GetServices<IOperations>().Single();
    }

    public static Target.Kubernetes Api { get; } = new("main", "shop", "api", "registry.example.com/api");

    /// <summary>Back-offs short enough for a test; everything else as in life.</summary>
    public static KubernetesTimings Quick { get; } = new()
    {
        Request = TimeSpan.FromSeconds(5), BackOffFirst = TimeSpan.FromMilliseconds(10), BackOffMost = TimeSpan.FromMilliseconds(50),
    };

    public KubernetesStandIn Cluster { get; }

    public ITargets Targets { get; }

    public IOperations Operations { get; }

    public static async Task<Bed> StartAsync(KubernetesTimings? timings = null, bool mayForce = false)
    {
        var cluster = await KubernetesStandIn.StartAsync();
        cluster.AddDeployment("shop", "api", "registry.example.com/api:v1.2.2");
        return new Bed(cluster, Directory.CreateTempSubdirectory("chatops-k8s-").FullName, timings ?? Quick, mayForce);
    }

    public static Change To(string version, string key = "run-128/s1/1", long run = 128) =>
        new(new RunId(run), key, version, new Person("ana@example.com"), "ticket 7");

    public StandInDeployment Deployment() => Cluster.Deployment("shop", "api");

    public Task<RolloutBegun> RollOutAsync(Change change) => RollOutAsync(Api, change);

    public async Task<RolloutBegun> RollOutAsync(Target target, Change change) => Done(await Targets.RollOutAsync(target, change, default));

    public Task<RolloutBegun> RollBackAsync(Change change, long? to = null) => RollBackAsync(Api, change, to);

    public async Task<RolloutBegun> RollBackAsync(Target target, Change change, long? to = null) => Done(await Targets.RollBackAsync(target, change, to, default));

    public Task<Sighting> LookAsync() => LookAsync(Api);

    public async Task<Sighting> LookAsync(Target target) => Done(await Targets.LookAsync(target, default));

    public Task<RolloutSighting> SeeAsync(Change change, Func<RolloutSighting, bool> wanted) => SeeAsync(Api, change, wanted);

    /// <summary>Observes as the worker does, until what is seen is as wanted.</summary>
    public async Task<RolloutSighting> SeeAsync(Target target, Change change, Func<RolloutSighting, bool> wanted)
    {
        var began = Stopwatch.GetTimestamp();
        RolloutSighting? last = null;
        while (true)
        {
            var seen = await Targets.ObserveAsync(target, change, last, TimeSpan.FromSeconds(2), default);
            if (seen is Outcome<RolloutSighting>.Done { Value: var now })
            {
                if (wanted(now)) return now;
                last = now;
            }
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Guard, $"still {last}");
        }
    }

    public Task<RolloutSighting> SeeAsync(Change change, RolloutPhase phase) => SeeAsync(Api, change, phase);

    public Task<RolloutSighting> SeeAsync(Target target, Change change, RolloutPhase phase) => SeeAsync(target, change, s => s.Phase == phase);

    /// <summary>Waits for something at the stand-in that nobody can await.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Guard);
            await Task.Yield();
        }
    }

    public static T Done<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Done>().Value;

    public static Fault Never<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Never>().Fault;

    public static Outcome<T>.Later Later<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Later>();

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await Cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
