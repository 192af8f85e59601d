using System.Text.Json.Nodes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>StatefulSets and DaemonSets.</summary>
public sealed partial class KubernetesStandIn
{
    /// <summary>Adds a StatefulSet that is rolled out already.</summary>
    public StandInDeployment AddStatefulSet(string @namespace, string name, string image, int replicas = 3) => AddSet("statefulsets", StandInShapes.Set("StatefulSet", @namespace, name, image, replicas));

    /// <summary>Adds a DaemonSet that is rolled out already, on three nodes.</summary>
    public StandInDeployment AddDaemonSet(string @namespace, string name, string image) => AddSet("daemonsets", StandInShapes.Set("DaemonSet", @namespace, name, image, null));

    public StandInDeployment StatefulSet(string @namespace, string name) => new(store.Find("statefulsets", @namespace, name)!);

    public StandInDeployment DaemonSet(string @namespace, string name) => new(store.Find("daemonsets", @namespace, name)!);

    public IReadOnlyList<JsonObject> ControllerRevisions(string @namespace) => store.List("controllerrevisions", @namespace);

    private StandInDeployment AddSet(string resource, JsonObject set)
    {
        var (ns, name) = (set["metadata"]!["namespace"]!.GetValue<string>(), StandInShapes.Name(set));
        StandInFields.Own(null, set, "kubectl-client-side-apply");
        store.Put(resource, ns, set);
        Advance(((set["spec"]!["replicas"]?.GetValue<int>() ?? 3) * 3) + 6);
        return new(store.Find(resource, ns, name)!);
    }
}
