using System.Collections.Immutable;
using ChatOps.Runbooks.Access;

namespace ChatOps.Runbooks.Steps;

/// <summary>How something is done, as its file in <c>runbooks/</c> says.</summary>
/// <param name="StartsWith">The command that starts it: <c>deploy</c>, or <c>run</c> for what is started by its name.</param>
public sealed record Runbook(string Name, string Summary, string StartsWith, ImmutableArray<Step> Steps, OnFailure OnFailure)
{
    /// <summary>What is asked for when it starts.</summary>
    public ImmutableArray<Input> Inputs { get; init; } = [];

    /// <summary>When it starts by itself.</summary>
    public ImmutableArray<Schedule> Schedules { get; init; } = [];

    /// <summary>Alerts for which it is offered, by their name.</summary>
    public ImmutableArray<string> SuggestedFor { get; init; } = [];

    /// <summary>What happens when somebody aborts a run; null = it goes back or asks as <see cref="OnFailure"/> says, and nobody is paged or told.</summary>
    public OnFailure? OnAbort { get; init; }

    /// <summary>What happens when a step fails, and when it is aborted, in words.</summary>
    public string SaysOfTrouble() => $"{OnFailure.Says()}{OnFailure.SaysWho()}{(OnAbort is { } abort ? $"; aborted, it {(abort.Rollback == RollbackMode.Automatic ? "goes back by itself" : "asks")}{abort.SaysWho()}{(abort.Page is { } page ? $", pages {page}" : "")}" : "")}";

    /// <summary>Every input's value: what was given, else its default, else empty.</summary>
    public ImmutableSortedDictionary<string, string> Filled(ImmutableSortedDictionary<string, string> given) =>
        Inputs.ToImmutableSortedDictionary(input => input.Name, input => given.GetValueOrDefault(input.Name) ?? input.Default ?? "");

    /// <summary>Every step of the file, those inside blocks too.</summary>
    public IEnumerable<Step> AllSteps() => Steps.SelectMany(Within);

    /// <summary>Those, and the steps that take them back.</summary>
    public IEnumerable<Step> Everything() => AllSteps().SelectMany(step => (step.Rules?.Undo ?? []).SelectMany(Within).Prepend(step));

    /// <summary>Every <c>when</c> of it and of the runbooks that it runs.</summary>
    public IEnumerable<string> Conditions(Func<string, Runbook?> others) => Conditions(others, []);

    private IEnumerable<string> Conditions(Func<string, Runbook?> others, HashSet<string> seen) => !seen.Add(Name)
        ? []
        : Everything().SelectMany(step => (step is InnerRunbook inner ? others(inner.Runbook)?.Conditions(others, seen) ?? [] : []).Concat(step.Rules?.When is { } when ? [when] : []));

    private static IEnumerable<Step> Within(Step step) => step is SideBySide parallel
        ? parallel.Branches.SelectMany(branch => branch.Steps).SelectMany(Within).Prepend(step)
        : [step];
}

/// <summary>Something that is asked for when a runbook starts.</summary>
/// <param name="Type"><c>text</c>, <c>number</c>, <c>flag</c> or <c>choice</c>.</param>
/// <param name="Default">Null = it has to be given.</param>
public sealed record Input(string Name, string Type, string Help, string? Default, ImmutableArray<string> Choices)
{
    /// <summary>What is wrong with a value, in words; null when it fits.</summary>
    public string? Fault(string value) => Type switch
    {
        "number" when !decimal.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out _) => $"{Name} must be a number, not \"{value}\".",
        "flag" when value is not ("true" or "false") => $"{Name} must be true or false, not \"{value}\".",
        "choice" when !Choices.Contains(value) => $"{Name} must be one of {string.Join(", ", Choices)}, not \"{value}\".",
        _ when value.Length > 500 => $"{Name} is longer than 500 characters.",
        _ => null,
    };
}

/// <summary>When a runbook starts by itself.</summary>
/// <param name="Cron">Five fields: minute, hour, day, month, day of the week.</param>
/// <param name="Zone">Time zone by its tzdb name.</param>
/// <param name="CatchUp">Whether a time that was missed while the bot was down is made up for, once; else it is skipped.</param>
public sealed record Schedule(string Cron, string Zone, string Service, string Environment, ImmutableSortedDictionary<string, string> Inputs, bool CatchUp);

/// <summary>What happens when a step fails; or, under <c>on-abort</c>, when somebody aborts the run.</summary>
/// <param name="Page">Who is paged then; null = nobody beyond the card.</param>
public sealed record OnFailure(RollbackMode Rollback, GroupName? Page = null)
{
    /// <summary>Who is told that it happened, and once more what came of it; null = nobody beyond the card.</summary>
    public Recipients? Tell { get; init; }

    public string Says() => Rollback switch
    {
        RollbackMode.Automatic => "rolls back by itself",
        RollbackMode.Ask => "asks whether to retry, roll back or leave it",
        _ => "stops and leaves it as it is",
    };

    /// <summary>Who is told, as it follows what happens; empty when nobody is.</summary>
    public string SaysWho() => Tell is { IsEmpty: false } tell ? $", {tell.Says()}" : "";
}

/// <summary>What happens when a step fails after the target was changed.</summary>
public enum RollbackMode
{
    /// <summary>Ask: retry, skip, roll back or leave it.</summary>
    Ask,

    /// <summary>Roll back without asking.</summary>
    Automatic,
}
