using ChatOps.Runbooks.Gates;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Gates;

/// <summary>How a gate stands by its samples, one a minute: g good, w past its warning, b past its limit, u unknown.</summary>
public sealed class GateJudgeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gate ErrorRate = new("error-rate", new GateQuery("prometheus", "errors"), new GateValue(0.05, GateUnit.Share), Worse.Higher)
    {
        For = TimeSpan.FromMinutes(2),
        Warn = new GateValue(0.01, GateUnit.Share),
    };

    [Theory]
    [InlineData("", GateVerdict.Unknown)]
    [InlineData("g", GateVerdict.Ok)]
    [InlineData("w", GateVerdict.Warn)]
    [InlineData("gb", GateVerdict.Breaching)]
    [InlineData("gbb", GateVerdict.Breaching)]
    [InlineData("gbbb", GateVerdict.Tripped)]              // two minutes from the first to the third
    [InlineData("bbgbb", GateVerdict.Breaching)]           // a good one between: the clock begins again
    [InlineData("bbgbbb", GateVerdict.Tripped)]
    [InlineData("bg", GateVerdict.Warn)]                   // it was past its limit: said, though it is good now
    [InlineData("bgbgbg", GateVerdict.Warn)]               // flapping
    [InlineData("bbbg", GateVerdict.Tripped)]              // what tripped stays so
    [InlineData("gu", GateVerdict.Unknown)]                // never as good
    [InlineData("bu", GateVerdict.Breaching)]              // nor a way out of a breach
    [InlineData("buu", GateVerdict.Breaching)]             // nor a way into tripping
    [InlineData("buub", GateVerdict.Tripped)]              // the clock went on
    [InlineData("uuug", GateVerdict.Ok)]
    public void A_gate_stands_by_all_its_samples(string samples, GateVerdict verdict) => After(ErrorRate, samples).Verdict.ShouldBe(verdict);

    [Theory]
    [InlineData("ggg", true)]
    [InlineData("gw", true)]
    [InlineData("bg", true)]
    [InlineData("", false)]                                // nothing was judged
    [InlineData("ggu", false)]                             // not known now
    [InlineData("ggb", false)]                             // past its limit now: it goes on until that is settled
    [InlineData("bbb", false)]
    public void A_soak_may_end_only_on_what_was_judged(string samples, bool may) => GateJudge.IsSettled(ErrorRate, After(ErrorRate, samples)).ShouldBe(may);

    [Theory]
    [InlineData(OnUnknown.Wait, "uuuuuu", false, null)]
    [InlineData(OnUnknown.Fail, "uu", false, null)]
    [InlineData(OnUnknown.Fail, "uuu", false, GateJudge.Silent)]
    [InlineData(OnUnknown.Fail, "uugu", false, null)]
    [InlineData(OnUnknown.Ignore, "uuuuuu", true, null)]
    [InlineData(OnUnknown.Ignore, "gu", true, null)]
    [InlineData(OnUnknown.Ignore, "gbbb", false, GateJudge.Tripped)]
    [InlineData(OnUnknown.Ignore, "bubub", false, GateJudge.Tripped)]
    public void What_is_unknown_leads_to_what_the_gate_says(OnUnknown then, string samples, bool settled, string? fault)
    {
        var gate = ErrorRate with { OnUnknown = then };
        var track = After(gate, samples);
        GateJudge.IsSettled(gate, track).ShouldBe(settled);
        (GateJudge.Fault(gate, track)?.Code).ShouldBe(fault);
    }

    [Theory]
    [InlineData("gbb", GateVerdict.Breaching)]
    [InlineData("gbbb", GateVerdict.Tripped)]
    [InlineData("bbgb", GateVerdict.Breaching)]
    public void Failures_in_a_row_trip_what_has_no_time(string samples, GateVerdict verdict) =>
        After(ErrorRate with { For = TimeSpan.Zero, MinSamples = 3 }, samples).Verdict.ShouldBe(verdict);

    [Fact]
    public void Too_few_good_samples_are_no_pass() =>
        (GateJudge.IsSettled(ErrorRate with { MinSamples = 3 }, After(ErrorRate, "gg")), GateJudge.IsSettled(ErrorRate with { MinSamples = 3 }, After(ErrorRate, "ggg"))).ShouldBe((false, true));

    [Fact]
    public void What_tripped_is_told_with_value_and_limit()
    {
        var fault = GateJudge.Fault(ErrorRate with { Link = new Uri("https://grafana.example.com/d/api") }, After(ErrorRate, "bbb"))!;
        fault.Why.ShouldBe("error-rate is 9%: its limit is above 5% for 2 min.");
        fault.Link.ShouldBe(new Uri("https://grafana.example.com/d/api"));
    }

    [Fact]
    public void A_lower_limit_is_passed_downwards()
    {
        var crashFree = new Gate("crash-free", new GateQuery("sentry", "crash-free"), new GateValue(0.99, GateUnit.Share), Worse.Lower);
        GateJudge.Add(crashFree, GateTrack.Fresh, new GateSample(Noon, 0.995)).Verdict.ShouldBe(GateVerdict.Ok);
        GateJudge.Add(crashFree, GateTrack.Fresh, new GateSample(Noon, 0.99)).Verdict.ShouldBe(GateVerdict.Ok);
        GateJudge.Add(crashFree, GateTrack.Fresh, new GateSample(Noon, 0.98)).Verdict.ShouldBe(GateVerdict.Tripped);
    }

    [Fact]
    public void Whatever_comes_the_promises_hold() => Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), words =>
    {
        var samples = string.Concat(words.Select(word => "gwbu"[Math.Abs(word % 4)]));
        var (track, tripped) = (GateTrack.Fresh, false);
        for (var at = 0; at < samples.Length; at++)
        {
            track = GateJudge.Add(ErrorRate, track, Sample(samples[at], at));
            (tripped && track.Verdict != GateVerdict.Tripped).ShouldBeFalse("what tripped stays so");
            tripped |= track.Verdict == GateVerdict.Tripped;

            // Tripped exactly when some three or more minutes-apart samples went bad without a good one between, and the last of them is bad.
            if (samples[at] == 'u' && !tripped) (track.Verdict is GateVerdict.Ok or GateVerdict.Warn).ShouldBeFalse("unknown is never good");
            if (samples[at] is 'g' or 'w' && !tripped) track.BreachSince.ShouldBeNull();
            (track.Verdict == GateVerdict.Tripped).ShouldBe(Sustained(samples[..(at + 1)]));
            track.Samples.Length.ShouldBe(Math.Min(at + 1, GateTrack.Kept));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Only_so_many_samples_are_kept_at_hand() => After(ErrorRate, new string('g', 500)).ShouldSatisfyAllConditions(
        track => track.Samples.Length.ShouldBe(GateTrack.Kept), track => track.Known.ShouldBe(500), track => track.Samples[^1].At.ShouldBe(Noon.AddMinutes(499)));

    [Fact]
    public void No_clock_runs_in_a_pause()
    {
        var track = After(ErrorRate, "bb").Shifted(TimeSpan.FromMinutes(30));
        GateJudge.Add(ErrorRate, track, Sample('b', 31)).Verdict.ShouldBe(GateVerdict.Breaching);
        GateJudge.Add(ErrorRate, track, Sample('b', 32)).Verdict.ShouldBe(GateVerdict.Tripped);
    }

    [Theory]
    [InlineData(10, null, 15)]
    [InlineData(1, null, 1.5)]
    [InlineData(600, null, 90)]
    [InlineData(600, 2, 40)]          // three times per for:
    public void It_is_asked_about_forty_times_and_often_enough(int soakMinutes, int? forMinutes, double seconds) =>
        (ErrorRate with { For = TimeSpan.FromMinutes(forMinutes ?? 0) }).Schedule(TimeSpan.FromMinutes(soakMinutes)).ShouldBe(TimeSpan.FromSeconds(seconds));

    /// <summary>By the definition: from a bad sample to a bad sample two minutes or more later, none of those between good.</summary>
    private static bool Sustained(string samples) => Enumerable.Range(0, samples.Length).Any(from => samples[from] == 'b'
        && Enumerable.Range(from + 2, Math.Max(0, samples.Length - from - 2)).Any(to => samples[to] == 'b' && samples[from..to].All(one => one is 'b' or 'u')));

    private static GateTrack After(Gate gate, string samples) => samples.Select(Sample).Aggregate(GateTrack.Fresh, (track, sample) => GateJudge.Add(gate, track, sample));

    private static GateSample Sample(char kind, int minute) => kind == 'u'
        ? new GateSample(Noon.AddMinutes(minute), null, "there is no data")
        : new GateSample(Noon.AddMinutes(minute), kind switch { 'g' => 0.002, 'w' => 0.03, _ => 0.09 });
}
