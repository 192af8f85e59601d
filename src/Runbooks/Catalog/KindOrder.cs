using System.Collections.Immutable;

namespace ChatOps.Runbooks.Catalog;

/// <summary>In which order kinds are applied: what others need comes first.</summary>
public static class KindOrder
{
    private static readonly ImmutableArray<ImmutableArray<string>> All =
    [
        ["Namespace"],
        ["CustomResourceDefinition"],
        ["ResourceQuota", "LimitRange", "PriorityClass", "RuntimeClass", "IngressClass", "StorageClass"],
        ["ConfigMap", "Secret"],
        ["PersistentVolume", "PersistentVolumeClaim"],
        ["ServiceAccount", "ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"],
        ["Service", "NetworkPolicy"],
        ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Job", "CronJob"],
        ["HorizontalPodAutoscaler", "PodDisruptionBudget"],
        [],
        ["Ingress", "Gateway", "HTTPRoute", "GRPCRoute"],
        ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService"],
    ];

    /// <summary>Kinds that are not known are custom resources: after what their controllers are, before what lets traffic in.</summary>
    public static int Of(string kind) => All.Select((wave, at) => wave.Contains(kind) ? at : -1).FirstOrDefault(at => at >= 0, All.IndexOf(All.First(wave => wave.IsEmpty)));
}
