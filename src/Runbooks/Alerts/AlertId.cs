using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>The number of a group of alerts, as people say it: <c>A12</c>. Positive, given out once.</summary>
[JsonConverter(typeof(AlertIdConverter))]
public readonly record struct AlertId(long Number)
{
    public StreamId Stream => new(string.Create(CultureInfo.InvariantCulture, $"alert-{Number}"));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"A{Number}");

    /// <summary>Reads <c>A12</c>, <c>a12</c> or <c>#A12</c>; false for anything else.</summary>
    public static bool TryParse(string? text, out AlertId id)
    {
        var word = text is null ? default : text.AsSpan().Trim().TrimStart('#');
        long number = 0;
        var read = word.Length > 1 && word[0] is 'A' or 'a' && long.TryParse(word[1..], NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
        id = new AlertId(read ? number : 0);
        return read;
    }
}

public sealed class AlertIdConverter : JsonConverter<AlertId>
{
    public override AlertId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, AlertId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Number);
}
