using System.Runtime.InteropServices;

namespace ChatOps.Runbooks.Calendar;

/// <summary>A stretch of time: from a moment, and up to but without another.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Stretch(DateTimeOffset From, DateTimeOffset Until)
{
    public bool Has(DateTimeOffset moment) => From <= moment && moment < Until;

    /// <summary>The same time, in order and without overlaps; what touches is one.</summary>
    internal static IEnumerable<Stretch> Joined(IEnumerable<Stretch> stretches)
    {
        Stretch? open = null;
        foreach (var next in stretches.OrderBy(one => one.From))
        {
            if (open is { } before && next.From <= before.Until)
            {
                open = before with { Until = next.Until > before.Until ? next.Until : before.Until };
                continue;
            }

            if (open is { } done) yield return done;
            open = next;
        }

        if (open is { } last) yield return last;
    }
}
