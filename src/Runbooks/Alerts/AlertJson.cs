using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>How events about alerts are written down.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AlertEvent))]
[JsonSerializable(typeof(BookEvent))]
[JsonSerializable(typeof(AboutAlert))]
public sealed partial class AlertJson : JsonSerializerContext
{
    private static readonly Dictionary<Type, string> Names = new[] { typeof(AlertEvent), typeof(BookEvent) }
        .SelectMany(family => family.GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>())
        .ToDictionary(derived => derived.DerivedType, derived => (string)derived.TypeDiscriminator!);

    public static NewEvent Write(AlertEvent what) => new(Names[what.GetType()], JsonSerializer.Serialize(what, Default.AlertEvent));

    public static NewEvent Write(BookEvent what) => new(Names[what.GetType()], JsonSerializer.Serialize(what, Default.BookEvent));

    /// <exception cref="JsonException">An event this version does not know: the load stops, since a state without it would be a lie.</exception>
    public static AlertEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.AlertEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");

    /// <exception cref="JsonException">An event this version does not know.</exception>
    public static BookEvent ReadBook(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.BookEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}

/// <summary>The payload of work that is about a group of alerts.</summary>
/// <param name="Place">Where something is shown.</param>
/// <param name="Text">What is said there; for a silence, the system.</param>
/// <param name="Number">Of a silence.</param>
/// <param name="At">Of when a line of a thread is.</param>
public sealed record AboutAlert(AlertId Id, string? Place = null, string? Text = null, int Number = 0, DateTimeOffset At = default)
{
    public static AboutAlert Read(WorkItem item) => JsonSerializer.Deserialize(item.Payload, AlertJson.Default.AboutAlert) ?? throw new JsonException("Work without a payload.");

    public string Write() => JsonSerializer.Serialize(this, AlertJson.Default.AboutAlert);
}
