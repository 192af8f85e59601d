using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>Who owns which fields, as the API server keeps it in <c>managedFields</c>. A field is the way to it, in the words of <c>FieldsV1</c>.</summary>
/// <remarks>Which lists have keys and which mappings are whole is told by their names, as far as the kinds here need it. Held to recordings of a real server by tests.</remarks>
internal static class StandInFields
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, string[]> ListKeys = new(StringComparer.Ordinal)
    {
        ["containers"] = ["name"], ["initContainers"] = ["name"], ["env"] = ["name"], ["volumes"] = ["name"], ["imagePullSecrets"] = ["name"], ["volumeMounts"] = ["mountPath"], ["conditions"] = ["type"],
    };

    private static readonly HashSet<string> Whole = ["selector", "nodeSelector", "matchLabels", "scaleTargetRef", "backend"];

    private static readonly HashSet<string> ServersOwn = ["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"];

    /// <summary>Every field that an object sets.</summary>
    public static HashSet<string> Of(JsonObject item)
    {
        var fields = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in item)
        {
            if (name is "kind" or "apiVersion" or "status") continue;
            if (name == "metadata") foreach (var (own, inner) in value!.AsObject().Where(field => !ServersOwn.Contains(field.Key))) Add(fields, "f:metadata\n", own, inner);
            else Add(fields, "", name, value);
        }

        return fields;
    }

    /// <summary>Books to a manager what an update changed, and from everybody else.</summary>
    public static void Own(JsonObject? before, JsonObject after, string manager)
    {
        var (old, now) = (before is null ? [] : Of(before), Of(after));
        var changed = now.Where(field => before is null || !old.Contains(field) || !JsonNode.DeepEquals(ValueOf(before, field), ValueOf(after, field)) && !field.EndsWith("\n.", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        var gone = old.Except(now).ToHashSet(StringComparer.Ordinal);
        if (changed.Count + gone.Count == 0) return;
        var books = Books(after);
        foreach (var book in books.Where(book => book.Manager != manager || book.Operation != "Update").ToList()) Keep(after, book.Manager, book.Operation, book.Fields.Except(changed).Except(gone), false);
        var mine = books.Find(book => book.Manager == manager && book.Operation == "Update")?.Fields ?? [];
        Keep(after, manager, "Update", mine.Except(gone).Union(changed), true);
    }

    public static List<Book> Books(JsonObject item) => [.. (item["metadata"]!["managedFields"] as JsonArray ?? []).OfType<JsonObject>().Where(book => book["subresource"] is null)
        .Select(book => new Book(book["manager"]!.GetValue<string>(), book["operation"]!.GetValue<string>(), book["apiVersion"]?.GetValue<string>() ?? "v1", Read(book["fieldsV1"]!.AsObject())))];

    public static void Keep(JsonObject item, string manager, string operation, IEnumerable<string> fields, bool touched)
    {
        var all = item["metadata"]!["managedFields"] as JsonArray ?? (JsonArray)(item["metadata"]!["managedFields"] = new JsonArray());
        var book = all.OfType<JsonObject>().FirstOrDefault(one => one["manager"]!.GetValue<string>() == manager && one["operation"]!.GetValue<string>() == operation && one["subresource"] is null);
        var wanted = Write(fields);
        if (wanted.Count == 0)
        {
            if (book is not null) all.Remove(book);
            return;
        }

        if (book is null) all.Add(book = new JsonObject { ["manager"] = manager, ["operation"] = operation, ["apiVersion"] = item["apiVersion"]?.DeepClone() ?? "apps/v1", ["time"] = StandInShapes.Now, ["fieldsType"] = "FieldsV1" });
        if (touched && !JsonNode.DeepEquals(book["fieldsV1"], wanted)) book["time"] = StandInShapes.Now;
        book["fieldsV1"] = wanted;
    }

    public static JsonNode? ValueOf(JsonObject item, string field) => field.Split('\n').Where(step => step != ".").Aggregate((JsonNode?)item, Down);

    /// <summary>Takes a field out; what is left empty on the way stays.</summary>
    public static void Remove(JsonObject item, string field)
    {
        var steps = field.Split('\n').Where(step => step != ".").ToArray();
        switch (steps[..^1].Aggregate((JsonNode?)item, Down))
        {
            case JsonObject mapping: mapping.Remove(steps[^1][2..]); break;
            case JsonArray list when Down(list, steps[^1]) is { } entry: list.Remove(entry); break;
            default: break;
        }
    }

    /// <summary>Puts one object's fields over another's: mappings and lists with keys are joined, all else is replaced.</summary>
    public static void Merge(JsonObject target, JsonObject wanted, string name = "")
    {
        foreach (var (key, value) in wanted)
        {
            switch (value, target[key])
            {
                case (JsonObject { Count: > 0 } inner, JsonObject known) when !Whole.Contains(key): Merge(known, inner, key); break;
                case (JsonArray list, JsonArray known) when KeysOf(key, list) is { } keys: MergeList(known, list, keys); break;
                default: target[key] = value?.DeepClone(); break;
            }
        }
    }

    /// <summary>As the server writes it in messages: <c>.spec.template.spec.containers[name="web"].image</c>.</summary>
    public static string InWords(string field) => string.Concat(field.Split('\n').Select(step => step.StartsWith("k:", StringComparison.Ordinal)
        ? $"[{string.Join(',', JsonNode.Parse(step[2..])!.AsObject().Select(key => $"{key.Key}={key.Value!.ToJsonString(Plain)}"))}]" : $".{step[2..]}"));

    private static void MergeList(JsonArray known, JsonArray wanted, string[] keys)
    {
        foreach (var entry in wanted.OfType<JsonObject>())
        {
            if (known.OfType<JsonObject>().FirstOrDefault(one => keys.All(key => JsonNode.DeepEquals(one[key], entry[key]))) is { } same) Merge(same, entry);
            else known.Add(entry.DeepClone());
        }
    }

    private static void Add(HashSet<string> fields, string way, string name, JsonNode? value)
    {
        var at = $"{way}f:{name}";
        switch (value)
        {
            case JsonObject { Count: > 0 } mapping when !Whole.Contains(name):
                foreach (var (key, inner) in mapping) Add(fields, at + "\n", key, inner);
                break;
            case JsonArray { Count: > 0 } list when KeysOf(name, list) is { } keys:
                foreach (var entry in list.OfType<JsonObject>())
                {
                    var key = new JsonObject(keys.Select(one => KeyValuePair.Create(one, entry[one]?.DeepClone())));
                    fields.Add($"{at}\nk:{key.ToJsonString(Plain)}\n.");
                    foreach (var (inner, of) in entry) Add(fields, $"{at}\nk:{key.ToJsonString(Plain)}\n", inner, of);
                }

                break;
            default:
                fields.Add(at);
                break;
        }
    }

    private static string[]? KeysOf(string name, JsonArray list) => name switch
    {
        "ports" when list.All(entry => entry?["containerPort"] is not null) => ["containerPort", "protocol"],
        "ports" when list.All(entry => entry?["port"] is not null) => ["port", "protocol"],
        _ => ListKeys.GetValueOrDefault(name),
    };

    private static JsonNode? Down(JsonNode? at, string step) => at switch
    {
        JsonObject mapping when step.StartsWith("f:", StringComparison.Ordinal) => mapping[step[2..]],
        JsonArray list when step.StartsWith("k:", StringComparison.Ordinal) && JsonNode.Parse(step[2..]) is JsonObject key => list.FirstOrDefault(entry => key.All(one => JsonNode.DeepEquals(entry?[one.Key], one.Value))),
        _ => null,
    };

    public static HashSet<string> Read(JsonObject fields)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        Walk(fields, "");
        return all;

        void Walk(JsonObject at, string way)
        {
            foreach (var (step, inner) in at)
            {
                if (inner is JsonObject { Count: > 0 } deeper) Walk(deeper, $"{way}{step}\n");
                else all.Add(way + step);
            }
        }
    }

    private static JsonObject Write(IEnumerable<string> fields)
    {
        var root = new JsonObject();
        foreach (var field in fields.Order(StringComparer.Ordinal))
        {
            var at = root;
            foreach (var step in field.Split('\n')) at = (at[step] ??= new JsonObject()).AsObject();
        }

        return root;
    }

    internal sealed record Book(string Manager, string Operation, string ApiVersion, HashSet<string> Fields);
}
