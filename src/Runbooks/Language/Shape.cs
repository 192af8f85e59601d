using System.Collections.Immutable;

namespace ChatOps.Runbooks.Language;

/// <summary>What a value may be.</summary>
public enum ValueKind
{
    Text,
    Number,
    Flag,

    /// <summary><c>30s</c>, <c>10m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
    Duration,
    Texts,
    Mapping,

    /// <summary>A list of mappings.</summary>
    Mappings,

    /// <summary>A mapping whose keys are names and whose values are mappings of one shape.</summary>
    Named,

    /// <summary>A mapping from names to lists of names.</summary>
    NamedTexts,

    /// <summary>A mapping from names to plain values.</summary>
    NamedValues,

    /// <summary>A list of steps.</summary>
    Steps,

    /// <summary>A list of branches: each a step, or a name and steps.</summary>
    Branches,

    /// <summary>A checklist's items.</summary>
    Items,

    /// <summary>Names, or a mapping from names to how many of each.</summary>
    Quorums,

    /// <summary>A text, a list of names, or a mapping from names to versions.</summary>
    Versions,

    /// <summary>One mapping, or a list of them.</summary>
    OneOrMore,

    /// <summary>A word, or a mapping.</summary>
    TextOrMapping,

    /// <summary>A mapping of any shape: part of an object of another system.</summary>
    Free,

    /// <summary>Known, but not carried out by this version: writing it is an error, so that nobody trusts what isn't done.</summary>
    NotYet,
}

/// <summary>One key of a mapping: what checks it, and what documents it, are the same words.</summary>
/// <param name="Of">The shape of the mapping or mappings under it.</param>
/// <param name="Allowed">The only values it may have; empty = any.</param>
/// <param name="Default">What stands when it is left out, as YAML writes it.</param>
public sealed record Key(string Name, ValueKind Kind, string Says, bool Required = false, Shape? Of = null, ImmutableArray<string> Allowed = default, string? Default = null)
{
    /// <summary>A value it could have, as YAML writes it.</summary>
    public string? Example { get; init; }

    /// <summary>Of a number: the least it may be.</summary>
    public int Least { get; init; } = 1;

    /// <summary>Of a number: the most it may be.</summary>
    public int Most { get; init; } = 100;

    /// <summary>Of a duration: the longest it may be.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Of a step's key: the kinds of step it belongs to, separated by blanks; null = any.</summary>
    public string? OnlyIn { get; init; }

    public bool BelongsIn(string kind) => OnlyIn is null || OnlyIn.Split(' ').Contains(kind);

    /// <summary>With <see cref="OnlyIn"/>: such a step can't do without it.</summary>
    public bool NeededThere { get; init; }
}

/// <summary>A mapping: which keys it may have.</summary>
/// <param name="MayBeEmpty">Whether it is right without any key, so that nothing need stand after its name.</param>
public sealed record Shape(string Name, string Says, ImmutableArray<Key> Keys, bool MayBeEmpty = false)
{
    public Key? Find(string name) => Keys.FirstOrDefault(key => key.Name == name);
}
