using ChatOps.Integrations.Datadog;
using ChatOps.Runbooks.Gates;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Gates;

/// <summary>What Datadog can answer: the newest whole point since the change is the number, and nothing else is.</summary>
public sealed class DatadogMetricsTests : SourceBed
{
    private static readonly GateQuery Query = new("datadog", "p95:trace.http.request{service:api,env:prod}");

    [Fact]
    public async Task The_newest_whole_point_is_the_number()
    {
        Answer = _ => (200, Series(60, (-180, 0.2), (-120, 0.4), (-60, null), (-30, 9)));
        (await Source().ReadAsync(Ask(Query), default)).ShouldSatisfyAllConditions(reading => reading.Value.ShouldBe(0.4), reading => reading.Why.ShouldBeNull());
        var (asked, headers, _) = Requests.ShouldHaveSingleItem();
        asked.ShouldBe($"GET /api/v1/query?from={Now.AddMinutes(-15).ToUnixTimeSeconds()}&to={Now.ToUnixTimeSeconds()}&query={Query.Text}");
        headers.ShouldContain("DD-API-KEY: key");
        headers.ShouldContain("DD-APPLICATION-KEY: app");
    }

    [Theory]
    [InlineData("""{"status":"ok","series":[]}""", "Datadog has no such data now.")]
    [InlineData("""{"status":"ok"}""", "Datadog has no such data now.")]
    [InlineData("""{"status":"error","error":"Invalid query","series":[]}""", "Datadog says: Invalid query.")]
    [InlineData("""{"status":"ok","series":[{"pointlist":[]},{"pointlist":[]}]}""", "the query gives 2 series: leave its by {…} out.")]
    [InlineData("""{"status":"ok","series":[{"interval":60,"pointlist":[[null,1],[1],["x"]]}]}""", "Datadog answered something that can't be read.")]
    [InlineData("""{"status":"ok","series":[{"interval":60,"pointlist":[[null,1],[1]]}]}""", "Datadog has no such data now.")]
    public async Task What_is_no_number_is_unknown(string body, string why)
    {
        Answer = _ => (200, body);
        (await Source().ReadAsync(Ask(Query), default)).ShouldSatisfyAllConditions(reading => reading.Value.ShouldBeNull(), reading => reading.Why.ShouldBe(why));
    }

    [Fact]
    public async Task A_point_from_before_the_change_says_nothing_about_it()
    {
        Answer = _ => (200, Series(60, (-300, 0.1), (-240, 0.1)));
        (await Source().ReadAsync(Ask(Query), default)).Why.ShouldBe("Datadog has no data since the change yet.");
    }

    [Theory]
    [InlineData(403, """{"errors":["Forbidden"]}""", "Datadog answered 403: Forbidden.")]
    [InlineData(500, "oops", "Datadog answered 500.")]
    public async Task A_refusal_is_told(int status, string body, string why)
    {
        Answer = _ => (status, body);
        (await Source().ReadAsync(Ask(Query), default)).Why.ShouldBe(why);
    }

    [Fact]
    public async Task When_the_allowance_is_used_up_it_waits_as_long_as_is_said()
    {
        Answer = _ => (429, "");
        AnswerHeaders["X-RateLimit-Reset"] = "42";
        (await Source().ReadAsync(Ask(Query), default)).Why.ShouldBe("Datadog asks for a pause of 42 s.");
    }

    [Theory]
    [InlineData("time", 1e-9, GateUnit.Time, 1, 2.5e-8)]
    [InlineData("percentage", 1, GateUnit.Share, 1, 0.25)]
    [InlineData("time", 1e-9, GateUnit.Plain, 1, 25)]          // a limit without a unit means the number as it is
    [InlineData("time", 1e-9, GateUnit.Time, 0.001, 25)]       // the gate's own unit goes before
    [InlineData("bytes", 1, GateUnit.Share, 1, 25)]
    public async Task What_a_metric_counts_in_is_brought_to_the_limits_unit(string family, double factor, GateUnit unit, double own, double value)
    {
        Answer = _ => (200, Series(60, (-120, 25)).Replace("\"interval\"", $$"""
            "unit":[{"family":"{{family}}","scale_factor":{{factor.ToString("R", System.Globalization.CultureInfo.InvariantCulture)}}},null],"interval"
            """, StringComparison.Ordinal));
        (await Source().ReadAsync(Ask(Query with { Scale = own }) with { Unit = unit }, default)).Value!.Value.ShouldBe(value, 1e-12);
    }

    [Fact]
    public async Task The_time_before_is_read_too()
    {
        Answer = _ => (200, Series(60, (-900, 1), (-840, null), (-780, 3)));
        (await Source().ReadPastAsync(Ask(Query), Now.AddMinutes(-20), Now.AddMinutes(-3), TimeSpan.FromMinutes(1), default)).Points.Select(point => point.Value).ShouldBe([1, 3]);
    }

    private static string Series(int interval, params (int Seconds, double? Value)[] points) => System.Text.Json.JsonSerializer.Serialize(new
    {
        status = "ok",
        series = new[] { new { interval, pointlist = points.Select(point => new double?[] { Now.AddSeconds(point.Seconds).ToUnixTimeMilliseconds(), point.Value }).ToArray() } },
    });

    private IGateSource Source() => Source("datadog", (services, configuration) => services.AddDatadogMetrics(configuration), ("Datadog:ApiUrl", Url.AbsoluteUri), ("Datadog:ApiKey", "key"), ("Datadog:AppKey", "app"));
}
