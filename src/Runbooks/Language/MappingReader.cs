using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Work;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads one mapping by its shape: unknown keys, missing ones and values of the wrong kind are found here, once for all.</summary>
internal sealed class MappingReader
{
    private readonly Dictionary<string, (YamlNode Key, YamlNode Value)> values = [];
    private readonly Shape shape;
    private readonly Findings findings;

    /// <param name="line">Where the mapping begins, for what is missing in it.</param>
    public MappingReader(string file, YamlMappingNode node, Spot line, Shape shape, Findings findings)
    {
        (File, Line, this.shape, this.findings) = (file, line, shape, findings);
        foreach (var (key, value) in node.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (shape.Find(name) is { } known) Take(known, key, value);
            else Unknown(name, key);
        }

        foreach (var missing in shape.Keys.Where(key => key.Required && !values.ContainsKey(key.Name)))
            findings.Error(file, Line, "missing-key", $"{Article(shape.Name)} needs {missing.Name}.", missing.Says, $"Write {missing.Name}: {missing.Example ?? "…"}");
        foreach (var empty in shape.Keys.Where(key => key.Required && values.TryGetValue(key.Name, out var pair) && IsNothing(pair.Value)))
            findings.Error(file, LineOf(empty.Name), "missing-value", $"{empty.Name} has no value.", empty.Says, $"Write {empty.Name}: {empty.Example ?? "…"}");
    }

    public string File { get; }

    public Spot Line { get; }

    public IEnumerable<string> Keys => values.Keys;

    public bool Has(string key) => values.ContainsKey(key);

    public Spot LineOf(string key) => values.TryGetValue(key, out var pair) ? Spot.Of(pair.Key.Start) : Line;

    public bool IsEmptyList(string key) => values.TryGetValue(key, out var pair) && pair.Value is YamlSequenceNode { Children.Count: 0 };

    public string? Text(string key)
    {
        if (!values.TryGetValue(key, out var pair)) return null;
        if (pair.Value is not YamlScalarNode scalar)
        {
            Wrong(key, pair.Value, "a text");
            return null;
        }

        var text = IsNothing(scalar) ? "" : scalar.Value!;
        var allowed = shape.Find(key)!.Allowed;
        if (allowed.IsDefaultOrEmpty || allowed.Contains(text)) return text;
        findings.Error(File, Spot.Of(pair.Value.Start), "bad-value", $"{key} can't be \"{Cut(text)}\".", null, $"Write one of: {string.Join(", ", allowed)}.");
        return null;
    }

    /// <summary>A text; null where nothing is said.</summary>
    public string? Said(string key) => Text(key) is { Length: > 0 } text ? text : null;

    /// <summary>The number, or the shape's default where it was left out or is wrong.</summary>
    public int Number(string key)
    {
        var about = shape.Find(key)!;
        var otherwise = int.Parse(about.Default!, CultureInfo.InvariantCulture);
        if (!values.TryGetValue(key, out var pair)) return otherwise;
        if (pair.Value is YamlScalarNode { Value: { } text } && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= about.Least && number <= about.Most) return number;
        Wrong(key, pair.Value, $"a whole number from {about.Least} to {about.Most}");
        return otherwise;
    }

    public bool Flag(string key)
    {
        if (!values.TryGetValue(key, out var pair)) return false;
        if (pair.Value is YamlScalarNode { Value: "true" or "false" } scalar) return scalar.Value == "true";
        Wrong(key, pair.Value, "true or false");
        return false;
    }

    /// <summary>The duration, or the shape's default where it was left out or is wrong (zero where it has none).</summary>
    public TimeSpan Duration(string key)
    {
        var about = shape.Find(key)!;
        var otherwise = about.Default is { } text && Durations.TryRead(text, out var usual) ? usual : TimeSpan.Zero;
        if (!values.TryGetValue(key, out var pair)) return otherwise;
        if (pair.Value is YamlScalarNode { Value: { } written } && Durations.TryRead(written, out var duration) && duration <= about.Longest) return duration;
        Wrong(key, pair.Value, $"a duration up to {Words.Duration(about.Longest)}, such as 30s, 10m or 1h30m");
        return otherwise;
    }

    public ImmutableArray<(string Text, Spot Line)> Texts(string key)
    {
        if (!values.TryGetValue(key, out var pair)) return [];
        return TextsOf(key, pair.Value);
    }

    /// <summary>What stands there, for a reader that knows its shape; null when nothing does.</summary>
    public YamlNode? Node(string key) => values.TryGetValue(key, out var pair) ? pair.Value : null;

    /// <summary>A mapping below this one, read by a shape of its own.</summary>
    public MappingReader? Nested(string key, YamlNode value, Shape of) => Under(key, value, of, Spot.Of(value.Start));

    /// <summary>One mapping, or the mappings of a list.</summary>
    public ImmutableArray<MappingReader> OneOrMore(string key) => Node(key) switch
    {
        null => [],
        YamlSequenceNode => Mappings(key),
        _ => Mapping(key) is { } one ? [one] : [],
    };

    public MappingReader? Mapping(string key) => values.TryGetValue(key, out var pair) ? Under(key, pair.Value, shape.Find(key)!.Of!, LineOf(key)) : null;

    /// <summary>The entries of a list, each a mapping or a plain text.</summary>
    public ImmutableArray<YamlNode> Entries(string key)
    {
        if (!values.TryGetValue(key, out var pair)) return [];
        if (pair.Value is YamlSequenceNode list) return [.. list.Children];
        Wrong(key, pair.Value, "a list");
        return [];
    }

    public ImmutableArray<MappingReader> Mappings(string key) =>
        [.. Entries(key).Select(entry => Under(key, entry, shape.Find(key)!.Of!, Spot.Of(entry.Start))).OfType<MappingReader>()];

    public ImmutableArray<(string Name, Spot Line, MappingReader? Value)> Named(string key)
    {
        if (Pairs(key) is not { } pairs) return [];
        return [.. pairs.Select(pair => (pair.Name, pair.Line, Under(pair.Name, pair.Value, shape.Find(key)!.Of!, pair.Line)))];
    }

    public ImmutableArray<(string Name, Spot Line, ImmutableArray<(string Text, Spot Line)> Values)> NamedTexts(string key)
    {
        if (Pairs(key) is not { } pairs) return [];
        return [.. pairs.Select(pair => (pair.Name, pair.Line, TextsOf(pair.Name, pair.Value)))];
    }

    public ImmutableSortedDictionary<string, string> NamedValues(string key)
    {
        if (Pairs(key) is not { } pairs) return ImmutableSortedDictionary<string, string>.Empty;
        var found = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, _, value) in pairs)
        {
            if (value is YamlScalarNode { Value: { } text } && !IsNothing(value)) found[name] = text;
            else Wrong(name, value, "a plain value");
        }

        return found.ToImmutable();
    }

    private void Take(Key key, YamlNode name, YamlNode value)
    {
        if (key.Kind == ValueKind.NotYet)
            findings.Error(File, Spot.Of(name.Start), "not-yet", $"{key.Name} is not carried out by this version.", $"{key.Says} Nothing would watch it, so it is refused rather than ignored.", "Leave it out for now.");
        else values[key.Name] = (name, value);
    }

    private void Unknown(string name, YamlNode at)
    {
        var near = Nearest.One(name, shape.Keys.Select(key => key.Name));
        findings.Error(File, Spot.Of(at.Start), "unknown-key", $"{Article(shape.Name)} has no key \"{Cut(name)}\".", null,
            near is not null ? $"Did you mean {near}?" : $"It may have: {string.Join(", ", shape.Keys.Where(key => key.Kind != ValueKind.NotYet).Select(key => key.Name))}.");
    }

    private List<(string Name, Spot Line, YamlNode Value)>? Pairs(string key)
    {
        if (!values.TryGetValue(key, out var pair)) return null;
        if (pair.Value is YamlMappingNode mapping)
            return [.. mapping.Children.Select(child => ((child.Key as YamlScalarNode)?.Value ?? "", Spot.Of(child.Key.Start), child.Value))];
        Wrong(key, pair.Value, "a mapping");
        return null;
    }

    private ImmutableArray<(string Text, Spot Line)> TextsOf(string key, YamlNode value)
    {
        switch (value)
        {
            case YamlScalarNode { Value: { Length: > 0 } one }:
                return [(one, Spot.Of(value.Start))];
            case YamlSequenceNode list:
                var texts = ImmutableArray.CreateBuilder<(string, Spot)>();
                foreach (var entry in list)
                {
                    if (entry is YamlScalarNode { Value: { Length: > 0 } text }) texts.Add((text, Spot.Of(entry.Start)));
                    else Wrong(key, entry, "a name");
                }

                return texts.ToImmutable();
            default:
                Wrong(key, value, "a list of names");
                return [];
        }
    }

    private MappingReader? Under(string key, YamlNode value, Shape of, Spot line)
    {
        if (value is YamlMappingNode mapping) return new MappingReader(File, mapping, line, of, findings);
        if (IsNothing(value)) return new MappingReader(File, new YamlMappingNode(), line, of, findings);
        Wrong(key, value, "a mapping");
        return null;
    }

    private void Wrong(string key, YamlNode at, string wanted) =>
        findings.Error(File, Spot.Of(at.Start), "bad-value", $"{Cut(key)} must be {wanted}.", null, at is YamlScalarNode { Value: { Length: > 0 } text } ? $"It is \"{Cut(text)}\" now." : null);

    /// <summary>What YAML means by nothing: no value at all, <c>~</c> or <c>null</c>, without quotes.</summary>
    private static bool IsNothing(YamlNode node) => node is YamlScalarNode { Value: null } or YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" };

    /// <summary><c>An approval</c>, <c>A service</c>.</summary>
    public static string Article(string name) => "aeiou".Contains(name[0], StringComparison.Ordinal) ? $"An {name}" : $"A {name}";

    public static string Cut(string text) => text.Length > 60 ? text[..59] + "…" : text;
}
