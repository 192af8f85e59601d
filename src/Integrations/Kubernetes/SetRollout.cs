using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

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

    /// <summary>Why a set that is not updated by itself can't be rolled out.</summary>
    public static Fault ByHand(string name, string type) =>
        new("strategy-by-hand", $"The update strategy of {name} is {type}: nothing replaces its pods.", "Set it to RollingUpdate, or delete the pods by hand.");

    /// <summary>Updated only when somebody deletes a pod: nothing rolls out, and so nothing is ever done.</summary>
    private static RolloutStatus? NotRolling(UpdateStrategy? strategy) =>
        strategy?.Type is null or "RollingUpdate" ? null : new(RolloutState.DeadlineExceeded, $"Its update strategy is {strategy.Type}: only RollingUpdate has a rollout that could be followed.");

    private static RolloutStatus Waiting(string says) => new(RolloutState.Waiting, says);
}
