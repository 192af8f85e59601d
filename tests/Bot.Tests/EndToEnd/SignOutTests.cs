using System.Net;
using ChatOps.Bot.Tests.Web;
using ChatOps.Testing;
using ChatOps.Testing.OpenId;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Signing out, by the front door: it holds for every copy of the cookie, in this process and in the next.</summary>
public sealed class SignOutTests : IAsyncLifetime
{
    private readonly List<BotProcess> bots = [];
    private Stage stage = null!;
    private OpenIdStandIn provider = null!;

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
            ("Console:Slack:TeamId", "T1"), ("Console:Slack:Authority", provider.Authority.AbsoluteUri), ("Console:SessionLength", "7.00:00:00"), ("Console:Keys", Path.Combine(stage.Folder, "keys")),
        ]) stage.Settings[key] = value;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bot in bots)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
            await bot.DisposeAsync();
        }

        await provider.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_sign_in_that_was_ended_stays_ended_after_a_restart_and_others_go_on()
    {
        var bot = await StartAsync(stage.Port);
        using var ana = new Visitor(bot.Address);
        using var phone = new Visitor(bot.Address);
        foreach (var one in (Visitor[])[ana, phone]) await one.SignInAsync("slack");
        using var copy = ana.Copy();
        using var later = ana.Copy();
        (await copy.GetAsync("/")).Status.ShouldBe(HttpStatusCode.OK);
        await SignOutAsync(ana);
        (await copy.GetAsync("/")).Status.ShouldBe(HttpStatusCode.SeeOther);
        await bot.KillAsync();
        await StartAsync(stage.Port);
        (await later.GetAsync("/")).Location.ShouldStartWith("/signin");
        (await phone.GetAsync("/")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_was_ended_at_one_replica_is_ended_at_the_other()
    {
        await using var server = await DatabaseAsync();
        var one = await StartAsync(stage.Port);
        var other = await StartAsync(Loopback.FreePort());
        using var ana = new Visitor(one.Address);
        await ana.SignInAsync("slack");
        using var copy = ana.Copy();
        copy.Through = other.Address;
        (await copy.GetAsync("/")).Status.ShouldBe(HttpStatusCode.OK);
        await SignOutAsync(ana);

        // It hears of it by the database's own notice, a moment later.
        (await UntilAsync(copy, HttpStatusCode.SeeOther)).Location.ShouldStartWith("/signin");
        copy.Cookies.ShouldNotContainKey("__Host-chatops");
        foreach (var bot in bots) await bot.KillAsync();
    }

    [Fact]
    public async Task A_process_that_can_not_read_what_was_ended_lets_nobody_in_and_afterwards_the_same_cookie_is_good()
    {
        await using var server = await DatabaseAsync();
        var bot = await StartAsync(stage.Port);
        using var ana = new Visitor(bot.Address);
        await ana.SignInAsync("slack");
        await server.StopAsync(TestContext.Current.CancellationToken);

        // A page for which nothing else is read.
        (await ana.GetAsync("/signout")).ShouldSatisfyAllConditions(answer => answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable), answer => answer.Body.ShouldContain("The database does not answer"));
        await server.StartAsync(TestContext.Current.CancellationToken);
        (await UntilAsync(ana, HttpStatusCode.OK, "/signout")).Body.ShouldContain("ana@example.com");
        await bot.KillAsync();
    }

    private async Task<PostgresServer> DatabaseAsync()
    {
        Assert.SkipWhen(PostgresServer.Binaries() is null, "PostgreSQL is not installed.");
        var server = await PostgresServer.StartAsync(durable: true, TestContext.Current.CancellationToken);
        stage.Settings["ChatOps:Database"] = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Opens a page until it is answered so.</summary>
    private static async Task<Answer> UntilAsync(Visitor somebody, HttpStatusCode status, string path = "/")
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var answer = await somebody.GetAsync(path);
            if (answer.Status == status) return answer;
            answer.Status.ShouldNotBe(HttpStatusCode.InternalServerError, answer.Body);
            await Task.Delay(50, patience.Token);
        }
    }

    private async Task<BotProcess> StartAsync(int port)
    {
        var bot = await BotProcess.StartAsync(stage.Folder, stage.Settings, port);
        bots.Add(bot);
        return bot;
    }

    private static async Task SignOutAsync(Visitor somebody) =>
        (await somebody.PostAsync("/signout", null, ("token", Visitor.TokenOf((await somebody.GetAsync("/signout")).Body)))).Location.ShouldBe("/signin");
}
