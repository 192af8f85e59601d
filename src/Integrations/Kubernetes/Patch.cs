using System.Text.Json.Nodes;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>A change to an object, in one of the ways the API takes them.</summary>
internal sealed record Patch(string ContentType, JsonNode Body)
{
    public static Patch Strategic(JsonObject body) => new("application/strategic-merge-patch+json", body);

    public static Patch Merge(JsonObject body) => new("application/merge-patch+json", body);

    /// <summary>Not a change but an object to be made.</summary>
    public static Patch Whole(JsonObject body) => new("application/json", body);

    /// <summary>Server-side apply: exactly what is wanted of the object.</summary>
    public static Patch Apply(JsonObject body) => new("application/apply-patch+yaml", body);

    public static Patch Json(JsonArray operations) => new("application/json-patch+json", operations);
}
