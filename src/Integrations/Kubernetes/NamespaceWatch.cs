using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What happens in one namespace, watched once for every run that deploys there.</summary>
internal sealed class NamespaceWatch : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private Dictionary<string, TaskCompletionSource> waiting = new(StringComparer.Ordinal);

    public NamespaceWatch(ClusterClient client, string @namespace, KubernetesTimings timings, TimeProvider time, ILogger logger)
    {
        Deployments = new(client, "deployments", @namespace, Paths.Deployments(@namespace),
            KubernetesJson.Default.Deployment, KubernetesJson.Default.ObjectListDeployment, _ => null, timings, time, logger, one => Tell(one, Concerned));
        ReplicaSets = new(client, "replicasets", @namespace, Paths.ReplicaSets(@namespace),
            KubernetesJson.Default.ReplicaSet, KubernetesJson.Default.ObjectListReplicaSet, one => one.Metadata.Controller?.Uid, timings, time, logger, one => Tell(one, Concerned));
        Pods = new(client, "pods", @namespace, Paths.Pods(@namespace),
            KubernetesJson.Default.Pod, KubernetesJson.Default.ObjectListPod, one => one.Metadata.Controller?.Uid, timings, time, logger, one => Tell(one, Concerned));
        Warnings = new(client, "events", @namespace, Paths.Warnings(@namespace),
            KubernetesJson.Default.Event, KubernetesJson.Default.ObjectListEvent, one => one.InvolvedObject?.Uid, timings, time, logger, one => Tell(one, Concerned));
        StatefulSets = new(() => Begin(new ResourceWatch<StatefulSet>(client, "statefulsets", @namespace, Paths.Sets("statefulsets", @namespace),
            KubernetesJson.Default.StatefulSet, KubernetesJson.Default.ObjectListStatefulSet, _ => null, timings, time, logger, one => Tell(one, set => set.Metadata.Name))));
        DaemonSets = new(() => Begin(new ResourceWatch<DaemonSet>(client, "daemonsets", @namespace, Paths.Sets("daemonsets", @namespace),
            KubernetesJson.Default.DaemonSet, KubernetesJson.Default.ObjectListDaemonSet, _ => null, timings, time, logger, one => Tell(one, set => set.Metadata.Name))));
        Revisions = new(() => Begin(new ResourceWatch<ControllerRevision>(client, "controllerrevisions", @namespace, Paths.ControllerRevisions(@namespace),
            KubernetesJson.Default.ControllerRevision, KubernetesJson.Default.ObjectListControllerRevision, one => one.Metadata.Controller?.Uid, timings, time, logger, one => Tell(one, revision => revision.Metadata.Controller?.Name))));
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

    /// <summary>Done with the next change that concerns the workload of a name. Take it before reading, so that nothing falls between.</summary>
    /// <remarks>Others' changes wake nobody: where fifty rollouts share a namespace, each would look at everything of all of them.</remarks>
    public Task NewsOf(string workload)
    {
        lock (gate)
        {
            if (!waiting.TryGetValue(workload, out var next)) waiting[workload] = next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return next.Task;
        }
    }

    /// <summary>What belongs to a Deployment: its replica sets, their pods, and the warnings about any of these.</summary>
    public (IReadOnlyCollection<ReplicaSet> ReplicaSets, IReadOnlyCollection<Pod> Pods, IReadOnlyCollection<Event> Warnings) Of(Deployment deployment)
    {
        var sets = ReplicaSets.Of(deployment.Metadata.Uid).ToList();
        var pods = sets.SelectMany(set => Pods.Of(set.Metadata.Uid)).ToList();
        return (sets, pods, [.. sets.SelectMany(set => Warnings.Of(set.Metadata.Uid)), .. pods.SelectMany(pod => Warnings.Of(pod.Metadata.Uid))]);
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
    }

    private ResourceWatch<T> Begin<T>(ResourceWatch<T> watch)
        where T : KubernetesObject
    {
        _ = watch.RunAsync(stop.Token);      // never throws, and ends with this
        return watch;
    }

    /// <summary>Wakes whoever waits for news of the workload that a change concerns, or everybody where it may concern any.</summary>
    private void Tell<T>(T? changed, Func<T, string?> concerned)
        where T : KubernetesObject
    {
        List<TaskCompletionSource> woken = [];
        lock (gate)
        {
            if (changed is null)
            {
                woken = [.. waiting.Values];
                waiting = new(StringComparer.Ordinal);
            }
            else if (concerned(changed) is { } workload && waiting.Remove(workload, out var next))
            {
                woken = [next];
            }
        }

        foreach (var one in woken) one.SetResult();
    }

    private static string? Concerned(Deployment deployment) => deployment.Metadata.Name;

    private static string? Concerned(ReplicaSet? set) => set?.Metadata.Controller is { Kind: "Deployment" } by ? by.Name : null;

    // A link that is not known yet is no loss: whoever it concerns is woken when it comes.
    private string? Concerned(Pod pod) => pod.Metadata.Controller switch
    {
        { Kind: "ReplicaSet", Name: { } set } => Concerned(ReplicaSets.Find(set)),
        { Kind: "StatefulSet" or "DaemonSet", Name: var name } => name,
        _ => null,
    };

    private string? Concerned(Event warning) => warning.InvolvedObject switch
    {
        { Kind: "Pod", Name: { } name } => Pods.Find(name) is { } pod ? Concerned(pod) : null,
        { Kind: "ReplicaSet", Name: { } name } => Concerned(ReplicaSets.Find(name)),
        { Kind: "Deployment" or "StatefulSet" or "DaemonSet", Name: var name } => name,
        _ => null,
    };
}
