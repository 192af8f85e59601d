using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What happens in one namespace, watched once for every run that deploys there.</summary>
internal sealed class NamespaceWatch : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private TaskCompletionSource next = NewSignal();

    public NamespaceWatch(ClusterClient client, string @namespace, KubernetesTimings timings, TimeProvider time, ILogger logger)
    {
        Deployments = new(client, "deployments", @namespace, Paths.Deployments(@namespace),
            KubernetesJson.Default.Deployment, KubernetesJson.Default.ObjectListDeployment, timings, time, logger, Signal);
        ReplicaSets = new(client, "replicasets", @namespace, Paths.ReplicaSets(@namespace),
            KubernetesJson.Default.ReplicaSet, KubernetesJson.Default.ObjectListReplicaSet, timings, time, logger, Signal);
        Pods = new(client, "pods", @namespace, Paths.Pods(@namespace),
            KubernetesJson.Default.Pod, KubernetesJson.Default.ObjectListPod, timings, time, logger, Signal);
        Warnings = new(client, "events", @namespace, Paths.Warnings(@namespace),
            KubernetesJson.Default.Event, KubernetesJson.Default.ObjectListEvent, timings, time, logger, Signal);
        StatefulSets = new(() => Begin(new ResourceWatch<StatefulSet>(client, "statefulsets", @namespace, Paths.Sets("statefulsets", @namespace),
            KubernetesJson.Default.StatefulSet, KubernetesJson.Default.ObjectListStatefulSet, timings, time, logger, Signal)));
        DaemonSets = new(() => Begin(new ResourceWatch<DaemonSet>(client, "daemonsets", @namespace, Paths.Sets("daemonsets", @namespace),
            KubernetesJson.Default.DaemonSet, KubernetesJson.Default.ObjectListDaemonSet, timings, time, logger, Signal)));
        Revisions = new(() => Begin(new ResourceWatch<ControllerRevision>(client, "controllerrevisions", @namespace, Paths.ControllerRevisions(@namespace),
            KubernetesJson.Default.ControllerRevision, KubernetesJson.Default.ObjectListControllerRevision, timings, time, logger, Signal)));
        Client = client;
        Running = Task.WhenAll(
            Deployments.RunAsync(stop.Token), ReplicaSets.RunAsync(stop.Token), Pods.RunAsync(stop.Token), Warnings.RunAsync(stop.Token));
        FirstLook = Task.WhenAll(Deployments.FirstAnswer, ReplicaSets.FirstAnswer, Pods.FirstAnswer, Warnings.FirstAnswer);
    }

    public ClusterClient Client { get; }

    public ResourceWatch<Deployment> Deployments { get; }

    public ResourceWatch<ReplicaSet> ReplicaSets { get; }

    public ResourceWatch<Pod> Pods { get; }

    public ResourceWatch<Event> Warnings { get; }

    /// <summary>Begun by the first run that deploys to one: whoever has none needs no right to list them.</summary>
    public Lazy<ResourceWatch<StatefulSet>> StatefulSets { get; }

    /// <inheritdoc cref="StatefulSets"/>
    public Lazy<ResourceWatch<DaemonSet>> DaemonSets { get; }

    /// <inheritdoc cref="StatefulSets"/>
    public Lazy<ResourceWatch<ControllerRevision>> Revisions { get; }

    /// <summary>Done when each resource that is always watched was listed once, or refused.</summary>
    public Task FirstLook { get; }

    public Task Running { get; }

    /// <summary>Done with the next change. Take it before reading, so that nothing falls between.</summary>
    public Task Next
    {
        get
        {
            lock (gate) return next.Task;
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
    }

    private ResourceWatch<T> Begin<T>(ResourceWatch<T> watch) where T : KubernetesObject
    {
        _ = watch.RunAsync(stop.Token);      // never throws, and ends with this
        return watch;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal()
    {
        TaskCompletionSource now;
        lock (gate) (now, next) = (next, NewSignal());
        now.SetResult();
    }
}
