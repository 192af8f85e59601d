namespace ChatOps.Integrations.Kubernetes;

internal sealed record DaemonSet : KubernetesObject
{
    public DaemonSetSpec Spec { get; init; } = new();
    public DaemonSetStatus Status { get; init; } = new();
}

internal sealed record DaemonSetSpec
{
    public UpdateStrategy? UpdateStrategy { get; init; }
}

internal sealed record DaemonSetStatus
{
    public long ObservedGeneration { get; init; }
    public int DesiredNumberScheduled { get; init; }
    public int UpdatedNumberScheduled { get; init; }
    public int NumberAvailable { get; init; }
}

internal sealed record StatefulSet : KubernetesObject
{
    public StatefulSetSpec Spec { get; init; } = new();
    public StatefulSetStatus Status { get; init; } = new();
}

internal sealed record StatefulSetSpec
{
    public int? Replicas { get; init; }
    public UpdateStrategy? UpdateStrategy { get; init; }
}

internal sealed record StatefulSetStatus
{
    public long ObservedGeneration { get; init; }
    public int ReadyReplicas { get; init; }
    public int UpdatedReplicas { get; init; }
    public string? CurrentRevision { get; init; }
    public string? UpdateRevision { get; init; }
}

internal sealed record UpdateStrategy(string? Type, RollingUpdateOfSet? RollingUpdate);

internal sealed record RollingUpdateOfSet(int? Partition);

/// <summary>How the rollout of a StatefulSet or a DaemonSet stands, by the rules of <c>kubectl rollout status</c>.</summary>
/// <remarks>Source as for <see cref="RolloutStatus"/>. Neither has a deadline of its own: whoever waits brings one.</remarks>
internal static class SetRollout
{
    public static RolloutStatus Of(DaemonSet set)
    {
        if (NotRolling(set.Spec.UpdateStrategy) is { } unknown) return unknown;
        var status = set.Status;
        if (set.Metadata.Generation > status.ObservedGeneration) return Waiting("Waiting for the cluster to take notice of the change.");
        if (status.UpdatedNumberScheduled < status.DesiredNumberScheduled) return Waiting($"{status.UpdatedNumberScheduled} of {status.DesiredNumberScheduled} new pods have been started.");
        if (status.NumberAvailable < status.DesiredNumberScheduled) return Waiting($"{status.NumberAvailable} of {status.DesiredNumberScheduled} updated pods are available.");
        return new(RolloutState.Done, $"Daemon set {set.Metadata.Name} is rolled out: {status.NumberAvailable} of {status.DesiredNumberScheduled} pods are available.");
    }

    public static RolloutStatus Of(StatefulSet set)
    {
        if (NotRolling(set.Spec.UpdateStrategy) is { } unknown) return unknown;
        var (wanted, status) = (set.Spec.Replicas, set.Status);
        if (status.ObservedGeneration == 0 || set.Metadata.Generation > status.ObservedGeneration) return Waiting("Waiting for the cluster to take notice of the change.");
        if (wanted is { } replicas && status.ReadyReplicas < replicas) return Waiting($"{replicas - status.ReadyReplicas} pods are still to be ready.");
        if (set.Spec.UpdateStrategy?.RollingUpdate is { } rolling)
        {
            // The server fills in a partition of 0, so this is the usual branch.
            if (wanted is { } all && rolling.Partition is { } from && status.UpdatedReplicas < all - from) return Waiting($"{status.UpdatedReplicas} of {all - from} pods of the partition have been updated.");
            return new(RolloutState.Done, $"Stateful set {set.Metadata.Name} is rolled out: {status.UpdatedReplicas} pods are updated{(rolling.Partition > 0 ? $", those from number {rolling.Partition} on" : "")}.");
        }

        return status.UpdateRevision != status.CurrentRevision
            ? Waiting($"{status.UpdatedReplicas} pods are at revision {status.UpdateRevision}; the others are still to follow.")
            : new(RolloutState.Done, $"Stateful set {set.Metadata.Name} is rolled out: every pod is at revision {status.CurrentRevision}.");
    }

    /// <summary>Updated only when somebody deletes a pod: nothing rolls out, and so nothing is ever done.</summary>
    private static RolloutStatus? NotRolling(UpdateStrategy? strategy) =>
        strategy?.Type is null or "RollingUpdate" ? null : new(RolloutState.DeadlineExceeded, $"Its update strategy is {strategy.Type}: only RollingUpdate has a rollout that could be followed.");

    private static RolloutStatus Waiting(string says) => new(RolloutState.Waiting, says);
}
