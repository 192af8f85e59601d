using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>How a run stands: a fold over its events.</summary>
/// <param name="Version">How many events it has.</param>
public sealed record RunState(
    RunOpened Opened, long Version, RunStatus Status, Plan Plan, ImmutableArray<StepProgress> Steps,
    DateTimeOffset OpenedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>While it is paused: how it stood before.</summary>
    public RunStatus? Before { get; init; }

    /// <summary>While it is queued after it had begun: how it stood before.</summary>
    public RunStatus? QueuedFrom { get; init; }

    /// <summary>Since when it is held, paused or queued again.</summary>
    public DateTimeOffset? HeldAt { get; init; }

    /// <summary>While it is queued: the runs before it.</summary>
    public ImmutableArray<RunId> Behind { get; init; } = [];

    /// <summary>What ran at the target before this run first changed it.</summary>
    public RolloutBegun? Origin { get; init; }

    /// <summary>Something that must not be overlooked: the plan changed, approvals fell away.</summary>
    public string? Notice { get; init; }

    /// <summary>Why it ended, in words.</summary>
    public string? Ending { get; init; }
    public Person? PausedBy { get; init; }
    public RollbackBegan? Rollback { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public ImmutableSortedDictionary<string, CardPosted> Cards { get; init; } = ImmutableSortedDictionary<string, CardPosted>.Empty;

    public RunId Id => Opened.Run;

    public Site Site => Plan.Site;

    public bool IsOver => RunLife.IsOver(Status);

    /// <summary>The step that is being walked or that failed; null before the first and after the last.</summary>
    public StepProgress? Current => Steps.LastOrDefault(step => step.Status is StepStatus.Active or StepStatus.Failed);

    /// <summary>Whether the target may have been changed by this run: then it can't simply be cancelled.</summary>
    public bool MayHaveChanged =>
        Origin is { Unchanged: false }
        || Steps.Any(step => step is { State: Rollout.State { Begun: null }, Status: StepStatus.Active or StepStatus.Stopped });

    /// <summary>The version to go back to, or null when it is not known.</summary>
    public string? BackTo => Origin?.FromVersion ?? Plan.FromVersion;

    public StepProgress? Find(StepId id) => Steps.FirstOrDefault(step => step.Step.Id == id);

    public static RunState Open(RunOpened opened, DateTimeOffset at) => new(
        opened, 1, opened.Behind.IsEmpty ? RunStatus.Running : RunStatus.Queued, opened.Plan,
        [.. opened.Steps.Select(StepProgress.Of)], at, at) { Behind = opened.Behind };

    /// <summary>The state after one more event.</summary>
    public RunState Evolve(RunEvent what, DateTimeOffset at)
    {
        var next = what switch
        {
            TurnCame => (Move(RunTrigger.TurnCame) is { Status: RunStatus.Paused } paused ? paused : Move(RunTrigger.TurnCame).Released(at)) with { Behind = [], QueuedFrom = null },
            TurnLost e => Move(RunTrigger.TurnLost) with
            {
                QueuedFrom = Status, HeldAt = HeldAt ?? at, Behind = [e.To], Notice = $"Run {e.To}, a rollback, went ahead of this one.",
            },
            PlanChanged e => Replanned(e),
            StepBegan e => Began(e, at),
            StepHappened e => Happened(e, at),
            StepSkipped e => Move(RunTrigger.StepSkipped).With(e.Step, step => step.Meet(StepTrigger.Skip, at) with { Note = $"skipped by {e.By.ShortName}: {e.Reason}" }),
            StepRetried e => Move(Rollback is null ? RunTrigger.Retried : RunTrigger.RollbackBegan).With(e.Step, step => step.Meet(StepTrigger.Retry, at) with { EndedAt = null, Fault = null }),
            DecisionAsked e => Move(RunTrigger.StepFailed) with { Notice = e.Why },
            RunPaused e => Move(RunTrigger.Paused) with { Before = Status, HeldAt = at, PausedBy = e.By },
            RunResumed => Move(RunTrigger.Resumed).Released(at) with { Before = null, PausedBy = null },
            RollbackBegan e => Stop(RunTrigger.RollbackBegan, at).Undoing(e),
            RunRolledBack => Move(RunTrigger.RollbackCompleted) with { EndedAt = at, Ending = $"rolled back to {Rollback?.ToVersion}" },
            RunSucceeded => Move(RunTrigger.Finished) with { EndedAt = at, Notice = null },
            RunGivenUp e => Stop(RunTrigger.GivenUp, at) with { EndedAt = at, Notice = null, Ending = $"{e.By.ShortName} left it as it is{(e.Reason is null ? "" : $": {e.Reason}")}" },
            RunCancelled e => Stop(RunTrigger.Cancelled, at) with { EndedAt = at, Notice = null, Ending = e.Why },
            CardPosted e => this with { Cards = Cards.SetItem(e.Place, e) },
            NotPosted => this,
            _ => throw new InvalidOperationException($"A run does not know {what.GetType().Name}."),
        };
        return next with { Version = Version + 1, UpdatedAt = at };
    }

    private RunState Began(StepBegan e, DateTimeOffset at)
    {
        var progress = Find(e.Step)!;
        var trigger = progress.Step switch
        {
            Checklist => RunTrigger.ChecklistAsked,
            Approval => RunTrigger.ApprovalAsked,
            _ => RunTrigger.StepBegan,
        };
        return Move(trigger).With(e.Step, step => step.Meet(StepTrigger.Begin, at) with
        {
            Attempt = e.Attempt,
            BeganAt = step.BeganAt ?? at,
            State = step.Kept ?? step.Step.Begun(Context(e.Attempt, at)),
            Kept = null,
        });
    }

    private RunState Happened(StepHappened e, DateTimeOffset at)
    {
        var evolved = With(e.Step, step => step with { State = step.Step.Evolve(step.State!, e.What, at) });
        return e.What switch
        {
            StepPassed => evolved.Move(RunTrigger.StepPassed).With(e.Step, step => step.Meet(StepTrigger.Pass, at)).Quietened(e.Step),
            StepFailed failed => evolved.With(e.Step, step => step.Meet(StepTrigger.Fail, at) with { Fault = failed.Fault }),
            RolloutStarted started when Origin is null && Find(e.Step)!.Step is Rollout => evolved with { Origin = started.Begun },
            _ => evolved,
        };
    }

    /// <summary>Once the changed plan was approved, its notice has been read.</summary>
    private RunState Quietened(StepId step) => Find(step)?.Step is Approval ? this with { Notice = null } : this;

    private RunState Replanned(PlanChanged e)
    {
        var fell = Steps.Sum(step => step.State is Approval.State state ? state.Yes.Length : 0);
        var next = (Status == RunStatus.Queued ? this : Move(RunTrigger.PlanChanged)) with
        {
            Plan = e.Plan,
            Steps = [.. e.Steps.Select(step => StepProgress.Of(step).Keeping(Find(step.Id)))],
            QueuedFrom = QueuedFrom is null or RunStatus.Paused ? QueuedFrom : RunStatus.Running,
            Before = Before is null ? null : RunStatus.Running,
            Notice = $"The plan changed: {e.Why}.{(fell == 0 ? "" : $" {Words.Count(fell, "approval", "approvals")} fell away and must be given again.")}",
        };
        return next;
    }

    private RunState Undoing(RollbackBegan e) =>
        this with { Rollback = e, Notice = null, Steps = Steps.AddRange(e.Steps.Select(StepProgress.Of)) };

    private RunState Move(RunTrigger trigger) =>
        this with { Status = RunLife.Next(Status, trigger, trigger == RunTrigger.TurnCame ? QueuedFrom : Before) };

    private RunState Released(DateTimeOffset at)
    {
        var pause = HeldAt is { } since ? at - since : TimeSpan.Zero;
        return this with
        {
            HeldAt = null,
            Steps = [.. Steps.Select(step => step is { Status: StepStatus.Active, State: { } state } ? step with { State = step.Step.Shift(state, pause) } : step)],
        };
    }

    private RunState Stop(RunTrigger trigger, DateTimeOffset at) => Move(trigger) with
    {
        Before = null,
        HeldAt = null,
        Steps = [.. Steps.Select(step => step.Status is StepStatus.Active or StepStatus.Pending or StepStatus.Failed ? step.Meet(StepTrigger.Stop, at) : step)],
    };

    private RunState With(StepId id, Func<StepProgress, StepProgress> change) =>
        this with { Steps = [.. Steps.Select(step => step.Step.Id == id ? change(step) : step)] };

    public StepContext Context(int attempt, DateTimeOffset now) => new(Id, Plan.Hash, Opened.By, attempt, now);
}

/// <summary>How far one step has come.</summary>
public sealed record StepProgress(Step Step, StepStatus Status, int Attempt, StepState? State)
{
    public DateTimeOffset? BeganAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What it keeps from before a change of plan: ticks of a checklist that did not change.</summary>
    public StepState? Kept { get; init; }

    /// <summary>Why it failed.</summary>
    public Fault? Fault { get; init; }

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
