using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>The kinds of objects that the stand-in knows, and those that are taught to it by a CustomResourceDefinition.</summary>
internal sealed class StandInKinds
{
    private readonly ConcurrentDictionary<string, Kind> all = new(new Kind[]
    {
        new("", "v1", "pods", "Pod"), new("", "v1", "events", "Event"), new("", "v1", "services", "Service"), new("", "v1", "configmaps", "ConfigMap"), new("", "v1", "secrets", "Secret"),
        new("", "v1", "serviceaccounts", "ServiceAccount"), new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"), new("", "v1", "namespaces", "Namespace", false),
        new("apps", "v1", "deployments", "Deployment"), new("apps", "v1", "replicasets", "ReplicaSet"), new("apps", "v1", "statefulsets", "StatefulSet"), new("apps", "v1", "daemonsets", "DaemonSet"), new("apps", "v1", "controllerrevisions", "ControllerRevision"),
        new("batch", "v1", "jobs", "Job"), new("batch", "v1", "cronjobs", "CronJob"),
        new("networking.k8s.io", "v1", "ingresses", "Ingress"), new("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute"),
        new("rbac.authorization.k8s.io", "v1", "roles", "Role"), new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false),
        new("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"), new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false),
    }.ToDictionary(kind => kind.Plural), StringComparer.Ordinal);

    internal sealed record Kind(string Group, string Version, string Plural, string Name, bool Namespaced = true)
    {
        public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

        public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
    }

    public Kind? Find(string plural) => all.GetValueOrDefault(plural);

    /// <summary>An <c>APIResourceList</c>, or null when there is no such group.</summary>
    public JsonObject? Discover(string group, string version)
    {
        var kinds = all.Values.Where(kind => kind.Group == group && kind.Version == version).OrderBy(kind => kind.Plural, StringComparer.Ordinal).ToList();
        if (kinds.Count == 0) return null;
        var resources = kinds.SelectMany(kind => new[] { Resource(kind, kind.Plural), Resource(kind, kind.Plural + "/status") });
        return new JsonObject { ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = kinds[0].ApiVersion, ["resources"] = new JsonArray([.. resources]) };
    }

    /// <summary>What a definition adds.</summary>
    public void Learn(JsonObject definition)
    {
        var spec = definition["spec"]!;
        var kind = new Kind(spec["group"]!.GetValue<string>(), spec["versions"]![0]!["name"]!.GetValue<string>(), spec["names"]!["plural"]!.GetValue<string>(), spec["names"]!["kind"]!.GetValue<string>(), spec["scope"]!.GetValue<string>() == "Namespaced");
        all[kind.Plural] = kind;
    }

    private static JsonNode Resource(Kind kind, string name) => new JsonObject
    {
        ["name"] = name, ["singularName"] = kind.Name.ToLowerInvariant(), ["namespaced"] = kind.Namespaced, ["kind"] = kind.Name, ["verbs"] = new JsonArray("create", "delete", "get", "list", "patch", "update", "watch"),
    };
}
