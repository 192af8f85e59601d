using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>What somebody wants of a step, or what the world reports to it.</summary>
public abstract record StepCommand;

public sealed record Tick(int Item, Person By) : StepCommand;

public sealed record Untick(int Item, Person By) : StepCommand;

/// <param name="Plan">The plan on the card that was clicked.</param>
public sealed record Approve(Person By, PlanHash Plan) : StepCommand;

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
