using System.Collections.Immutable;

namespace ChatOps.Runbooks.Conditions;

/// <summary>What kind of value a name stands for, and so what it can be compared with.</summary>
internal enum Kind
{
    Text,
    Version,
    Flag,
    Day,
    Time,

    /// <summary>An answer to a question: a number, a version, a time, a flag or any text, as it happens.</summary>
    Answer,
}

/// <summary>Something a condition can ask about.</summary>
internal sealed record Name(string Text, Kind Kind)
{
    public const string Input = "inputs.";

    /// <summary>What stands before parentheses with globs in them.</summary>
    public const string Changed = "changed";

    public static ImmutableArray<Name> All { get; } =
    [
        new("service", Kind.Text), new("environment", Kind.Text), new("environment.protected", Kind.Flag), new("version", Kind.Version), new("strategy", Kind.Text),
        new("requester", Kind.Text), new("emergency", Kind.Flag), new("day", Kind.Day), new("time", Kind.Time),
    ];

    public static ImmutableArray<string> Keywords { get; } = ["and", "or", "not", "in", "matches", "true", "false"];

    /// <summary>The name that a word is; null when it is none.</summary>
    public static Name? Find(string word) =>
        All.FirstOrDefault(name => name.Text == word) ?? (word.StartsWith(Input, StringComparison.Ordinal) && IsInput(word[Input.Length..]) ? new Name(word, Kind.Answer) : null);

    /// <summary>Whether a bare word would be taken for something other than a text.</summary>
    public static bool IsReserved(string word) => word == Changed || Find(word) is not null || (Keywords.Contains(word) && word is not ("true" or "false"));

    private static bool IsInput(string name) => name.Length > 0 && char.IsAsciiLetter(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}
