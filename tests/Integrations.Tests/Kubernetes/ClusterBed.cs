using System.Diagnostics;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>The targets as the bot wires them, beside a cluster that a kubeconfig leads to, with one Deployment of three replicas. What every cluster gives is here; what only the stand-in gives is in <see cref="Bed"/>.</summary>
internal abstract class ClusterBed : IAsyncDisposable
{
    private readonly ServiceProvider services;

    protected ClusterBed(string kubeconfig, KubernetesTimings timings, bool mayForce)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Kubernetes:Clusters:main:Kubeconfig"] = kubeconfig, ["Kubernetes:Clusters:main:MayForce"] = mayForce ? "true" : "false" })
            .Build();
        services = new ServiceCollection().AddLogging().AddSingleton(timings).AddKubernetes(configuration).BuildServiceProvider();
        Targets = services.GetServices<ITargets>().Single();
        Operations = services.GetServices<IOperations>().Single();
    }

    /// <summary>The Deployment that is there from the beginning: <c>api</c>.</summary>
    public abstract Target.Kubernetes Own { get; }

    public ITargets Targets { get; }

    public IOperations Operations { get; }

    /// <summary>How long anything may take before a test gives up.</summary>
    protected virtual TimeSpan Guard => TimeSpan.FromSeconds(20);

    /// <summary>The cluster as the bot speaks to it.</summary>
    protected ClusterClient Client => services.GetRequiredService<Clusters>().Client("main");

    public static Change To(string version, string key = "run-128/s1/1", long run = 128) =>
        new(new RunId(run), key, version, new Person("ana@example.com"), "ticket 7");

    public static T Done<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Done>().Value;

    public static Fault Never<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Never>().Fault;

    public static Outcome<T>.Later Later<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Later>();

    public Task<RolloutBegun> RollOutAsync(Change change) => RollOutAsync(Own, change);

    public async Task<RolloutBegun> RollOutAsync(Target target, Change change) => Done(await Targets.RollOutAsync(target, change, default));

    public Task<RolloutBegun> RollBackAsync(Change change, long? to = null) => RollBackAsync(Own, change, to);

    public async Task<RolloutBegun> RollBackAsync(Target target, Change change, long? to = null) => Done(await Targets.RollBackAsync(target, change, to, default));

    public Task<Sighting> LookAsync() => LookAsync(Own);

    public async Task<Sighting> LookAsync(Target target) => Done(await Targets.LookAsync(target, default));

    public Task<RolloutSighting> SeeAsync(Change change, Func<RolloutSighting, bool> wanted) => SeeAsync(Own, change, wanted);

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

    public Task<RolloutSighting> SeeAsync(Change change, RolloutPhase phase) => SeeAsync(Own, change, phase);

    public Task<RolloutSighting> SeeAsync(Target target, Change change, RolloutPhase phase) => SeeAsync(target, change, s => s.Phase == phase);

    /// <summary>Observes an operation until it is over.</summary>
    public async Task<OperationSighting> SettledAsync(Operation operation, string? before = null)
    {
        var began = Stopwatch.GetTimestamp();
        OperationSighting? last = null;
        while (true)
        {
            var wait = Nudge();
            last = Done(await Operations.ObserveAsync(Own, operation, before, wait > TimeSpan.Zero ? last : null, wait, default));
            if (last.Phase != OperationPhase.Progressing) return last;
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Guard, $"still {last}");
        }
    }

    public virtual ValueTask DisposeAsync() => services.DisposeAsync();

    /// <summary>Lets the cluster go on by a step where it goes on only when told to, and says how long a look may wait for news.</summary>
    protected abstract TimeSpan Nudge();
}
