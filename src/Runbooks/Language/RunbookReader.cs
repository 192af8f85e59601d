using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads a file of <c>runbooks/</c>.</summary>
internal static class RunbookReader
{
    public static Runbook? Read(string file, YamlMappingNode root, Findings findings)
    {
        var reader = new MappingReader(file, root, (int)root.Start.Line, Shapes.Runbook, findings);
        var name = reader.Text("runbook");
        if (string.IsNullOrEmpty(name))
        {
            if (name is not null) findings.Error(file, reader.LineOf("runbook"), "bad-value", "runbook needs a name.", null, "Write one word after runbook:.");
            return null;
        }

        if (findings.Remember($"runbook:{name}", file, reader.LineOf("runbook")) is { } before)
            findings.Error(file, reader.LineOf("runbook"), "duplicate-name", $"There are two runbooks {name}.", $"The other is in {before.File}, line {before.Line}.", "Rename one.");
        foreach (var key in reader.Keys) findings.Remember($"runbook:{name}:{key}", file, reader.LineOf(key));
        Step[] steps = [.. reader.Mappings("steps").Select((step, at) => Step(name, new StepId($"s{at + 1}"), step, findings)).OfType<Step>()];
        if (steps.Length < reader.Entries("steps").Length) findings.Remember($"runbook:{name}:unread-step", file, reader.LineOf("steps"));
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

        foreach (var key in Shapes.Step.Keys.Where(key => key.OnlyIn is { } kind && kind != kinds[0] && reader.Has(key.Name)))
            findings.Error(reader.File, reader.LineOf(key.Name), "key-elsewhere", $"{MappingReader.Article(kinds[0])} has no {key.Name}.", null, $"It belongs to a step of the kind {key.OnlyIn}.");
        foreach (var key in Shapes.Step.Keys.Where(key => key.NeededThere && key.OnlyIn == kinds[0] && !reader.Has(key.Name)))
            findings.Error(reader.File, reader.Line, "missing-key", $"{MappingReader.Article(kinds[0])} needs {key.Name}.", key.Says, $"Write {key.Name}: {key.Example}");
        var when = reader.Text("when") switch { "environment.protected" => When.Protected, "not environment.protected" => When.NotProtected, _ => When.Always };
        return OfKind(kinds[0], id, reader, findings) is { } step ? step with { When = when } : null;
    }

    private static Step? OfKind(string kind, StepId id, MappingReader reader, Findings findings) => kind switch
    {
        "checklist" => new Checklist(id, Title(reader, kind, "Checklist"), Items(reader, findings)),
        "approval" => Approval(id, reader, findings),
        "deploy" => reader.Text(kind) is null ? null : new Rollout(id, "Roll out {version}"),
        "check" => reader.Text(kind) is null ? null : new HealthCheck(id, "Check health", []),
        "soak" => new Soak(id, "Soak", reader.Duration(kind)),
        "notify" => new Notify(id, "Notify", Channel(reader.Text("channel")), Filled(reader, kind, findings)),
        _ => new Summary(id, "Summary", Channel(reader.Text(kind))),
    };

    private static Approval Approval(StepId id, MappingReader reader, Findings findings)
    {
        var from = reader.Texts("from");
        if (reader.IsEmptyList("from"))
            findings.Error(reader.File, reader.LineOf("from"), "missing-value", "from names no group.", "Somebody has to be able to give the approval.", "Write from: [release-managers]");
        return new Approval(id, Title(reader, "approval", "Approval"), [.. from.Select(group => new GroupName(group.Text))], reader.Number("count"), reader.Duration("within"));
    }

    private static ImmutableArray<ChecklistItem> Items(MappingReader reader, Findings findings)
    {
        var items = ImmutableArray.CreateBuilder<ChecklistItem>();
        foreach (var entry in reader.Entries("items"))
        {
            if (Item(reader, entry, findings) is { } item) items.Add(item);
        }

        if (reader.IsEmptyList("items")) findings.Error(reader.File, reader.LineOf("items"), "checklist-empty", "This checklist has no items.", null, "Write items: [ … ].");
        if (items.Count > 30) findings.Error(reader.File, reader.LineOf("items"), "checklist-long", $"This checklist has {items.Count} items.", "Nobody reads so many on a card.", "Keep it to 30, or make two steps of it.");
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
                findings.Error(reader.File, entry.Start.Line, "bad-value", "An item is a text, or text: { verify: NAME }.", null, "Put quotes around a text that has a colon in it.");
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
