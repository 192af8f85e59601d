using System.Globalization;

namespace ChatOps.Runbooks.Work;

/// <summary>Numbers as people say them.</summary>
public static class Words
{
    /// <summary><c>45 s</c>, <c>10 min</c>, <c>1 h 30 min</c>, <c>2 days</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        if (time < TimeSpan.Zero) time = TimeSpan.Zero;
        if (time < TimeSpan.FromSeconds(1) && time > TimeSpan.Zero) return $"{time.TotalMilliseconds:0} ms";
        if (time < TimeSpan.FromMinutes(1)) return $"{Math.Floor(time.TotalSeconds):0} s";
        if (time < TimeSpan.FromHours(1)) return Two((int)time.TotalMinutes, "min", time.Seconds, "s");
        if (time < TimeSpan.FromDays(2)) return Two((int)time.TotalHours, "h", time.Minutes, "min");
        return Count((int)time.TotalDays, "day", "days");
    }

    /// <summary><c>1 try</c>, <c>3 tries</c>.</summary>
    public static string Count(long number, string one, string many) =>
        $"{number.ToString(CultureInfo.InvariantCulture)} {(number == 1 ? one : many)}";

    /// <summary><c>ana</c>, <c>ana and ben</c>, <c>ana, ben and cleo</c>.</summary>
    public static string List(IEnumerable<string> words, string last = "and")
    {
        var all = words.ToList();
        return all.Count switch
        {
            0 => "",
            1 => all[0],
            _ => $"{string.Join(", ", all.Take(all.Count - 1))} {last} {all[^1]}",
        };
    }

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";
}
