using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Versions;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>Something that happened to a run. Stored: a name keeps its meaning for ever, and an unknown one stops the load.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(RunOpened), "run-opened")]
[JsonDerivedType(typeof(TurnCame), "turn-came")]
[JsonDerivedType(typeof(TurnLost), "turn-lost")]
[JsonDerivedType(typeof(PlanChanged), "plan-changed")]
[JsonDerivedType(typeof(StepBegan), "step-began")]
[JsonDerivedType(typeof(StepHappened), "step")]
[JsonDerivedType(typeof(StepSkipped), "step-skipped")]
[JsonDerivedType(typeof(StepRetried), "step-retried")]
[JsonDerivedType(typeof(StepLeftBehind), "step-left-behind")]
[JsonDerivedType(typeof(StepsStopped), "steps-stopped")]
[JsonDerivedType(typeof(RemedyBegan), "remedy-began")]
[JsonDerivedType(typeof(DecisionTaken), "decision-taken")]
[JsonDerivedType(typeof(NoteAdded), "note-added")]
[JsonDerivedType(typeof(PageTold), "page-told")]
[JsonDerivedType(typeof(DecisionAsked), "decision-asked")]
[JsonDerivedType(typeof(RunAborted), "run-aborted")]
[JsonDerivedType(typeof(RunPaused), "run-paused")]
[JsonDerivedType(typeof(RunResumed), "run-resumed")]
[JsonDerivedType(typeof(RollbackBegan), "rollback-began")]
[JsonDerivedType(typeof(RunRolledBack), "run-rolled-back")]
[JsonDerivedType(typeof(RunSucceeded), "run-succeeded")]
[JsonDerivedType(typeof(RunGivenUp), "run-given-up")]
[JsonDerivedType(typeof(RunCancelled), "run-cancelled")]
[JsonDerivedType(typeof(CardPosted), "card-posted")]
[JsonDerivedType(typeof(NotPosted), "not-posted")]
[JsonDerivedType(typeof(TrainEnded), "train-ended")]
[JsonDerivedType(typeof(NotInformed), "not-informed")]
[JsonDerivedType(typeof(AskedElsewhere), "asked-elsewhere")]
[JsonDerivedType(typeof(WatchBegan), "watch-began")]
[JsonDerivedType(typeof(WatchSampled), "watch-sampled")]
[JsonDerivedType(typeof(WatchJudged), "watch-judged")]
[JsonDerivedType(typeof(WatchTripped), "watch-tripped")]
[JsonDerivedType(typeof(WatchEnded), "watch-ended")]
[JsonDerivedType(typeof(WatchTakenBack), "watch-taken-back")]
[JsonDerivedType(typeof(WatchVouched), "watch-vouched")]
[JsonDerivedType(typeof(WayOutSeen), "way-out-seen")]
public abstract record RunEvent;

/// <summary>A run was asked for. It carries all it needs: later edits of the configuration reach it only as <see cref="PlanChanged"/>.</summary>
/// <param name="Places">Where its card is shown, as <c>surface:channel</c>.</param>
/// <param name="Behind">Runs before it in the queue of its site; empty = it is its turn.</param>
/// <param name="Reverts">For a rollback: the run whose change it takes back, where that is known.</param>
public sealed record RunOpened(
    RunId Run, Plan Plan, ImmutableArray<Step> Steps, Target Target, bool Protected, RollbackMode OnFailure, GroupName? Page,
    ImmutableArray<GroupName> Owners, Person By, string? Reason, ImmutableArray<string> Places, ImmutableArray<RunId> Behind, RunId? Reverts) : RunEvent
{
    /// <summary>Approvals of exactly this plan that were given shortly before.</summary>
    public ImmutableArray<CarriedApproval> Carried { get; init; } = [];

    /// <summary>What was given for the runbook's inputs.</summary>
    public ImmutableSortedDictionary<string, string> Inputs { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Why it may pass windows and freezes; null = it may not.</summary>
    public string? Emergency { get; init; }

    /// <summary>Why it may pass a freeze; null = it may not.</summary>
    public string? Exception { get; init; }

    /// <summary>The release train that it is part of; null = it goes alone.</summary>
    public PartOf? Train { get; init; }
    /// <summary>With an exception: how long after it was approved the change may begin; null = for ever.</summary>
    public TimeSpan? ExceptionLasts { get; init; }

    /// <summary>Who is told when a step fails; null = nobody beyond the card.</summary>
    public Recipients? Tell { get; init; }

    /// <summary>What happens when somebody aborts it; null = as <see cref="OnFailure"/> says.</summary>
    public OnFailure? OnAbort { get; init; }

    /// <summary>What each operation would change, as it stood when the run was asked for.</summary>
    public ImmutableArray<Foreseen> Foreseen { get; init; } = [];

    /// <summary>How long such a run took before; null = too few did.</summary>
    public Usual? Usual { get; init; }

    /// <summary>How this version failed here before, where somebody deploys it again all the same; null = it did not.</summary>
    public FailedVersion? FailedBefore { get; init; }

    /// <summary>The version to go back to, where what ran before was brought by a run and never stayed well; null = what ran before.</summary>
    public string? Good { get; init; }

    /// <summary>For a rollback that opened by itself: what tripped, with its value, its limit and a link.</summary>
    public Fault? Tripped { get; init; }
}

public sealed record TurnCame : RunEvent;

/// <summary>A rollback went ahead; this run had changed nothing yet and waits behind it.</summary>
public sealed record TurnLost(RunId To) : RunEvent;

/// <param name="Why">What changed, in words.</param>
public sealed record PlanChanged(Plan Plan, ImmutableArray<Step> Steps, string Why) : RunEvent;

/// <param name="From">When it begins to count, for a try after a delay; null = at once.</param>
/// <param name="Until">Of a question for people: when it closes, where working hours were counted.</param>
public sealed record StepBegan(StepId Step, int Attempt, DateTimeOffset? From = null, DateTimeOffset? Until = null) : RunEvent;

public sealed record StepHappened(StepId Step, StepEvent What) : RunEvent;

public sealed record StepSkipped(StepId Step, Person By, string Reason) : RunEvent;

/// <param name="By">Null = by itself, as the step says.</param>
public sealed record StepRetried(StepId Step, Person? By) : RunEvent;

/// <summary>A step failed, and the run goes on without it, as the step says.</summary>
public sealed record StepLeftBehind(StepId Step, string Why) : RunEvent;

/// <summary>Steps that ran beside one that failed were stopped.</summary>
public sealed record StepsStopped(ImmutableArray<StepId> Steps) : RunEvent;

/// <summary>A step failed, and what its file says to do then has begun.</summary>
public sealed record RemedyBegan(StepId Failed, string Runbook, ImmutableArray<Step> Steps) : RunEvent;

/// <summary>Somebody takes on the decision about what failed.</summary>
public sealed record DecisionTaken(Person By) : RunEvent;

/// <summary>Somebody noted something on the run.</summary>
public sealed record NoteAdded(Person By, string Text) : RunEvent;

/// <summary>What became of a page about it.</summary>
public sealed record PageTold(string Says) : RunEvent;

/// <summary>A step failed and a person is to decide.</summary>
public sealed record DecisionAsked(string Why) : RunEvent;

/// <summary>Somebody aborted a run whose runbook says what happens then. What happens follows.</summary>
public sealed record RunAborted(Person By, string? Reason) : RunEvent;

public sealed record RunPaused(Person By, string? Reason) : RunEvent;

public sealed record RunResumed(Person By) : RunEvent;

/// <param name="By">Null = by itself, as <c>on-failure</c> says.</param>
/// <param name="Steps">What going back takes; walked after everything before them ended.</param>
public sealed record RollbackBegan(Person? By, string Why, string ToVersion, ImmutableArray<Step> Steps) : RunEvent
{
    /// <summary>The release train that takes it back, when nothing of its own had failed; null otherwise.</summary>
    public RunId? With { get; init; }
}

public sealed record RunRolledBack : RunEvent;

public sealed record RunSucceeded : RunEvent;

/// <summary>A person left a failed run as it is.</summary>
public sealed record RunGivenUp(Person By, string? Reason) : RunEvent;

/// <param name="By">Null = nobody in person: an approval ran out.</param>
public sealed record RunCancelled(Person? By, string Why) : RunEvent;

/// <param name="Place">As in <see cref="RunOpened.Places"/>.</param>
public sealed record CardPosted(string Place, string Channel, string Message, Uri? Permalink) : RunEvent;

/// <summary>Something could not be shown in a place, for good.</summary>
public sealed record NotPosted(string Place, string Why) : RunEvent;

/// <summary>The release train that this run is part of is over: it need not hold its place any longer.</summary>
public sealed record TrainEnded(RunId Train) : RunEvent;

/// <summary>A run's part in a release train.</summary>
/// <param name="Train">The train's run.</param>
/// <param name="Step">The train's step.</param>
public sealed record PartOf(RunId Train, StepId Step, string Service);
/// <summary>What was to be said to somebody could not be brought to them, for good.</summary>
/// <param name="Whom">An address, a group or a channel; of an address, by which way.</param>
public sealed record NotInformed(string Whom, string Why) : RunEvent;

/// <summary>A chat can't be reached: those whom an approval asks are asked in another way.</summary>
public sealed record AskedElsewhere(StepId Step, string Surface) : RunEvent;
