using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Brings what a sender said into the one shape, within bounds.</summary>
public static class AlertShaper
{
    public const int MostLabels = 40, LongestName = 200, LongestSummary = 500, LongestLabel = 300, MostLinks = 6;

    /// <summary>A clock that goes ahead by more than this is not believed.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    /// <summary>An alert from labels, as Prometheus and those like it have them.</summary>
    /// <param name="severity">Where the labels say nothing of it.</param>
    public static Alert Shape(
        AlertNames names, string source, string identity, string? what, bool firing, IEnumerable<KeyValuePair<string, string>> labels, DateTimeOffset? since, DateTimeOffset? at, DateTimeOffset now, Severity? severity = null)
    {
        var bounded = labels.Where(label => label.Key.Length > 0).Take(MostLabels)
            .GroupBy(label => Line(label.Key, 64), StringComparer.Ordinal).ToImmutableSortedDictionary(group => group.Key, group => Line(group.First().Value, LongestLabel), StringComparer.Ordinal);
        string? Of(ImmutableArray<string> keys) => keys.Select(key => bounded.GetValueOrDefault(key)).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        var began = Believed(since, now);
        return new Alert(
            source, Line(identity, LongestLabel), Line(what, LongestName) is { Length: > 0 } named ? named : "Unnamed alert", firing,
            severity ?? names.SeverityOf(Of(names.SeverityLabels)) ?? Severity.Warning, began, Believed(at, now) is var then && at is not null ? then : began)
        {
            Service = Of(names.ServiceLabels), Environment = names.EnvironmentOf(Of(names.EnvironmentLabels)), Labels = bounded,
        };
    }

    /// <summary>One line without control characters, direction marks or runs of white space, cut to a length.</summary>
    public static string Line(string? text, int longest)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (text.Length <= longest && !text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text.Trim();
        var line = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            var hidden = Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format;
            if (hidden && (line.Length == 0 || line[^1] == ' ')) continue;
            if (line.Length + rune.Utf16SequenceLength > longest - 1) return line.ToString().TrimEnd() + "…";
            line.Append(hidden ? " " : rune.ToString());
        }

        return line.ToString().TrimEnd();
    }

    public static string? Summary(string? text) => Line(text, LongestSummary) is { Length: > 0 } line ? line : null;

    /// <summary>Only addresses that a browser should follow.</summary>
    public static ImmutableArray<AlertLink> Links(params IEnumerable<(string Label, string? Url)> links) =>
    [
        .. links.Where(link => link.Url is { Length: > 0 and <= 2_000 })
            .Select(link => Uri.TryCreate(link.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? new AlertLink(link.Label, url) : null)
            .OfType<AlertLink>().DistinctBy(link => link.Url).Take(MostLinks),
    ];

    /// <summary>A sender's time, unless it goes ahead too far or there is none: then now.</summary>
    public static DateTimeOffset Believed(DateTimeOffset? given, DateTimeOffset now) => given is { } time && time.Year > 1970 && time <= now + Ahead ? time.ToUniversalTime() : now;
}
