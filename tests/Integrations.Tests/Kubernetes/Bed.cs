using System.Diagnostics;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Testing.Kubernetes;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>A stand-in with one deployment, <c>api</c> in <c>shop</c>, three replicas of v1.2.2, that does what the test says, when the test says it.</summary>
internal sealed class Bed : ClusterBed
{
    /// <summary>Why tests that use this one are skipped where they are to run against a cluster of somebody's.</summary>
    private const string NeedsTheStandIn = "It breaks the stand-in on purpose, moves it step by step, or counts what arrived there: no other cluster lets it.";

    private readonly string folder;

    private Bed(KubernetesStandIn cluster, string folder, KubernetesTimings timings, bool mayForce)
        : base(KubeconfigOf(cluster, folder), timings, mayForce) => (Cluster, this.folder) = (cluster, folder);

    public static Target.Kubernetes Api { get; } = new("main", "shop", "api", "registry.example.com/api");

    /// <summary>Back-offs short enough for a test; everything else as in life.</summary>
    public static KubernetesTimings Quick { get; } = new()
    {
        Request = TimeSpan.FromSeconds(5), BackOffFirst = TimeSpan.FromMilliseconds(10), BackOffMost = TimeSpan.FromMilliseconds(50),
    };

    public override Target.Kubernetes Own => Api;

    public KubernetesStandIn Cluster { get; }

    public static async Task<Bed> StartAsync(KubernetesTimings? timings = null, bool mayForce = false)
    {
        Assert.SkipWhen(AnyBed.Given is not null, NeedsTheStandIn);
        var cluster = await KubernetesStandIn.StartAsync();
        cluster.AddDeployment("shop", "api", "registry.example.com/api:v1.2.2");
        return new Bed(cluster, Directory.CreateTempSubdirectory("chatops-k8s-").FullName, timings ?? Quick, mayForce);
    }

    public StandInDeployment Deployment() => Cluster.Deployment("shop", "api");

    /// <summary>Waits for something at the stand-in that nobody can await.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    protected override TimeSpan Nudge()
    {
        Cluster.Advance();
        return TimeSpan.Zero;
    }

    private static string KubeconfigOf(KubernetesStandIn cluster, string folder)
    {
        var path = Path.Combine(folder, "config");
        cluster.WriteKubeconfig(path);
        return path;
    }
}
