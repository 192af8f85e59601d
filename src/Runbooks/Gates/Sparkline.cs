namespace ChatOps.Runbooks.Gates;

/// <summary>Draws the last numbers as a small line: <c>▁▂▂▅</c>.</summary>
public static class Sparkline
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    /// <summary>One mark per sample, the newest last; <c>·</c> where the number is not known.</summary>
    /// <param name="limit">A full block is as high as this, where higher is worse: a line far below its limit stays low.</param>
    /// <param name="most">How many samples are drawn.</param>
    public static string Of(IEnumerable<double?> values, double? limit = null, int most = 16)
    {
        var shown = values.TakeLast(most).ToList();
        var known = shown.OfType<double>().Where(double.IsFinite).ToList();
        if (known.Count == 0) return new string('·', shown.Count);
        var (low, high) = (known.Min(), known.Max());
        if (limit is { } full && double.IsFinite(full)) (low, high) = (Math.Min(0, low), Math.Max(full, high));
        return string.Concat(shown.Select(value => value is { } number && double.IsFinite(number) ? Block(number, low, high) : '·'));
    }

    private static char Block(double value, double low, double high) =>
        high > low ? Blocks[(int)Math.Clamp((value - low) / (high - low) * Blocks.Length, 0, Blocks.Length - 1)] : Blocks[0];
}
