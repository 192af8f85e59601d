using System.Globalization;
using ChatOps.Runbooks.Work;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.TimeZones;

namespace ChatOps.Runbooks.Calendar;

/// <summary>A time zone of the IANA database, by its name there: <c>Europe/Amsterdam</c>, <c>UTC</c>.</summary>
/// <remarks>The database comes with NodaTime: the machine's own is not asked.</remarks>
public sealed record Zone
{
    private readonly DateTimeZone rules;

    private Zone(DateTimeZone rules) => this.rules = rules;

    public static Zone Utc { get; } = new(DateTimeZone.Utc);

    public string Id => rules.Id;

    /// <summary>Null when there is none of that name.</summary>
    public static Zone? Find(string id) => id == "UTC" ? Utc : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is { } rules ? new Zone(rules) : null;

    /// <summary>What to write instead of a name that is none.</summary>
    public static string Mend(string id) =>
        DateTimeZoneProviders.Tzdb.Ids.FirstOrDefault(one => one.Equals(id, StringComparison.OrdinalIgnoreCase)) is { } same ? $"Write {same}."
        : Nearest.One(id, DateTimeZoneProviders.Tzdb.Ids) is { } near ? $"Did you mean {near}?"
        : "Write a name of the IANA database: UTC, Europe/Amsterdam, America/New_York.";

    /// <summary>The day and the time on the wall there.</summary>
    public (DayOfWeek Day, TimeOnly Time) Wall(DateTimeOffset moment)
    {
        var local = Local(moment);
        return (local.DayOfWeek.ToDayOfWeek(), local.TimeOfDay.ToTimeOnly());
    }

    /// <summary><c>Tue 24 Nov 2026 10:00</c>, as the wall there shows it.</summary>
    public string Says(DateTimeOffset moment) => Local(moment).ToString("ddd d MMM uuuu HH:mm", CultureInfo.InvariantCulture);

    public bool Equals(Zone? other) => other is not null && Id == other.Id;

    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Id;

    internal LocalDateTime Local(DateTimeOffset moment) => Instant.FromDateTimeOffset(moment).InZone(rules).LocalDateTime;

    /// <summary>The moment that the wall shows this: the first, where it shows it twice; where it skips it, the one at which the skip ends.</summary>
    internal DateTimeOffset Moment(LocalDateTime wall) => Out(rules.ResolveLocal(wall, Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter)).ToInstant());

    /// <summary>As RFC 5545, 3.3.5, reads a time: the first where it happens twice; where it is skipped, by the offset before the skip.</summary>
    internal DateTimeOffset Lenient(LocalDateTime wall) => Out(rules.ResolveLocal(wall, Resolvers.LenientResolver).ToInstant());

    /// <summary>When the day begins; midnight, unless that is skipped.</summary>
    internal DateTimeOffset Begins(LocalDate day) => Out(rules.AtStartOfDay(day).ToInstant());

    /// <summary>Every moment at which the wall shows this: none, one or two.</summary>
    internal IEnumerable<DateTimeOffset> Moments(LocalDateTime wall)
    {
        var found = rules.MapLocal(wall);
        if (found.Count > 0) yield return Out(found.First().ToInstant());
        if (found.Count > 1) yield return Out(found.Last().ToInstant());
    }

    /// <summary>While the wall shows a time from <paramref name="from"/> and before <paramref name="until"/>: most often one stretch, none where that is skipped, two where it happens twice.</summary>
    internal IEnumerable<Stretch> While(LocalDateTime from, LocalDateTime until)
    {
        var margin = Duration.FromHours(26);
        var about = new Interval(from.InUtc().ToInstant() - margin, until.InUtc().ToInstant() + margin);
        foreach (var rule in rules.GetZoneIntervals(about))
        {
            var (start, end) = (from.WithOffset(rule.WallOffset).ToInstant(), until.WithOffset(rule.WallOffset).ToInstant());
            if (rule.HasStart && start < rule.Start) start = rule.Start;
            if (rule.HasEnd && end > rule.End) end = rule.End;
            if (start < end) yield return new Stretch(Out(start), Out(end));
        }
    }

    private static DateTimeOffset Out(Instant instant) => instant.ToDateTimeOffset();
}
