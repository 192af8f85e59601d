using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>How far one step has come.</summary>
public sealed record StepProgress(Step Step, StepStatus Status, int Attempt, StepState? State)
{
    public DateTimeOffset? BeganAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What it keeps from before a change of plan: ticks of a checklist that did not change.</summary>
    public StepState? Kept { get; init; }

    /// <summary>When this try began to count; later than <see cref="BeganAt"/> after a failed one.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>When its time is up; null = never.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>How often it was tried again by itself since a person said so.</summary>
    public int AutomaticTries { get; init; }

    /// <summary>Whether it is walked forward, back, or as a remedy.</summary>
    public Way Way { get; init; }

    /// <summary>Why it failed.</summary>
    public Fault? Fault { get; init; }

    /// <summary>Whether this step may have changed something that can be seen outside.</summary>
    public bool MayHaveChanged => Status is not (StepStatus.Pending or StepStatus.NotReached) && BeganAt is not null && Way == Way.Forward && Step switch
    {
        Train => State is Train.State { Departed: true },
        Operate => (State ?? Kept) is Operate.State { Noted: true } || Step.Rules is { Undo.IsEmpty: false },
        Rollout => State is Rollout.State { Begun: null } && Status is StepStatus.Active or StepStatus.Stopped,
        _ => Step.Changes || Step.Rules is { Undo.IsEmpty: false },
    };

    /// <summary>How it ended, where that needs words.</summary>
    public string? Note { get; init; }

    public static StepProgress Of(Step step) => new(step, StepStatus.Pending, 0, null);

    public StepProgress Meet(StepTrigger trigger, DateTimeOffset at)
    {
        var status = RunLife.Next(Status, trigger);
        return this with { Status = status, EndedAt = status is StepStatus.Passed or StepStatus.Failed or StepStatus.Skipped or StepStatus.Stopped ? EndedAt ?? at : EndedAt };
    }

    /// <summary>After a change of plan: what was ticked on a checklist that reads as it did stays ticked.</summary>
    public StepProgress Keeping(StepProgress? old) =>
        Step is Checklist && old is not null && old.State is Checklist.State && old.Step.Planned() == Step.Planned()
            ? old.Status == StepStatus.Passed ? old : this with { Kept = old.State, BeganAt = old.BeganAt }
            : this;
}

/// <summary>Where a step belongs in a run's walk.</summary>
public enum Way
{
    Forward,
    Back,
    Aid,
}
