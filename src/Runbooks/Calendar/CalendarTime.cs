using NodaTime;
using NodaTime.Text;

namespace ChatOps.Runbooks.Calendar;

/// <summary>A date or a date with a time, as a calendar file says it (RFC 5545, 3.3.4 and 3.3.5).</summary>
internal sealed record CalendarTime(LocalDateTime Wall, Zone Zone, bool IsDate)
{
    private static readonly LocalDatePattern Dates = LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd");
    private static readonly LocalDateTimePattern Times = LocalDateTimePattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss");

    public DateTimeOffset Moment() => IsDate ? Zone.Begins(Wall.Date) : Zone.Lenient(Wall);

    public static CalendarTime? Read(CalendarLine line, Zone zone, List<LineFault> faults) => Read(line, line.Value.Trim(), zone, faults);

    /// <summary>Several, with commas between.</summary>
    public static IEnumerable<CalendarTime> ReadMany(CalendarLine line, Zone zone, List<LineFault> faults) =>
        line.Value.Split(',').Select(one => Read(line, one.Trim(), zone, faults)).OfType<CalendarTime>();

    /// <summary>A date, a UTC time, or a time as the zone's wall shows it; null for anything else, and for years that nobody plans for.</summary>
    public static CalendarTime? Parse(string text, Zone zone)
    {
        var isUtc = text.EndsWith('Z');
        if (!isUtc && Dates.Parse(text) is { Success: true, Value: { Year: > 1900 and < 8000 } date }) return new CalendarTime(date.AtMidnight(), zone, true);
        return Times.Parse(isUtc ? text[..^1] : text) is { Success: true, Value: { Year: > 1900 and < 8000 } time } ? new CalendarTime(time, isUtc ? Zone.Utc : zone, false) : null;
    }

    private static CalendarTime? Read(CalendarLine line, string text, Zone zone, List<LineFault> faults)
    {
        if (line.Parameter("TZID") is { } id)
        {
            if (Zone.Find(id) is not { } named)
            {
                faults.Add(new LineFault(line.Line, $"There is no time zone \"{CalendarLine.Short(id)}\".", Zone.Mend(id)));
                return null;
            }

            zone = named;
        }

        if (Parse(text, zone) is { } read && (line.Parameter("VALUE") ?? (read.IsDate ? "DATE" : "DATE-TIME")) == (read.IsDate ? "DATE" : "DATE-TIME")) return read;
        faults.Add(new LineFault(line.Line, $"\"{CalendarLine.Short(text)}\" is no date or time.", "Write 20261224, 20261224T090000 or 20261224T090000Z."));
        return null;
    }
}
