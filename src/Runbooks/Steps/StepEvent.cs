using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>Something that happened in a step. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "what")]
[JsonDerivedType(typeof(StepPassed), "passed")]
[JsonDerivedType(typeof(StepFailed), "failed")]
[JsonDerivedType(typeof(StepEnded), "ended")]
[JsonDerivedType(typeof(Delayed), "delayed")]
[JsonDerivedType(typeof(ItemTicked), "item-ticked")]
[JsonDerivedType(typeof(ItemUnticked), "item-unticked")]
[JsonDerivedType(typeof(Approved), "approved")]
[JsonDerivedType(typeof(Rejected), "rejected")]
[JsonDerivedType(typeof(ApprovalExpired), "approval-expired")]
[JsonDerivedType(typeof(RolloutStarted), "rollout-started")]
[JsonDerivedType(typeof(RolloutMoved), "rollout-moved")]
[JsonDerivedType(typeof(Probed), "probed")]
[JsonDerivedType(typeof(Spoken), "spoken")]
[JsonDerivedType(typeof(Informed), "informed")]
[JsonDerivedType(typeof(ApproversReminded), "approvers-reminded")]
[JsonDerivedType(typeof(ApprovalEscalated), "approval-escalated")]
[JsonDerivedType(typeof(ApprovalDelegated), "approval-delegated")]
[JsonDerivedType(typeof(ItemVerified), "item-verified")]
[JsonDerivedType(typeof(MarkedDone), "marked-done")]
[JsonDerivedType(typeof(MarkedFailed), "marked-failed")]
[JsonDerivedType(typeof(SignalCame), "signal-came")]
[JsonDerivedType(typeof(Answered), "answered")]
[JsonDerivedType(typeof(ValuesSet), "values-set")]
[JsonDerivedType(typeof(GateSampled), "gate-sampled")]
[JsonDerivedType(typeof(GatePastRead), "gate-past-read")]
[JsonDerivedType(typeof(GatesJudged), "gates-judged")]
[JsonDerivedType(typeof(WatchersFound), "watchers-found")]
[JsonDerivedType(typeof(WatcherAsked), "watcher-asked")]
[JsonDerivedType(typeof(StillHere), "still-here")]
[JsonDerivedType(typeof(WatchPassedOn), "watch-passed-on")]
[JsonDerivedType(typeof(WatchLost), "watch-lost")]
[JsonDerivedType(typeof(JobStarted), "job-started")]
[JsonDerivedType(typeof(JobMoved), "job-moved")]
[JsonDerivedType(typeof(CarsOpened), "cars-opened")]
[JsonDerivedType(typeof(CarMoved), "car-moved")]
[JsonDerivedType(typeof(TrainDeparted), "train-departed")]
[JsonDerivedType(typeof(CarsTold), "cars-told")]
[JsonDerivedType(typeof(CarsLeftOut), "cars-left-out")]
[JsonDerivedType(typeof(CarsToldBack), "cars-told-back")]
[JsonDerivedType(typeof(OperationNoted), "operation-noted")]
[JsonDerivedType(typeof(OperationMade), "operation-made")]
[JsonDerivedType(typeof(OperationMoved), "operation-moved")]
public abstract record StepEvent;

/// <summary>The step did what it is for.</summary>
public sealed record StepPassed : StepEvent;

/// <summary>The step can't go on: what <c>on-failure</c> says happens.</summary>
public sealed record StepFailed(Fault Fault) : StepEvent;

/// <summary>The step ended the run: somebody said no, or nobody answered in time.</summary>
public sealed record StepEnded(string Why) : StepEvent;

/// <summary>Something outside does not answer; it is tried again. <paramref name="Why"/> null: it answers again.</summary>
public sealed record Delayed(string? Why) : StepEvent;

public sealed record ItemTicked(int Item, Person By) : StepEvent;

public sealed record ItemUnticked(int Item, Person By) : StepEvent;

/// <param name="As">Groups the person was in then.</param>
/// <param name="SkipSoak">They also waived the soak.</param>
/// <param name="From">The run it was given in, when it was carried over from an earlier one.</param>
public sealed record Approved(Person By, PlanHash Plan, ImmutableArray<GroupName> As, string? Note = null, bool SkipSoak = false, RunId? From = null) : StepEvent;

public sealed record Rejected(Person By, string? Reason) : StepEvent;

public sealed record ApprovalExpired : StepEvent;

public sealed record RolloutStarted(RolloutBegun Begun) : StepEvent;

public sealed record RolloutMoved(RolloutSighting Sighting) : StepEvent;

/// <param name="Probe">Which question of the step, from 0.</param>
/// <param name="Try">From 1.</param>
public sealed record Probed(int Probe, int Try, bool Healthy, string Says) : StepEvent;

/// <summary>Words were handed over to be posted.</summary>
public sealed record Spoken(string? Channel, string Text) : StepEvent;

/// <summary>Words were handed over to be brought to people.</summary>
public sealed record Informed(Recipients Whom, string Text) : StepEvent;

/// <param name="Left">How long the question stays open.</param>
public sealed record ApproversReminded(TimeSpan Left) : StepEvent;

/// <summary>Nobody answered in time: another group may answer too.</summary>
/// <param name="Until">Until when the question is open now.</param>
public sealed record ApprovalEscalated(GroupName To, DateTimeOffset Until) : StepEvent;

/// <summary><paramref name="To"/> decides in the place of <paramref name="By"/>.</summary>
/// <param name="As">Groups of <paramref name="By"/> that <paramref name="To"/> answers for.</param>
public sealed record ApprovalDelegated(Person By, Person To, ImmutableArray<GroupName> As) : StepEvent;

/// <summary>A checklist item was looked at, and this was seen.</summary>
public sealed record ItemVerified(int Item, ItemVerdict Verdict, string Says, Uri? Link) : StepEvent;

public sealed record MarkedDone(Person By, string? Note) : StepEvent;

public sealed record MarkedFailed(Person By, string Why) : StepEvent;

public sealed record SignalCame(string Name, string? Text) : StepEvent;

/// <param name="Values">What was kept of the answer, by name.</param>
public sealed record Answered(string Says, ImmutableSortedDictionary<string, string> Values) : StepEvent;

public sealed record ValuesSet(ImmutableSortedDictionary<string, string> Values) : StepEvent;

/// <summary>A gate was asked for its number.</summary>
/// <param name="Gate">Which of the step's gates, from 0.</param>
/// <param name="Link">Where people look closer, when that is news.</param>
public sealed record GateSampled(int Gate, GateSample Sample, Uri? Link = null) : StepEvent;

/// <summary>A gate's numbers before the change were read, or could not be.</summary>
public sealed record GatePastRead(int Gate, ImmutableArray<GatePoint> Points, string? Why) : StepEvent;

/// <summary>The soak's time is over, and its gates were judged by all their samples.</summary>
public sealed record GatesJudged : StepEvent;

/// <param name="People">Who watches, one after another, as it stood then.</param>
public sealed record WatchersFound(ImmutableArray<Person> People) : StepEvent;

/// <summary>Whoever watches was asked for a sign of life.</summary>
/// <param name="Number">1 for the first question.</param>
public sealed record WatcherAsked(int Number, Person Person, DateTimeOffset Until) : StepEvent;

public sealed record StillHere(Person By) : StepEvent;

public sealed record WatchPassedOn(Person From, Person To) : StepEvent;

/// <summary>Nobody watches any more.</summary>
public sealed record WatchLost(string Why, SilenceMeans Then) : StepEvent;

/// <param name="Name">What it is called at the target.</param>
public sealed record JobStarted(string Name) : StepEvent;

public sealed record JobMoved(JobSighting Sighting) : StepEvent;

/// <summary>The runs of a train's services are open, and stand so.</summary>
public sealed record CarsOpened(ImmutableArray<CarTaken> Cars) : StepEvent;

public sealed record CarMoved(string Service, CarSighting Seen) : StepEvent;

/// <summary>Every place of a train is held, and nothing stands in the way: it begins.</summary>
public sealed record TrainDeparted : StepEvent;

/// <summary>The wave of these has come.</summary>
public sealed record CarsTold(ImmutableArray<string> Services) : StepEvent;

/// <summary>What these need failed: they do not begin.</summary>
public sealed record CarsLeftOut(ImmutableArray<string> Services) : StepEvent;

/// <summary>These were told to go back.</summary>
public sealed record CarsToldBack(ImmutableArray<string> Services) : StepEvent;

/// <summary>It was looked at what an operation changes, and what was there was kept.</summary>
/// <param name="Before">What takes it back is made of this; null = nothing to keep, or kept already.</param>
public sealed record OperationNoted(ImmutableArray<string> Shows, string? Before) : StepEvent;

public sealed record OperationMade(string Says) : StepEvent;

public sealed record OperationMoved(OperationSighting Sighting) : StepEvent;
