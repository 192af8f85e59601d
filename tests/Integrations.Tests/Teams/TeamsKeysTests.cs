using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Teams;

public sealed class TeamsKeysTests : IAsyncLifetime
{
    private TeamsBed bed = null!;

    public async ValueTask InitializeAsync() => bed = await TeamsBed.MakeAsync();

    public ValueTask DisposeAsync() => bed.DisposeAsync();

    [Fact]
    public async Task Keys_are_read_once_a_day_and_again_when_one_is_missing()
    {
        (await VerifyAsync()).ShouldBeOfType<TokenVerdict.Good>();
        bed.Clock.Now += TimeSpan.FromHours(23);
        (await VerifyAsync()).ShouldBeOfType<TokenVerdict.Good>();
        Reads().ShouldBe(1);
        bed.Clock.Now += TimeSpan.FromHours(2);
        (await VerifyAsync()).ShouldBeOfType<TokenVerdict.Good>();
        Reads().ShouldBe(2);
        bed.Teams.Tokens.Rotate();
        (await VerifyAsync()).ShouldBeOfType<TokenVerdict.Good>();
        Reads().ShouldBe(3);
    }

    [Fact]
    public async Task Invented_keys_do_not_flood_the_publisher_and_lock_a_new_one_out_for_minutes_only()
    {
        await VerifyAsync();
        for (var at = 0; at < 20; at++) (await VerifyAsync(bed.Teams.Tokens.Make(TeamsStandIn.AppId, "x", bed.Clock.Now, header: head => head["kid"] = $"made-up-{at}"))).ShouldBeOfType<TokenVerdict.Bad>();
        Reads().ShouldBe(2);
        bed.Teams.Tokens.Rotate();
        (await VerifyAsync()).ShouldBeOfType<TokenVerdict.Bad>();
        bed.Clock.Now += TimeSpan.FromMinutes(5);
        (await VerifyAsync()).ShouldBeOfType<TokenVerdict.Good>();
    }

    [Fact]
    public async Task A_publisher_that_is_down_closes_the_door_only_when_nothing_is_known()
    {
        bed.Teams.Fail("/openid", 503, "down");
        (await VerifyAsync()).ShouldBeOfType<TokenVerdict.Unknown>();
        bed.Clock.Now += TimeSpan.FromMinutes(1);
        (await VerifyAsync()).ShouldBeOfType<TokenVerdict.Good>();
        bed.Clock.Now += TimeSpan.FromHours(25);
        bed.Teams.Fail("/keys", 500, "down");
        (await VerifyAsync()).ShouldBeOfType<TokenVerdict.Good>();
    }

    [Theory]
    [InlineData(-4, 60, true)]
    [InlineData(-120, -4, true)]
    [InlineData(-120, -6, false)]
    [InlineData(4, 60, true)]
    [InlineData(6, 60, false)]
    public async Task Clocks_may_differ_by_five_minutes(int from, int until, bool good)
    {
        var token = bed.Teams.Tokens.Make(TeamsStandIn.AppId, "x", bed.Clock.Now, claims =>
        {
            claims["nbf"] = bed.Clock.Now.AddMinutes(from).ToUnixTimeSeconds();
            claims["exp"] = bed.Clock.Now.AddMinutes(until).ToUnixTimeSeconds();
        });
        (await VerifyAsync(token) is TokenVerdict.Good).ShouldBe(good);
    }

    [Fact]
    public async Task Our_own_token_is_fetched_once_for_all_and_again_shortly_before_it_ends()
    {
        var tokens = bed.Get<BotTokens>();
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => tokens.GetAsync("scope", default)));
        all.ShouldAllBe(one => one is Outcome<string>.Done);
        bed.Teams.TokensGiven.ShouldBe(1);
        bed.Clock.Now += TimeSpan.FromMinutes(54);
        await tokens.GetAsync("scope", default);
        bed.Teams.TokensGiven.ShouldBe(1);
        bed.Clock.Now += TimeSpan.FromMinutes(2);
        await tokens.GetAsync("scope", default);
        bed.Teams.TokensGiven.ShouldBe(2);
    }

    [Fact]
    public async Task A_secret_that_is_refused_is_a_persons_to_mend_and_is_not_shown()
    {
        await using var wrong = await TeamsBed.MakeAsync(("Teams:AppPassword", "not-it"));
        var never = (await wrong.Get<BotTokens>().GetAsync("scope", default)).ShouldBeOfType<Outcome<string>.Never>();
        never.Fault.Why.ShouldContain("AADSTS7000215");
        never.Fault.Next!.ShouldContain("Teams:AppPassword");
        never.Fault.ToString().ShouldNotContain("not-it");
    }

    private Task<TokenVerdict> VerifyAsync(string? token = null) =>
        bed.Get<BotTokenVerifier>().VerifyAsync($"Bearer {token ?? bed.Teams.Tokens.Make(TeamsStandIn.AppId, "https://smba.trafficmanager.net/amer/", bed.Clock.Now)}", default);

    private int Reads() => bed.Teams.Calls.Count(call => call == "GET /keys");
}
