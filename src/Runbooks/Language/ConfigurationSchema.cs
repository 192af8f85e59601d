using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>JSON Schemas of the language, for editors: made from the shapes that the reader checks by.</summary>
public static class ConfigurationSchema
{
    /// <summary>Which schemas there are: the folder or file each is for.</summary>
    public static ImmutableArray<string> Names { get; } = ["services", "runbooks", "access", "calendar", "alerts", "oncall", "incidents"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema (draft 2020-12) for a kind of file, or null when there is none of that name.</summary>
    public static string? For(string name)
    {
        Shape? shape = name switch { "services" => ServiceShapes.Service, "runbooks" => RunbookShapes.Runbook, "access" => AccessShapes.Access, "calendar" => CalendarShapes.Calendar, "alerts" => AlertShapes.Alerts, "oncall" => OnCallShapes.OnCall, "incidents" => IncidentShapes.Incidents, _ => null };
        if (shape is null) return null;
        var schema = Of(shape);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", $"ChatOps {name}");
        if (shape == RunbookShapes.Runbook) schema["$defs"] = new JsonObject { ["step"] = Of(RunbookShapes.Step) };
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Of(Shape shape)
    {
        var properties = new JsonObject();
        foreach (var key in shape.Keys.Where(key => key.Kind != ValueKind.NotYet)) properties[key.Name] = Of(key);
        var schema = new JsonObject { ["description"] = shape.Says, ["type"] = shape.MayBeEmpty ? new JsonArray("object", "null") : "object", ["additionalProperties"] = false, ["properties"] = properties };
        var required = shape.Keys.Where(key => key.Required).Select(key => (JsonNode)key.Name).ToArray();
        if (required.Length > 0) schema["required"] = new JsonArray(required);
        if (shape == RunbookShapes.Step) Kinds(schema);
        if (shape == ServiceShapes.Kubernetes) schema["oneOf"] = new JsonArray([.. ServiceShapes.Workloads.Select(workload => (JsonNode)new JsonObject { ["required"] = new JsonArray(workload) })]);
        return schema;
    }

    /// <summary>A step is of one kind, has what that kind needs, and nothing of another.</summary>
    private static void Kinds(JsonObject schema)
    {
        schema["oneOf"] = new JsonArray([.. RunbookShapes.StepKinds.Select(kind => (JsonNode)Only(kind))]);
        var needs = new JsonObject();
        foreach (var kind in RunbookShapes.Step.Keys.Where(key => key.NeededThere).GroupBy(key => key.OnlyIn!))
            needs[kind.Key] = new JsonArray([.. kind.Select(key => (JsonNode)key.Name)]);
        foreach (var key in RunbookShapes.Step.Keys.Where(key => key.OnlyIn is not null && !key.OnlyIn.Contains(' ', StringComparison.Ordinal))) needs[key.Name] = new JsonArray(key.OnlyIn!);
        schema["dependentRequired"] = needs;
    }

    /// <summary>A soak beside deploy is not a step of its own, but how long each share of a canary soaks.</summary>
    private static JsonObject Only(string kind)
    {
        var only = new JsonObject { ["required"] = new JsonArray(kind) };
        if (kind == "soak") only["not"] = new JsonObject { ["required"] = new JsonArray("deploy") };
        return only;
    }

    private static JsonObject Of(Key key)
    {
        var schema = key.Kind switch
        {
            ValueKind.Number => new JsonObject { ["type"] = "integer", ["minimum"] = key.Least, ["maximum"] = key.Most },
            ValueKind.Flag => new JsonObject { ["type"] = "boolean" },
            ValueKind.Duration => new JsonObject { ["type"] = "string", ["pattern"] = "^([0-9]+(ms|s|m|min|h|d))+$" },
            ValueKind.Texts => TextOrTexts(),
            ValueKind.Mapping => Of(key.Of!),
            ValueKind.Mappings => new JsonObject { ["type"] = "array", ["items"] = Of(key.Of!) },
            ValueKind.OneOrMore => new JsonObject { ["anyOf"] = new JsonArray(Of(key.Of!), new JsonObject { ["type"] = "array", ["items"] = Of(key.Of!) }) },
            ValueKind.TextOrMapping => new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["enum"] = new JsonArray([.. key.Allowed.Select(value => (JsonNode)value)]) }, Of(key.Of!)) },
            ValueKind.Steps => new JsonObject { ["type"] = "array", ["items"] = Step() },
            ValueKind.Branches => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["anyOf"] = new JsonArray(Step(), Of(RunbookShapes.Branch)) } },
            ValueKind.Items => new JsonObject { ["type"] = "array", ["items"] = Item() },
            ValueKind.Quorums => TextsOrNumbers(),
            ValueKind.Versions => TextsOrVersions(),
            ValueKind.Named => new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(key.Of!) },
            ValueKind.NamedTexts => new JsonObject { ["type"] = "object", ["additionalProperties"] = TextOrTexts() },
            ValueKind.NamedValues => new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") } },
            ValueKind.Free => new JsonObject { ["type"] = "object", ["minProperties"] = 1 },
            _ when key.Required => new JsonObject { ["type"] = new JsonArray("string", "number"), ["minLength"] = 1 },
            _ => new JsonObject { ["type"] = new JsonArray("string", "number", "null") },
        };
        schema["description"] = key.Default is null ? key.Says : $"{key.Says} Left out: {key.Default}.";
        if (key.Example is { } example) schema["examples"] = new JsonArray(Value(example));
        if (!key.Allowed.IsDefaultOrEmpty && key.Kind != ValueKind.TextOrMapping) schema["enum"] = new JsonArray([.. key.Allowed.Select(value => (JsonNode)value)]);
        return schema;
    }

    /// <summary>An example as the value that it is, rather than as the text that says it.</summary>
    private static JsonNode? Value(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Of(stream.Documents[0].RootNode);
    }

    private static JsonNode? Of(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Of(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Of)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => flag.Value == "true",
        YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text } when int.TryParse(text, out var number) => number,
        _ => ((YamlScalarNode)node).Value,
    };

    private static JsonObject TextOrTexts() => new()
    {
        ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } }),
    };

    private static JsonObject TextsOrNumbers()
    {
        var schema = TextOrTexts();
        ((JsonArray)schema["anyOf"]!).Add(new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 20 } });
        return schema;
    }

    private static JsonObject TextsOrVersions()
    {
        var schema = TextOrTexts();
        ((JsonArray)schema["anyOf"]!).Add(new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "null") } });
        return schema;
    }

    private static JsonObject Step() => new() { ["$ref"] = "#/$defs/step" };

    /// <summary>A checklist's item: a text, a text that says more, or a group of them.</summary>
    private static JsonObject Item() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "string" },
            Group(),
            new JsonObject { ["type"] = "object", ["minProperties"] = 1, ["maxProperties"] = 1, ["not"] = new JsonObject { ["required"] = new JsonArray("group") }, ["additionalProperties"] = Of(RunbookShapes.Item) }),
    };

    /// <summary>Items of a group are texts, or texts that say more.</summary>
    private static JsonObject Group()
    {
        var schema = Of(RunbookShapes.ItemGroup with { Keys = [.. RunbookShapes.ItemGroup.Keys.Where(key => key.Kind != ValueKind.Items)] });
        schema["properties"]!["items"] = new JsonObject
        {
            ["type"] = "array",
            ["items"] = new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "object", ["minProperties"] = 1, ["maxProperties"] = 1, ["additionalProperties"] = Of(RunbookShapes.Item) }) },
        };
        schema["required"] = new JsonArray("group", "items");
        return schema;
    }
}
