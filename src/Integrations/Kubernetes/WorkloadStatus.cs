using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

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
        var seen = RolloutJudge.Of(deployment, watch.ReplicaSets.All, watch.Pods.All, [.. watch.Warnings.All], null);
        return seen.Phase switch
        {
            RolloutPhase.Complete => Complete(seen.Says),
            RolloutPhase.Failed => new(OperationPhase.Failed, seen.Says, seen.Trouble),
            RolloutPhase.Held => new(OperationPhase.Progressing, $"{seen.Says} Somebody paused it.", seen.Trouble),
            _ => new(OperationPhase.Progressing, seen.Says, seen.Trouble),
        };
    }

    private static OperationSighting OfStatefulSet(JsonObject set)
    {
        var (name, spec, status) = (set.Name(), set["spec"], set["status"]);
        if ((spec?["updateStrategy"]?["type"].Text() ?? "RollingUpdate") != "RollingUpdate") return ByHand(name);
        var observed = status?["observedGeneration"].Number() ?? 0;
        if (observed == 0 || set["metadata"]?["generation"].Number() > observed) return Waiting("Waiting for the cluster to take notice of the change.");
        var (wanted, ready, updated) = (spec?["replicas"].Number() ?? 0, status?["readyReplicas"].Number() ?? 0, status?["updatedReplicas"].Number() ?? 0);
        if (ready < wanted) return Waiting($"{wanted - ready} of {wanted} pods are still to become ready.");
        if (spec?["updateStrategy"]?["rollingUpdate"] is { } rolling)
        {
            var of = wanted - rolling["partition"].Number();
            return updated < of ? Waiting($"{updated} of {of} new pods have been started.") : Scaled(name, wanted, status);
        }

        return status?["updateRevision"].Text() != status?["currentRevision"].Text() ? Waiting($"{updated} of {wanted} new pods have been started.") : Scaled(name, wanted, status);
    }

    /// <summary>kubectl would be content; what is to be scaled down is waited for besides.</summary>
    private static OperationSighting Scaled(string name, long wanted, JsonNode? status) =>
        status?["replicas"].Number() is { } now && now > wanted ? Waiting($"{now - wanted} pods are still to end.") : Complete($"Statefulset {name} is as wanted: {wanted} of {wanted} pods are ready.");

    private static OperationSighting OfDaemonSet(JsonObject set)
    {
        var (name, status) = (set.Name(), set["status"]);
        if ((set["spec"]?["updateStrategy"]?["type"].Text() ?? "RollingUpdate") != "RollingUpdate") return ByHand(name);
        if (set["metadata"]?["generation"].Number() > (status?["observedGeneration"].Number() ?? 0)) return Waiting("Waiting for the cluster to take notice of the change.");
        var (wanted, updated, available) = (status?["desiredNumberScheduled"].Number() ?? 0, status?["updatedNumberScheduled"].Number() ?? 0, status?["numberAvailable"].Number() ?? 0);
        if (updated < wanted) return Waiting($"{updated} of {wanted} new pods have been started.");
        return available < wanted ? Waiting($"{available} of {wanted} updated pods are available.") : Complete($"Daemonset {name} is as wanted: {available} of {wanted} pods are available.");
    }

    /// <param name="revision">Of the pods that count, where it is known: trouble of others is not this change's.</param>
    private static OperationSighting WithPods(OperationSighting seen, JsonObject workload, NamespaceWatch watch, string? revision)
    {
        if (seen.Phase != OperationPhase.Progressing) return seen;
        var trouble = watch.Pods.All.Where(pod => pod.Metadata.IsControlledBy(workload.Uid()))
            .Where(pod => revision is null || pod.Metadata.Labels?.GetValueOrDefault("controller-revision-hash") == revision)
            .Select(PodTrouble.Of).OfType<PodTrouble>().OrderByDescending(one => one.Fatal).FirstOrDefault();
        return trouble is null ? seen : trouble.Fatal && revision is not null ? new(OperationPhase.Failed, trouble.Fault.Why, trouble.Fault) : seen with { Trouble = trouble.Fault };
    }

    private static OperationSighting ByHand(string name) => new(OperationPhase.Failed, $"The pods of {name} are replaced only when somebody deletes them.",
        new Fault("strategy-by-hand", $"The update strategy of {name} is OnDelete: nothing replaces its pods.", "Set it to RollingUpdate, or delete the pods by hand."));

    private static OperationSighting Waiting(string says) => new(OperationPhase.Progressing, says, null);

    private static OperationSighting Complete(string says) => new(OperationPhase.Complete, says, null);
}
