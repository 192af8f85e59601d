using ChatOps.Integrations.Prometheus;
using ChatOps.Runbooks.Gates;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Gates;

/// <summary>What Prometheus can answer, and what a gate makes of it: only one finite number is one.</summary>
public sealed class PrometheusSourceTests : SourceBed
{
    private static readonly GateQuery Query = new("prometheus", "sum(rate(errors[1m]))");

    [Theory]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1795210099.597,"0.09090909090909091"]}]}}""", 0.09090909090909091, null)]
    [InlineData(200, """{"status":"success","data":{"resultType":"scalar","result":[1795209674.955,"1.5"]}}""", 1.5, null)]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1e+21"]}]},"warnings":["w"]}""", 1e21, null)]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[]}}""", null, "Prometheus has no such data now.")]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1795209674.938,"NaN"]}]}}""", null, "the answer is NaN: there was nothing to divide by.")]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"+Inf"]}]}}""", null, "the answer is infinite.")]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"-Inf"]}]}}""", null, "the answer is infinite.")]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"1"},"value":[1,"1"]},{"metric":{"a":"2"},"value":[1,"2"]}]}}""", null, "the query gives 2 series: let it give one, for instance with sum(…) or max(…).")]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}""", null, "Prometheus answered with a vector, not with one number.")]
    [InlineData(200, """{"status":"success","data":{"resultType":"string","result":[1,"x"]}}""", null, "Prometheus answered with a string, not with one number.")]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":["x",7]}]}}""", null, "Prometheus answered something that is not a number.")]
    [InlineData(400, """{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis"}""", null, "Prometheus says bad_data: invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis.")]
    [InlineData(404, "not found", null, "Prometheus answered 404.")]
    [InlineData(502, "<html>", null, "Prometheus answered 502.")]
    [InlineData(200, "<html>", null, "Prometheus answered something that can't be read.")]
    [InlineData(200, "[]", null, "Prometheus answered something that can't be read.")]
    [InlineData(200, "{}", null, "Prometheus answered something that can't be read.")]
    public async Task Only_one_finite_number_is_known(int status, string body, double? value, string? why)
    {
        Answer = _ => (status, body);
        var reading = await Source().ReadAsync(Ask(Query), default);
        reading.Value.ShouldBe(value);
        reading.Why.ShouldBe(why);
        reading.Link!.AbsoluteUri.ShouldStartWith(Url.AbsoluteUri + "graph?g0.expr=sum%28rate%28errors%5B1m%5D%29%29");
    }

    [Fact]
    public async Task The_time_before_the_change_is_one_range()
    {
        Answer = _ => (200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1795209753,"0.03"],[1795209755,"NaN"],[1795209757.5,"0.05"]]}]}}""");
        var past = await Source(("Prometheus:Token", "abc"), ("Prometheus:Tenant", "shop")).ReadPastAsync(Ask(Query), Now.AddMinutes(-10), Now, TimeSpan.FromSeconds(15), default);
        past.Points.ShouldBe([new GatePoint(DateTimeOffset.FromUnixTimeSeconds(1795209753), 0.03), new GatePoint(DateTimeOffset.FromUnixTimeMilliseconds(1795209757500), 0.05)]);
        var (asked, headers, body) = Requests.ShouldHaveSingleItem();
        asked.ShouldBe("POST /api/v1/query_range");
        body.ShouldBe($"query=sum(rate(errors[1m]))&start={Now.AddMinutes(-10).ToUnixTimeSeconds()}&end={Now.ToUnixTimeSeconds()}&step=15");
        headers.ShouldContain("Authorization: Bearer abc");
        headers.ShouldContain("X-Scope-OrgID: shop");
    }

    [Fact]
    public async Task Nobody_there_is_unknown_with_a_sentence()
    {
        var source = Source();
        await DisposeAsync();
        (await source.ReadAsync(Ask(Query), default)).ShouldSatisfyAllConditions(reading => reading.Value.ShouldBeNull(), reading => reading.Why.ShouldBe("Prometheus can't be reached: it refused the connection."));
    }

    [Fact]
    public async Task A_flood_is_not_read()
    {
        Answer = _ => (200, new string(' ', 5 << 20));
        (await Source().ReadAsync(Ask(Query), default)).Why.ShouldBe("Prometheus answered more than 4 MB.");
    }

    [Fact]
    public async Task While_it_asks_for_quiet_it_is_not_asked()
    {
        Answer = _ => (429, "");
        AnswerHeaders["Retry-After"] = "20";
        var source = Source();
        (await source.ReadAsync(Ask(Query), default)).Why.ShouldBe("Prometheus asks for a pause of 20 s.");
        (await source.ReadAsync(Ask(Query), default)).Why.ShouldBe("Prometheus asked for a pause, until 12:00:20 UTC.");
        Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("Prometheus:Url", "ftp://example.com", "Prometheus:Url must be a full http or https address.")]
    [InlineData("Prometheus:Url", "http://prometheus.example.com", "Prometheus:Url must be https unless it is on this machine: a secret goes there.")]
    [InlineData("Prometheus:Url", "https://me:pw@example.com", "Prometheus:Url must not hold a user name or password.")]
    [InlineData("Prometheus:Timeout", "01:00:00", "Prometheus:Timeout must be more than nothing and at most two minutes.")]
    public void Wrong_settings_are_told_with_their_key(string key, string value, string says)
    {
        var check = new PrometheusOptionsCheck();
        var options = new PrometheusOptions { Token = "abc" };
        if (key.EndsWith("Url", StringComparison.Ordinal)) options.Url = new Uri(value);
        else options.Timeout = TimeSpan.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        check.Validate(null, options).Failures.ShouldBe([says]);
    }

    private IGateSource Source(params (string Key, string Value)[] settings) =>
        Source("prometheus", (services, configuration) => services.AddPrometheus(configuration), [("Prometheus:Url", Url.AbsoluteUri.TrimEnd('/')), .. settings]);
}
