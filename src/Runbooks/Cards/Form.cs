using System.Collections.Immutable;

namespace ChatOps.Runbooks.Cards;

/// <summary>Questions that have to be answered before a command can be done; each surface asks them in its own way.</summary>
/// <param name="Title">A few words: <c>Run purge-cache</c>.</param>
/// <param name="Command">The command as far as it was said, without any answers.</param>
public sealed record Form(string Title, string Command, ImmutableArray<FormField> Fields)
{
    /// <summary>The words that led to the form: said again, they ask it again, with what was said filled in. They do nothing.</summary>
    public string Said { get; init; } = Command;
}

/// <param name="Name">What the answer is called in the command.</param>
/// <param name="Type"><c>text</c>, <c>number</c>, <c>flag</c> (<c>true</c> or <c>false</c>) or <c>choice</c>.</param>
/// <param name="Help">Empty = none.</param>
/// <param name="Value">What was given, or else is meant when nothing is; null = nothing.</param>
/// <param name="Required">False when it may be left empty: its default holds then.</param>
/// <param name="Choices">For a choice, what there is; else empty.</param>
public sealed record FormField(string Name, string Type, string Help, string? Value, bool Required, ImmutableArray<string> Choices)
{
    /// <summary>What it is called where people read it: by itself the name as a sentence begins, <c>Follow ups</c> for <c>follow-ups</c>.</summary>
    public string Label { get; init => field = string.IsNullOrEmpty(value) ? Named(Name) : value; } = Named(Name);

    /// <summary>What is wrong with what was given, in words; null when nothing is or nothing was.</summary>
    public string? Fault { get; init; }

    /// <summary>Answers that are likely; any other may be given too. Of a choice: what helps to choose.</summary>
    public ImmutableArray<Suggestion> Suggested { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Whether what other fields offer follows from this one: with its answer the form is made anew.</summary>
    public bool Leads { get; init; }

    /// <summary>The answer of another field for which this one's choices and suggestions were made; null = they are always the same.</summary>
    public string? Under { get; init; }

    /// <summary>Each choice as it is shown, and as it is given.</summary>
    public IEnumerable<(string Label, string Value)> Offered() =>
        Type == "flag" ? [("yes", "true"), ("no", "false")] : Choices.Select(choice => (Suggested.FirstOrDefault(one => one.Value == choice)?.Label ?? choice, choice));

    private static string Named(string name) => name.Replace('-', ' ').Replace('_', ' ') is [var first, .. var rest] ? char.ToUpperInvariant(first) + rest : name;
}

/// <summary>An answer that is likely, and what helps to choose it: <c>2 h ago, ana, checks green</c>.</summary>
/// <param name="Says">Empty = nothing.</param>
public sealed record Suggestion(string Value, string Says)
{
    /// <summary>Both, in one line.</summary>
    public string Label => Says.Length > 0 ? $"{Value} · {Says}" : Value;
}
