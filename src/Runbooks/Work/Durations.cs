using System.Globalization;

namespace ChatOps.Runbooks.Work;

/// <summary>Durations as people write them: <c>500ms</c>, <c>30s</c>, <c>10m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
public static class Durations
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>False for anything that is not one, for zero, and for more than 366 days.</summary>
    public static bool TryRead(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty) return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || digits > 9) return false;
            var number = long.Parse(rest[..digits], CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9') is var next and >= 0 ? next : rest.Length;
            if (Unit(rest[..letters]) is not { } unit) return false;

            // Before it is multiplied: what overflows is no answer.
            if (number > (Longest - duration) / unit) return false;
            duration += unit * number;
            rest = rest[letters..];
        }

        return duration > TimeSpan.Zero;
    }

    private static TimeSpan? Unit(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => TimeSpan.FromMilliseconds(1),
        "s" => TimeSpan.FromSeconds(1),
        "m" or "min" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        "d" => TimeSpan.FromDays(1),
        _ => null,
    };
}
