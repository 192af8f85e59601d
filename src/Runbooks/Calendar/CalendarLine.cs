using System.Collections.Immutable;

namespace ChatOps.Runbooks.Calendar;

/// <summary>A content line of a calendar file (RFC 5545, 3.1), unfolded: <c>DTSTART;TZID=Europe/Amsterdam:20261224T090000</c>.</summary>
/// <param name="Name">In capitals.</param>
/// <param name="Parameters">Names in capitals, values without their quotes.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal sealed record CalendarLine(string Name, ImmutableSortedDictionary<string, string> Parameters, string Value, int Line)
{
    public string? Parameter(string name) => Parameters.GetValueOrDefault(name);

    public static List<CalendarLine> Read(string text, List<LineFault> faults)
    {
        var lines = new List<CalendarLine>();
        foreach (var (whole, line) in Unfolded(text))
        {
            if (Cut(whole, line) is { } read) lines.Add(read);
            else faults.Add(new LineFault(line, $"\"{Short(whole)}\" is no line of a calendar file.", "A line is NAME:value; one that goes on begins with a space."));
        }

        return lines;
    }

    /// <summary>A value of type TEXT (3.3.11) as it was meant.</summary>
    public string Unescaped()
    {
        var text = new System.Text.StringBuilder();
        for (var at = 0; at < Value.Length; at++)
        {
            var letter = Value[at] == '\\' && at + 1 < Value.Length ? Value[++at] is 'n' or 'N' ? ' ' : Value[at] : Value[at];
            text.Append(char.IsControl(letter) ? ' ' : letter);
        }

        return text.ToString().Trim();
    }

    public static string Short(string text) => text.Length > 60 ? text[..59] + "…" : text;

    /// <summary>Lines with what was folded off them (a line break and a space) put back.</summary>
    private static IEnumerable<(string Text, int Line)> Unfolded(string text)
    {
        var (whole, start, at) = (new System.Text.StringBuilder(), 1, 0);
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            at++;
            var line = raw.TrimEnd('\r');
            if (line.Length > 0 && line[0] is (' ' or '\t'))
            {
                whole.Append(line, 1, line.Length - 1);
                continue;
            }

            if (whole.Length > 0) yield return (whole.ToString(), start);
            whole.Clear().Append(line);
            start = at;
        }

        if (whole.Length > 0) yield return (whole.ToString(), start);
    }

    private static CalendarLine? Cut(string text, int line)
    {
        var parts = new List<string>();
        var (start, quoted) = (0, false);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '"') quoted = !quoted;
            if (quoted || text[at] is not (';' or ':')) continue;
            parts.Add(text[start..at]);
            start = at + 1;
            if (text[at] == ':') return Of(parts, text[start..], line);
        }

        return null;
    }

    private static CalendarLine? Of(List<string> parts, string value, int line)
    {
        var parameters = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            if (part.Split('=', 2) is not [{ Length: > 0 } name, var said]) return null;
            parameters[name.ToUpperInvariant()] = said.Trim('"');
        }

        var known = parts[0].ToUpperInvariant();
        return known.Length > 0 && known.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') ? new CalendarLine(known, parameters.ToImmutable(), value, line) : null;
    }
}
