using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>What somebody wants of a step, or what the world reports to it.</summary>
public abstract record StepCommand;

public sealed record Tick(int Item, Person By) : StepCommand;

public sealed record Untick(int Item, Person By) : StepCommand;

/// <param name="Plan">The plan on the card that was clicked.</param>
/// <param name="As">The groups that the person is in.</param>
/// <param name="SkipSoak">The soak may be left out.</param>
public sealed record Approve(Person By, PlanHash Plan, ImmutableArray<GroupName> As, string? Note, bool SkipSoak) : StepCommand;

/// <summary>An approver lets somebody else decide in their place.</summary>
public sealed record Delegate(Person By, Person To, ImmutableArray<GroupName> As) : StepCommand;

public sealed record Reject(Person By, string? Reason) : StepCommand;

/// <summary>A timer that the step asked for ran out.</summary>
public sealed record TimePassed : StepCommand;

/// <summary>The target accepted the change.</summary>
public sealed record RolloutAccepted(RolloutBegun Begun) : StepCommand;

public sealed record RolloutSeen(RolloutSighting Sighting) : StepCommand;

public sealed record ProbeAnswered(int Probe, int Try, HealthAnswer Answer) : StepCommand;

/// <summary>Something outside does not answer; it will be tried again.</summary>
public sealed record WorldSilent(string Why) : StepCommand;

/// <summary>Something outside said no, for good.</summary>
public sealed record WorldRefused(Fault Fault) : StepCommand;

/// <summary>A person says that it is done, or that the run may go on.</summary>
public sealed record MarkDone(Person By, string? Note) : StepCommand;

/// <summary>A person says that what they did by hand failed.</summary>
public sealed record MarkFailed(Person By, string Why) : StepCommand;

/// <summary>A signal came from outside.</summary>
public sealed record Signalled(string Name, string? Text) : StepCommand;

/// <param name="Says">What came back, and what was expected.</param>
/// <param name="Values">What was kept of it, by name.</param>
public sealed record RequestAnswered(bool Good, string Says, ImmutableSortedDictionary<string, string> Values) : StepCommand;

/// <summary>Whatever verifies a checklist item has looked.</summary>
public sealed record ItemLooked(int Item, ItemVerdict Verdict, string Says, Uri? Link) : StepCommand;

/// <summary>A gate was asked, and this came of it.</summary>
/// <param name="Round">Which of its samples this is.</param>
/// <param name="Past">The numbers before the change, when they were asked for too; null = they weren't.</param>
public sealed record GateAnswered(int Gate, int Round, GateSample Sample, Uri? Link = null, GatePast? Past = null) : StepCommand;

/// <summary>It was looked up who watches.</summary>
public sealed record WatchersAre(ImmutableArray<Person> People) : StepCommand;

/// <summary>The watch may have something to do by now.</summary>
public sealed record WatchDue : StepCommand;

/// <summary>Somebody who watches says that they are still there.</summary>
public sealed record SayHere(Person By) : StepCommand;

/// <summary>The target has the job.</summary>
public sealed record JobAccepted(string Name) : StepCommand;

public sealed record JobSeen(JobSighting Sighting) : StepCommand;

/// <summary>The runs of a train's services are open, and stand so.</summary>
public sealed record CarsAreTaken(ImmutableArray<CarTaken> Cars) : StepCommand;

/// <summary>One of a train's runs stands otherwise than before.</summary>
public sealed record CarSeen(string Service, RunId Run, CarSighting Seen) : StepCommand;

/// <summary>Nothing stands in a train's way, and everything is as it was approved.</summary>
public sealed record MayDepart : StepCommand;

/// <summary>To a service's run in a train: its wave has come.</summary>
public sealed record Depart : StepCommand;

/// <summary>What an operation would change was looked at.</summary>
public sealed record OperationForeseen(Foresight Foresight) : StepCommand;

/// <param name="Says">What was done.</param>
public sealed record OperationDone(string Says) : StepCommand;

public sealed record OperationSeen(OperationSighting Sighting) : StepCommand;
