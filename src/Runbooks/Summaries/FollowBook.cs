using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Summaries;

/// <summary>Whether somebody wants to be told when their commits go out. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(FollowBegan), "follow-began")]
[JsonDerivedType(typeof(FollowEnded), "follow-ended")]
public abstract record FollowEvent;

/// <param name="Surface">The chat in which they are told.</param>
public sealed record FollowBegan(Person Person, string Surface) : FollowEvent;

public sealed record FollowEnded(Person Person) : FollowEvent;

/// <summary>Who wants to be told, by themselves, when commits of theirs go out.</summary>
/// <param name="Version">How many events it has.</param>
public sealed record FollowBook(long Version, ImmutableDictionary<Person, string> Surfaces)
{
    public static readonly StreamId Stream = new("followers");

    public static readonly FollowBook Empty = new(0, ImmutableDictionary<Person, string>.Empty);

    public FollowBook Evolve(FollowEvent what) => (what switch
    {
        FollowBegan e => this with { Surfaces = Surfaces.SetItem(e.Person, e.Surface) },
        FollowEnded e => this with { Surfaces = Surfaces.Remove(e.Person) },
        _ => throw new InvalidOperationException($"Nobody follows {what.GetType().Name}."),
    }) with { Version = Version + 1 };

    /// <summary>Where authors of these commits are told, each once: as <c>slack:@ana@example.com</c>. An author is who the commit's address says.</summary>
    public ImmutableArray<string> PlacesOf(IEnumerable<Evidence.Change> commits) =>
    [
        .. commits.Select(commit => commit.Email).OfType<string>().Select(email => new Person(email)).Distinct().Where(Surfaces.ContainsKey)
            .Select(person => $"{Surfaces[person]}:@{person.Email}").Order(StringComparer.Ordinal),
    ];
}

/// <summary>How it is written down.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FollowEvent))]
public sealed partial class FollowJson : JsonSerializerContext
{
    public static NewEvent Write(FollowEvent what) => new(what is FollowBegan ? "follow-began" : "follow-ended", JsonSerializer.Serialize(what, Default.FollowEvent));

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static FollowEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.FollowEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}
