using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Changes;

/// <summary>What was told of changes that no run made. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(ChangeSeen), "change-seen")]
public abstract record ChangeEvent;

public sealed record ChangeSeen(SeenChange Change) : ChangeEvent;

/// <summary>The latest changes that no run made, oldest first, in the order in which they were told.</summary>
/// <param name="Version">How many events it has.</param>
public sealed record ChangeBook(long Version, ImmutableList<SeenChange> Latest)
{
    /// <summary>Older ones are in the chain only: nothing looks further back than a day or two.</summary>
    public const int Most = 1_000;

    public static readonly StreamId Stream = new("changes");

    public static readonly ChangeBook Empty = new(0, []);

    public ChangeBook Evolve(ChangeEvent what) => what switch
    {
        ChangeSeen e => new ChangeBook(Version + 1, Latest.Count < Most ? Latest.Add(e.Change) : Latest.RemoveAt(0).Add(e.Change)),
        _ => throw new InvalidOperationException($"The book of changes does not know {what.GetType().Name}."),
    };

    /// <summary>Changes that were made in a stretch of time, oldest first.</summary>
    public IEnumerable<SeenChange> Between(DateTimeOffset from, DateTimeOffset until) => Latest.Where(one => one.At >= from && one.At <= until).OrderBy(one => one.At);
}

/// <summary>How it is written down.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ChangeEvent))]
public sealed partial class ChangeJson : JsonSerializerContext
{
    public static NewEvent Write(ChangeEvent what) => new("change-seen", JsonSerializer.Serialize(what, Default.ChangeEvent));

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static ChangeEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.ChangeEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}
