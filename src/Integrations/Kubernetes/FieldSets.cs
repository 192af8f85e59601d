using System.Text.Json.Nodes;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Reads the books of who owns which field: <c>FieldsV1</c> of <c>metadata.managedFields</c>.</summary>
/// <remarks><c>f:NAME</c> is a field, <c>k:{…}</c> an entry of a list by its keys, <c>v:…</c> an entry by its value, <c>.</c> the thing itself; nothing below = all of it.</remarks>
internal static class FieldSets
{
    /// <summary>What a manager owns by server-side apply; empty when nothing.</summary>
    public static JsonObject Applied(JsonObject item) => (item["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>()
        .FirstOrDefault(book => book["manager"].Text() == ClusterClient.Manager && book["operation"].Text() == "Apply" && book["subresource"] is null)?["fieldsV1"] as JsonObject ?? [];

    /// <summary>Of these fields, those that an object has, with their values.</summary>
    public static JsonNode? Project(JsonNode? item, JsonObject fields)
    {
        if (item is null || fields.Count == 0) return item?.DeepClone();
        switch (item)
        {
            case JsonObject mapping:
                var some = new JsonObject();
                foreach (var (step, under) in fields)
                {
                    if (step.StartsWith("f:", StringComparison.Ordinal) && mapping.TryGetPropertyValue(step[2..], out var value)) some[step[2..]] = Project(value, under!.AsObject());
                }

                return some;
            case JsonArray list:
                return new JsonArray([.. list.Select(entry => fields.Select(one => Entry(entry, one.Key, one.Value!.AsObject())).FirstOrDefault(found => found is not null)).Where(found => found is not null)]);
            default:
                return item.DeepClone();
        }
    }

    /// <summary>Of these fields, those whose value differs between two objects and that the first one has.</summary>
    public static JsonObject Differing(JsonNode? before, JsonNode? after, JsonObject fields)
    {
        var some = new JsonObject();
        foreach (var (step, under) in fields.Where(one => one.Key != "."))
        {
            var (old, now, inner) = (Down(before, step), Down(after, step), under!.AsObject());
            if (old is null || JsonNode.DeepEquals(old, now)) continue;
            if (inner.All(one => one.Key == ".")) some[step] = new JsonObject();
            else if (Differing(old, now, inner) is { Count: > 0 } deeper) some[step] = deeper;
        }

        return some;
    }

    public static JsonObject Union(JsonObject one, JsonObject other)
    {
        var both = (JsonObject)one.DeepClone();
        foreach (var (step, under) in other)
        {
            // All of something is more than parts of it.
            both[step] = both[step] is JsonObject known ? known.Count == 0 || under!.AsObject().Count == 0 ? new JsonObject() : Union(known, under!.AsObject()) : under!.DeepClone();
        }

        return both;
    }

    private static JsonNode? Entry(JsonNode? entry, string step, JsonObject under)
    {
        if (step.StartsWith("v:", StringComparison.Ordinal)) return JsonNode.DeepEquals(entry, JsonNode.Parse(step[2..])) ? entry?.DeepClone() : null;
        if (Keys(step) is not { } keys || !Is(entry, keys)) return null;
        var some = (JsonObject)Project(entry, under)!;
        foreach (var (key, value) in keys) some[key] = value?.DeepClone();
        return some;
    }

    private static JsonNode? Down(JsonNode? at, string step) => at switch
    {
        JsonObject mapping when step.StartsWith("f:", StringComparison.Ordinal) => mapping[step[2..]],
        JsonArray list when Keys(step) is { } keys => list.FirstOrDefault(entry => Is(entry, keys)),
        JsonArray list when step.StartsWith("v:", StringComparison.Ordinal) => list.FirstOrDefault(entry => JsonNode.DeepEquals(entry, JsonNode.Parse(step[2..]))),
        _ => null,
    };

    private static JsonObject? Keys(string step) => step.StartsWith("k:", StringComparison.Ordinal) ? JsonNode.Parse(step[2..]) as JsonObject : null;

    private static bool Is(JsonNode? entry, JsonObject keys) => entry is JsonObject && keys.All(key => JsonNode.DeepEquals(entry[key.Key], key.Value));
}
