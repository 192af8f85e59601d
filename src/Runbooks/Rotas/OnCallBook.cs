using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Rotas;

/// <summary>Swaps that people made: a fold over its events.</summary>
/// <param name="Last">The last number that was given.</param>
public sealed record OnCallBook(long Version, long Last, ImmutableArray<TurnSwapped> Swaps)
{
    public static readonly StreamId Stream = new("oncall");

    public static readonly OnCallBook Empty = new(0, 0, []);

    /// <summary>How many swaps are kept in mind: the oldest are long past.</summary>
    public const int Most = 500;

    /// <summary>Swaps of a schedule, oldest first.</summary>
    public ImmutableArray<Override> Of(string schedule) =>
        [.. Swaps.Where(one => one.Schedule.Equals(schedule, StringComparison.OrdinalIgnoreCase)).Select(one => new Override(one.Person, one.From, one.Until, one.Number))];

    public OnCallBook Evolve(OnCallEvent what) => what switch
    {
        TurnSwapped e => this with { Version = Version + 1, Last = Math.Max(Last, e.Number), Swaps = [.. Swaps.TakeLast(Most - 1), e] },
        _ => throw new InvalidOperationException($"Schedules do not know {what.GetType().Name}."),
    };
}

/// <summary>Something that happened to who is on call. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(TurnSwapped), "turn-swapped")]
public abstract record OnCallEvent;

/// <param name="Person">Who is called from then on.</param>
/// <param name="By">Who said so.</param>
public sealed record TurnSwapped(long Number, string Schedule, Person Person, DateTimeOffset From, DateTimeOffset Until, Person By) : OnCallEvent;

/// <summary>How events about who is on call are written down.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OnCallEvent))]
public sealed partial class OnCallJson : JsonSerializerContext
{
    public static NewEvent Write(OnCallEvent what) => new("turn-swapped", JsonSerializer.Serialize(what, Default.OnCallEvent));

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static OnCallEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.OnCallEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}
