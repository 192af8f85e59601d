using System.Runtime.InteropServices;

namespace ChatOps.Runbooks.Gates;

/// <summary>What the test of two sets of numbers says.</summary>
/// <param name="U">Mann and Whitney's U of the first set: in how many pairs it is the higher one, ties counting half.</param>
/// <param name="P">How likely so high a U would be if both came from the same source, from 0 to 1 (one-sided).</param>
/// <param name="Effect">U over the number of pairs: the share of pairs in which the first is higher. 0.5 = no difference, 1 = always (common language effect size; Vargha and Delaney's A).</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RankTest(double U, double P, double Effect);

/// <summary>
/// The Mann-Whitney U test: whether numbers of one set tend to be higher than those of another. It goes by ranks, so that it asks for no normal distribution and
/// one wild sample does little.
/// </summary>
/// <remarks>
/// H. B. Mann, D. R. Whitney: On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other, Annals of Mathematical Statistics 18 (1947).
/// By the normal approximation with the correction for ties and for continuity, as Spinnaker's Kayenta does; it is good from about 8 samples on each side.
/// </remarks>
public static class MannWhitney
{
    /// <summary>Least samples on each side for the approximation to hold.</summary>
    public const int Least = 8;

    /// <summary>Tests whether <paramref name="x"/> tends to be higher than <paramref name="y"/>. All numbers are finite.</summary>
    /// <exception cref="ArgumentException">One of the sets is empty.</exception>
    public static RankTest Higher(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.IsEmpty || y.IsEmpty) throw new ArgumentException("A test needs numbers on both sides.", x.IsEmpty ? nameof(x) : nameof(y));
        double n = x.Length, m = y.Length, all = n + m;
        var (ranks, ties) = Ranks(x, y);
        var u = ranks - (n * (n + 1) / 2);
        var deviation = Math.Sqrt(n * m / 12 * (all + 1 - (ties / (all * (all - 1)))));

        // Nothing differs at all: no evidence, whatever the number of samples.
        if (!(deviation > 0)) return new RankTest(u, 1, u / (n * m));
        var z = (u - (n * m / 2) - 0.5) / deviation;
        return new RankTest(u, Normal.Above(z), u / (n * m));
    }

    /// <summary>How much higher <paramref name="x"/> is: the median of all differences (Hodges and Lehmann's estimate).</summary>
    public static double Shift(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var differences = new double[x.Length * y.Length];
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = 0; j < y.Length; j++) differences[(i * y.Length) + j] = x[i] - y[j];
        }

        Array.Sort(differences);
        var half = differences.Length / 2;
        return differences.Length % 2 == 1 ? differences[half] : (differences[half - 1] + differences[half]) / 2;
    }

    /// <summary>The sum of the ranks of <paramref name="x"/> among all, ties sharing their mean; and what the ties take from the variance: Σ(t³ − t).</summary>
    private static (double Ranks, double Ties) Ranks(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var values = new double[x.Length + y.Length];
        x.CopyTo(values);
        y.CopyTo(values.AsSpan(x.Length));
        var isX = new bool[values.Length];
        isX.AsSpan(0, x.Length).Fill(true);
        Array.Sort(values, isX);
        double sum = 0, ties = 0;
        for (var from = 0; from < values.Length;)
        {
            var to = from + 1;
            while (to < values.Length && values[to] == values[from]) to++;
            double same = to - from;
            var rank = from + ((same + 1) / 2);
            for (var at = from; at < to; at++) sum += isX[at] ? rank : 0;
            ties += (same * same * same) - same;
            from = to;
        }

        return (sum, ties);
    }
}

/// <summary>The standard normal distribution.</summary>
internal static class Normal
{
    /// <summary>How likely a value above <paramref name="z"/> is.</summary>
    /// <remarks>Half of erfc(z/√2), by the Chebyshev fit of Numerical Recipes (2nd edition, section 6.2): relative error below 1.2·10⁻⁷ everywhere.</remarks>
    public static double Above(double z)
    {
        var at = Math.Abs(z) / Math.Sqrt(2);
        var t = 1 / (1 + (0.5 * at));
        double[] fit = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
        var sum = 0d;
        for (var k = fit.Length - 1; k >= 0; k--) sum = (sum * t) + fit[k];
        var tail = t * Math.Exp((-at * at) + sum) / 2;
        return z >= 0 ? tail : 1 - tail;
    }
}
