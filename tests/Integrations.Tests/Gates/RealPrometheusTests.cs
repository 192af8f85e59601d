using ChatOps.Integrations.Prometheus;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Gates;

/// <summary>A real Prometheus scrapes numbers that the test drives: good, bad, flapping and absent; gates are judged by what it answers.</summary>
public sealed class RealPrometheusTests : IAsyncLifetime
{
    private static readonly Gate ErrorRate = new("error-rate", new GateQuery("prometheus", """sum(errors{app="api"}) / sum(requests{app="api"})"""), new GateValue(0.05, GateUnit.Share), Worse.Higher)
    {
        For = TimeSpan.FromSeconds(1), Warn = new GateValue(0.01, GateUnit.Share),
    };

    private PrometheusServer? prometheus;
    private IGateSource source = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled, "Prometheus is not installed here, so gates were not judged by a real one.");
        prometheus = await PrometheusServer.StartAsync(TestContext.Current.CancellationToken);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Prometheus:Url", prometheus.Address.AbsoluteUri)]).Build();
        source = new ServiceCollection().AddLogging().AddPrometheus(configuration).BuildServiceProvider().GetRequiredService<IGateSource>();
    }

    public async ValueTask DisposeAsync()
    {
        if (prometheus is not null) await prometheus.DisposeAsync();
    }

    [Fact]
    public async Task Good_bad_flapping_and_absent_numbers_are_judged_as_they_are()
    {
        var cancellationToken = TestContext.Current.CancellationToken;

        // Nothing is scraped yet: no data, and that is neither good nor zero.
        var track = await AskAsync(GateTrack.Fresh);
        track.Verdict.ShouldBe(GateVerdict.Unknown);
        track.Last!.Why.ShouldBe("Prometheus has no such data now.");

        await prometheus!.ExportAsync(Numbers(errors: 2, requests: 1_000), cancellationToken);
        track = await UntilAsync(track, now => now.LastKnown == 0.002);
        track.Verdict.ShouldBe(GateVerdict.Ok);

        // No traffic: nothing divided by nothing is not a good rate.
        await prometheus.ExportAsync(Numbers(errors: 0, requests: 0), cancellationToken);
        track = await UntilAsync(track, now => now.Last!.Value is null);
        (track.Verdict, track.Last!.Why).ShouldBe((GateVerdict.Unknown, "the answer is NaN: there was nothing to divide by."));

        // To and fro over the limit: it never lasts, and it is said.
        for (var round = 0; round < 3; round++)
        {
            await prometheus.ExportAsync(Numbers(errors: 200, requests: 1_000), cancellationToken);
            track = await UntilAsync(track, now => now.LastKnown == 0.2, most: 1);
            track.Verdict.ShouldBe(GateVerdict.Breaching);
            await prometheus.ExportAsync(Numbers(errors: 2, requests: 1_000), cancellationToken);
            track = await UntilAsync(track, now => now.LastKnown == 0.002, most: 1);
        }

        (track.Verdict, track.Crossings, GateJudge.Says(ErrorRate, track)).ShouldBe((GateVerdict.Warn, 3, "went past its limit 3 times"));

        // The series goes: stale at once, and unknown.
        await prometheus.ExportAsync("# nothing", cancellationToken);
        track = await UntilAsync(track, now => now.Last!.Value is null);
        track.Verdict.ShouldBe(GateVerdict.Unknown);

        // Bad, and it stays so.
        await prometheus.ExportAsync(Numbers(errors: 90, requests: 1_000), cancellationToken);
        track = await UntilAsync(track, now => now.Verdict == GateVerdict.Tripped);
        GateJudge.Fault(ErrorRate, track)!.ShouldSatisfyAllConditions(
            fault => fault.Why.ShouldBe("error-rate is 9%: its limit is above 5% for 1 s."), fault => fault.Link!.AbsoluteUri.ShouldStartWith(prometheus.Address.AbsoluteUri + "graph?"));
    }

    [Fact]
    public async Task The_time_before_is_read_as_a_range_and_what_is_worse_is_found()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var random = new Random(5);
        var latency = new Gate("latency", new GateQuery("prometheus", "latency"), null, Worse.Higher) { Compare = Compare.Before, MinSamples = 8 };
        for (var round = 0; round < 12; round++) await prometheus!.ExportAsync($"latency {0.1 + (random.NextDouble() / 50)}", cancellationToken);
        var now = DateTimeOffset.UtcNow;
        var past = await source.ReadPastAsync(Ask(latency, now), now.AddSeconds(-4), now, TimeSpan.FromMilliseconds(250), cancellationToken);
        past.Why.ShouldBeNull();
        past.Points.Length.ShouldBeInRange(8, 17);
        past.Points.ShouldAllBe(point => point.Value >= 0.1 && point.Value <= 0.12);

        var track = GateTrack.Fresh with { Past = past.Points };
        while (track.Verdict != GateVerdict.Tripped && track.Round < 40)
        {
            await prometheus!.ExportAsync($"latency {0.2 + (random.NextDouble() / 50)}", cancellationToken);
            var reading = await source.ReadAsync(Ask(latency, now), cancellationToken);
            track = GateJudge.Add(latency, track, new GateSample(DateTimeOffset.UtcNow, reading.Value, reading.Why));
        }

        track.Verdict.ShouldBe(GateVerdict.Tripped);
        track.Compared!.ShouldSatisfyAllConditions(compared => compared.Confidence.ShouldBeGreaterThan(0.999), compared => compared.Effect.ShouldBeGreaterThan(0.9));
    }

    [Theory]
    [InlineData("sum(", "Prometheus says bad_data: ")]
    [InlineData("label_replace(up, \"a\", \"1\", \"\", \"\") or up", "the query gives 2 series")]
    [InlineData("\"text\"", "Prometheus answered with a string, not with one number.")]
    public async Task A_question_that_can_not_be_answered_is_unknown_with_a_sentence(string query, string why)
    {
        await prometheus!.ExportAsync("latency 1", TestContext.Current.CancellationToken);
        var reading = await source.ReadAsync(Ask(ErrorRate with { Query = new GateQuery("prometheus", query) }, DateTimeOffset.UtcNow), TestContext.Current.CancellationToken);
        reading.Value.ShouldBeNull();
        reading.Why!.ShouldStartWith(why);
    }

    /// <summary>Asks on until it stands so; what it answers meanwhile counts.</summary>
    private async Task<GateTrack> UntilAsync(GateTrack track, Func<GateTrack, bool> so, int? most = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var next = await AskAsync(track);
            if (so(next)) return next;

            // Where only a number's arrival is waited for, what was before it does not count twice.
            track = most is null ? next : track;
            await Task.Delay(50, patience.Token);
        }
    }

    private async Task<GateTrack> AskAsync(GateTrack track)
    {
        var reading = await source.ReadAsync(Ask(ErrorRate, DateTimeOffset.UtcNow), TestContext.Current.CancellationToken);
        return GateJudge.Add(ErrorRate, track with { Link = reading.Link }, new GateSample(DateTimeOffset.UtcNow, reading.Value, reading.Why));
    }

    private static GateQuestion Ask(Gate gate, DateTimeOffset since) => new(new RunId(7), gate.Query, "api", "prod", "v1.2.3", "v1.2.2", since);

    private static string Numbers(int errors, int requests) => $"errors{{app=\"api\"}} {errors}\nrequests{{app=\"api\"}} {requests}";
}
