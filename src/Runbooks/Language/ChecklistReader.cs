using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Steps;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads a checklist's items: texts, texts that say more, and groups of them.</summary>
internal static class ChecklistReader
{
    private const int Most = 30;

    public static ImmutableArray<ChecklistItem> Items(MappingReader reader, Findings findings)
    {
        var items = ImmutableArray.CreateBuilder<ChecklistItem>();
        foreach (var entry in reader.Entries("items")) items.AddRange(Entry(reader, entry, findings));
        if (reader.IsEmptyList("items")) findings.Error(reader.File, reader.LineOf("items"), "checklist-empty", "This checklist has no items.", null, "Write items: [ … ].");
        if (items.Count > Most) findings.Error(reader.File, reader.LineOf("items"), "checklist-long", $"This checklist has {items.Count} items.", "Nobody reads so many on a card.", $"Keep it to {Most}, or make two steps of it.");
        return items.ToImmutable();
    }

    private static IEnumerable<ChecklistItem> Entry(MappingReader reader, YamlNode entry, Findings findings)
    {
        if (entry is not YamlMappingNode mapping || mapping.Children.All(pair => pair.Key is not YamlScalarNode { Value: "group" }))
            return Item(reader, entry, findings) is { } item ? [item] : [];
        if (reader.Nested("group of items", entry, RunbookShapes.ItemGroup) is not { } group) return [];
        ImmutableArray<string> only = [.. group.Texts("only-for").Select(environment => environment.Text)];
        return group.Entries("items").Select(one => Item(group, one, findings)).OfType<ChecklistItem>()
            .Select(item => item with { Group = group.Text("group"), OnlyFor = item.OnlyFor.IsEmpty ? only : item.OnlyFor });
    }

    private static ChecklistItem? Item(MappingReader reader, YamlNode entry, Findings findings)
    {
        switch (entry)
        {
            case YamlScalarNode { Value: { Length: > 0 } text }:
                return new ChecklistItem(text);
            case YamlMappingNode { Children.Count: 1 } mapping when mapping.Children[0] is { Key: YamlScalarNode { Value: { Length: > 0 } text }, Value: YamlMappingNode inner }
                && reader.Nested("item", inner, RunbookShapes.Item) is { } more:
                return new ChecklistItem(text, more.Said("verify"))
                {
                    Options = more.NamedValues("with"),
                    By = [.. more.Texts("by").Select(group => new GroupName(group.Text))],
                    OnlyFor = [.. more.Texts("only-for").Select(environment => environment.Text)],
                };
            default:
                findings.Error(reader.File, Spot.Of(entry.Start), "bad-value", "An item is a text, or text: { verify: NAME }.", null, "Put quotes around a text that has a colon in it.");
                return null;
        }
    }
}
