using System.Globalization;
using System.Text.Json;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Reads JSON that came from outside: what is missing or of another kind is null, never an exception.</summary>
public static class Payload
{
    private const int Deepest = 32;

    /// <summary>Reads a verified body.</summary>
    /// <param name="read">Is given the root, which is an object.</param>
    public static AlertReading Read(ReadOnlyMemory<byte> body, Func<JsonElement, AlertReading> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Deepest });
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : new AlertReading.Unreadable("The message is no JSON object.", Again: false);
        }
        catch (JsonException)
        {
            return new AlertReading.Unreadable("The message is no whole JSON.", Again: true);
        }
    }

    public static JsonElement? Find(JsonElement from, params ReadOnlySpan<string> path)
    {
        try
        {
            foreach (var name in path)
            {
                if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out from)) return null;
            }

            return from;
        }
        catch (InvalidOperationException)
        {
            return null;        // half a character in a name beside it: it is met while looking
        }
    }

    /// <summary>A text, or a number or truth value as text; null for anything else and for what is empty.</summary>
    public static string? Text(JsonElement from, params ReadOnlySpan<string> path)
    {
        if (Find(from, path) is not { } found) return null;
        try
        {
            return found.ValueKind switch
            {
                JsonValueKind.String => found.GetString() is { Length: > 0 } text ? text : null,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => found.GetRawText(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            return null;        // half a character
        }
    }

    public static IEnumerable<JsonElement> List(JsonElement from, params ReadOnlySpan<string> path) =>
        Find(from, path) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>The members of an object whose values are plain.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Pairs(JsonElement from, params ReadOnlySpan<string> path) =>
        Find(from, path) is { ValueKind: JsonValueKind.Object } found ? Pairs(found) : [];

    /// <summary>RFC 3339 with any number of fractional digits, or seconds or milliseconds since 1970.</summary>
    public static DateTimeOffset? Time(JsonElement from, params ReadOnlySpan<string> path) => Time(Text(from, path));

    public static DateTimeOffset? Time(string? text)
    {
        if (text is null or { Length: > 40 }) return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 9_000_000_000_000m)
            return DateTimeOffset.FromUnixTimeMilliseconds((long)(number < 100_000_000_000m ? number * 1000 : number));
        return DateTimeOffset.TryParse(Shorter(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(JsonElement found)
    {
        foreach (var member in found.EnumerateObject().Take(AlertShaper.MostLabels))
        {
            string? name = null;
            try
            {
                name = member.Name;
            }
            catch (InvalidOperationException)
            {
                // Half a character in a name.
            }

            if (name is not null && Text(member.Value) is { } value) yield return KeyValuePair.Create(name, value);
        }
    }

    /// <summary>.NET reads seven fractional digits; Go writes nine.</summary>
    private static string Shorter(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return text;
        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end - dot > 8 ? string.Concat(text.AsSpan(0, dot + 8), text.AsSpan(end)) : text;
    }
}
