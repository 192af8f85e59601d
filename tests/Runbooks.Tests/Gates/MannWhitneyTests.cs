using ChatOps.Runbooks.Gates;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Gates;

/// <summary>The test says what its textbook says: worked examples, the exact distribution, and what must hold of any numbers.</summary>
public sealed class MannWhitneyTests
{
    /// <summary>The worked example of SciPy's documentation of mannwhitneyu: ages at diagnosis; U = 17, two-sided asymptotic p = 0.11134688653314041.</summary>
    [Fact]
    public void A_published_example_comes_out_as_published()
    {
        var test = MannWhitney.Higher([19, 22, 16, 29, 24], [20, 11, 17, 12]);
        test.U.ShouldBe(17);
        test.P.ShouldBe(0.11134688653314041 / 2, 1e-7);
        test.Effect.ShouldBe(17.0 / 20);
    }

    /// <summary>Ties take from the variance: against the formula, worked by hand: three 2s, three 3s and two 4s, so that Σ(t³−t) = 24 + 24 + 6.</summary>
    [Fact]
    public void Ties_share_their_rank_and_narrow_the_variance()
    {
        double[] x = [2, 3, 3, 5], y = [2, 2, 1, 3, 4, 4];

        // 2 beats 1 and ties twice; each 3 beats three and ties once; 5 beats all.
        var u = 2 + 3.5 + 3.5 + 6;
        var deviation = Math.Sqrt(4 * 6 / 12.0 * (11 - ((24 + 24 + 6) / 90.0)));
        var test = MannWhitney.Higher(x, y);
        test.U.ShouldBe(u);
        test.P.ShouldBe(Tail((u - 12 - 0.5) / deviation), 1e-6);
    }

    /// <summary>Against every way that the ranks can fall: what the approximation stands for.</summary>
    [Theory]
    [InlineData(8, 8)]
    [InlineData(8, 20)]
    [InlineData(20, 20)]
    public void The_approximation_stays_close_to_the_exact_distribution(int n, int m)
    {
        var ways = Ways(n, m);
        var all = ways.Sum();
        for (var u = 0; u <= n * m; u++)
        {
            var (x, y) = WithU(n, m, u);
            var test = MannWhitney.Higher(x, y);
            test.U.ShouldBe(u);
            test.P.ShouldBe(ways.Skip(u).Sum() / all, 0.01);
        }
    }

    [Fact]
    public void Moving_all_numbers_alike_changes_nothing() => ForSets((x, y) =>
    {
        var test = MannWhitney.Higher(x, y);
        MannWhitney.Higher([.. x.Select(value => (value * 3) + 7)], [.. y.Select(value => (value * 3) + 7)]).ShouldBe(test);
        (test.P is >= 0 and <= 1 && test.Effect is >= 0 and <= 1).ShouldBeTrue();
    });

    [Fact]
    public void What_one_side_wins_the_other_loses() => ForSets((x, y) =>
        (MannWhitney.Higher(x, y).U + MannWhitney.Higher(y, x).U).ShouldBe(x.Length * y.Length));

    [Fact]
    public void The_higher_the_first_side_the_more_pairs_are_its_own_and_nothing_is_surer_than_all_of_them() => ForSets((x, y) =>
    {
        // Not so of P itself: a shift can make ties, which take from the variance.
        var now = MannWhitney.Higher(x, y);
        MannWhitney.Higher([.. x.Select(value => value + 5)], y).U.ShouldBeGreaterThanOrEqualTo(now.U);
        MannWhitney.Higher([.. x.Select(value => value + y.Max() - x.Min() + 1)], y).P.ShouldBeLessThanOrEqualTo(now.P + 1e-12);
    });

    [Fact]
    public void Numbers_that_are_all_alike_are_no_evidence() => MannWhitney.Higher(new double[50], new double[50]).P.ShouldBe(1);

    [Fact]
    public void The_shift_is_the_median_of_all_differences() => MannWhitney.Shift([11, 12, 13], [1, 2]).ShouldBe(10.5);

    [Fact]
    public void A_test_without_numbers_is_a_bug() => Should.Throw<ArgumentException>(() => MannWhitney.Higher([], [1]));

    /// <summary>How well chance is told from change: no alarm in 98 of 100 looks at nothing, and nearly always one where it is worse by one deviation.</summary>
    [Fact]
    public void Chance_is_rarely_called_worse_and_what_is_worse_nearly_always()
    {
        var random = new Random(42);
        int falsely = 0, rightly = 0;
        for (var round = 0; round < 2_000; round++)
        {
            double[] stable = Draw(random, 40, 0), same = Draw(random, 40, 0), worse = Draw(random, 40, 1);
            if (Comparison.Of(same, stable, Worse.Higher, null, 0.98, 20).Verdict == ComparisonVerdict.Worse) falsely++;
            if (Comparison.Of(worse, stable, Worse.Higher, null, 0.98, 20).Verdict == ComparisonVerdict.Worse) rightly++;
        }

        falsely.ShouldBeLessThan(2_000 * 3 / 100);
        rightly.ShouldBeGreaterThan(2_000 * 95 / 100);
    }

    internal static double[] Draw(Random random, int count, double shift) =>
        [.. Enumerable.Range(0, count).Select(_ => 10 + shift + (Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];

    /// <summary>The tail of the normal distribution by Simpson's rule on its density: another way than the code's.</summary>
    private static double Tail(double z)
    {
        const int Steps = 20_000;
        double from = z, to = 12, step = (to - from) / Steps, sum = 0;
        for (var at = 0; at <= Steps; at++) sum += (at is 0 or Steps ? 1 : at % 2 == 1 ? 4 : 2) * Math.Exp(-Math.Pow(from + (at * step), 2) / 2);
        return sum * step / 3 / Math.Sqrt(2 * Math.PI);
    }

    private static void ForSets(Action<double[], double[]> holds) => Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<int>>(), ArbMap.Default.ArbFor<NonEmptyArray<int>>(), (one, other) =>
        holds([.. one.Get.Select(value => (double)(value % 20))], [.. other.Get.Select(value => (double)(value % 20))])).QuickCheckThrowOnFailure();

    /// <summary>In how many ways U comes out as each number: Mann and Whitney's own recurrence.</summary>
    private static double[] Ways(int n, int m)
    {
        var ways = new double[n + 1, m + 1, (n * m) + 1];
        for (var i = 0; i <= n; i++)
        {
            for (var j = 0; j <= m; j++)
            {
                for (var u = 0; u <= i * j; u++)
                    ways[i, j, u] = i == 0 || j == 0 ? 1 : (u >= j ? ways[i - 1, j, u - j] : 0) + (u <= i * (j - 1) ? ways[i, j - 1, u] : 0);
            }
        }

        return [.. Enumerable.Range(0, (n * m) + 1).Select(u => ways[n, m, u])];
    }

    /// <summary>Two sets without ties whose U is this.</summary>
    private static (double[] X, double[] Y) WithU(int n, int m, int u)
    {
        double[] y = [.. Enumerable.Range(0, m).Select(at => at + 0.5)];
        var x = new double[n];
        for (var at = 0; at < n; at++)
        {
            var beaten = Math.Min(m, u);
            u -= beaten;
            x[at] = beaten + (0.001 * at);
        }

        return (x, y);
    }
}
