using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Audit;

/// <summary>What people tried and were refused: how much of it was kept in this minute, so that nobody floods the chain.</summary>
/// <param name="Version">How many events there are.</param>
/// <param name="Minute">Since 1970, the one that <paramref name="Counts"/> is of.</param>
/// <param name="Counts">Attempts that were kept in it, by who made them.</param>
public sealed record RefusalBook(long Version, long Minute, ImmutableDictionary<string, int> Counts)
{
    /// <summary>The most attempts of one person, and of everybody, that are kept one by one within a minute.</summary>
    public const int OfOne = 10, OfAll = 300;

    public static readonly StreamId Stream = new("refusals");

    public static readonly RefusalBook Empty = new(0, 0, ImmutableDictionary<string, int>.Empty);

    public static long MinuteOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / 60;

    /// <summary>Whether one more attempt at this time is counted rather than kept.</summary>
    public bool IsFull(string who, DateTimeOffset at) => MinuteOf(at) == Minute && (Counts.GetValueOrDefault(who) >= OfOne || Counts.Values.Sum() >= OfAll);

    public RefusalBook Evolve(RefusalEvent what, DateTimeOffset at)
    {
        if (what is not AttemptRefused attempt) return this with { Version = Version + 1 };
        var counts = MinuteOf(at) == Minute ? Counts : ImmutableDictionary<string, int>.Empty;
        return new RefusalBook(Version + 1, MinuteOf(at), counts.SetItem(attempt.Who, counts.GetValueOrDefault(attempt.Who) + 1));
    }
}

/// <summary>Something that was refused. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(AttemptRefused), "attempt-refused")]
[JsonDerivedType(typeof(AttemptsCounted), "attempts-counted")]
public abstract record RefusalEvent;

/// <summary>Somebody tried something, and was refused.</summary>
/// <param name="By">Null for an account that could not be resolved to a person.</param>
/// <param name="Name">What the account is called.</param>
/// <param name="Said">The command, or what was clicked, cut.</param>
/// <param name="Code">One of <see cref="RefusalCodes"/>.</param>
/// <param name="Run">The run it was about, where it was about one.</param>
public sealed record AttemptRefused(Person? By, string Name, string Said, string Code, string Why, RunId? Run) : RefusalEvent
{
    [JsonIgnore]
    public string Who => By?.Email ?? Name;
}

/// <summary>More attempts than are kept one by one.</summary>
/// <param name="From">The beginning of the minute that they were made in.</param>
public sealed record AttemptsCounted(Person? By, string Name, DateTimeOffset From, int Count) : RefusalEvent;

/// <summary>How refused attempts are written down.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RefusalEvent))]
public sealed partial class RefusalJson : JsonSerializerContext
{
    public static NewEvent Write(RefusalEvent what) => new(what is AttemptRefused ? "attempt-refused" : "attempts-counted", JsonSerializer.Serialize(what, Default.RefusalEvent));

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static RefusalEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.RefusalEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}
