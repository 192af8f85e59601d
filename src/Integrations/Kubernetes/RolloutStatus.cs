namespace ChatOps.Integrations.Kubernetes;

internal enum RolloutState
{
    Waiting,
    Done,
    DeadlineExceeded,
}

/// <summary>How a Deployment's rollout stands, by exactly the rules of <c>kubectl rollout status</c>.</summary>
/// <remarks>Source: kubectl's <c>polymorphichelpers/rollout_status.go</c>, 1.36. The order of the checks is part of the rules.</remarks>
internal readonly record struct RolloutStatus(RolloutState State, string Says)
{
    public static RolloutStatus Of(Deployment deployment)
    {
        var (meta, wanted, status) = (deployment.Metadata, deployment.Spec.Replicas, deployment.Status);
        if (meta.Generation > status.ObservedGeneration)
            return Waiting("Waiting for the cluster to take notice of the change.");
        if (status.Conditions?.FirstOrDefault(c => c.Type == "Progressing")?.Reason == "ProgressDeadlineExceeded")
            return new(RolloutState.DeadlineExceeded, $"Deployment {meta.Name} exceeded its progress deadline.");
        if (wanted is { } replicas && status.UpdatedReplicas < replicas)
            return Waiting($"{status.UpdatedReplicas} of {replicas} new replicas have been started.");
        if (status.Replicas > status.UpdatedReplicas)
            return Waiting($"{status.Replicas - status.UpdatedReplicas} old replicas are still to end.");
        if (status.AvailableReplicas < status.UpdatedReplicas)
            return Waiting($"{status.AvailableReplicas} of {status.UpdatedReplicas} updated replicas are available.");
        return new(RolloutState.Done, $"Deployment {meta.Name} is rolled out: {status.UpdatedReplicas} of {status.UpdatedReplicas} replicas are available.");
    }

    private static RolloutStatus Waiting(string says) => new(RolloutState.Waiting, says);
}
