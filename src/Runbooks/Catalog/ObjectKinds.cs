using System.Collections.Immutable;

namespace ChatOps.Runbooks.Catalog;

/// <summary>Kinds of objects by the words that people write, and what may be done to them.</summary>
public static class ObjectKinds
{
    /// <summary>The word for the target's own workload.</summary>
    public const string Target = "target";

    private static readonly ImmutableDictionary<string, (string ApiVersion, string Kind)> Words = new Dictionary<string, (string, string)>
    {
        ["deployment"] = ("apps/v1", "Deployment"),
        ["statefulset"] = ("apps/v1", "StatefulSet"),
        ["daemonset"] = ("apps/v1", "DaemonSet"),
        ["service"] = ("v1", "Service"),
        ["configmap"] = ("v1", "ConfigMap"),
        ["secret"] = ("v1", "Secret"),
        ["serviceaccount"] = ("v1", "ServiceAccount"),
        ["persistentvolumeclaim"] = ("v1", "PersistentVolumeClaim"),
        ["pod"] = ("v1", "Pod"),
        ["job"] = ("batch/v1", "Job"),
        ["cronjob"] = ("batch/v1", "CronJob"),
        ["ingress"] = ("networking.k8s.io/v1", "Ingress"),
        ["networkpolicy"] = ("networking.k8s.io/v1", "NetworkPolicy"),
        ["horizontalpodautoscaler"] = ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ["poddisruptionbudget"] = ("policy/v1", "PodDisruptionBudget"),
        ["httproute"] = ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    }.ToImmutableDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> All => Words.Keys.Order(StringComparer.Ordinal);

    /// <summary>What <c>deployment/worker</c>, <c>cert-manager.io/v1/Certificate/api</c> or <c>target</c> names; null when that can't be told.</summary>
    public static ObjectRef? Read(string text) => text.Split('/') switch
    {
        [Target] => ObjectRef.Target,
        [var word, { Length: > 0 } name] when Words.TryGetValue(word, out var kind) => new ObjectRef(kind.ApiVersion, kind.Kind, name),
        ["v1", { Length: > 0 } kind, { Length: > 0 } name] => new ObjectRef("v1", kind, name),
        [{ Length: > 0 } group, { Length: > 0 } version, { Length: > 0 } kind, { Length: > 0 } name] => new ObjectRef($"{group}/{version}", kind, name),
        _ => null,
    };

    /// <summary>Whether its pods are replaced by a controller, so that it can be restarted and waited for.</summary>
    public static bool IsWorkload(string apiVersion, string kind) => apiVersion == "apps/v1" && kind is "Deployment" or "StatefulSet" or "DaemonSet";

    /// <summary>Whether it holds secrets: nothing of what is in it is kept or shown.</summary>
    public static bool IsSecret(string apiVersion, string kind) => apiVersion == "v1" && kind == "Secret";

    /// <summary>Kinds whose deletion takes along what nobody can make again.</summary>
    public static bool IsForGood(string kind) => kind is "Namespace" or "CustomResourceDefinition" or "PersistentVolume" or "PersistentVolumeClaim";
}
