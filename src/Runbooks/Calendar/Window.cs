using NodaTime;
using NodaTime.Extensions;

namespace ChatOps.Runbooks.Calendar;

/// <summary>A time of the week at which something may change.</summary>
/// <remarks>
/// It is open exactly while a clock on the wall of its zone shows a time in it. So when clocks go forward, the part of it that they skip does not happen
/// (02:00–03:00 may not open at all that day), and when they go back, the part that they show twice happens twice.
/// </remarks>
/// <param name="Days">The days on which it begins: across midnight, it ends on the day after.</param>
/// <param name="From">Before the end of the day.</param>
/// <param name="To">At or before <paramref name="From"/>: of the day after.</param>
public sealed record Window(WeekDays Days, WallTime From, WallTime To, Zone Zone)
{
    /// <summary>No day, or no time on it.</summary>
    public bool NeverOpens => Days.All.IsEmpty || From == To || From.Minutes == WallTime.Day;

    /// <summary><c>Tue–Thu 10:00–14:00 America/New_York</c>.</summary>
    public string Says() => $"{Days} {From}–{To} {Zone}";

    public override string ToString() => Says();

    /// <summary>When it is open within a stretch of time, not in order, cut to that stretch.</summary>
    internal IEnumerable<Stretch> Within(Stretch around)
    {
        if (NeverOpens) return [];
        var first = Zone.Local(around.From).Date.PlusDays(-1);
        var days = Period.DaysBetween(first, Zone.Local(around.Until).Date) + 1;
        var length = To.Minutes > From.Minutes ? To.Minutes - From.Minutes : To.Minutes - From.Minutes + WallTime.Day;
        return Enumerable.Range(0, days).Select(first.PlusDays)
            .Where(day => Days.Has(day.DayOfWeek.ToDayOfWeek()))
            .Select(day => day.AtMidnight().PlusMinutes(From.Minutes))
            .SelectMany(from => Zone.While(from, from.PlusMinutes(length)))
            .Select(one => new Stretch(one.From > around.From ? one.From : around.From, one.Until < around.Until ? one.Until : around.Until))
            .Where(one => one.From < one.Until);
    }
}
