using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Versions;

/// <summary>Something that became known of a version in a place. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(VersionWatched), "version-watched")]
[JsonDerivedType(typeof(VersionUnwatched), "version-unwatched")]
[JsonDerivedType(typeof(VersionPassed), "version-passed")]
[JsonDerivedType(typeof(VersionFailed), "version-failed")]
[JsonDerivedType(typeof(FailureCleared), "failure-cleared")]
public abstract record VersionEvent(Site Site);

/// <summary>A run has brought it, and it is watched behind that run.</summary>
public sealed record VersionWatched(Site Site, string Version, RunId Run, DateTimeOffset Until) : VersionEvent(Site);

/// <summary>It is no longer watched, and nobody knows whether it is well.</summary>
public sealed record VersionUnwatched(Site Site, RunId Run) : VersionEvent(Site);

/// <summary>A run has brought it, and it stayed well for as long as it was watched.</summary>
public sealed record VersionPassed(Site Site, string Version, RunId Run) : VersionEvent(Site);

/// <param name="Run">The run that brought it.</param>
/// <param name="Automatic">It was taken back without anybody being asked.</param>
public sealed record VersionFailed(Site Site, string Version, RunId Run, string Why, bool Automatic) : VersionEvent(Site);

/// <summary>Somebody says that the cause is fixed.</summary>
public sealed record FailureCleared(Site Site, string Version, Person By, string Reason) : VersionEvent(Site);

/// <summary>How what is known of versions is written down.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VersionEvent))]
public sealed partial class VersionJson : JsonSerializerContext
{
    private static readonly Dictionary<Type, string> Names = typeof(VersionEvent).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>()
        .ToDictionary(derived => derived.DerivedType, derived => (string)derived.TypeDiscriminator!);

    public static NewEvent Write(VersionEvent what) => new(Names[what.GetType()], JsonSerializer.Serialize(what, Default.VersionEvent));

    /// <exception cref="JsonException">An event this version does not know: the load stops, since a state without it would be a lie.</exception>
    public static VersionEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.VersionEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}
