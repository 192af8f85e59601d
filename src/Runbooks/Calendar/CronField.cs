using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Calendar;

/// <summary>One field of a cron expression: the values at which it fires.</summary>
/// <param name="IsStarred">It begins with <c>*</c>, and so restricts nothing by itself.</param>
internal sealed record CronField(ImmutableSortedSet<int> Values, bool IsStarred)
{
    /// <summary>What a field counts.</summary>
    public sealed record Kind(string Name, int Least, int Most, ImmutableArray<string> Names);

    public static ImmutableArray<Kind> Kinds { get; } =
    [
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of the month", 1, 31, []),
        new("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        new("day of the week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    public bool Has(int value) => Values.Contains(value);

    public static List<(string Text, int Column)> Words(string text)
    {
        var words = new List<(string, int)>();
        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsWhiteSpace(text[at])) continue;
            var end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
            words.Add((text[at..end], at + 1));
            at = end;
        }

        return words;
    }

    public static Reading<CronField> Read(string text, int column, Kind kind)
    {
        var values = ImmutableSortedSet.CreateBuilder<int>();
        foreach (var part in text.Split(','))
        {
            if (Part(part, kind) is not { } read) return Wrong(part, column, kind);
            values.UnionWith(read.Select(value => kind.Most == 7 && value == 7 ? 0 : value));
            column += part.Length + 1;
        }

        return new CronField(values.ToImmutable(), text.StartsWith('*'));
    }

    /// <summary><c>*</c>, <c>*/5</c>, <c>3</c>, <c>1-5</c>, <c>0-30/10</c>; null for anything else.</summary>
    private static IEnumerable<int>? Part(string text, Kind kind)
    {
        var halves = text.Split('/');
        if (halves.Length > 2 || (halves.Length == 2 && !(halves[1].Length is 1 or 2 && halves[1].All(char.IsAsciiDigit) && int.Parse(halves[1]) > 0))) return null;
        var step = halves.Length == 2 ? int.Parse(halves[1]) : 1;
        var ends = halves[0].Split('-');
        var (from, to) = halves[0] == "*" ? (kind.Least, kind.Most == 7 ? 6 : kind.Most) : (Value(ends[0], kind), Value(ends[^1], kind));
        if (from is null || to is null || ends.Length > 2 || from > to || (halves.Length == 2 && ends.Length == 1 && halves[0] != "*")) return null;
        return Enumerable.Range(from.Value, to.Value - from.Value + 1).Where(value => (value - from) % step == 0);
    }

    private static int? Value(string text, Kind kind)
    {
        if (kind.Names.IndexOf(text.ToLowerInvariant()) is var name and >= 0) return name + kind.Least;
        return text.Length is 1 or 2 && text.All(char.IsAsciiDigit) && int.Parse(text) is var number && number >= kind.Least && number <= kind.Most ? number : null;
    }

    private static TextFault Wrong(string part, int column, Kind kind)
    {
        var what = $"\"{(part.Length > 40 ? part[..39] + "…" : part)}\" is no {kind.Name}.";
        if (part.IndexOfAny(['?', 'L', 'W', '#']) >= 0 && Part(part, kind) is null) return new(column, what, "?, L, W and # are other crons' words. Write *, numbers, names, ranges, lists and steps.");
        if (part.Split('/') is [var from, var step] && Value(from, kind) is not null) return new(column, what, $"A step needs a range: {from}-{kind.Most}/{step}.");
        if (part.Split('-') is [var a, var b] && Value(a, kind) > Value(b, kind)) return new(column, what, $"A range goes up: {b}-{a}. Over the end, write a list.");
        return new(column, what, $"It goes from {kind.Least} to {kind.Most}{(kind.Names.IsEmpty ? "" : $", or {kind.Names[0]} to {kind.Names[^1]}")}: 5, 1-5, 1,3 or */2.");
    }
}
