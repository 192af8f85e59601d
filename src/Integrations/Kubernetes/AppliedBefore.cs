using System.Text.Json.Nodes;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What was there before one object was applied, or pruned.</summary>
/// <param name="Existed">Whether it was there.</param>
/// <param name="Pruned">Whether it is to be deleted, since it is no longer in the folder.</param>
/// <param name="Back">What to apply to take it back: fields that this bot owned, and those that it changed, as they were. Of a pruned one, the whole of it. Null = nothing is kept.</param>
internal sealed record AppliedBefore(string ApiVersion, string Kind, string Namespace, string Name, string? Uid, bool Existed, bool Pruned, JsonObject? Back)
{
    public override string ToString() => $"{Kind.ToLowerInvariant()} {Name}";

    public static string Write(IEnumerable<AppliedBefore> all) => new JsonArray([.. all.Select(one => (JsonNode)new JsonObject
    {
        ["apiVersion"] = one.ApiVersion, ["kind"] = one.Kind, ["namespace"] = one.Namespace, ["name"] = one.Name, ["uid"] = one.Uid, ["existed"] = one.Existed, ["pruned"] = one.Pruned, ["back"] = one.Back?.DeepClone(),
    })]).ToJsonString();

    public static List<AppliedBefore> Read(string? before) => before is null ? [] : [.. JsonNode.Parse(before)!.AsArray().OfType<JsonObject>().Select(one => new AppliedBefore(
        one["apiVersion"].Text()!, one["kind"].Text()!, one["namespace"].Text() ?? "", one["name"].Text()!, one["uid"].Text(), one["existed"]!.GetValue<bool>(), one["pruned"]!.GetValue<bool>(), one["back"] as JsonObject))];
}
