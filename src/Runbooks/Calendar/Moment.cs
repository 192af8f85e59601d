using System.Globalization;
using ChatOps.Runbooks.Work;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.Text;

namespace ChatOps.Runbooks.Calendar;

/// <summary>Moments as people type them: <c>tomorrow 10:00</c>, <c>Monday</c>, <c>18:00</c>, <c>in 2h</c>, <c>2026-12-24 09:00</c>.</summary>
/// <remarks>
/// Days and times are those of the wall in the zone; a day alone begins at midnight. A time alone is today's, or tomorrow's when today's is past; a weekday is the
/// next one, and today only with a time that is still to come. A time that the wall skips is when the skip ends; of one that it shows twice, the first.
/// <c>in 2h</c> is time that passes, whatever clocks do.
/// </remarks>
public static class Moment
{
    private const string Mend = "Write tomorrow 10:00, Monday, Mon 14:30, 18:00, in 2h, 2026-12-24 or 2026-12-24 09:00.";

    /// <summary>The longer first, for they hold the shorter.</summary>
    private static readonly (string Word, string Short)[] Units =
        [("hours", "h"), ("hour", "h"), ("hrs", "h"), ("hr", "h"), ("minutes", "m"), ("minute", "m"), ("mins", "m"), ("days", "d"), ("day", "d")];

    /// <summary>The moment meant, always later than <paramref name="now"/>; or what is wrong.</summary>
    public static Reading<DateTimeOffset> Read(string text, DateTimeOffset now, Zone zone)
    {
        if (text.Length > 60) return new TextFault(1, "This is too long for a moment.", Mend);
        var words = text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).SelectMany(DateAndTime).Where(word => word.ToLowerInvariant() is not ("at" or "on")).ToList();
        if (words.Count > 0 && words[0].Equals("in", StringComparison.OrdinalIgnoreCase)) return After(string.Concat(words.Skip(1)), now);
        if (words.Count is 0 or > 2) return Unknown(text);

        var today = zone.Local(now).Date;
        var (days, times) = (words.Select(word => Day(word, today)).OfType<Said>().ToList(), words.Select(Time).OfType<LocalTime>().ToList());
        if (days.Count + times.Count != words.Count || days.Count > 1 || times.Count > 1) return Unknown(text);
        var (day, time) = (days.FirstOrDefault() ?? new Said(today, 1), times.Count == 1 ? times[0] : (LocalTime?)null);
        var moment = At(day.Date);
        if (moment <= now && day.Again > 0) moment = At(day.Date.PlusDays(day.Again));
        return moment > now ? moment : new TextFault(1, $"{zone.Says(moment)} ({zone}) is past: it is {zone.Says(now)} there.", "Write a moment to come.");

        DateTimeOffset At(LocalDate date) => time is { } wall ? zone.Moment(date.At(wall)) : zone.Begins(date);
    }

    /// <summary>A moment as files write it: a date, which is when that day begins, or a date and a time.</summary>
    public static Reading<DateTimeOffset> ReadDate(string text, Zone zone)
    {
        var words = text.Length > 60 ? [] : text.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(DateAndTime).ToList();
        var date = words.Count is 1 or 2 ? Date(words[0]) : null;
        var time = words.Count == 2 ? Time(words[1]) : null;
        if (date is null || (words.Count == 2 && time is null)) return new TextFault(1, $"\"{(text.Length > 60 ? text[..59] + "…" : text)}\" is no date.", "Write 2026-12-24, or 2026-12-24 09:00.");
        return time is { } wall ? zone.Moment(date.Value.At(wall)) : zone.Begins(date.Value);
    }

    /// <summary>A day that was meant.</summary>
    /// <param name="Again">Days after which it is meant again when it is past; 0 = never.</param>
    private sealed record Said(LocalDate Date, int Again);

    private static Said? Day(string word, LocalDate today)
    {
        if (word.Equals("today", StringComparison.OrdinalIgnoreCase)) return new Said(today, 0);
        if (word.Equals("tomorrow", StringComparison.OrdinalIgnoreCase)) return new Said(today.PlusDays(1), 0);
        if (Days.Of(word) is { } weekday) return new Said(today.PlusDays(((int)weekday - (int)today.DayOfWeek.ToDayOfWeek() + 7) % 7), 7);
        return Date(word) is { } date ? new Said(date, 0) : null;
    }

    private static LocalDate? Date(string word) => LocalDatePattern.Iso.Parse(word) is { Success: true, Value: { Year: > 1970 and < 8000 } date } ? date : null;

    /// <summary><c>2026-12-24T09:00</c> is two words.</summary>
    private static string[] DateAndTime(string word) => word.Length > 11 && word[10] == 'T' ? [word[..10], word[11..]] : [word];

    private static LocalTime? Time(string word) =>
        TimeOnly.TryParseExact(word, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time.ToLocalTime() : null;

    private static Reading<DateTimeOffset> After(string text, DateTimeOffset now)
    {
        var plain = Units.Aggregate(text.ToLowerInvariant(), (said, unit) => said.Replace(unit.Word, unit.Short, StringComparison.Ordinal));
        return Durations.TryRead(plain, out var duration) ? now + duration : new TextFault(1, $"\"in {text}\" says no length of time.", "Write in 30m, in 2h or in 1d12h: more than nothing, and up to a year.");
    }

    private static Reading<DateTimeOffset> Unknown(string text) => new TextFault(1, $"\"{text.Trim()}\" is no moment.", Mend);
}
