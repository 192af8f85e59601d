using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads a file of <c>runbooks/</c>.</summary>
internal static class RunbookReader
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>Keys that belong to one kind of step only.</summary>
    private static readonly ImmutableDictionary<string, string> Belongs = new Dictionary<string, string>
    {
        ["items"] = "checklist", ["from"] = "approval", ["count"] = "approval", ["within"] = "approval", ["channel"] = "notify",
    }.ToImmutableDictionary();

    public static Runbook? Read(string file, YamlMappingNode root, Findings findings)
    {
        var reader = new MappingReader(file, root, Shapes.Runbook, findings);
        var name = reader.Text("runbook");
        if (string.IsNullOrEmpty(name))
        {
            if (name is not null) findings.Error(file, reader.LineOf("runbook"), "bad-value", "runbook needs a name.", null, "Write one word after runbook:.");
            return null;
        }

        if (findings.Remember($"runbook:{name}", file, reader.LineOf("runbook")) is { } before)
            findings.Error(file, reader.LineOf("runbook"), "duplicate-name", $"There are two runbooks {name}.", $"The other is in {before.File}, line {before.Line}.", "Rename one.");
        foreach (var key in reader.Keys) findings.Remember($"runbook:{name}:{key}", file, reader.LineOf(key));
        var steps = reader.Mappings("steps").Select((step, at) => Step(name, new StepId($"s{at + 1}"), step, findings)).OfType<Step>();
        return new Runbook(name, reader.Text("summary") ?? "", reader.Text("starts-with") ?? "deploy", [.. steps], Failure(reader.Mapping("on-failure")));
    }

    private static OnFailure Failure(MappingReader? reader) => new(
        reader?.Text("rollback") == "automatic" ? RollbackMode.Automatic : RollbackMode.Ask,
        reader?.Text("page") is { Length: > 0 } page ? new GroupName(page) : null);

    private static Step? Step(string runbook, StepId id, MappingReader reader, Findings findings)
    {
        findings.Remember($"runbook:{runbook}:{id}", reader.File, reader.Line);
        var kinds = Shapes.StepKinds.Where(reader.Has).ToList();
        if (kinds.Count != 1)
        {
            var what = kinds.Count == 0 ? "This step has no kind." : $"This step is {Words.List(kinds)} at once.";
            findings.Error(reader.File, reader.Line, kinds.Count == 0 ? "step-kind-missing" : "step-kind-twice", what, "A step's first key says what it is.", $"Begin with one of: {string.Join(", ", Shapes.StepKinds)}.");
            return null;
        }

        foreach (var (key, kind) in Belongs.Where(pair => reader.Has(pair.Key) && pair.Value != kinds[0]))
            findings.Error(reader.File, reader.LineOf(key), "key-elsewhere", $"A {kinds[0]} has no {key}.", null, $"{key} belongs to a {kind}.");
        var step = OfKind(kinds[0], id, reader, findings);
        return step is null ? null : step with { When = reader.Text("when") switch { "environment.protected" => When.Protected, "not environment.protected" => When.NotProtected, _ => When.Always } };
    }

    private static Step? OfKind(string kind, StepId id, MappingReader reader, Findings findings) => kind switch
    {
        "checklist" => new Checklist(id, Title(reader, kind, "Checklist"), Items(reader, findings)),
        "approval" => Approval(id, reader, findings),
        "deploy" => reader.Text(kind) is null ? null : new Rollout(id, "Roll out {version}"),
        "check" => reader.Text(kind) is null ? null : new HealthCheck(id, "Check health", []),
        "soak" => new Soak(id, "Soak", reader.Duration(kind, TimeSpan.FromMinutes(1), Week)),
        "notify" => new Notify(id, "Notify", Channel(reader.Text("channel")), Filled(reader, kind, findings)),
        _ => new Summary(id, "Summary", Channel(reader.Text(kind))),
    };

    private static Approval Approval(StepId id, MappingReader reader, Findings findings)
    {
        var from = reader.Texts("from");
        if (from.IsEmpty && !reader.Has("from"))
            findings.Error(reader.File, reader.Line, "missing-key", "An approval needs from.", "Somebody has to be able to give it.", "Write from: [release-managers].");
        foreach (var (text, line) in from) findings.Remember($"step:{reader.File}:{reader.Line}:from:{text}", reader.File, line);
        return new Approval(
            id, Title(reader, "approval", "Approval"), [.. from.Select(group => new GroupName(group.Text))], reader.Number("count", 1, 1, 20),
            reader.Duration("within", TimeSpan.FromMinutes(30), Week));
    }

    private static ImmutableArray<ChecklistItem> Items(MappingReader reader, Findings findings)
    {
        var items = ImmutableArray.CreateBuilder<ChecklistItem>();
        foreach (var entry in reader.Entries("items"))
        {
            if (Item(reader, entry, findings) is { } item) items.Add(item);
        }

        if (items.Count == 0) findings.Error(reader.File, reader.Line, "checklist-empty", "This checklist has no items.", null, "Write items: [ … ].");
        if (items.Count > 30) findings.Error(reader.File, reader.Line, "checklist-long", $"This checklist has {items.Count} items.", "Nobody reads so many on a card.", "Keep it to 30, or make two steps of it.");
        return items.ToImmutable();
    }

    /// <summary>A plain text, or <c>text: { verify: name }</c>.</summary>
    private static ChecklistItem? Item(MappingReader reader, YamlNode entry, Findings findings)
    {
        switch (entry)
        {
            case YamlScalarNode { Value: { Length: > 0 } text }:
                return new ChecklistItem(text);
            case YamlMappingNode { Children.Count: 1 } mapping when mapping.Children[0] is { Key: YamlScalarNode { Value: { Length: > 0 } text }, Value: YamlMappingNode { Children.Count: 1 } inner }
                && inner.Children[0] is { Key: YamlScalarNode { Value: "verify" }, Value: YamlScalarNode { Value: { Length: > 0 } verify } }:
                findings.Warn(reader.File, entry.Start.Line, "verify-by-hand", $"Nothing verifies {verify} yet.", "A person ticks this item, and the card says so.", null);
                return new ChecklistItem(text, verify);
            default:
                findings.Error(reader.File, entry.Start.Line, "bad-value", "An item is a text, or text: { verify: NAME }.");
                return null;
        }
    }

    private static string Title(MappingReader reader, string key, string otherwise) => reader.Text(key) is { Length: > 0 } title ? title : otherwise;

    private static string Filled(MappingReader reader, string key, Findings findings)
    {
        if (reader.Text(key) is { Length: > 0 } text) return text;
        findings.Error(reader.File, reader.LineOf(key), "bad-value", $"{key} needs a text.");
        return "";
    }

    private static string? Channel(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
