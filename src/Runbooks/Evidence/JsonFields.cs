using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ChatOps.Runbooks.Evidence;

/// <summary>Finds fields of a JSON answer by dotted path: <c>db.status</c>, <c>checks.0.ok</c>. A name that itself has dots is found too.</summary>
public static class JsonFields
{
    /// <summary>What differs from what is expected, in words; null when nothing does.</summary>
    public static string? Wrong(JsonElement root, ImmutableSortedDictionary<string, string> expected)
    {
        var wrong = expected.Select(field => (Path: field.Key, Wanted: field.Value, Found: Find(root, field.Key))).Where(field => field.Found != field.Wanted)
            .Select(field => field.Found is null ? $"{field.Path} is missing, expected {field.Wanted}" : $"{field.Path} is {Cut(field.Found)}, expected {field.Wanted}").ToList();
        return wrong.Count == 0 ? null : string.Join("; ", wrong);
    }

    /// <summary>The field as text; null when it is not there.</summary>
    public static string? Find(JsonElement at, string path)
    {
        if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(path, out var whole)) return Text(whole);
        var (name, rest) = path.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? (path[..dot], path[(dot + 1)..]) : (path, null);
        JsonElement? inner = at.ValueKind switch
        {
            JsonValueKind.Object when at.TryGetProperty(name, out var value) => value,
            JsonValueKind.Array when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength() => at[index],
            _ => null,
        };
        return (inner, rest) switch
        {
            (null, _) => null,
            ({ } value, null) => Text(value),
            ({ } value, _) => Find(value, rest),
        };
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    /// <summary>One line without control characters, cut to a length that a sentence can hold.</summary>
    private static string Cut(string text)
    {
        var line = new string([.. text.Select(letter => char.IsControl(letter) || CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.Format ? ' ' : letter)]).Trim();
        return line.Length > 60 ? line[..60] + "…" : line;
    }
}
