using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
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
    private const int MostUninformed = 5;

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

    /// <summary>Where its time went, up to its last event.</summary>
    public TimeSpent Spent { get; init; } = TimeSpent.None;

    /// <summary>While something has to be decided: who looks after it.</summary>
    public Person? TakenOnBy { get; init; }

    /// <summary>While a failed step's remedy is walked: what began it.</summary>
    public RemedyBegan? Remedied { get; init; }

    /// <summary>What steps kept for those after them, by name.</summary>
    public ImmutableSortedDictionary<string, string> Values { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What became of the page about it, the latest; null while nobody was paged.</summary>
    public string? Paged { get; init; }

    /// <summary>Whether something failed that people were told of.</summary>
    public bool Troubled { get; init; }

    /// <summary>Who aborted it, where its runbook says what happens then; null again once somebody has it go on.</summary>
    public RunAborted? Aborted { get; init; }

    /// <summary>Who could not be told what was to be said to them, the latest last.</summary>
    public ImmutableArray<NotInformed> Uninformed { get; init; } = [];

    /// <summary>Approvals whose people were asked in another way, since a chat could not be reached.</summary>
    public ImmutableHashSet<StepId> Elsewhere { get; init; } = [];

    /// <summary>What people noted on the run, oldest first.</summary>
    public ImmutableArray<NoteAdded> Notes { get; init; } = [];
    public RollbackBegan? Rollback { get; init; }

    /// <summary>Of a run in a release train: the train is over.</summary>
    public bool TrainIsOver { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What going back would mean, as it was looked up last; null while nobody has looked.</summary>
    public WayOut? WayOut { get; init; }

    /// <summary>How it is watched behind the run; null = it is not.</summary>
    public Watch? Watch { get; init; }

    public ImmutableSortedDictionary<string, CardPosted> Cards { get; init; } = ImmutableSortedDictionary<string, CardPosted>.Empty;

    public RunId Id => Opened.Run;

    public Site Site => Plan.Site;

    public bool IsOver => RunLife.IsOver(Status);

    /// <summary>Steps that are being walked.</summary>
    public ImmutableArray<StepProgress> Active => [.. Steps.Where(step => step.Status == StepStatus.Active)];

    /// <summary>The step to look at: one that failed, else one that waits for people, else the last that is walked; null before the first and after the last.</summary>
    public StepProgress? Current =>
        Steps.LastOrDefault(step => step.Status == StepStatus.Failed && IsOfThisWay(step))
        ?? Steps.Where(step => step.Status == StepStatus.Active).OrderBy(step => Urgency(step.Step.Waits)).ThenByDescending(step => step.Step.Waits == Waits.ForNobody ? Steps.IndexOf(step) : 0).FirstOrDefault()
        ?? Steps.LastOrDefault(step => step.Status == StepStatus.Failed);

    /// <summary>The next step whose turn it is, or null when none may begin.</summary>
    public StepProgress? Ready
    {
        get
        {
            for (var at = 0; at < Steps.Length; at++)
            {
                if (Steps[at] is { Status: StepStatus.Pending } step && IsOfThisWay(step) && MayBegin(step, at)) return step;
            }

            return null;
        }
    }

    /// <summary>Whether something may have been changed by this run: then it can't simply be cancelled.</summary>
    public bool MayHaveChanged => Origin is { Unchanged: false } || Steps.Any(step => step.MayHaveChanged);

    /// <summary>Whether there is a way back from what was changed.</summary>
    public bool CanGoBack => BackTo is not null || Steps.Any(step => step is { MayHaveChanged: true } && (step.Step is Train || step.Step.Rules is { Undo.IsEmpty: false } || (step.Step as Operate)?.WayBack(step.State) is not null));

    /// <summary>The version to go back to, or null when it is not known.</summary>
    public string? BackTo => GoodInstead ?? Origin?.FromVersion ?? (Opened.Steps.Any(step => step is Rollout) ? Plan.FromVersion : null);

    /// <summary>Why a gate takes nothing back by itself: this version was taken back so before, and once is enough. Null = it was not.</summary>
    public string? WasTakenBackBefore => Opened.FailedBefore is { Automatic: true } before ? $"{Plan.Version} was taken back by itself once before, after run {before.Run}: this time somebody decides." : null;

    /// <summary>Whether anything may still be decided about it: while it is open, and behind it while it is watched or asks.</summary>
    public bool IsSettled => IsOver && (Watch is { } watch
        ? watch.Status is WatchStatus.Passed or WatchStatus.Superseded or WatchStatus.Stopped
        : Status != RunStatus.Succeeded || !Steps.Any(step => step.Step is Soak { WatchAfter: not null, Gates.IsEmpty: false }));

    /// <summary>The revision to go back to, or null when it is not known: then the newest that ran <see cref="BackTo"/>.</summary>
    public long? BackToRevision => GoodInstead is null ? Origin?.FromRevision : null;

    /// <summary>What only switches traffic, or runs beside, goes back to what it took the place of; what is replaced in place can go further back.</summary>
    private string? GoodInstead => Steps.Any(step => step.Step is Rollout { Stage: not null }) ? null : Opened.Good;

    public StepProgress? Find(StepId id) => Steps.FirstOrDefault(step => step.Step.Id == id);

    public static RunState Open(RunOpened opened, DateTimeOffset at) => new(
        opened, 1, opened.Behind.IsEmpty ? RunStatus.Running : RunStatus.Queued, opened.Plan,
        [.. opened.Steps.Select(StepProgress.Of)], at, at) { Behind = opened.Behind };

    /// <summary>The active step of this kind that was meant: the one named, or the only one.</summary>
    public StepProgress? Asked<T>(StepId? named) where T : Step => OnlyOne(Steps.Where(step => step is { Status: StepStatus.Active, Step: T }), named);

    /// <summary>The active soak that somebody has to stay with, once it is known who.</summary>
    public StepProgress? Watched(StepId? named) => OnlyOne(Steps.Where(step => step is { Status: StepStatus.Active, State: Soak.State { Vigil.IsUnknown: false } }), named);

    /// <summary>The active step that a person does or says go to.</summary>
    public StepProgress? AskedByHand(StepId? named) => OnlyOne(Steps.Where(step => step is { Status: StepStatus.Active, Step.Waits: Waits.ForPerson }), named);

    /// <summary>Whether a step is part of where the run is going now: forward, back, or through a remedy.</summary>
    public bool IsOfThisWay(StepProgress step) => step.Way == (Rollback is not null ? Way.Back : Remedied is not null ? Way.Aid : Way.Forward);

    /// <summary>A text with what steps before it kept: <c>{values.NAME}</c>.</summary>
    public string Fill(string text) => Values.Aggregate(text, (filled, value) => filled.Replace($"{{values.{value.Key}}}", value.Value, StringComparison.Ordinal));

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

    private static int Urgency(Waits waits) => waits switch
    {
        Waits.ForApproval => 0,
        Waits.ForChecklist => 1,
        Waits.ForPerson => 2,
        _ => 3,
    };

    private bool MayBegin(StepProgress step, int at) => step.Step.Needs is { } needs
        ? needs.All(id => Find(id) is { Status: StepStatus.Passed or StepStatus.Skipped })
        : at == 0 || Steps[at - 1].Status is StepStatus.Passed or StepStatus.Skipped;

    private static StepProgress? OnlyOne(IEnumerable<StepProgress> steps, StepId? named) =>
        named is { } id ? steps.FirstOrDefault(step => step.Step.Id == id) : steps.Take(2).ToList() is [var only] ? only : null;

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

    /// <param name="until">When an approval that begins now would close, where working hours were counted.</param>
    public StepContext Context(int attempt, DateTimeOffset now, DateTimeOffset? until = null) => new(Id, Plan.Hash, Opened.By, attempt, now)
    {
        Until = until,
        Carried = Plan.Hash == Opened.Plan.Hash ? Opened.Carried : [],
        Values = Values,
        TrainIsOver = TrainIsOver,
        SoakWaivedBy = Steps.Select(step => step.State).OfType<Approval.State>().SelectMany(state => state.Yes).Where(given => given.SkipSoak).Select(given => (Person?)given.By).FirstOrDefault(),
    };
}
