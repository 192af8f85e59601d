using System.Globalization;

namespace ChatOps.Runbooks.Gates;

/// <summary>Whether one set of samples is worse than another.</summary>
public enum ComparisonVerdict
{
    /// <summary>Too few samples to say anything.</summary>
    TooFew,
    NotWorse,
    Worse,
}

/// <summary>What comparing two sets of samples says, and how sure it is.</summary>
/// <param name="Confidence">How sure the test is that it is worse by more than the margin: 1 − p, from 0 to 1.</param>
/// <param name="Effect">The share of pairs in which the new one is worse, after the margin: 0.5 = no difference, 1 = always.</param>
/// <param name="Count">Samples of the new one.</param>
/// <param name="Against">Samples of what it is compared with.</param>
public sealed record Comparison(ComparisonVerdict Verdict, double Confidence, double Effect, int Count, int Against)
{
    /// <summary>Says whether <paramref name="canary"/> is worse than <paramref name="stable"/> by more than a margin.</summary>
    /// <remarks>
    /// One-sided Mann-Whitney U (see <see cref="MannWhitney"/>) of the canary's samples against the stable ones moved by the margin, so that what is tested is "worse by more than the margin" and
    /// not "different". For canaries as well as for a time before; pure, for whoever walks a canary.
    /// </remarks>
    /// <param name="canary">Of the new version; what is not finite is left out.</param>
    /// <param name="stable">Of the one that it is compared with, over the same time; what is not finite is left out.</param>
    /// <param name="margin">A share moves by that part of each stable sample's size, anything else by its number.</param>
    /// <param name="confidence">How sure it has to be to say worse, from 0.5 to below 1.</param>
    /// <param name="least">Samples needed on each side; never fewer than <see cref="MannWhitney.Least"/>.</param>
    public static Comparison Of(ReadOnlySpan<double> canary, ReadOnlySpan<double> stable, Worse worse, GateValue? margin, double confidence, int least)
    {
        // Turned round where lower is worse, so that higher is worse from here on.
        var sign = worse == Worse.Higher ? 1 : -1;
        var x = Finite(canary, value => sign * value);
        var y = Finite(stable, value => (sign * value) + MarginAt(value, margin));
        if (Math.Min(x.Length, y.Length) < Math.Max(least, MannWhitney.Least)) return new Comparison(ComparisonVerdict.TooFew, 0, 0.5, x.Length, y.Length);
        var test = MannWhitney.Higher(x, y);
        return new Comparison(1 - test.P >= confidence ? ComparisonVerdict.Worse : ComparisonVerdict.NotWorse, 1 - test.P, test.Effect, x.Length, y.Length);
    }

    /// <summary>Says whether a counted share is worse than another by more than a margin: crashed sessions of a release against those of the one before.</summary>
    /// <remarks>One-sided z test of two proportions with unpooled variance, for "worse by more than the margin" as Farrington and Manning (1990) put it; <see cref="Count"/> and <see cref="Against"/> are what the shares are of.</remarks>
    public static Comparison OfShares(double share, long of, double before, long beforeOf, Worse worse, GateValue? margin, double confidence)
    {
        var (n, m) = ((int)Math.Min(of, int.MaxValue), (int)Math.Min(beforeOf, int.MaxValue));
        if (Math.Min(of, beforeOf) < LeastCounted) return new Comparison(ComparisonVerdict.TooFew, 0, 0.5, n, m);
        var sign = worse == Worse.Higher ? 1 : -1;
        var difference = (sign * (share - before)) - MarginAt(before, margin);

        // One more of each kind on both sides, so that nothing counted at all is no certainty (Agresti and Caffo, 2000).
        static double Variance(double share, long of) => ((share * of) + 1) / (of + 2d) is var p ? p * (1 - p) / (of + 2d) : 0;
        var confidenceNow = 1 - Normal.Above(difference / Math.Sqrt(Variance(share, of) + Variance(before, beforeOf)));
        return new Comparison(confidenceNow >= confidence ? ComparisonVerdict.Worse : ComparisonVerdict.NotWorse, confidenceNow, 0.5 + (sign * (share - before) / 2), n, m) { IsCounted = true };
    }

    /// <summary>Fewer of a kind say nothing.</summary>
    public const int LeastCounted = 50;

    /// <summary>It compared shares of something counted, rather than measurements.</summary>
    public bool IsCounted { get; init; }

    /// <summary><c>99.4% sure that it is worse; worse in 87% of pairs (20 samples against 24)</c>.</summary>
    public string Says() => Verdict == ComparisonVerdict.TooFew
        ? $"too few samples to compare: {Count} and {Against}"
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(Confidence * 1000) / 10:0.#}% sure that it is worse{(IsCounted ? $" ({Count} against {Against})" : $"; worse in {Effect * 100:0}% of pairs ({Count} samples against {Against})")}");

    private static double MarginAt(double value, GateValue? margin) => margin switch
    {
        null => 0,
        { Unit: GateUnit.Share } share => Math.Abs(value) * share.Number,
        { } number => number.Number,
    };

    private static double[] Finite(ReadOnlySpan<double> values, Func<double, double> change)
    {
        var kept = new List<double>(values.Length);
        foreach (var value in values)
        {
            if (double.IsFinite(value)) kept.Add(change(value));
        }

        return [.. kept];
    }
}
