using ChatOps.Integrations.Sentry;
using ChatOps.Runbooks.Gates;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Gates;

/// <summary>What Sentry says of a release, and of the one before.</summary>
public sealed class SentryReleasesTests : SourceBed
{
    private static readonly GateQuery Issues = new("sentry", "new-issues") { Project = "4505", Release = "api@{version}" };

    [Fact]
    public async Task New_issues_are_counted()
    {
        Answer = _ => (200, """[{"id":"1","title":"a"},{"id":"2"}]""");
        var reading = await Source().ReadAsync(Ask(Issues), default);
        reading.Value.ShouldBe(2);
        reading.Link!.AbsoluteUri.ShouldStartWith(new Uri(Url, "/organizations/shop/issues/?project=4505&query=").AbsoluteUri);
        var (asked, headers, _) = Requests.ShouldHaveSingleItem();
        asked.ShouldBe("GET /api/0/organizations/shop/issues/?query=is:unresolved firstRelease:\"api@v1.2.3\"&project=4505&environment=prod&statsPeriod=24h&limit=100");
        headers.ShouldContain("Authorization: Bearer token");
    }

    [Theory]
    [InlineData("crash-free", 0.99, 0.998)]
    [InlineData("error-rate", 0.06, 0.012)]
    public async Task Sessions_are_compared_with_those_of_the_release_before(string what, double now, double before)
    {
        Answer = request => (200, request.QueryString.Value!.Contains("v1.2.3", StringComparison.Ordinal) ? Sessions(940, 50, 10) : Sessions(9_880, 100, 20));
        var reading = await Source().ReadAsync(Ask(Issues with { Text = what }, compared: true), default);
        reading.Value!.Value.ShouldBe(now, 1e-9);
        reading.Of.ShouldBe(1_000);
        reading.Baseline!.Value.ShouldBe(before, 1e-9);
        reading.BaselineOf.ShouldBe(10_000);
        Requests.First().Asked.ShouldBe("GET /api/0/organizations/shop/sessions/?field=sum(session)&groupBy=session.status&project=4505&environment=prod&query=release:\"api@v1.2.3\"&interval=1h&start=2026-11-20T11:00:00&end=2026-11-20T12:00:00");
        Requests.Last().Asked.ShouldContain("release:\"api@v1.2.2\"&interval=1h&start=2026-11-19T11:57:00&end=2026-11-20T11:57:00");
    }

    [Theory]
    [InlineData(200, """{"groups":[]}""", "Sentry has no session of api@v1.2.3 yet.")]
    [InlineData(200, """{"groups":[{"by":{"session.status":"healthy"},"totals":{"sum(session)":0}}]}""", "Sentry has no session of api@v1.2.3 yet.")]
    [InlineData(401, """{"detail":"Invalid token"}""", "Sentry answered 401: Invalid token.")]
    [InlineData(403, "", "Sentry answered 403: Sentry:Token may not read this.")]
    [InlineData(404, "", "Sentry answered 404: there is no such organisation, or the token may not see it.")]
    [InlineData(200, "<html>", "Sentry answered something that can't be read.")]
    [InlineData(200, """{"groups":[null]}""", "Sentry has no session of api@v1.2.3 yet.")]
    public async Task What_it_does_not_know_is_unknown(int status, string body, string why)
    {
        Answer = _ => (status, body);
        (await Source().ReadAsync(Ask(Issues with { Text = "crash-free" }), default)).ShouldSatisfyAllConditions(reading => reading.Value.ShouldBeNull(), reading => reading.Why.ShouldBe(why));
    }

    [Fact]
    public async Task Without_the_release_before_there_is_nothing_to_compare_with()
    {
        Answer = _ => (200, Sessions(940, 50, 10));
        (await Source().ReadAsync(Ask(Issues with { Text = "crash-free" }, compared: true, from: null), default)).Why.ShouldBe("the release before is not known.");
    }

    [Fact]
    public async Task A_version_can_not_end_the_text_it_is_looked_for_by()
    {
        Answer = _ => (200, "[]");
        await Source().ReadAsync(Ask(Issues) with { Version = "v1\" OR release:\"v2" }, default);
        Requests.ShouldHaveSingleItem().Asked.ShouldContain("firstRelease:\"api@v1 OR release:v2\"&");
    }

    private static string Sessions(int healthy, int errored, int crashed) =>
        $$$"""{"groups":[{"by":{"session.status":"healthy"},"totals":{"sum(session)":{{{healthy}}}}},{"by":{"session.status":"errored"},"totals":{"sum(session)":{{{errored}}}}},{"by":{"session.status":"crashed"},"totals":{"sum(session)":{{{crashed}}}}}]}""";

    private IGateSource Source() => Source("sentry", (services, configuration) => services.AddSentryReleases(configuration), ("Sentry:ApiUrl", new Uri(Url, "api/0").AbsoluteUri), ("Sentry:Token", "token"), ("Sentry:Organization", "shop"));
}
