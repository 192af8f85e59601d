using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>How events about incidents are written down.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IncidentEvent))]
[JsonSerializable(typeof(IncidentBookEvent))]
[JsonSerializable(typeof(AboutIncident))]
public sealed partial class IncidentJson : JsonSerializerContext
{
    private static readonly Dictionary<Type, string> Names = new[] { typeof(IncidentEvent), typeof(IncidentBookEvent) }
        .SelectMany(family => family.GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>())
        .ToDictionary(derived => derived.DerivedType, derived => (string)derived.TypeDiscriminator!);

    public static NewEvent Write(IncidentEvent what) => new(Names[what.GetType()], JsonSerializer.Serialize(what, Default.IncidentEvent));

    public static NewEvent Write(IncidentBookEvent what) => new(Names[what.GetType()], JsonSerializer.Serialize(what, Default.IncidentBookEvent));

    /// <exception cref="JsonException">An event this version does not know: the load stops, since a state without it would be a lie.</exception>
    public static IncidentEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.IncidentEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static IncidentBookEvent ReadBook(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.IncidentBookEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}

/// <summary>The payload of work that is about an incident.</summary>
/// <param name="Place">Where something is shown.</param>
/// <param name="Title">What is said there, and <paramref name="Text"/> below it.</param>
/// <param name="Number">Of a follow-up; of the event after which something is done.</param>
/// <param name="Message">A message in <paramref name="Place"/>, and who pinned it there.</param>
public sealed record AboutIncident(IncidentId Id, string? Place = null, string? Title = null, string? Text = null, long Number = 0, string? Message = null, string? Account = null)
{
    public static AboutIncident Read(WorkItem item) => JsonSerializer.Deserialize(item.Payload, IncidentJson.Default.AboutIncident) ?? throw new JsonException("Work without a payload.");

    public string Write() => JsonSerializer.Serialize(this, IncidentJson.Default.AboutIncident);
}
