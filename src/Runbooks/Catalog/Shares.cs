namespace ChatOps.Runbooks.Catalog;

/// <summary>How many replicas carry a share of the traffic, where each carries as much as the next.</summary>
public static class Shares
{
    /// <summary>The fewest replicas that, beside <paramref name="stable"/> others, carry at least the share; at least one, and never more than there are others.</summary>
    /// <param name="percent">1 to 99.</param>
    public static int Replicas(int stable, int percent)
    {
        var others = Math.Max(1, stable);
        var needed = ((others * percent) + (100 - percent) - 1) / (100 - percent);
        return Math.Clamp(needed, 1, others);
    }

    /// <summary>The fewest of so many replicas that are at least the share: at least one, and never more than there are.</summary>
    /// <param name="percent">1 to 99.</param>
    public static int Part(int replicas, int percent) => Math.Clamp(((replicas * percent) + 99) / 100, 1, Math.Max(1, replicas));
}
