using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>Something that a run wants done outside. Stored as work: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "order")]
[JsonDerivedType(typeof(StartRollout), "rollout-start")]
[JsonDerivedType(typeof(WatchRollout), "rollout-watch")]
[JsonDerivedType(typeof(HoldRollout), "rollout-hold")]
[JsonDerivedType(typeof(SendTraffic), "traffic")]
[JsonDerivedType(typeof(AskHealth), "probe")]
[JsonDerivedType(typeof(Wake), "wake")]
[JsonDerivedType(typeof(Say), "say")]
[JsonDerivedType(typeof(Inform), "inform")]
[JsonDerivedType(typeof(SendRequest), "http")]
[JsonDerivedType(typeof(VerifyItem), "verify")]
[JsonDerivedType(typeof(Expire), "expire")]
[JsonDerivedType(typeof(AskGate), "gate")]
[JsonDerivedType(typeof(TendWatch), "watcher")]
[JsonDerivedType(typeof(Retire), "retire")]
[JsonDerivedType(typeof(StartJob), "job-start")]
[JsonDerivedType(typeof(WatchJob), "job-watch")]
[JsonDerivedType(typeof(StopJob), "job-stop")]
[JsonDerivedType(typeof(OpenCars), "train-open")]
[JsonDerivedType(typeof(LookBeforeDeparture), "train-depart")]
[JsonDerivedType(typeof(LookAtCars), "train-look")]
[JsonDerivedType(typeof(TellCars), "train-tell")]
[JsonDerivedType(typeof(CallOffCars), "train-call-off")]
[JsonDerivedType(typeof(TakeBackCars), "train-take-back")]
[JsonDerivedType(typeof(AskWatch), "watch-gate")]
[JsonDerivedType(typeof(EndWatch), "watch-end")]
[JsonDerivedType(typeof(TakeVersionBack), "take-back")]
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

/// <summary>What was brought up gets its share of the traffic.</summary>
public sealed record SendTraffic : Order;

/// <summary>After a switch was kept long enough: scale down what carried traffic before, unless traffic has moved since. Outlives the run.</summary>
public sealed record Retire : Order;

public sealed record AskHealth(int Probe, int Try) : Order;

/// <summary>Tell the step that time has passed.</summary>
public sealed record Wake : Order;

/// <param name="Channel">Null = where the run's card is.</param>
/// <param name="Summary">Post the run's summary rather than the text alone.</param>
public sealed record Say(string? Channel, string Text, bool Summary) : Order;

/// <summary>Bring words to people: to each once, wherever they are. Outlives the step, and the run.</summary>
/// <param name="Part">Tells what one step, or one moment of a run, says apart from what else it says.</param>
public sealed record Inform(Recipients Whom, string Text, string Part) : Order
{
    /// <summary>A chat that can't be reached: people are asked in another, else by e-mail, with the run's card; null = it is brought where they are.</summary>
    public string? Without { get; init; }

    /// <summary>The number of a watcher's question: it is answered by a button; null = it asks nothing.</summary>
    public int? Asks { get; init; }
}

/// <summary>Send the step's HTTP request.</summary>
public sealed record SendRequest : Order;

/// <summary>Look whether an item of the checklist holds.</summary>
public sealed record VerifyItem(int Item) : Order;

/// <summary>Ask for one sample of a gate.</summary>
/// <param name="Gate">Which of the step's gates, from 0.</param>
/// <param name="Round">Which of its samples, from 0: an answer to another one is no news.</param>
public sealed record AskGate(int Gate, int Round) : Order;

/// <summary>Find out who watches; and once that is known, tell the watch that time has passed.</summary>
public sealed record TendWatch : Order;

/// <summary>Tell the run that the step's time is up.</summary>
public sealed record Expire : Order;

/// <summary>Make the step's job, unless it is there already.</summary>
public sealed record StartJob : Order;

/// <param name="Last">What was seen last, so that only news comes back.</param>
public sealed record WatchJob(JobSighting? Last) : Order;

/// <summary>End the job of a try that was given up. Outlives the step.</summary>
public sealed record StopJob : Order;

/// <summary>Open the runs of a train's services, all of them or none; those that are open already stay.</summary>
public sealed record OpenCars : Order;

/// <summary>Look whether anything stands in a train's way, or is not as it was approved.</summary>
public sealed record LookBeforeDeparture : Order;

/// <summary>Look how all of a train's runs stand.</summary>
public sealed record LookAtCars : Order;

/// <summary>Tell these that their wave has come.</summary>
public sealed record TellCars(ImmutableArray<string> Services) : Order;

/// <summary>Call off what has not begun. Outlives the step.</summary>
public sealed record CallOffCars(ImmutableArray<RunId> Runs, string Why) : Order;

/// <summary>Tell these to go back.</summary>
public sealed record TakeBackCars(ImmutableArray<string> Services) : Order;

/// <summary>Ask for one sample of a gate behind the run. Outlives the run.</summary>
/// <param name="Gate">Which of the step's gates, from 0.</param>
/// <param name="Round">Which of its samples: an answer to another one is no news.</param>
public sealed record AskWatch(int Gate, int Round) : Order;

/// <summary>Tell the run that the time of its watch is over. Outlives the run.</summary>
public sealed record EndWatch : Order;

/// <summary>Open the rollback of what tripped behind its run. Outlives the run.</summary>
public sealed record TakeVersionBack : Order;

/// <summary>Look at what the step's operation would change, and at what is there now.</summary>
public sealed record ForeseeOperation : Order;

/// <summary>Do the step's operation, unless it is done already.</summary>
public sealed record MakeOperation : Order;

/// <param name="Last">What was seen last, so that only news comes back.</param>
public sealed record WatchOperation(OperationSighting? Last) : Order;
