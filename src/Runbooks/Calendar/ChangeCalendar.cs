using System.Collections.Immutable;

namespace ChatOps.Runbooks.Calendar;

/// <summary>When things may change, beyond the windows of each place.</summary>
/// <param name="Zone">In which days and times are meant where none is named.</param>
public sealed record ChangeCalendar(Zone Zone, WorkingHours WorkingHours, ImmutableArray<Freeze> Freezes, ImmutableArray<Maintenance> Maintenance)
{
    /// <summary>Freezes that are looked past for the next opening, one after the other.</summary>
    private const int MostFreezes = 1_000;

    /// <summary>Nothing is written: no freeze, always working hours, UTC.</summary>
    public static ChangeCalendar Empty { get; } = new(Zone.Utc, WorkingHours.Always, [], []);

    /// <summary>Whether a service may change in an environment that has these windows. A freeze beats maintenance, and maintenance beats windows.</summary>
    public Verdict Judge(string service, string environment, ChangeWindows windows, DateTimeOffset now)
    {
        var freezes = Freezes.Where(one => one.Scope.Covers(service, environment) && one.Until > now).ToImmutableArray();
        var extra = Stretch.Joined(Maintenance.Where(one => one.Scope.Covers(service, environment) && one.Until > now).Select(one => new Stretch(one.From, one.Until))).ToImmutableArray();
        if (freezes.Where(one => one.Has(now)).MaxBy(one => one.Until) is { } freeze)
        {
            var opening = NextOpening(windows, freezes, extra, now);
            return new Verdict.Closed($"Changes to {service} in {environment} are frozen until {Zone.Says(freeze.Until)} ({Zone}): {freeze.Name}.", opening, freeze);
        }

        if (extra.Any(one => one.Has(now)) || windows.IsOpen(now)) return new Verdict.Open();
        var why = windows.NeverOpens ? $"{environment} has windows for changes to {service}, and none of them ever opens." : $"{service} changes in {environment} {windows.Says()}.";
        return new Verdict.Closed(why, NextOpening(windows, freezes, extra, now), null);
    }

    private static DateTimeOffset? NextOpening(ChangeWindows windows, ImmutableArray<Freeze> freezes, ImmutableArray<Stretch> extra, DateTimeOffset now)
    {
        var frozen = new Queue<Stretch>(Stretch.Joined(freezes.Select(one => new Stretch(one.From, one.Until))));
        for (var (at, passed) = (now, 0); passed <= MostFreezes; passed++)
        {
            if (Allowed(windows, extra, at) is not { } next) return null;
            while (frozen.TryPeek(out var past) && past.Until <= next) frozen.Dequeue();
            if (!frozen.TryPeek(out var freeze) || freeze.From > next) return next;
            at = freeze.Until;
        }

        return null;
    }

    /// <summary>The first moment that windows or maintenance allow.</summary>
    private static DateTimeOffset? Allowed(ChangeWindows windows, ImmutableArray<Stretch> extra, DateTimeOffset at)
    {
        DateTimeOffset? usual = windows.NextOpening(at);
        DateTimeOffset? once = extra.Where(one => one.Until > at).Select(one => (DateTimeOffset?)(one.From > at ? one.From : at)).FirstOrDefault();
        return usual is null || once < usual ? once : usual;
    }
}

/// <summary>Whether something may change now.</summary>
public abstract record Verdict
{
    private Verdict() { }

    public sealed record Open : Verdict;

    /// <param name="Why">One sentence.</param>
    /// <param name="NextOpening">When it may; null when no such moment is in sight.</param>
    /// <param name="Freeze">The freeze that closes it, of several the longest; null when it is only outside its windows.</param>
    public sealed record Closed(string Why, DateTimeOffset? NextOpening, Freeze? Freeze) : Verdict;
}
