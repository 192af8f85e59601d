using ChatOps.Runbooks.Gates;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Gates;

/// <summary>A new version is compared with the time before or with the stable pods: by a test that says how sure it is.</summary>
public sealed class ComparisonTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gate Latency = new("latency", new GateQuery("prometheus", "latency"), null, Worse.Higher) { Compare = Compare.Before, MinSamples = 20, Margin = new GateValue(0.1, GateUnit.Share) };

    [Theory]
    [InlineData(0.0, 0.0, ComparisonVerdict.NotWorse)]
    [InlineData(1.5, 0.0, ComparisonVerdict.Worse)]
    [InlineData(1.5, 0.2, ComparisonVerdict.NotWorse)]     // a fifth of 10 is still good
    [InlineData(4.0, 0.2, ComparisonVerdict.Worse)]
    [InlineData(-3.0, 0.0, ComparisonVerdict.NotWorse)]
    public void Worse_means_by_more_than_the_margin(double shift, double margin, ComparisonVerdict verdict)
    {
        var random = new Random(7);
        var said = Comparison.Of(MannWhitneyTests.Draw(random, 40, shift), MannWhitneyTests.Draw(random, 40, 0), Worse.Higher, new GateValue(margin, GateUnit.Share), 0.98, 20);
        said.Verdict.ShouldBe(verdict);
        (said.Confidence >= 0.98).ShouldBe(verdict == ComparisonVerdict.Worse);
    }

    [Fact]
    public void Where_lower_is_worse_it_is_turned_round()
    {
        var random = new Random(7);
        double[] less = MannWhitneyTests.Draw(random, 40, -2), usual = MannWhitneyTests.Draw(random, 40, 0);
        Comparison.Of(less, usual, Worse.Lower, null, 0.98, 20).Verdict.ShouldBe(ComparisonVerdict.Worse);
        Comparison.Of(usual, less, Worse.Lower, null, 0.98, 20).Verdict.ShouldBe(ComparisonVerdict.NotWorse);
    }

    [Theory]
    [InlineData(7, 40)]
    [InlineData(40, 7)]
    [InlineData(0, 40)]
    public void Too_few_on_either_side_say_nothing(int ours, int theirs) =>
        Comparison.Of(new double[ours], new double[theirs], Worse.Higher, null, 0.98, 1).Verdict.ShouldBe(ComparisonVerdict.TooFew);

    [Fact]
    public void What_is_not_finite_is_left_out() =>
        Comparison.Of([.. Enumerable.Repeat(double.NaN, 40), double.PositiveInfinity, 1], new double[40], Worse.Higher, null, 0.98, 8).Count.ShouldBe(1);

    /// <summary>Looked at with every sample of a soak, forty times, and once more at its end: the chance of an alarm about nothing stays near what the gate states.</summary>
    [Fact]
    public void Looking_often_does_not_make_alarms_out_of_chance()
    {
        var random = new Random(11);
        int falsely = 0, rightly = 0, early = 0;
        const int Rounds = 400;
        for (var round = 0; round < Rounds; round++)
        {
            var past = MannWhitneyTests.Draw(random, 40, 0);
            if (Soaked(past, MannWhitneyTests.Draw(random, 40, 1)).End == GateVerdict.Tripped) falsely++;      // 1 is the margin: 10 % of 10
            var worse = Soaked(past, MannWhitneyTests.Draw(random, 40, 3));
            if (worse.End == GateVerdict.Tripped) rightly++;
            if (worse.Samples < 40) early++;
        }

        falsely.ShouldBeLessThan(Rounds * 5 / 100);
        rightly.ShouldBe(Rounds);
        early.ShouldBeGreaterThan(Rounds * 95 / 100, "what is much worse is not waited for");
    }

    [Fact]
    public void Without_anything_to_compare_with_it_is_unknown()
    {
        var track = Enumerable.Range(0, 40).Aggregate(GateTrack.Fresh with { PastUnknown = "Prometheus has no data of the time before the change." }, (before, at) => GateJudge.Add(Latency, before, new GateSample(Noon.AddSeconds(at), 10)));
        track.Verdict.ShouldBe(GateVerdict.Unknown);
        GateJudge.Says(Latency, track).ShouldBe("unknown: Prometheus has no data of the time before the change");
    }

    [Theory]
    [InlineData(0.02, 10_000, 0.005, 100_000, null, ComparisonVerdict.Worse)]
    [InlineData(0.0055, 10_000, 0.005, 100_000, null, ComparisonVerdict.NotWorse)]      // chance
    [InlineData(0.02, 10_000, 0.018, 100_000, 0.5, ComparisonVerdict.NotWorse)]         // inside the margin
    [InlineData(0.0, 200, 0.0, 200, null, ComparisonVerdict.NotWorse)]
    [InlineData(1.0, 49, 0.0, 100_000, null, ComparisonVerdict.TooFew)]
    public void Counted_shares_are_compared_by_their_counts(double share, long of, double before, long beforeOf, double? margin, ComparisonVerdict verdict) =>
        Comparison.OfShares(share, of, before, beforeOf, Worse.Higher, margin is { } part ? new GateValue(part, GateUnit.Share) : null, 0.98).Verdict.ShouldBe(verdict);

    [Fact]
    public void A_release_that_crashes_more_than_the_one_before_trips()
    {
        var crashFree = new Gate("crash-free", new GateQuery("sentry", "crash-free"), null, Worse.Lower) { Compare = Compare.Before, MinSamples = 20 };
        GateJudge.Add(crashFree, GateTrack.Fresh, new GateSample(Noon, 0.95, null, 0.999) { Of = 400, BaselineOf = 50_000 }).Verdict.ShouldBe(GateVerdict.Tripped);
        GateJudge.Add(crashFree, GateTrack.Fresh, new GateSample(Noon, 0.9985, null, 0.999) { Of = 2_000, BaselineOf = 50_000 }).Verdict.ShouldBe(GateVerdict.Ok);
    }

    [Fact]
    public void Samples_taken_beside_each_other_are_compared_before_any_past()
    {
        var random = new Random(3);
        var canary = Latency with { Compare = Compare.Canary };
        var track = MannWhitneyTests.Draw(random, 30, 0).Zip(MannWhitneyTests.Draw(random, 30, -5)).Select((pair, at) => new GateSample(Noon.AddSeconds(at), pair.First, null, pair.Second))
            .Aggregate(GateTrack.Fresh with { Past = [.. Enumerable.Range(0, 40).Select(at => new GatePoint(Noon.AddSeconds(-at), 1_000))] }, (before, sample) => GateJudge.Add(canary, before, sample));
        track.Verdict.ShouldBe(GateVerdict.Tripped);
    }

    private static (GateVerdict End, int Samples) Soaked(double[] past, double[] samples)
    {
        var track = GateTrack.Fresh with { Past = [.. past.Select((value, at) => new GatePoint(Noon.AddSeconds(at - past.Length), value))] };
        foreach (var (value, at) in samples.Select((value, at) => (value, at)))
        {
            track = GateJudge.Add(Latency, track, new GateSample(Noon.AddSeconds(at), value));
            if (track.Verdict == GateVerdict.Tripped) return (track.Verdict, at);
        }

        return (GateJudge.AtEnd(Latency, track).Verdict, samples.Length);
    }
}
