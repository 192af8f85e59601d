using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>What every kind of step may say: when it belongs, how long it may take, how often it is tried, what happens when it fails.</summary>
public sealed record StepRules
{
    public static readonly StepRules Usual = new();

    /// <summary>A condition; the step belongs in a run only where it holds. Decided when the run is planned. Null = always.</summary>
    public string? When { get; init; }

    /// <summary>Environments it belongs to; empty = all.</summary>
    public ImmutableArray<string> OnlyFor { get; init; } = [];

    /// <summary>How long one try may take; a pause does not count. Null = as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often it is tried again by itself after it failed.</summary>
    public int Retries { get; init; }

    /// <summary>Before the first try after a failure; doubled each time, up to <see cref="LongestBackoff"/>.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Null = what the runbook says.</summary>
    public FailureMode? OnFailure { get; init; }

    /// <summary>With <see cref="FailureMode.Run"/>: the runbook whose steps are walked then.</summary>
    public string? Remedy { get; init; }

    /// <summary>The remedy's steps, once planned.</summary>
    public ImmutableArray<Step> RemedySteps { get; init; } = [];

    /// <summary>Groups whose members may skip it; null = whoever may deploy, where its kind can be skipped; empty = nobody.</summary>
    public ImmutableArray<GroupName>? SkippableBy { get; init; }

    /// <summary>Steps that take back what it did; walked when the run goes back after this step began.</summary>
    public ImmutableArray<Step> Undo { get; init; } = [];

    [JsonIgnore]
    public static TimeSpan LongestBackoff => TimeSpan.FromMinutes(10);

    /// <summary>How long to wait before try <paramref name="attempt"/>, from 2.</summary>
    public TimeSpan BackoffBefore(int attempt)
    {
        var doubled = Backoff.TotalSeconds * Math.Pow(2, Math.Clamp(attempt - 2, 0, 30));
        return TimeSpan.FromSeconds(Math.Min(doubled, Math.Max(LongestBackoff.TotalSeconds, Backoff.TotalSeconds)));
    }

    /// <summary>What a block says for the steps in it: where a failure leads, and who may skip them.</summary>
    public StepRules OfBlock() => new() { OnFailure = OnFailure, Remedy = Remedy, SkippableBy = SkippableBy };

    /// <summary>The rules of a step inside a block: its own first.</summary>
    public static StepRules? Within(StepRules? block, StepRules? own) => (block, own) switch
    {
        (null, _) => own,
        (_, null) => block,
        _ => own with { OnFailure = own.OnFailure ?? block.OnFailure, Remedy = own.OnFailure is null ? block.Remedy : own.Remedy, SkippableBy = own.SkippableBy ?? block.SkippableBy },
    };

    /// <summary>Everything it changes about a step, in words; empty when nothing.</summary>
    public string Says() => string.Join("; ", Sentences());

    private IEnumerable<string> Sentences()
    {
        if (Timeout is { } limit) yield return $"at most {Words.Duration(limit)}";
        if (Retries > 0) yield return $"tried again up to {Words.Count(Retries, "time", "times")}, first after {Words.Duration(Backoff)}";
        if (OnFailure is { } mode)
        {
            yield return mode switch
            {
                FailureMode.Continue => "when it fails, the run goes on",
                FailureMode.Rollback => "when it fails, the run rolls back",
                FailureMode.Run => $"when it fails, {Remedy} is run: {string.Join(", ", RemedySteps.Select(step => $"{step.Title} ({step.Says()})"))}",
                _ => "when it fails, the run stops and asks",
            };
        }

        if (SkippableBy is { } who) yield return who.IsEmpty ? "can't be skipped" : $"may be skipped by {Words.List(who.Select(group => group.Name), "or")}";
        if (!Undo.IsEmpty) yield return $"undone by: {string.Join(", ", Undo.Select(step => $"{step.Title} ({step.Says()})"))}";
    }
}

/// <summary>What a step's failure leads to.</summary>
public enum FailureMode
{
    /// <summary>The run stops and asks a person.</summary>
    Stop,

    /// <summary>It is noted, and the run goes on.</summary>
    Continue,

    /// <summary>The run takes back what it did, without asking.</summary>
    Rollback,

    /// <summary>Another runbook's steps are walked; then a person is asked.</summary>
    Run,
}

/// <param name="From">The run it was given in.</param>
/// <param name="As">Groups the person was in then.</param>
public sealed record CarriedApproval(RunId From, Person By, ImmutableArray<GroupName> As, DateTimeOffset At);
