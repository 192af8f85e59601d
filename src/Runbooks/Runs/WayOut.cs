using System.Collections.Immutable;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>What going back would mean, as it was looked up last.</summary>
/// <param name="ToVersion">Where it goes back to; null = not known.</param>
/// <param name="Good">The run in which that version stayed well; null = it was never watched here.</param>
/// <param name="Between">What was changed since besides the version, the newest first.</param>
/// <param name="ByHand">A sentence when somebody changed the target by hand since.</param>
/// <param name="Takes">How long it should take; null = nothing to tell it from.</param>
/// <param name="Target">What the target says of that version: whether its revision and its image are still there.</param>
public sealed record WayOut(string? ToVersion, RunId? Good, ImmutableArray<ChangeBetween> Between, string? ByHand, TimeSpan? Takes, string? Target)
{
    /// <summary>The image that going back needs, where its registry says that it has it no more; else null.</summary>
    public string? ImageGone { get; init; }

    /// <summary>The run brings no version: only what its steps change is undone.</summary>
    public bool StepsOnly { get; init; }

    /// <summary>Why it can't be undone, in a sentence; null when it can.</summary>
    public string? Impossible => ToVersion is null && !StepsOnly ? "what ran before is not known"
        : ImageGone is { } image ? $"its image {image} is no longer in the registry"
        : Between.FirstOrDefault(one => one.How == Undoing.Impossible) is { } never ? $"{never.Title} can't be undone" : null;

    public bool Equals(WayOut? other) => other is not null && (ToVersion, Good, ByHand, Takes, Target, ImageGone, StepsOnly) == (other.ToVersion, other.Good, other.ByHand, other.Takes, other.Target, other.ImageGone, other.StepsOnly) && Between.SequenceEqual(other.Between);

    public override int GetHashCode() => HashCode.Combine(ToVersion, Good, ByHand, Takes, Target, Between.Length);

    /// <summary>What a run changes besides the version, and how that is undone: all of it before it began, and what began once a decision is asked for. Once the run is over its undo steps are not walked any more: they are a script for people.</summary>
    public static IEnumerable<ChangeBetween> ChangesOf(RunState run) =>
        from step in run.Steps.Reverse()
        where step is { Way: Way.Forward, Step: not Rollout } && (step.Step.Changes || step.Step.Rules is { Undo.IsEmpty: false }) && ((!run.IsOver && run.Status is not RunStatus.Deciding) || step.BeganAt is not null)
        let undo = step.Step.Rules?.Undo ?? []
        select new ChangeBetween(run.Id, step.Step.Title, undo.IsEmpty ? Undoing.Impossible : run.IsOver || undo.Any(one => one is Manual) ? Undoing.Script : Undoing.Reversible);

    /// <summary>Whether it is worth looking again after <paramref name="what"/> happened to a run.</summary>
    public static bool Changes(RunEvent what) => what is RunOpened { Plan.Kind: RunKind.Deploy } or PlanChanged or DecisionAsked or WatchTripped or WatchEnded { How: WatchStatus.Unclear };
}

/// <summary>How a change is undone.</summary>
public enum Undoing
{
    Reversible,

    /// <summary>By hand, or by what its file names.</summary>
    Script,
    Impossible,
}

public sealed record ChangeBetween(RunId Run, string Title, Undoing How);

/// <summary>What going back would mean was looked up.</summary>
public sealed record WayOutSeen(WayOut WayOut) : RunEvent;
