using System.Net;
using ChatOps.Bot.Tests.Web;
using ChatOps.Testing.OpenId;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Signing out, by the front door: it holds for every copy of the cookie, in this process and in the next.</summary>
public sealed class SignOutTests : IAsyncLifetime
{
    private Stage stage = null!;
    private OpenIdStandIn provider = null!;
    private BotProcess bot = null!;
    private Visitor ana = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        provider = await OpenIdStandIn.StartAsync();
        provider.Claims = claims =>
        {
            claims["https://slack.com/team_id"] = "T1";
            claims["https://slack.com/user_id"] = "UANA";
            claims["email"] = "ana@example.com";
            claims["email_verified"] = true;
        };
        foreach (var (key, value) in ((string, string)[])
        [
            ("ChatOps:PublicUrl", $"http://127.0.0.1:{stage.Port}/"), ("Console:Slack:ClientId", OpenIdStandIn.ClientId), ("Console:Slack:ClientSecret", OpenIdStandIn.ClientSecret),
            ("Console:Slack:TeamId", "T1"), ("Console:Slack:Authority", provider.Authority.AbsoluteUri), ("Console:SessionLength", "7.00:00:00"),
        ]) stage.Settings[key] = value;
        bot = await stage.StartBotAsync();
        ana = new Visitor(bot.Address);
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        ana.Dispose();
        await bot.DisposeAsync();
        await provider.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_sign_in_that_was_ended_stays_ended_after_a_restart_and_others_go_on()
    {
        await ana.SignInAsync("slack");
        using var copy = ana.Copy();
        using var later = ana.Copy();
        using var phone = new Visitor(bot.Address);
        await phone.SignInAsync("slack");
        (await copy.GetAsync("/")).Status.ShouldBe(HttpStatusCode.OK);
        (await ana.PostAsync("/signout", null, ("token", Visitor.TokenOf((await ana.GetAsync("/signout")).Body)))).Location.ShouldBe("/signin");
        (await copy.GetAsync("/")).Status.ShouldBe(HttpStatusCode.SeeOther);
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        (await later.GetAsync("/")).Location.ShouldStartWith("/signin");
        (await phone.GetAsync("/")).Status.ShouldBe(HttpStatusCode.OK);
    }
}
