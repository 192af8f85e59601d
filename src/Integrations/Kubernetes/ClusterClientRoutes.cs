using System.Text.Json.Nodes;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>The calls about what shares traffic out. Whole objects: of what others wrote in them nothing may be lost.</summary>
internal sealed partial class ClusterClient
{
    public Task<List<JsonObject>> ListRoutesAsync(string @namespace, CancellationToken cancellationToken) => ListWholeAsync("httproutes", @namespace, Paths.HttpRoutes(@namespace), cancellationToken);

    public Task<List<JsonObject>> ListIngressesAsync(string @namespace, CancellationToken cancellationToken) => ListWholeAsync("ingresses", @namespace, Paths.Ingresses(@namespace), cancellationToken);

    /// <param name="resource">As permissions name it: <c>httproutes</c>, <c>ingresses</c>.</param>
    public Task<JsonObject> PatchRouteAsync(string resource, string @namespace, string name, Patch patch, CancellationToken cancellationToken) => ReadAsync(
        new ApiCall(Name, "patch", resource, @namespace, name), HttpMethod.Patch,
        $"{(resource == "ingresses" ? Paths.Ingresses(@namespace) : Paths.HttpRoutes(@namespace))}/{Uri.EscapeDataString(name)}?fieldManager={Manager}", patch, KubernetesJson.Default.JsonObject, ObjectLimit, cancellationToken);

    private async Task<List<JsonObject>> ListWholeAsync(string resource, string @namespace, string path, CancellationToken cancellationToken) =>
        (await ListAsync(new ApiCall(Name, "list", resource, @namespace), path, KubernetesJson.Default.ObjectListJsonObject, cancellationToken)).Items;
}
