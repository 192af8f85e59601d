using System.Text.Json.Serialization;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Runbooks.Steps;

/// <summary>Something that a run wants done outside. Stored as work: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "order")]
[JsonDerivedType(typeof(StartRollout), "rollout-start")]
[JsonDerivedType(typeof(WatchRollout), "rollout-watch")]
[JsonDerivedType(typeof(HoldRollout), "rollout-hold")]
[JsonDerivedType(typeof(AskHealth), "probe")]
[JsonDerivedType(typeof(Wake), "wake")]
[JsonDerivedType(typeof(Say), "say")]
[JsonDerivedType(typeof(SendRequest), "http")]
[JsonDerivedType(typeof(VerifyItem), "verify")]
[JsonDerivedType(typeof(Expire), "expire")]
[JsonDerivedType(typeof(AskGate), "gate")]
[JsonDerivedType(typeof(Retire), "retire")]
[JsonDerivedType(typeof(StartJob), "job-start")]
[JsonDerivedType(typeof(WatchJob), "job-watch")]
[JsonDerivedType(typeof(StopJob), "job-stop")]
[JsonDerivedType(typeof(ForeseeOperation), "operation-foresee")]
[JsonDerivedType(typeof(MakeOperation), "operation-make")]
[JsonDerivedType(typeof(WatchOperation), "operation-watch")]
public abstract record Order;

/// <param name="Back">Go back instead of forward.</param>
/// <param name="ToRevision">Where to go back to, if that is known by its revision.</param>
public sealed record StartRollout(bool Back, long? ToRevision) : Order;

/// <param name="Last">What was seen last, so that only news comes back.</param>
public sealed record WatchRollout(RolloutSighting? Last) : Order;

public sealed record HoldRollout(bool Hold) : Order;

/// <summary>After a switch was kept long enough: scale down what carried traffic before, unless traffic has moved since. Outlives the run.</summary>
public sealed record Retire : Order;

public sealed record AskHealth(int Probe, int Try) : Order;

/// <summary>Tell the step that time has passed.</summary>
public sealed record Wake : Order;

/// <param name="Channel">Null = where the run's card is.</param>
/// <param name="Summary">Post the run's summary rather than the text alone.</param>
public sealed record Say(string? Channel, string Text, bool Summary) : Order;

/// <summary>Send the step's HTTP request.</summary>
public sealed record SendRequest : Order;

/// <summary>Look whether an item of the checklist holds.</summary>
public sealed record VerifyItem(int Item) : Order;

/// <summary>Ask for one sample of a gate.</summary>
/// <param name="Gate">Which of the step's gates, from 0.</param>
/// <param name="Round">Which of its samples, from 0: an answer to another one is no news.</param>
public sealed record AskGate(int Gate, int Round) : Order;

/// <summary>Tell the run that the step's time is up.</summary>
public sealed record Expire : Order;

/// <summary>Make the step's job, unless it is there already.</summary>
public sealed record StartJob : Order;

/// <param name="Last">What was seen last, so that only news comes back.</param>
public sealed record WatchJob(JobSighting? Last) : Order;

/// <summary>End the job of a try that was given up. Outlives the step.</summary>
public sealed record StopJob : Order;

/// <summary>Look at what the step's operation would change, and at what is there now.</summary>
public sealed record ForeseeOperation : Order;

/// <summary>Do the step's operation, unless it is done already.</summary>
public sealed record MakeOperation : Order;

/// <param name="Last">What was seen last, so that only news comes back.</param>
public sealed record WatchOperation(OperationSighting? Last) : Order;
