using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>How a run stands: a fold over its events.</summary>
/// <param name="Version">How many events it has.</param>
public sealed partial record RunState(
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

    /// <param name="until">When an approval that begins now would close, where working hours were counted.</param>
    public StepContext Context(int attempt, DateTimeOffset now, DateTimeOffset? until = null) => new(Id, Plan.Hash, Opened.By, attempt, now)
    {
        Until = until,
        Carried = Plan.Hash == Opened.Plan.Hash ? Opened.Carried : [],
        Values = Values,
        TrainIsOver = TrainIsOver,
        SoakWaivedBy = Steps.Select(step => step.State).OfType<Approval.State>().SelectMany(state => state.Yes).Where(given => given.SkipSoak).Select(given => (Person?)given.By).FirstOrDefault(),
    };

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
}
