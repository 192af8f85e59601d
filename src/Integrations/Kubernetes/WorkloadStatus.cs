using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Whether a workload is what it is asked to be, by the rules of <c>kubectl rollout status</c>.</summary>
/// <remarks>Source: kubectl's <c>polymorphichelpers/rollout_status.go</c>, 1.36. The order of the checks is part of the rules.</remarks>
internal static class WorkloadStatus
{
    public static OperationSighting Of(JsonObject workload, NamespaceWatch watch) => workload["kind"].Text() switch
    {
        "Deployment" => OfDeployment(workload.Deserialize(KubernetesJson.Default.Deployment)!, watch),
        "StatefulSet" => WithPods(OfStatefulSet(workload), workload, watch, workload["status"]?["updateRevision"].Text()),
        _ => WithPods(OfDaemonSet(workload), workload, watch, null),
    };

    private static OperationSighting OfDeployment(Deployment deployment, NamespaceWatch watch)
    {
        var (sets, pods, warnings) = watch.Of(deployment);
        var seen = RolloutJudge.Of(deployment, sets, pods, warnings, null);
        return seen.Phase switch
        {
            RolloutPhase.Complete => Complete(seen.Says),
            RolloutPhase.Failed => new(OperationPhase.Failed, seen.Says, seen.Trouble),
            RolloutPhase.Held => new(OperationPhase.Progressing, $"{seen.Says} Somebody paused it.", seen.Trouble),
            _ => new(OperationPhase.Progressing, seen.Says, seen.Trouble),
        };
    }

    private static OperationSighting OfStatefulSet(JsonObject json)
    {
        var set = json.Deserialize(KubernetesJson.Default.StatefulSet)!;
        var seen = Seen(json, SetRollout.Of(set));

        // kubectl would be content; what is to be scaled down is waited for besides.
        return seen.Phase == OperationPhase.Complete && json["status"]?["replicas"].Number() is { } now && now > (set.Spec.Replicas ?? 0) ? Waiting($"{now - (set.Spec.Replicas ?? 0)} pods are still to end.") : seen;
    }

    private static OperationSighting OfDaemonSet(JsonObject json) => Seen(json, SetRollout.Of(json.Deserialize(KubernetesJson.Default.DaemonSet)!));

    private static OperationSighting Seen(JsonObject json, RolloutStatus status) => status.State switch
    {
        RolloutState.Done => Complete(status.Says),
        RolloutState.DeadlineExceeded => ByHand(json.Name()),
        _ => Waiting(status.Says),
    };

    /// <param name="revision">Of the pods that count, where it is known: trouble of others is not this change's.</param>
    private static OperationSighting WithPods(OperationSighting seen, JsonObject workload, NamespaceWatch watch, string? revision)
    {
        if (seen.Phase != OperationPhase.Progressing) return seen;
        var trouble = watch.Pods.Of(workload.Uid())
            .Where(pod => revision is null || pod.Metadata.Labels?.GetValueOrDefault("controller-revision-hash") == revision)
            .Select(PodTrouble.Of).OfType<PodTrouble>().OrderByDescending(one => one.Fatal).FirstOrDefault();
        return trouble is null ? seen : trouble.Fatal && revision is not null ? new(OperationPhase.Failed, trouble.Fault.Why, trouble.Fault) : seen with { Trouble = trouble.Fault };
    }

    private static OperationSighting ByHand(string name) => new(OperationPhase.Failed, $"The pods of {name} are replaced only when somebody deletes them.",
        SetRollout.ByHand(name, "OnDelete"));

    private static OperationSighting Waiting(string says) => new(OperationPhase.Progressing, says, null);

    private static OperationSighting Complete(string says) => new(OperationPhase.Complete, says, null);
}
