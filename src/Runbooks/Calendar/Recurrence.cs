using System.Collections.Immutable;
using NodaTime;
using NodaTime.Extensions;

namespace ChatOps.Runbooks.Calendar;

/// <summary>How an event comes again (RFC 5545, 3.3.10): daily, weekly or yearly, and no more than that.</summary>
/// <param name="Count">How often it happens in all; null = no limit.</param>
/// <param name="Until">The last moment at which it may begin; null = no limit.</param>
internal sealed record Recurrence(string Frequency, int Interval, int? Count, DateTimeOffset? Until)
{
    /// <summary>Years for which one without an end is followed.</summary>
    private const int MostYears = 100;

    private static readonly string[] WeekDays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

    public static Recurrence Once { get; } = new("DAILY", 1, 1, null);

    /// <summary>When it begins, each time; a 29th of February only in leap years.</summary>
    public IEnumerable<CalendarTime> Starts(CalendarTime first)
    {
        for (var (step, found) = (0, 0); found < (Count ?? int.MaxValue); step++)
        {
            var by = step * Interval;
            if (Frequency == "YEARLY" && by > MostYears) yield break;
            var wall = Frequency switch { "DAILY" => first.Wall.PlusDays(by), "WEEKLY" => first.Wall.PlusWeeks(by), _ => first.Wall.PlusYears(by) };
            if (wall.Year > first.Wall.Year + MostYears) yield break;
            if (wall.Day != first.Wall.Day && Frequency == "YEARLY") continue;
            var next = first with { Wall = wall };
            if (next.Moment() > Until) yield break;
            found++;
            yield return next;
        }
    }

    /// <summary>The rule, or null and a fault.</summary>
    public static Recurrence? Read(CalendarLine line, CalendarTime first, List<LineFault> faults)
    {
        var parts = line.Value.Trim().Split(';', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).ToList();
        if (parts.Exists(part => part.Length != 2) || parts.Select(part => part[0].ToUpperInvariant()).Distinct().Count() != parts.Count) return Wrong(line, "This is no rule for a repeat.", faults);
        var said = parts.ToDictionary(part => part[0].ToUpperInvariant(), part => part[1].ToUpperInvariant());
        if (said.GetValueOrDefault("FREQ") is not ("DAILY" or "WEEKLY" or "YEARLY")) return Wrong(line, $"A repeat of FREQ={CalendarLine.Short(said.GetValueOrDefault("FREQ") ?? "")} is not understood.", faults);
        foreach (var (name, value) in said.Where(part => !IsKnown(part.Key, part.Value, said["FREQ"], first)))
            return Wrong(line, $"{CalendarLine.Short(name)}={CalendarLine.Short(value)} is not understood in a repeat.", faults);
        if (said.ContainsKey("COUNT") && said.ContainsKey("UNTIL")) return Wrong(line, "A repeat has COUNT or UNTIL, not both.", faults);
        DateTimeOffset? until = null;
        if (said.TryGetValue("UNTIL", out var last))
        {
            if (CalendarTime.Parse(last, first.Zone) is not { } end) return Wrong(line, $"UNTIL={CalendarLine.Short(last)} is no date or time.", faults);

            // A date alone is meant with its whole day.
            until = end.IsDate && !first.IsDate ? (end with { Wall = end.Wall.PlusDays(1) }).Moment().AddTicks(-1) : end.Moment();
        }

        return new Recurrence(said["FREQ"], said.TryGetValue("INTERVAL", out var every) ? int.Parse(every) : 1, said.TryGetValue("COUNT", out var count) ? int.Parse(count) : null, until);
    }

    /// <summary>Parts that are carried out, and those that repeat what the start says already.</summary>
    private static bool IsKnown(string name, string value, string frequency, CalendarTime first) => name switch
    {
        "FREQ" or "UNTIL" or "WKST" => true,
        "INTERVAL" or "COUNT" => value.Length is > 0 and < 5 && value.All(char.IsAsciiDigit) && int.Parse(value) > 0,
        "BYDAY" => frequency == "WEEKLY" && value == WeekDays[(int)first.Wall.DayOfWeek.ToDayOfWeek()],
        "BYMONTH" => frequency == "YEARLY" && value.TrimStart('0') == $"{first.Wall.Month}",
        "BYMONTHDAY" => frequency == "YEARLY" && value.TrimStart('0') == $"{first.Wall.Day}",
        _ => false,
    };

    private static Recurrence? Wrong(CalendarLine line, string what, List<LineFault> faults)
    {
        faults.Add(new LineFault(line.Line, what, "Understood are FREQ=DAILY, WEEKLY or YEARLY with INTERVAL, COUNT or UNTIL. Write other repeats out, event by event."));
        return null;
    }
}

/// <summary>An event of a calendar file.</summary>
/// <param name="Without">Beginnings at which it does not happen.</param>
internal sealed record CalendarEvent(string Summary, CalendarTime From, CalendarTime Until, Recurrence Rule, ImmutableHashSet<DateTimeOffset> Without, int Line)
{
    /// <summary>When it happens. Of dates, each time as many days; of times, each time as long by the clock that passes (3.8.5.3).</summary>
    public IEnumerable<Stretch> Occurrences()
    {
        var days = Period.DaysBetween(From.Wall.Date, Until.Wall.Date);
        var length = Until.Moment() - From.Moment();
        foreach (var start in Rule.Starts(From))
        {
            var from = start.Moment();
            if (!Without.Contains(from)) yield return new Stretch(from, From.IsDate ? (start with { Wall = start.Wall.PlusDays(days) }).Moment() : from + length);
        }
    }
}
