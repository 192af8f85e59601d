using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>How the pods of one version do, by the shared watch of their namespace.</summary>
internal sealed class PodsOfVersion(Clusters clusters, TimeProvider time)
{
    /// <summary>How long the first list may take; afterwards the watch knows.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>Two clocks may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <param name="names">Deployments of the target: the one that is live, the one beside it, its canary.</param>
    /// <param name="since">When the change began: what restarted before says nothing about it.</param>
    public async Task<Outcome<PodsSeen>> SeeAsync(Target.Kubernetes target, IReadOnlyCollection<string> names, string version, DateTimeOffset since, CancellationToken cancellationToken)
    {
        using var lease = clusters.Watch(target.Cluster, target.Namespace);
        var watch = lease.Watch;
        try
        {
            await watch.FirstLook.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return new Outcome<PodsSeen>.Later($"The cluster {target.Cluster} has not listed the pods of {target.Namespace} within {Words.Duration(Patience)}.");
        }

        // What a watch knew before it broke may be old: that is no answer.
        if ((watch.Pods.Trouble ?? watch.ReplicaSets.Trouble ?? watch.Deployments.Trouble) is { } trouble) return trouble.ToOutcome<PodsSeen>();
        var deployments = names.Select(watch.Deployments.Find).OfType<Deployment>().ToList();
        if (deployments.Count == 0) return new Outcome<PodsSeen>.Later($"There is no {target}.");
        bool Runs(System.Text.Json.JsonElement template) => Images.Find(template, target) is { } container && Images.IsOf(container.Image, version);
        var sets = deployments.SelectMany(one => watch.ReplicaSets.Of(one.Metadata.Uid)).Where(set => Runs(set.Spec.Template));
        var pods = sets.SelectMany(set => watch.Pods.Of(set.Metadata.Uid)).Where(pod => pod.Metadata.DeletionTimestamp is null && pod.Status.Phase is not ("Succeeded" or "Failed")).ToList();
        return new Outcome<PodsSeen>.Done(Count(pods, deployments.Where(one => Runs(one.Spec.Template)).Sum(one => one.Spec.Replicas ?? 1), since - Skew));
    }

    public static PodsSeen Count(IReadOnlyCollection<Pod> pods, int wanted, DateTimeOffset since)
    {
        var containers = pods.SelectMany(pod => (pod.Status.ContainerStatuses ?? []).Select(container => (Pod: pod, Container: container))).ToList();
        var restarts = containers.Sum(one => one.Pod.Metadata.CreationTimestamp >= since ? one.Container.RestartCount : EndedSince(one.Container, since) ? 1 : 0);
        var killed = containers.Where(one => Ends(one.Container).Any(end => end.Reason == "OOMKilled" && (one.Pod.Metadata.CreationTimestamp >= since || end.FinishedAt >= since))).ToList();
        var worst = containers.Where(one => one.Container.RestartCount > 0).OrderByDescending(one => one.Container.RestartCount).Select(one => $"{one.Pod.Metadata.Name} ({one.Container.RestartCount})").Take(3).ToList();
        return new PodsSeen(pods.Count, pods.Count(pod => pod.Status.ContainerStatuses is { Count: > 0 } all && all.TrueForAll(container => container.Ready)), wanted, restarts, killed.Count)
        {
            Says = killed.Count > 0 ? $"out of memory: {string.Join(", ", killed.Take(3).Select(one => $"{one.Container.Name} of {one.Pod.Metadata.Name}"))}" : worst.Count > 0 ? $"restarted: {string.Join(", ", worst)}" : null,
        };
    }

    private static bool EndedSince(ContainerStatus container, DateTimeOffset since) => Ends(container).Any(end => end.FinishedAt >= since) && container.RestartCount > 0;

    private static IEnumerable<TerminatedState> Ends(ContainerStatus container) => new[] { container.State?.Terminated, container.LastState?.Terminated }.OfType<TerminatedState>();
}
