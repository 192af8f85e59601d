using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Gates;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Gates;

/// <summary>Any address that the settings allow: whether it answers, or a number in what it answers.</summary>
public sealed class HttpGatesTests : SourceBed
{
    [Theory]
    [InlineData(200, 1)]
    [InlineData(204, 1)]
    [InlineData(302, 0)]
    [InlineData(503, 0)]
    public async Task An_address_is_well_when_it_answers_with_a_2xx(int status, double value)
    {
        Answer = _ => (status, "");
        (await Source("http", "127.0.0.1").ReadAsync(Ask(new GateQuery("http", Url.AbsoluteUri)), default)).Value.ShouldBe(value);
    }

    [Fact]
    public async Task That_nobody_answers_is_what_it_is_there_to_see()
    {
        await DisposeAsync();
        (await Source("http", "127.0.0.1").ReadAsync(Ask(new GateQuery("http", Url.AbsoluteUri)), default)).Value.ShouldBe(0);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("json")]
    public async Task An_address_that_is_not_allowed_is_not_asked_and_unknown(string name)
    {
        var reading = await Source(name, "example.com").ReadAsync(Ask(new GateQuery(name, Url.AbsoluteUri) { Path = "a" }), default);
        reading.Value.ShouldBeNull();
        reading.Why.ShouldBe("127.0.0.1 is not among the hosts that runbooks may reach. Add it to Http:AllowedHosts if it should be.");
        Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(200, """{"stats":{"errors":[1,"0.25"]}}""", 0.25, null)]
    [InlineData(200, """{"stats":{"errors":[1,-7e2]}}""", -700.0, null)]
    [InlineData(200, """{"stats":{"errors":[1,null]}}""", null, "has no stats.errors.1 in its answer.")]
    [InlineData(200, """{"stats":{}}""", null, "has no stats.errors.1 in its answer.")]
    [InlineData(200, """{"stats":{"errors":[1,true]}}""", null, "is not a number.")]
    [InlineData(200, """{"stats":{"errors":[1,"NaN"]}}""", null, "the answer is NaN: there was nothing to divide by.")]
    [InlineData(200, "<html>", null, "answered something that is not JSON.")]
    [InlineData(500, "{}", null, "answered 500, not 200.")]
    public async Task A_number_is_found_in_a_json_answer(int status, string body, double? value, string? why)
    {
        Answer = _ => (status, body);
        var headers = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("Authorization", "Bearer abc");
        var reading = await Source("json", "127.0.0.1").ReadAsync(Ask(new GateQuery("json", Url.AbsoluteUri + "stats?token=hidden") { Path = "stats.errors.1", Headers = headers }), default);
        reading.Value.ShouldBe(value);
        if (why is not null) reading.Why!.ShouldEndWith(why);
        (reading.Why ?? "").ShouldNotContain("hidden");
        reading.Link!.Query.ShouldBeEmpty();
        Requests.ShouldHaveSingleItem().Headers.ShouldContain("Authorization: Bearer abc");
    }

    private static IGateSource Source(string name, string allowed) => Source(name, (services, configuration) => services.AddGuardedHttp(configuration), ("Http:AllowedHosts", allowed));
}
