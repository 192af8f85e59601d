using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
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

public sealed record Approved(Person By, PlanHash Plan) : StepEvent;

public sealed record Rejected(Person By, string? Reason) : StepEvent;

public sealed record ApprovalExpired : StepEvent;

public sealed record RolloutStarted(RolloutBegun Begun) : StepEvent;

public sealed record RolloutMoved(RolloutSighting Sighting) : StepEvent;

/// <param name="Probe">Which question of the step, from 0.</param>
/// <param name="Try">From 1.</param>
public sealed record Probed(int Probe, int Try, bool Healthy, string Says) : StepEvent;

/// <summary>Words were handed over to be posted.</summary>
public sealed record Spoken(string? Channel, string Text) : StepEvent;
