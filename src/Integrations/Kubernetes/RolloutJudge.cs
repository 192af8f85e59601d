using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What a rollout looks like, from what is known of the namespace.</summary>
internal static class RolloutJudge
{
    public static RolloutSighting Gone(Target.Kubernetes target) => Ended(
        RolloutPhase.Failed, new Fault("target-deleted", $"Somebody deleted the {target}.", "Restore it, then start a new run."));

    public static RolloutSighting Recreated(Target.Kubernetes target) => Ended(
        RolloutPhase.Failed, new Fault("target-recreated", $"Somebody deleted the {target} and made it anew; this rollout went with the old one.", "Start a new run."));

    /// <summary>Whether the change is still what the workload is asked to be.</summary>
    public static bool IsSuperseded(KubernetesObject workload, ContainerImage? container, Change change) =>
        !Marks.AreOf(workload.Metadata, change)
        || container is null
        || !Images.IsOf(container.Image, workload.Metadata.Annotation(Marks.Version) ?? change.Version);

    public static RolloutSighting Superseded(Deployment deployment, ContainerImage? container, Change change)
    {
        var fault = Replaced(deployment, container, change);
        return Numbers(deployment, null, RolloutPhase.Superseded, fault.Why, fault);
    }

    public static Fault Replaced(KubernetesObject workload, ContainerImage? container, Change change) =>
        new("superseded", Hands.WhoReplaced(workload, container, change), "Look at what runs there before you deploy again.");

    /// <summary>The phase of a change that was not superseded.</summary>
    /// <param name="part">The share of replicas at which it is to be held; null = all are replaced.</param>
    /// <param name="blind">Why pods can't be read, where they can't: said, because a silent bot would seem to see no trouble.</param>
    public static RolloutSighting Of(
        Deployment deployment, IEnumerable<ReplicaSet> replicaSets, IEnumerable<Pod> pods, IReadOnlyCollection<Event> warnings, string? blind, int? part = null)
    {
        var status = RolloutStatus.Of(deployment);
        var newest = Newest(deployment, replicaSets);
        if (status.State == RolloutState.Done)
            return Numbers(deployment, newest, RolloutPhase.Complete, part is null ? status.Says : "Every replica runs it already: there was nothing left to hold.", null);
        var trouble = newest is null ? null : PodTrouble.Find(newest, pods.Where(p => p.Metadata.IsControlledBy(newest.Metadata.Uid)), warnings);
        if (status.State == RolloutState.DeadlineExceeded)
            return Numbers(deployment, newest, RolloutPhase.Failed, status.Says, Deadline(status, trouble));
        if (deployment.Spec.Paused && part is { } share) return HeldAt(share, Numbers(deployment, newest, RolloutPhase.Held, status.Says, trouble?.Fault), newest, trouble);
        if (deployment.Spec.Paused)
            return Numbers(deployment, newest, RolloutPhase.Held, $"Held: {Lower(status.Says)}", trouble?.Fault);
        // Until the controller saw the change, the newest replica set it has is the one before.
        if (trouble is { Fatal: true }) return Numbers(deployment, newest, RolloutPhase.Failed, trouble.Fault.Why, trouble.Fault);
        return Numbers(deployment, newest, RolloutPhase.Progressing, blind is null ? status.Says : $"{status.Says} ({blind})", trouble?.Fault);
    }

    /// <summary>A part is there when as many replicas as it takes are ready; what never gets ready is not waited for because it is held.</summary>
    private static RolloutSighting HeldAt(int percent, RolloutSighting seen, ReplicaSet? newest, PodTrouble? trouble)
    {
        // Not those that are available: while it is held, none has to be ready for long (see Pacing).
        seen = seen with { Ready = Math.Min(seen.Updated, newest?.Status.ReadyReplicas ?? 0) };
        var needed = Shares.Part(seen.Wanted, percent);
        if (trouble is { Fatal: true }) return seen with { Phase = RolloutPhase.Failed, Says = trouble.Fault.Why };
        return seen.Ready >= needed
            ? seen with { Phase = RolloutPhase.Complete, Says = $"Held at {seen.Updated} of {seen.Wanted} replicas." }
            : seen with { Says = $"Held at {seen.Updated} of {seen.Wanted} replicas; {seen.Ready} of {needed} are ready." };
    }

    /// <summary>The replica set of the current template: the oldest whose template equals it.</summary>
    public static ReplicaSet? Newest(Deployment deployment, IEnumerable<ReplicaSet> replicaSets) => replicaSets
        .Where(r => r.Metadata.IsControlledBy(deployment.Metadata.Uid))
        .OrderBy(r => r.Metadata.CreationTimestamp).ThenBy(r => r.Metadata.Name, StringComparer.Ordinal)
        .FirstOrDefault(r => Images.SameTemplate(r.Spec.Template, deployment.Spec.Template));

    private static Fault Deadline(RolloutStatus status, PodTrouble? trouble) => new(
        "deadline-exceeded", trouble is null ? status.Says : $"{status.Says} {trouble.Fault.Why}",
        trouble?.Fault.Next ?? "kubectl describe tells more.");

    private static RolloutSighting Numbers(Deployment deployment, ReplicaSet? newest, RolloutPhase phase, string says, Fault? trouble)
    {
        var status = deployment.Status;
        var observed = status.ObservedGeneration >= deployment.Metadata.Generation;
        var updated = observed ? status.UpdatedReplicas : 0;
        // "Ready" are the new ones: while old pods still serve, the deployment's own number counts them too.
        var ready = phase == RolloutPhase.Complete || newest is null ? status.AvailableReplicas : newest.Status.AvailableReplicas;
        return new RolloutSighting(phase, updated, Math.Min(updated, ready), deployment.Spec.Replicas ?? 1, says, trouble);
    }

    private static RolloutSighting Ended(RolloutPhase phase, Fault fault) => new(phase, 0, 0, 0, fault.Why, fault);

    private static string Lower(string says) => char.ToLowerInvariant(says[0]) + says[1..];
}
