using System.Text.Json.Nodes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>The three kinds of patch that the stand-in takes. Each changes the object it is given.</summary>
internal static class JsonPatches
{
    private static readonly Dictionary<string, string> MergeKeys = new(StringComparer.Ordinal)
    {
        ["containers"] = "name", ["initContainers"] = "name", ["env"] = "name", ["volumes"] = "name", ["ports"] = "containerPort",
    };

    /// <summary>RFC 7386: null deletes, lists are replaced whole.</summary>
    public static void Merge(JsonObject target, JsonObject patch) => Merge(target, patch, strategic: false);

    /// <summary>Kubernetes' own: as a merge, but some lists are merged by a key.</summary>
    public static void Strategic(JsonObject target, JsonObject patch) => Merge(target, patch, strategic: true);

    /// <summary>RFC 6902: test, add, replace, remove. What is wrong, or null when all of it was applied.</summary>
    public static string? Apply(JsonObject target, JsonArray operations)
    {
        foreach (var operation in operations.OfType<JsonObject>())
        {
            var (op, path) = (operation["op"]?.GetValue<string>(), operation["path"]?.GetValue<string>() ?? "");
            var steps = path.Split('/')[1..].Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
            if (Walk(target, steps[..^1]) is not JsonObject parent) return $"{path} does not exist";
            var (name, value) = (steps[^1], operation["value"]?.DeepClone());
            switch (op)
            {
                case "test" when !JsonNode.DeepEquals(parent[name], value): return $"testing value {path} failed: test failed";
                case "replace" or "remove" when !parent.ContainsKey(name): return $"{op} of {path}: missing key";
                case "remove": parent.Remove(name); break;
                case "add" or "replace": parent[name] = value; break;
                case "test": break;
                default: return $"unexpected kind: {op}";
            }
        }
        return null;
    }

    private static JsonNode? Walk(JsonNode? at, string[] steps) => steps.Aggregate(at, (node, step) => (node as JsonObject)?[step]);

    private static void Merge(JsonObject target, JsonObject patch, bool strategic)
    {
        // A mapping that says so takes the place of what was there, rather than being merged into it.
        if (strategic && patch["$patch"]?.GetValue<string>() == "replace") target.Clear();
        foreach (var (key, value) in patch.Where(one => !strategic || one.Key != "$patch"))
        {
            switch (value)
            {
                case null: target.Remove(key); break;
                case JsonObject inner when target[key] is JsonObject known: Merge(known, inner, strategic); break;
                case JsonArray list when strategic && target[key] is JsonArray known && MergeKeys.TryGetValue(key, out var by): MergeList(known, list, by); break;
                default: target[key] = value.DeepClone(); break;
            }
        }
    }

    private static void MergeList(JsonArray known, JsonArray patch, string by)
    {
        foreach (var item in patch.OfType<JsonObject>())
        {
            var same = known.OfType<JsonObject>().FirstOrDefault(k => JsonNode.DeepEquals(k[by], item[by]));
            if (same is null) known.Add(item.DeepClone());
            else Merge(same, item, strategic: true);
        }
    }
}
