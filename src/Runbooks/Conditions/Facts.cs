using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Conditions;

/// <summary>What a condition is asked about. Whatever is null isn't known, and what depends on it isn't either.</summary>
/// <param name="Day">The day where the calendar is: in its zone, not in UTC.</param>
/// <param name="Time">The time of that day.</param>
/// <param name="Changed">Paths that changed, from the repository's root with forward slashes; empty = nothing did.</param>
public sealed record Facts(
    string? Service = null, string? Environment = null, bool? Protected = null, string? Version = null, string? Strategy = null, string? Requester = null,
    bool? Emergency = null, DayOfWeek? Day = null, TimeOnly? Time = null, ImmutableArray<string>? Changed = null)
{
    /// <summary>To add answers to.</summary>
    public static ImmutableSortedDictionary<string, string> NoInputs => ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Answers to what was asked at the start, by name; one that is missing isn't known.</summary>
    public ImmutableSortedDictionary<string, string> Inputs { get; init; } = NoInputs;

    /// <summary>A fact as the language writes it.</summary>
    internal string? Of(Name name) => name.Text switch
    {
        "service" => Service,
        "environment" => Environment,
        "environment.protected" => Word(Protected),
        "version" => Version,
        "strategy" => Strategy,
        "requester" => Requester,
        "emergency" => Word(Emergency),
        "day" => Day is { } day ? Days.Short(day) : null,
        "time" => Time?.ToString("HH:mm", CultureInfo.InvariantCulture),
        _ => Inputs.GetValueOrDefault(name.Text[Name.Input.Length..]),
    };

    private static string? Word(bool? flag) => flag switch { true => "true", false => "false", null => null };
}
