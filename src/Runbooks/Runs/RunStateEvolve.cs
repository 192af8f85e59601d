using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>How each event changes a run.</summary>
public sealed partial record RunState
{
    private const int MostUninformed = 5;

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
            StepSkipped e => (Move(RunTrigger.StepSkipped) with { Aborted = null }).With(e.Step, step => step.Meet(StepTrigger.Skip, at) with { Note = $"skipped by {e.By.ShortName}: {e.Reason}" }).Settled(),
            StepRetried e => (Move(Status == RunStatus.Deciding && Rollback is not null ? RunTrigger.RollbackBegan : RunTrigger.Retried) with { Aborted = e.By is null || Rollback is not null ? Aborted : null }).With(e.Step, step => step.Meet(StepTrigger.Retry, at) with { EndedAt = null, Fault = null, AutomaticTries = e.By is null ? step.AutomaticTries + 1 : 0, Kept = step.State is null ? null : step.Step.Again(step.State) }),
            StepLeftBehind e => With(e.Step, step => step.Meet(StepTrigger.Skip, at) with { Note = $"failed, and the run went on: {e.Why}" }).Settled(),
            StepsStopped e => e.Steps.Aggregate(this, (run, id) => run.With(id, step => step.Meet(StepTrigger.Stop, at))),
            RemedyBegan e => this with { Remedied = e, Notice = $"A step failed: {e.Runbook} is run.", Steps = Steps.AddRange(e.Steps.Select(step => StepProgress.Of(step) with { Way = Way.Aid })) },
            DecisionAsked e => Unremedied(at).Move(RunTrigger.StepFailed) with { Notice = e.Why, TakenOnBy = null, Troubled = true },
            RunAborted e => this with { Aborted = e },
            DecisionTaken e => this with { TakenOnBy = e.By },
            NoteAdded e => this with { Notes = Notes.Add(e) },
            RunPaused e => Move(RunTrigger.Paused) with { Before = Status, HeldAt = at, PausedBy = e.By },
            RunResumed => Move(RunTrigger.Resumed).Released(at) with { Before = null, PausedBy = null },
            RollbackBegan e => Stop(RunTrigger.RollbackBegan, at).Undoing(e),
            RunRolledBack => Move(RunTrigger.RollbackCompleted) with { EndedAt = at, Ending = Rollback is { ToVersion.Length: > 0 } ? $"rolled back to {Rollback.ToVersion}" : "what it did was undone" },
            RunSucceeded => Move(RunTrigger.Finished) with { EndedAt = at, Notice = null },
            RunGivenUp e => Stop(RunTrigger.GivenUp, at) with { EndedAt = at, Notice = null, Ending = $"{e.By.ShortName} left it as it is{(e.Reason is null ? "" : $": {e.Reason}")}{HeldInWords()}" },
            RunCancelled e => Stop(RunTrigger.Cancelled, at) with { EndedAt = at, Notice = null, Ending = e.Why },
            CardPosted e => this with { Cards = Cards.SetItem(e.Place, e) },
            NotPosted => this,
            NotInformed e => this with { Uninformed = [.. Uninformed.Where(one => one != e).TakeLast(MostUninformed - 1), e] },
            PageTold e => this with { Paged = e.Says },
            AskedElsewhere e => this with { Elsewhere = Elsewhere.Add(e.Step) },
            TrainEnded => this with { TrainIsOver = true },
            WayOutSeen e => this with { WayOut = e.WayOut },
            WatchBegan e => this with { Watch = WatchOf(e, at) },
            WatchSampled e => this with { Watch = Watch!.With(e) },
            WatchJudged => this with { Watch = Watch!.Judged() },
            WatchTripped e => this with { TakenOnBy = null, Watch = Watch! with { Status = WatchStatus.Tripped, Fault = e.Fault, GoesBack = e.GoesBack, Says = e.Why, EndedAt = at } },
            WatchEnded e => this with { TakenOnBy = null, Watch = Watch! with { Status = e.How, Says = e.By is { } by ? $"{by.ShortName}: {e.Says}" : e.Says, EndedAt = at } },
            WatchTakenBack e => this with { Watch = Watch! with { Rollback = e.Rollback, Says = e.Says, GoesBack = e.Rollback is not null } },
            WatchVouched e => this with { Watch = Watch! with { Status = WatchStatus.Passed, Says = $"{e.By.ShortName} says that it is well: {e.Reason}" } },
            _ => throw new InvalidOperationException($"A run does not know {what.GetType().Name}."),
        };
        return next with { Version = Version + 1, UpdatedAt = at, Spent = Spent.And(this, at - UpdatedAt) };
    }

    /// <summary>What a soak that passed has seen is the beginning of its watch; what a person skipped is forgotten.</summary>
    private Watch WatchOf(WatchBegan e, DateTimeOffset at)
    {
        var step = Find(e.Step)!;
        var gates = ((Soak)step.Step).Gates;
        var seen = step is { Status: StepStatus.Passed, State: Soak.State state } && state.Tracks.Length == gates.Length ? state.Tracks : [.. gates.Select(_ => GateTrack.Fresh)];
        return new Watch(e.Step, gates, seen, at, e.Until);
    }

    private RunState Began(StepBegan e, DateTimeOffset at)
    {
        var from = e.From ?? at;
        return With(e.Step, step => step.Meet(StepTrigger.Begin, at) with
        {
            Attempt = e.Attempt,
            BeganAt = step.BeganAt ?? at,
            From = from,
            Deadline = step.Step.Rules?.Timeout is { } limit ? from + limit : null,
            State = step.Kept ?? step.Step.Begun(Context(e.Attempt, from, e.Until)),
            Kept = null,
        }).Settled();
    }

    private RunState Happened(StepHappened e, DateTimeOffset at)
    {
        var evolved = With(e.Step, step => step with { State = step.Step.Evolve(step.State!, e.What, at) });
        return e.What switch
        {
            StepPassed => evolved.Move(RunTrigger.StepPassed).With(e.Step, step => step.Meet(StepTrigger.Pass, at)).Quietened(e.Step).Settled(),
            StepFailed failed => evolved.With(e.Step, step => step.Meet(StepTrigger.Fail, at) with { Fault = failed.Fault }).Settled(),
            RolloutStarted started when Origin is null && Find(e.Step)!.Step is Rollout => evolved with { Origin = started.Begun },
            Answered answered => evolved with { Values = Values.SetItems(answered.Values) },
            ValuesSet set => evolved with { Values = Values.SetItems(set.Values) },
            MarkedDone { Note: { } note } => evolved.With(e.Step, step => step with { Note = note }),
            _ => evolved,
        };
    }

    /// <summary>While it walks, a run is what its active steps wait for: an approval before a checklist, people before machines.</summary>
    private RunState Settled()
    {
        if (!RunLife.IsWalking(Status)) return this;
        var waits = Steps.Where(step => step.Status == StepStatus.Active).Select(step => step.Step.Waits).DefaultIfEmpty(Waits.ForNobody).MinBy(Urgency);
        var (status, trigger) = waits switch
        {
            Waits.ForApproval => (RunStatus.WaitingForApproval, RunTrigger.ApprovalAsked),
            Waits.ForChecklist => (RunStatus.WaitingForChecklist, RunTrigger.ChecklistAsked),
            Waits.ForPerson => (RunStatus.WaitingForPerson, RunTrigger.PersonAsked),
            _ => (RunStatus.Running, RunTrigger.StepBegan),
        };
        return status == Status ? this : Move(trigger);
    }

    /// <summary>What was left of a remedy is not walked any more.</summary>
    private RunState Unremedied(DateTimeOffset at) => Remedied is null ? this : this with
    {
        Remedied = null,
        Steps = [.. Steps.Select(step => step is { Way: Way.Aid, Status: StepStatus.Pending or StepStatus.Active } ? step.Meet(StepTrigger.Stop, at) : step)],
    };

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
        this with { Rollback = e, Remedied = null, Notice = null, Troubled = Troubled || e.By is null, Steps = Steps.AddRange(e.Steps.Select(step => StepProgress.Of(step) with { Way = Way.Back })) };

    /// <summary>Nobody is to find out by chance that a target was left in the middle of a rollout.</summary>
    private string HeldInWords() =>
        Steps.LastOrDefault(step => step.Step is Rollout { Back: false, Stage.Kind: StageKind.Part or StageKind.All } && step.BeganAt is not null) is { Step: Rollout { Stage: { Kind: StageKind.Part, Percent: var share } } } && !Steps.Any(step => step is { Step: Rollout { Back: true }, Status: StepStatus.Passed })
            ? $"; its rollout is held at about {share}% of the replicas until the next deployment or rollback, or kubectl rollout resume" : "";

    private RunState Move(RunTrigger trigger) =>
        this with { Status = RunLife.Next(Status, trigger, trigger == RunTrigger.TurnCame ? QueuedFrom : Before) };

    private RunState Released(DateTimeOffset at)
    {
        var pause = HeldAt is { } since ? at - since : TimeSpan.Zero;
        return this with
        {
            HeldAt = null,
            Steps = [.. Steps.Select(step => step is { Status: StepStatus.Active, State: { } state } ? step with { State = step.Step.Shift(state, pause), Deadline = step.Deadline + pause } : step)],
        };
    }

    private RunState Stop(RunTrigger trigger, DateTimeOffset at) => Move(trigger) with
    {
        Before = null,
        HeldAt = null,
        TakenOnBy = null,
        Steps = [.. Steps.Select(step => step.Status is StepStatus.Active or StepStatus.Pending or StepStatus.Failed ? step.Meet(StepTrigger.Stop, at) : step)],
    };

    private RunState With(StepId id, Func<StepProgress, StepProgress> change) =>
        this with { Steps = [.. Steps.Select(step => step.Step.Id == id ? change(step) : step)] };
}
