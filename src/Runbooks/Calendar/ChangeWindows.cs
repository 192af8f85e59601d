using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Calendar;

/// <summary>Windows that add up: open while any of them is. None at all: always open.</summary>
public sealed record ChangeWindows(ImmutableArray<Window> All)
{
    /// <summary>How far is looked at once: mostly far enough.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromDays(22);

    /// <summary>Looks beyond which nothing is told: about three years.</summary>
    private const int Looks = 50;

    /// <summary>Nobody's calendar goes further, and the arithmetic has to end somewhere.</summary>
    private static readonly DateTimeOffset Last = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static ChangeWindows Always { get; } = new([]);

    public bool IsAlways => All.IsEmpty;

    /// <summary>There are windows, but none of them ever opens.</summary>
    public bool NeverOpens => !All.IsEmpty && All.All(one => one.NeverOpens);

    public bool IsOpen(DateTimeOffset now) => NextOpening(now) == now;

    /// <summary>The first moment from now on at which it is open: now, when it is; null when there is none.</summary>
    public DateTimeOffset? NextOpening(DateTimeOffset now) => IsAlways ? now : From(now).Select(one => (DateTimeOffset?)one.From).FirstOrDefault();

    /// <summary>When it closes; null when it isn't open, or doesn't close within about three years.</summary>
    public DateTimeOffset? Closes(DateTimeOffset now) =>
        !IsAlways && From(now).Select(one => (Stretch?)one).FirstOrDefault() is { } first && first.From == now && first.Until < End(now) ? first.Until : null;

    /// <summary><c>Tue–Thu 10:00–14:00 America/New_York, or Sat 08:00–12:00 UTC</c>; <c>at any time</c>.</summary>
    public string Says() => IsAlways ? "at any time" : Words.List(All.Select(one => one.Says()), "or");

    public override string ToString() => Says();

    public bool Equals(ChangeWindows? other) => other is not null && All.SequenceEqual(other.All);

    public override int GetHashCode() => All.Length;

    /// <summary>When it is open, from a moment on, in order: as far as about three years.</summary>
    internal IEnumerable<Stretch> From(DateTimeOffset start)
    {
        if (start > Last) yield break;
        if (IsAlways)
        {
            yield return new Stretch(start, End(start));
            yield break;
        }

        Stretch? open = null;
        for (var look = 0; look < Looks; look++)
        {
            var around = new Stretch(start + (look * Look), start + ((look + 1) * Look));
            foreach (var next in Stretch.Joined(All.SelectMany(window => window.Within(around))))
            {
                if (open is { } before && before.Until == next.From) open = before with { Until = next.Until };
                else
                {
                    if (open is { } done) yield return done;
                    open = next;
                }
            }

            // What ends before the look does has really ended.
            if (open is { } ended && ended.Until < around.Until)
            {
                yield return ended;
                open = null;
            }
        }

        if (open is { } last) yield return last;
    }

    private static DateTimeOffset End(DateTimeOffset start) => start + (Looks * Look);
}
