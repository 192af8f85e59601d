using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatOps.Runbooks.Work;

/// <summary>The number of an incident, as people say it: <c>INC-12</c>. Positive, given out once.</summary>
[JsonConverter(typeof(IncidentIdConverter))]
public readonly record struct IncidentId(long Number)
{
    private const string Prefix = "INC";

    public StreamId Stream => new(string.Create(CultureInfo.InvariantCulture, $"incident-{Number}"));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{Number}");

    /// <summary>Reads <c>INC-12</c>, <c>inc12</c> or <c>#inc-12</c>; false for anything else, a bare number too: that is a run's.</summary>
    public static bool TryParse(string? text, out IncidentId id)
    {
        var word = text is null ? default : text.AsSpan().Trim().TrimStart('#');
        long number = 0;
        var read = word.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && word.Length > Prefix.Length
            && long.TryParse(word[Prefix.Length..].TrimStart('-'), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
        id = new IncidentId(read ? number : 0);
        return read;
    }
}

public sealed class IncidentIdConverter : JsonConverter<IncidentId>
{
    public override IncidentId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, IncidentId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Number);
}
