using System.Text.Json.Nodes;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Where one object is: which cluster, kind, namespace and name.</summary>
internal sealed record Spot(ClusterObjects Objects, Resource Resource, string Namespace, string Name)
{
    public Task<JsonObject?> FindAsync(CancellationToken cancellationToken) => Objects.FindAsync(Resource, Namespace, Name, cancellationToken);

    public Task<JsonObject> GetAsync(CancellationToken cancellationToken) => Objects.GetAsync(Resource, Namespace, Name, cancellationToken);

    public override string ToString() => $"{Resource.Kind.ToLowerInvariant()} {Name}";
}
