using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Calendar;

/// <summary>Days of the week: <c>Tue-Thu</c>, <c>Mon,Wed</c>, <c>Fri-Mon</c> (over the weekend).</summary>
public sealed record WeekDays
{
    private WeekDays(ImmutableArray<DayOfWeek> all) => All = all;

    /// <summary>From Monday to Sunday, each once.</summary>
    public ImmutableArray<DayOfWeek> All { get; }

    public static WeekDays Of(params IEnumerable<DayOfWeek> days) => new([.. days.Distinct().OrderBy(Days.All.IndexOf)]);

    /// <summary>The days that a text names.</summary>
    public static Reading<WeekDays> Read(string text)
    {
        var days = new List<DayOfWeek>();
        var column = 1;
        foreach (var part in text.Split(','))
        {
            if (Range(part) is not { } range) return new TextFault(column, $"\"{Cut(part.Trim())}\" is no day.", "Write days such as Tue-Thu, or Mon,Wed.");
            days.AddRange(range);
            column += part.Length + 1;
        }

        return Of(days);
    }

    public bool Has(DayOfWeek day) => All.Contains(day);

    /// <summary><c>Tue–Thu</c>, <c>Fri–Mon</c>, <c>Mon, Wed</c>, <c>every day</c>.</summary>
    public override string ToString()
    {
        if (All.Length == 7) return "every day";
        if (All.IsEmpty) return "never";

        // Begin after a day that isn't one of them, so that a range over the weekend stays whole.
        var first = Days.All.IndexOf(Days.All.First(day => !Has(day))) + 1;
        var runs = new List<List<DayOfWeek>>();
        for (var at = 0; at < 7; at++)
        {
            var day = Days.All[(first + at) % 7];
            if (!Has(day)) continue;
            if (at > 0 && runs.Count > 0 && Has(Days.All[(first + at + 6) % 7])) runs[^1].Add(day);
            else runs.Add([day]);
        }

        return string.Join(", ", runs.OrderBy(run => Days.All.IndexOf(run[0])).SelectMany(Run));
    }

    public bool Equals(WeekDays? other) => other is not null && All.SequenceEqual(other.All);

    public override int GetHashCode() => All.Aggregate(0, (hash, day) => hash | (1 << (int)day));

    private static IEnumerable<string> Run(List<DayOfWeek> run) => run.Count > 2 ? [$"{Days.Short(run[0])}–{Days.Short(run[^1])}"] : run.Select(Days.Short);

    private static IEnumerable<DayOfWeek>? Range(string text)
    {
        var ends = text.Split('-').Select(word => Days.Of(word.Trim())).ToList();
        if (ends.Count > 2 || ends.Contains(null)) return null;
        var (from, to) = (Days.All.IndexOf(ends[0]!.Value), Days.All.IndexOf(ends[^1]!.Value));
        return Enumerable.Range(0, ((to - from + 7) % 7) + 1).Select(step => Days.All[(from + step) % 7]);
    }

    private static string Cut(string text) => text.Length > 40 ? text[..39] + "…" : text;
}
