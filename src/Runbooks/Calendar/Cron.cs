using System.Collections.Immutable;
using ChatOps.Runbooks.Work;
using NodaTime;
using NodaTime.Extensions;

namespace ChatOps.Runbooks.Calendar;

/// <summary>A time that comes again, as cron writes it: minute, hour, day of month, month, day of week.</summary>
/// <remarks>
/// Fields and their meaning are those of crontab(5) by Paul Vixie: names, ranges, lists, steps, 7 for Sunday, <c>@daily</c> and the like; where both the day of
/// the month and the day of the week are restricted (don't begin with <c>*</c>), either is enough.
/// When clocks change, the rule is that of its cron(8): a time whose hour is given happens once a day, the first time where the wall shows it twice, and where
/// it is skipped, when the skip ends. Where the hour begins with <c>*</c> it goes by the wall: what is skipped does not happen, what comes twice happens twice.
/// </remarks>
public sealed record Cron
{
    /// <summary>The 29th of February on a given weekday is at most 40 years away (12 or 28, save around 2100).</summary>
    private const int MostYears = 41;

    private const int Longest = 500;

    private readonly ImmutableArray<CronField> fields;
    private readonly Zone zone;

    private Cron(string text, ImmutableArray<CronField> fields, Zone zone) => (Text, this.fields, this.zone) = (text, fields, zone);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    private static ImmutableSortedDictionary<string, string> Nicknames { get; } = ImmutableSortedDictionary.CreateRange<string, string>(StringComparer.OrdinalIgnoreCase,
    [
        new("@yearly", "0 0 1 1 *"), new("@annually", "0 0 1 1 *"), new("@monthly", "0 0 1 * *"), new("@weekly", "0 0 * * 0"),
        new("@daily", "0 0 * * *"), new("@midnight", "0 0 * * *"), new("@hourly", "0 * * * *"),
    ]);

    private CronField Minutes => fields[0];
    private CronField Hours => fields[1];
    private CronField DaysOfMonth => fields[2];
    private CronField Months => fields[3];
    private CronField DaysOfWeek => fields[4];

    /// <summary>The expression, or what is wrong with it; one that never fires is wrong.</summary>
    public static Reading<Cron> Read(string text, Zone zone)
    {
        if (text.Length > Longest) return new TextFault(1, $"The expression has {text.Length:N0} characters; {Longest} are read.", "Write five fields.");
        var start = text.Length - text.TrimStart().Length;
        if (text.Trim().StartsWith('@'))
        {
            return Nicknames.TryGetValue(text.Trim(), out var meant) ? Read(meant, zone) is Reading<Cron>.Understood known ? new Cron(text.Trim(), known.Value.fields, zone) : throw new InvalidOperationException(meant)
                : new TextFault(start + 1, $"There is no {text.Trim()}.", $"There are: {string.Join(", ", Nicknames.Keys)}.");
        }

        var words = CronField.Words(text);
        if (words.Count != 5) return new TextFault(start + 1, $"There {(words.Count == 1 ? "is one field" : $"are {words.Count} fields")}, not five.", "Write minute, hour, day of month, month, day of week: 0 9 * * Mon-Fri.");
        var read = ImmutableArray.CreateBuilder<CronField>();
        foreach (var (word, kind) in words.Zip(CronField.Kinds))
        {
            switch (CronField.Read(word.Text, word.Column, kind))
            {
                case Reading<CronField>.Understood field: read.Add(field.Value); break;
                case Reading<CronField>.Misread wrong: return wrong.What;
                default: throw new InvalidOperationException("A reading is understood or misread.");
            }
        }

        var cron = new Cron(text.Trim(), read.ToImmutable(), zone);
        return cron.Never() ? new TextFault(words[2].Column, $"It never happens: no such month has a day {words[2].Text}.", "Write another day of the month, or another month.") : cron;
    }

    /// <summary>The first time after a moment; null when it is too far away to be told.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset moment)
    {
        // A day earlier: where clocks go back over midnight, yesterday is still to come again.
        var first = zone.Local(moment).Date.PlusDays(-1);
        for (var day = first; day.Year <= first.Year + MostYears && day.Year < 9_000;)
        {
            if (!Months.Has(day.Month))
            {
                day = day.PlusDays(CalendarSystem.Iso.GetDaysInMonth(day.Year, day.Month) - day.Day + 1);
                continue;
            }

            if (Has(day) && On(day).Where(time => time > moment).Select(time => (DateTimeOffset?)time).Min() is { } next) return next;
            day = day.PlusDays(1);
        }

        return null;
    }

    public override string ToString() => $"{Text} ({zone})";

    public bool Equals(Cron? other) => other is not null && Text == other.Text && zone == other.zone;

    public override int GetHashCode() => HashCode.Combine(Text, zone);

    private IEnumerable<DateTimeOffset> On(LocalDate day) => Hours.Values
        .SelectMany(_ => Minutes.Values, (hour, minute) => day.At(new LocalTime(hour, minute)))
        .SelectMany(wall => Hours.IsStarred ? zone.Moments(wall) : [zone.Moment(wall)]);

    private bool Has(LocalDate day)
    {
        var (ofMonth, ofWeek) = (DaysOfMonth.Has(day.Day), DaysOfWeek.Has((int)day.DayOfWeek.ToDayOfWeek()));
        return DaysOfMonth.IsStarred || DaysOfWeek.IsStarred ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    /// <summary>No month of it is long enough for any of its days, and its weekdays don't help.</summary>
    private bool Never() => (DaysOfMonth.IsStarred || DaysOfWeek.IsStarred) && !Months.Values.Any(month => DaysOfMonth.Values.Any(day => day <= CalendarSystem.Iso.GetDaysInMonth(2024, month)));
}
