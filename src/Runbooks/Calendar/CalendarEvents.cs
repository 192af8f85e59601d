using System.Collections.Immutable;
using NodaTime;
using NodaTime.Text;

namespace ChatOps.Runbooks.Calendar;

/// <summary>Reads the events among the lines of a calendar file.</summary>
internal static class CalendarEvents
{
    /// <summary>Properties of an event that have no bearing on when it is.</summary>
    private static readonly ImmutableHashSet<string> Passed =
    [
        "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "DESCRIPTION", "LOCATION", "CATEGORIES", "CLASS", "SEQUENCE", "TRANSP", "PRIORITY", "URL", "ORGANIZER",
        "ATTENDEE", "GEO", "COMMENT", "CONTACT", "ATTACH", "RESOURCES", "RELATED-TO", "COLOR", "IMAGE", "CONFERENCE",
    ];

    private static readonly ImmutableHashSet<string> Known = ["DTSTART", "DTEND", "DURATION", "SUMMARY", "RRULE", "EXDATE", "STATUS"];

    /// <summary>A calendar, an event, an alarm; a time zone and its rules.</summary>
    private const int Deepest = 8;

    private static readonly ImmutableHashSet<string> Repeatable = ["EXDATE"];

    public static IEnumerable<CalendarEvent> Read(List<CalendarLine> lines, Zone zone, List<LineFault> faults)
    {
        var events = new List<CalendarEvent>();
        var open = new Stack<CalendarLine>();
        List<CalendarLine> here = [];
        foreach (var line in lines)
        {
            var component = line.Value.Trim().ToUpperInvariant();
            if (line.Name == "BEGIN")
            {
                if (open.Count == Deepest)
                {
                    faults.Add(new LineFault(line.Line, "This is nested too deeply.", "Each BEGIN needs its END."));
                    return events;
                }

                open.Push(line);
                if (component == "VEVENT") here = [];
                else if (component is not ("VCALENDAR" or "VALARM") && !open.Any(IsZone)) faults.Add(new LineFault(line.Line, $"{CalendarLine.Short(component)} is no event.", "Only events (VEVENT) are read as freezes: take it out."));
            }
            else if (line.Name == "END")
            {
                if (!open.TryPop(out var begin) || !begin.Value.Trim().Equals(component, StringComparison.OrdinalIgnoreCase)) faults.Add(new LineFault(line.Line, $"END:{CalendarLine.Short(component)} ends nothing that is open.", "Each BEGIN needs its END."));
                else if (component == "VEVENT" && Event(here, begin.Line, zone, faults) is { } read) events.Add(read);
            }
            else if (open.TryPeek(out var inside) && inside.Value.Trim().Equals("VEVENT", StringComparison.OrdinalIgnoreCase)) here.Add(line);
            else if (open.Count == 0) faults.Add(new LineFault(line.Line, $"{line.Name} stands outside the calendar.", "A calendar file is between BEGIN:VCALENDAR and END:VCALENDAR."));
        }

        if (lines.Count == 0) faults.Add(new LineFault(1, "The file holds no calendar.", "A calendar file is between BEGIN:VCALENDAR and END:VCALENDAR."));
        if (open.TryPop(out var left)) faults.Add(new LineFault(left.Line, $"BEGIN:{CalendarLine.Short(left.Value)} has no END.", "The file seems to be cut off."));
        return events;
    }

    private static bool IsZone(CalendarLine begin) => begin.Value.Trim().Equals("VTIMEZONE", StringComparison.OrdinalIgnoreCase);

    private static CalendarEvent? Event(List<CalendarLine> lines, int at, Zone zone, List<LineFault> faults)
    {
        var before = faults.Count;
        foreach (var line in lines.Where(line => !Known.Contains(line.Name) && !Passed.Contains(line.Name) && !line.Name.StartsWith("X-", StringComparison.Ordinal)))
            faults.Add(new LineFault(line.Line, $"{line.Name} is not understood.", "Write the event without it, or write the freeze in calendar.yaml."));
        foreach (var second in lines.Where(line => Known.Contains(line.Name) && !Repeatable.Contains(line.Name)).GroupBy(line => line.Name).SelectMany(same => same.Skip(1)))
            faults.Add(new LineFault(second.Line, $"The event has two {second.Name}.", "Keep one."));
        var said = lines.Where(line => Known.Contains(line.Name)).GroupBy(line => line.Name).ToDictionary(same => same.Key, same => same.First());
        if (said.TryGetValue("STATUS", out var status) && status.Value.Trim().Equals("CANCELLED", StringComparison.OrdinalIgnoreCase)) return null;
        if (!said.TryGetValue("DTSTART", out var start))
        {
            faults.Add(new LineFault(at, "The event has no DTSTART.", "Say when it begins."));
            return null;
        }

        if (CalendarTime.Read(start, zone, faults) is not { } begin || Until(said, begin, zone, at, faults) is not { } until) return null;
        var rule = said.TryGetValue("RRULE", out var repeat) ? Recurrence.Read(repeat, begin, faults) : Recurrence.Once;
        var without = lines.Where(line => line.Name == "EXDATE").SelectMany(line => CalendarTime.ReadMany(line, zone, faults)).Select(time => time.Moment()).ToImmutableHashSet();
        if (faults.Count > before || rule is null) return null;
        var summary = said.TryGetValue("SUMMARY", out var title) && title.Unescaped() is { Length: > 0 } name ? name : "a calendar's event";
        return new CalendarEvent(summary.Length > 100 ? summary[..99] + "…" : summary, begin, until, rule, without, at);
    }

    /// <summary>When the event ends: as it says, or of a date alone, with that day (3.6.1).</summary>
    private static CalendarTime? Until(Dictionary<string, CalendarLine> said, CalendarTime begin, Zone zone, int at, List<LineFault> faults)
    {
        CalendarTime? until = begin.IsDate ? begin with { Wall = begin.Wall.PlusDays(1) } : null;
        if (said.TryGetValue("DTEND", out var end))
        {
            until = CalendarTime.Read(end, zone, faults);
            if (until is null) return null;
        }
        else if (said.TryGetValue("DURATION", out var length))
        {
            until = PeriodPattern.Roundtrip.Parse(length.Value.Trim()) is { Success: true, Value: var period } && IsShort(period) ? begin with { Wall = begin.Wall + period } : null;
            if (until is null)
            {
                faults.Add(new LineFault(length.Line, $"\"{CalendarLine.Short(length.Value)}\" is no duration.", "Write PT8H or P1D."));
                return null;
            }
        }

        if (until is { } right && right.Moment() > begin.Moment() && right.IsDate == begin.IsDate) return right;
        faults.Add(new LineFault(end?.Line ?? at, until is null ? "The event has no end." : until.IsDate != begin.IsDate ? "One end of the event is a date, the other a time." : "The event ends before it begins.", "Write a DTEND after its DTSTART."));
        return null;
    }

    /// <summary>Of the units that 3.3.6 knows, and no more of them than a calendar has room for.</summary>
    private static bool IsShort(Period period) =>
        period is { Years: 0, Months: 0, Weeks: >= 0 and < 600, Days: >= 0 and < 4_000, Hours: >= 0 and < 100_000, Minutes: >= 0 and < 1_000_000, Seconds: >= 0 and < 100_000_000 };
}
