using ChatOps.Integrations.Http;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Teams;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Teams;

public sealed class TeamsKeysTests : IAsyncLifetime
{
    private const string Connector = "https://smba.trafficmanager.net/amer/";
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
    public async Task A_token_that_was_believed_is_judged_anew_each_time_it_comes()
    {
        var token = Lasting(TimeSpan.FromHours(1));
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Good>();
        bed.Clock.Now += TimeSpan.FromMinutes(64);
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Good>();
        bed.Clock.Now += TimeSpan.FromMinutes(1);
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Bad>().Why.ShouldBe("expired");
        bed.Clock.Now -= TimeSpan.FromMinutes(72);
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Bad>().Why.ShouldBe("not valid yet");
    }

    [Fact]
    public async Task A_token_that_was_believed_fits_its_own_address_and_channels_and_no_others()
    {
        var token = Lasting(TimeSpan.FromHours(1));
        await VerifyAsync(token);
        var again = (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Good>();
        again.Fits("msteams", Connector).ShouldBeTrue();
        again.Fits("msteams", "https://smba.trafficmanager.net/emea/").ShouldBeFalse();
        again.Fits("webchat", Connector).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Teams:AppId", "11111111-1cea-40c9-b678-4b93e69bb72b", "for another app")]
    [InlineData("Teams:Issuer", "https://api.botframework.us", "another issuer")]
    public async Task A_token_that_was_believed_is_not_once_the_settings_name_somebody_else(string key, string value, string why)
    {
        var token = Lasting(TimeSpan.FromHours(1));
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Good>();
        bed.Change(key, value);
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Bad>().Why.ShouldBe(why);
    }

    [Fact]
    public async Task A_token_that_was_believed_is_not_once_its_key_is_no_longer_announced()
    {
        var token = Lasting(TimeSpan.FromDays(3));
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Good>();
        bed.Teams.Tokens.Rotate();
        bed.Clock.Now += TimeSpan.FromHours(23);
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Good>("Keys are believed for a day.");
        bed.Clock.Now += TimeSpan.FromHours(1);
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Bad>().Why.ShouldBe("an unknown key");
    }

    [Fact]
    public async Task A_token_that_was_believed_is_not_once_a_token_of_a_newer_key_came()
    {
        var token = Lasting(TimeSpan.FromDays(3));
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Good>();
        bed.Teams.Tokens.Rotate();
        (await VerifyAsync()).ShouldBeOfType<TokenVerdict.Good>();
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Bad>().Why.ShouldBe("an unknown key");
    }

    [Fact]
    public async Task A_key_that_may_sign_for_less_than_before_does_for_tokens_that_were_believed_too()
    {
        var token = Lasting(TimeSpan.FromDays(3));
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Good>().Fits("msteams", Connector).ShouldBeTrue();
        bed.Teams.Tokens.Endorsements = ["skype"];
        bed.Clock.Now += TimeSpan.FromHours(24);
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Good>().Fits("msteams", Connector).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_signature_under_claims_that_were_believed_is_a_wrong_one()
    {
        var token = Lasting(TimeSpan.FromHours(1));
        (await VerifyAsync(token)).ShouldBeOfType<TokenVerdict.Good>();
        var parts = token.Split('.');
        (await VerifyAsync($"{parts[0]}.{parts[1]}.{Lasting(TimeSpan.FromHours(2)).Split('.')[2]}")).ShouldBeOfType<TokenVerdict.Bad>().Why.ShouldBe("a wrong signature");
    }

    [Fact]
    public async Task A_key_under_the_name_of_another_does_not_vouch_for_what_that_one_signed()
    {
        using var http = new HttpClient();
        using var keys = new SigningKeys(http, "nobody", () => new Uri(bed.Teams.Address, "openid"), () => TimeSpan.FromSeconds(30), bed.Clock, NullLogger.Instance);
        var announced = (await keys.FindAsync("key-1", default)).ShouldNotBeNull();
        var (claims, tokens) = (new BotClaims("i", "a", false, null, null, "s"), new VerifiedTokens(keys));
        tokens.Keep("ours", new VerifiedToken(claims, announced));
        tokens.Keep("theirs", new VerifiedToken(claims, announced with { Endorsements = ["msteams"] }));
        (await tokens.FindAsync("ours", default)).ShouldNotBeNull().Key.ShouldBeSameAs(announced);
        (await tokens.FindAsync("theirs", default)).ShouldBeNull();
        (await tokens.FindAsync("nobody's", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Only_so_many_tokens_are_remembered()
    {
        using var http = new HttpClient();
        using var keys = new SigningKeys(http, "nobody", () => new Uri(bed.Teams.Address, "openid"), () => TimeSpan.FromSeconds(30), bed.Clock, NullLogger.Instance);
        var verified = new VerifiedToken(new BotClaims("i", "a", false, null, null, "s"), (await keys.FindAsync("key-1", default))!);
        var tokens = new VerifiedTokens(keys);
        for (var number = 0; number < 5 * VerifiedTokens.Most; number++)
        {
            tokens.Keep($"token {number}", verified);
            tokens.Count.ShouldBeInRange(1, VerifiedTokens.Most);
        }

        (await tokens.FindAsync($"token {(5 * VerifiedTokens.Most) - 1}", default)).ShouldBeSameAs(verified);
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
        bed.Get<BotTokenVerifier>().VerifyAsync($"Bearer {token ?? bed.Teams.Tokens.Make(TeamsStandIn.AppId, Connector, bed.Clock.Now)}", default);

    /// <summary>A token that is good from a minute ago on.</summary>
    private string Lasting(TimeSpan life) =>
        bed.Teams.Tokens.Make(TeamsStandIn.AppId, Connector, bed.Clock.Now, claims => claims["exp"] = (bed.Clock.Now + life).ToUnixTimeSeconds());

    private int Reads() => bed.Teams.Calls.Count(call => call == "GET /keys");
}
