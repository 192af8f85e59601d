using System.Collections.Immutable;

namespace ChatOps.Runbooks.Calendar;

/// <summary>What a calendar file (iCalendar, RFC 5545) says, read as freezes: each event is one.</summary>
/// <param name="Faults">What was not understood. A file that has any can't be relied on.</param>
public sealed record CalendarFile(ImmutableArray<Freeze> Freezes, ImmutableArray<LineFault> Faults)
{
    /// <summary>The longest text that is read.</summary>
    public const int Longest = 1 << 20;

    /// <summary>Most freezes in a file, repeats counted.</summary>
    public const int MostOccurrences = 10_000;

    private const int MostFaults = 50;

    /// <summary>Reads a file.</summary>
    /// <param name="zone">In which dates, and times that name no zone, are meant.</param>
    /// <param name="scope">What its events freeze.</param>
    /// <remarks>
    /// Of RFC 5545 it knows events with DTSTART, DTEND or DURATION, SUMMARY, EXDATE, STATUS and a simple RRULE (daily, weekly, yearly; INTERVAL, COUNT, UNTIL).
    /// A repeat without an end is followed for a hundred years. What has no bearing on when (a place, an alarm, who attends) is passed over, and so are time zones'
    /// own definitions: zones are known by their names. Anything else is a fault.
    /// </remarks>
    public static CalendarFile Read(string text, Zone zone, Scope scope)
    {
        if (text.Length > Longest) return new([], [new LineFault(1, $"The file has more than {Longest:N0} characters.", "Split it.")]);
        var faults = new List<LineFault>();
        var events = CalendarEvents.Read(CalendarLine.Read(text, faults), zone, faults);
        var freezes = ImmutableArray.CreateBuilder<Freeze>();
        foreach (var one in events)
        {
            foreach (var (from, until) in one.Occurrences())
            {
                if (freezes.Count == MostOccurrences)
                {
                    faults.Add(new LineFault(one.Line, $"The file has more than {MostOccurrences:N0} events, repeats counted.", "End the repeat with UNTIL or COUNT, or split the file."));
                    return new([], [.. faults.Take(MostFaults)]);
                }

                freezes.Add(new Freeze(one.Summary, from, until, scope));
            }
        }

        return new([.. freezes.OrderBy(one => one.From)], [.. faults.Take(MostFaults)]);
    }
}

/// <summary>What is wrong in a line of a file, and what to do about it.</summary>
/// <param name="Line">From 1.</param>
public sealed record LineFault(int Line, string What, string Mend);
