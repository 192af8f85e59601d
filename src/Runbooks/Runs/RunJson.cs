using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Schedules;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>How events and work are written down.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(RunWork))]
[JsonSerializable(typeof(QueueEvent))]
[JsonSerializable(typeof(LockEvent))]
[JsonSerializable(typeof(LaterEvent))]
public sealed partial class RunJson : JsonSerializerContext
{
    public static NewEvent Write(RunEvent what) => new(NameOf(what), JsonSerializer.Serialize(what, Default.RunEvent));

    public static NewEvent Write(QueueEvent what) => new(what is RunJoined ? "run-joined" : "run-left", JsonSerializer.Serialize(what, Default.QueueEvent));

    /// <exception cref="JsonException">An event this version does not know: the load stops, since a state without it would be a lie.</exception>
    public static RunEvent ReadRun(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.RunEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static QueueEvent ReadQueue(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.QueueEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");

    public static NewEvent Write(LockEvent what) => new(what is Locks.LockSet ? "lock-set" : "lock-released", JsonSerializer.Serialize(what, Default.LockEvent));

    public static NewEvent Write(LaterEvent what) => new(what switch { Schedules.LaterAsked => "later-asked", Schedules.LaterEnded => "later-ended", _ => "schedule-fired" }, JsonSerializer.Serialize(what, Default.LaterEvent));

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static LockEvent ReadLock(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.LockEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static LaterEvent ReadLater(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.LaterEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");

    private static string NameOf(RunEvent what) => what switch
    {
        StepHappened step => $"step.{Names[step.What.GetType()]}",
        _ => Names[what.GetType()],
    };

    private static readonly Dictionary<Type, string> Names = new[] { typeof(RunEvent), typeof(Steps.StepEvent) }
        .SelectMany(family => family.GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>())
        .ToDictionary(derived => derived.DerivedType, derived => (string)derived.TypeDiscriminator!);
}
