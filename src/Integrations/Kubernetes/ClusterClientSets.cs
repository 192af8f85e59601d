using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Workloads whose history is kept in ControllerRevisions.</summary>
internal sealed partial class ClusterClient
{
    public Task<PodSet> GetSetAsync(Target.Kubernetes target, CancellationToken cancellationToken) => target.Kind == WorkloadKind.StatefulSet
        ? OfSetAsync("get", HttpMethod.Get, "statefulsets", target, null, KubernetesJson.Default.StatefulSet, cancellationToken)
        : OfSetAsync("get", HttpMethod.Get, "daemonsets", target, null, KubernetesJson.Default.DaemonSet, cancellationToken);

    public Task<PodSet> PatchSetAsync(Target.Kubernetes target, Patch patch, CancellationToken cancellationToken) => target.Kind == WorkloadKind.StatefulSet
        ? OfSetAsync("patch", HttpMethod.Patch, "statefulsets", target, patch, KubernetesJson.Default.StatefulSet, cancellationToken)
        : OfSetAsync("patch", HttpMethod.Patch, "daemonsets", target, patch, KubernetesJson.Default.DaemonSet, cancellationToken);

    /// <summary>Every revision of a set that is still kept.</summary>
    public async Task<List<ControllerRevision>> ListRevisionsAsync(PodSet set, string @namespace, CancellationToken cancellationToken)
    {
        var (all, _) = await ListAsync(
            new ApiCall(Name, "list", "controllerrevisions", @namespace), Selected(Paths.ControllerRevisions(@namespace), set), KubernetesJson.Default.ObjectListControllerRevision, cancellationToken);
        return [.. Revisions.Of(set, all)];
    }

    public async Task<List<Pod>> ListPodsAsync(PodSet set, string @namespace, CancellationToken cancellationToken)
    {
        var (all, _) = await ListAsync(new ApiCall(Name, "list", "pods", @namespace), Selected(Paths.Pods(@namespace), set), KubernetesJson.Default.ObjectListPod, cancellationToken);
        return [.. all.Where(pod => pod.Metadata.IsControlledBy(set.Metadata.Uid))];
    }

    /// <summary>Deletes exactly this pod, and not one that was made in its place since.</summary>
    public async Task DeletePodAsync(string @namespace, Pod pod, CancellationToken cancellationToken)
    {
        var options = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1", ["preconditions"] = new JsonObject { ["uid"] = pod.Metadata.Uid } };
        await Fresh.FindAsync(ReadAsync(
            new ApiCall(Name, "delete", "pods", @namespace, pod.Metadata.Name), HttpMethod.Delete, $"{Paths.Pods(@namespace)}/{Uri.EscapeDataString(pod.Metadata.Name)}", Patch.Whole(options),
            KubernetesJson.Default.JsonObject, ObjectLimit, cancellationToken));
    }

    private async Task<PodSet> OfSetAsync<T>(string verb, HttpMethod method, string plural, Target.Kubernetes target, Patch? patch, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : PodSet
    {
        var path = $"{Paths.Sets(plural, target.Namespace)}/{Uri.EscapeDataString(target.Deployment)}{(patch is null ? "" : $"?fieldManager={Manager}")}";
        return await ReadAsync(new ApiCall(Name, verb, plural, target.Namespace, target.Deployment), method, path, patch, type, ObjectLimit, cancellationToken);
    }

    private static string Selected(string path, PodSet set) => $"{path}?labelSelector={Uri.EscapeDataString(set.Asks().Selector?.ToString() ?? "")}";
}
