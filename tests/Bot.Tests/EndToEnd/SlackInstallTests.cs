using System.Net;
using System.Text;
using System.Text.Json;
using ChatOps.Bot.Tests.Web;
using ChatOps.Testing;
using ChatOps.Testing.OpenId;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Further workspaces, by the front door: installed by clicking through Slack's own page, answered by their own tokens, and left when they are gone.</summary>
public sealed class SlackInstallTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Stage stage = null!;
    private OpenIdStandIn provider = null!;
    private BotProcess bot = null!;
    private SlackStandIn acme = null!;
    private Visitor admin = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        provider = await OpenIdStandIn.StartAsync();
        SignsInAs("ana@example.com");
        foreach (var (key, value) in ((string, string)[])
        [
            ("Slack:ClientId", SlackStandIn.ClientId), ("Slack:ClientSecret", SlackStandIn.ClientSecret), ("Slack:AppId", "A1"), ("ChatOps:PublicUrl", $"http://127.0.0.1:{stage.Port}/"),
            ("Console:Slack:ClientId", OpenIdStandIn.ClientId), ("Console:Slack:ClientSecret", OpenIdStandIn.ClientSecret), ("Console:Slack:TeamId", "T1"), ("Console:Slack:Authority", provider.Authority.AbsoluteUri),
        ]) stage.Settings[key] = value;
        File.AppendAllText(Path.Combine(stage.Folder, "config", "access.yaml"), "\n  install: { \"*\": [payments] }\n");
        acme = stage.Slack.AddTeam("T2", "Acme Corp");
        acme.AddChannel("deploys");
        acme.AddUser("ana", "ana@example.com");
        acme.AddUser("ben", "ben@example.com");
        acme.AddUser("eve", "eve@example.com");
        bot = await stage.StartBotAsync();
        admin = new Visitor(bot.Address);
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output + "\n" + string.Join('\n', stage.Slack.Refusals.Concat(acme.Refusals)));
        admin.Dispose();
        await bot.DisposeAsync();
        await provider.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_workspace_that_installed_the_app_is_answered_by_its_own_token_and_what_is_done_in_one_shows_in_the_other()
    {
        await InstallAsync(acme);
        var (ana, ben, dora) = (User(acme, "UANA"), User(acme, "UBEN"), stage.User(stage.Dora, bot));
        await ToldAsync(acme, ana, "/deploy api v1.2.3 prod", "waiting for its checklist");
        var there = await CardAsync(acme, message => message.Shows("waiting for its checklist"));
        var home = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await ana.TickAsync(there, "Database backup taken");
        await ana.TickAsync(there, "Stakeholders know");
        home = await stage.CardAsync(message => message.Shows("waiting for approval"));
        there = await CardAsync(acme, message => message.Shows("waiting for approval"));
        await ben.ClickAsync(there, "Approve");
        await stage.CardAsync(message => message.Shows("1 of 2: ben"));
        await dora.ClickAsync(home, "Approve");
        await CardAsync(acme, message => message.Shows("succeeded"));
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.3");
        acme.Messages.Select(message => message.Key).Distinct().Count().ShouldBe(acme.Messages.Count);
        acme.Calls.ShouldContain("users.info");
        stage.Slack.Refusals.Concat(acme.Refusals).ShouldBeEmpty();

        // Known by its address, which is in no group.
        await ToldAsync(acme, User(acme, "UEVE"), "/deploy api v1.2.4 prod", "not-allowed");
    }

    [Fact]
    public async Task The_token_is_nowhere_in_clear_and_is_still_good_after_a_restart()
    {
        await InstallAsync(acme);
        await bot.KillAsync();
        var secret = Encoding.UTF8.GetBytes(acme.BotToken);
        foreach (var file in Directory.EnumerateFiles(stage.Folder, "*", SearchOption.AllDirectories)) (await ReadAsync(file)).AsSpan().IndexOf(secret).ShouldBe(-1, file);
        bot.Output.ShouldNotContain(acme.BotToken);
        bot.Output.ShouldNotContain(SlackStandIn.ClientSecret);
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await ToldAsync(acme, User(acme, "UANA"), "/deploy api v1.2.3 prod", "waiting for its checklist");
        await CardAsync(acme, message => message.Shows("waiting for its checklist"));
    }

    [Fact]
    public async Task Who_has_not_installed_the_app_is_told_so_and_reads_nothing()
    {
        var ana = User(acme, "UANA");
        var told = await ToldAsync(acme, ana, "/status api", "not installed in this workspace");
        told.Says.ShouldNotContain("v1.2.2");
        (await ana.MentionAsync("#deploys", "status api")).Status.ShouldBe(HttpStatusCode.OK);
        acme.Messages.ShouldBeEmpty();
        await ToldAsync(stage.Slack, stage.User(stage.Ana, bot), "/status api", "prod");
    }

    [Theory]
    [InlineData("forged")]
    [InlineData("other-browser")]
    [InlineData("other-person")]
    [InlineData("replayed")]
    [InlineData("denied")]
    [InlineData("other-app")]
    [InlineData("home")]
    public async Task What_comes_back_from_Slack_is_kept_only_once_from_the_same_browser_and_person_and_for_this_app(string how)
    {
        (stage.Slack.Choice, stage.Slack.Denies) = (how == "home" ? stage.Slack : acme, how == "denied");
        if (how == "other-app") stage.Slack.AppId = "A2";
        var home = stage.Slack.BotToken;
        await admin.SignInAsync("slack");
        var back = await admin.AgreeAsync(await admin.GetAsync("/slack/install"));
        if (how == "forged") back = back[..^8] + "AAAAAAAA";
        if (how == "replayed") (await admin.GetAsync(back)).Status.ShouldBe(HttpStatusCode.OK);
        using var other = new Visitor(bot.Address, admin.Cookies.Where(cookie => how != "other-browser" || !cookie.Key.EndsWith("install", StringComparison.Ordinal)));
        if (how == "other-person")
        {
            SignsInAs("ana@example.com", "payments-lead@example.com");
            stage.Rewrite("access.yaml", "payments: { members: [ana@example.com] }", "payments: { members: [ana@example.com, payments-lead@example.com] }");
            await other.SignInAsync("slack");
        }

        var answer = await other.GetAsync(back);
        answer.Status.ShouldBe(how == "home" ? HttpStatusCode.Conflict : HttpStatusCode.Forbidden);
        answer.Body.ShouldContain("The app was not installed");
        stage.Slack.Exchanged.ShouldBe(how is "replayed" or "other-app" or "home" ? 1 : 0);
        if (how == "replayed") return;
        if (how != "home") await ToldAsync(acme, User(acme, "UANA"), "/status api", "not installed");
    }

    [Fact]
    public async Task Only_who_is_signed_in_and_may_is_sent_to_Slack()
    {
        (await admin.GetAsync("/slack/install")).Location.ShouldStartWith("/signin");
        (await admin.GetAsync("/slack/oauth?code=a&state=b")).Location.ShouldStartWith("/signin");
        SignsInAs("ben@example.com");
        await admin.SignInAsync("slack");
        var refused = await admin.GetAsync("/slack/install");
        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        refused.Body.ShouldContain("may not install");
        stage.Slack.Exchanged.ShouldBe(0);
    }

    [Theory]
    [InlineData("app_uninstalled")]
    [InlineData("tokens_revoked")]
    [InlineData("account_inactive")]
    public async Task Where_the_app_is_gone_it_is_silent_while_home_goes_on_and_installed_again_it_speaks_again(string how)
    {
        await InstallAsync(acme);
        var (ana, there) = (stage.User(stage.Ana, bot), User(acme, "UANA"));
        await there.TypeAsync("#deploys", "/deploy api v1.2.3 prod");
        var shown = await CardAsync(acme, message => message.Shows("waiting for its checklist"));
        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        acme.End(how == "account_inactive" ? how : "token_revoked");
        if (how != "account_inactive") (await there.LeaveAsync(how)).Status.ShouldBe(HttpStatusCode.OK);
        await ana.TickAsync(card, "Database backup taken");
        await stage.CardAsync(message => message.Shows("1 item is still to be ticked") || message.Shows("1 of 2"));
        await OnPageAsync("/runs/1", "Acme Corp", "in this workspace any more");
        await ToldAsync(acme, there, "/status api", "not installed in this workspace");
        await there.TickAsync(shown, "Stakeholders know");
        await acme.ReplyAsync("UANA", reply => reply.Shows("not installed in this workspace") && reply.Via == "response_url", Patience);
        var calls = acme.Calls.Count;
        await ana.TickAsync(card, "Stakeholders know");
        await stage.CardAsync(message => message.Shows("waiting for approval"));
        shown.Updates.ShouldBe(0);
        acme.Calls.Count.ShouldBe(calls);
        (await admin.GetAsync("/settings")).Body.ShouldContain(how == "app_uninstalled" ? "the app was uninstalled" : "Nothing is posted in Acme Corp");

        await InstallAsync(acme);
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        await CardAsync(acme, message => message.Shows("1 of 2: ben"));
        acme.Messages.Count(message => message.Key == shown.Key).ShouldBe(1);

        var ended = how == "app_uninstalled" ? "slack-uninstalled" : "slack-revoked";
        await using var export = BotProcess.Launch(stage.Folder, stage.Settings, Loopback.FreePort(), "audit", "export");
        (await export.ExitAsync()).ShouldBe(0);
        var told = export.Output.Split('\n').Where(line => line.Contains("\"slack-", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        told.Select(line => line.GetProperty("decision").GetString()).ShouldBe(["slack-installed", ended, "slack-installed"]);
        told[0].GetProperty("by").GetString().ShouldBe("ana@example.com");
        told[0].GetProperty("says").GetString().ShouldBe("installed the Slack app in Acme Corp (T2)");
        told[0].GetProperty("evidence").EnumerateArray().Select(scope => scope.GetString()).ShouldBe(["chat:write", "commands"]);
        told[1].TryGetProperty("by", out _).ShouldBeFalse();
        told[1].GetProperty("says").GetString()!.ShouldContain("Acme Corp (T2)");
        told[2].GetProperty("says").GetString().ShouldBe("installed the Slack app again in Acme Corp (T2)");
        export.Output.ShouldNotContain("very-secret");
        (await admin.GetAsync("/audit?q=acme+ana")).Body.ShouldSatisfyAllConditions(page => page.ShouldContain("installed the Slack app again in Acme Corp (T2)"), page => page.ShouldNotContain("heard from Slack"));
        (await admin.GetAsync($"/audit?q={ended}")).Body.ShouldContain("heard from Slack");
    }

    [Fact]
    public async Task Over_Socket_Mode_one_connection_serves_every_workspace()
    {
        await InstallAsync(acme);
        await bot.KillAsync();
        await bot.DisposeAsync();
        stage.Settings.Remove("Slack:SigningSecret");
        stage.Settings["Slack:AppToken"] = stage.Slack.AppToken;
        bot = await stage.StartBotAsync();
        await ToldAsync(acme, acme.SocketUser("UANA"), "/deploy api v1.2.3 prod", "waiting for its checklist");
        await acme.SocketUser("UANA").TickAsync(await CardAsync(acme, message => message.Shows("waiting for its checklist")), "Database backup taken");
        await stage.CardAsync(message => message.Shows("1 item is still"));
    }

    [Fact]
    public async Task The_doctor_says_of_each_workspace_whether_its_token_is_good_and_which_scopes_it_lacks()
    {
        await InstallAsync(acme);
        acme.Scopes = "chat:write,commands";
        await using var doctor = BotProcess.Launch(stage.Folder, stage.Settings, Loopback.FreePort(), "doctor", "--json");
        await doctor.ExitAsync();
        doctor.Output.ShouldContain("Slack Acme Corp");
        doctor.Output.ShouldContain("The token lacks users:read.email");
        doctor.Output.ShouldNotContain(acme.BotToken);
    }

    [Fact]
    public async Task An_organization_is_installed_once_for_all_its_workspaces()
    {
        var grid = stage.Slack.AddTeam("T3", "Big Org", "E1", ("T3", "North"), ("T4", "South"));
        grid.AddChannel("deploys", team: "T3");
        grid.AddChannel("deploys", team: "T4");
        grid.AddUser("ana", "ana@example.com", user => user["enterprise_user"] = new System.Text.Json.Nodes.JsonObject { ["enterprise_id"] = "E1" });
        stage.Rewrite("services/api.yaml", Stage.Channel, $"{Stage.Channel}@north");
        await InstallAsync(grid);
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        var south = new SlackUser(grid, "UANA", bot.NewClient()) { TeamId = "T4" };
        await ToldAsync(grid, south, "/deploy api v1.2.3 prod", "waiting for its checklist", "CDEPLOYST4");
        var byName = await CardAsync(grid, message => message.Shows("waiting for its checklist"), "CDEPLOYST3");
        await south.TickAsync(await CardAsync(grid, message => message.Shows("waiting for its checklist"), "CDEPLOYST4"), "Database backup taken");
        (await CardAsync(grid, message => message.Shows("1 item is still"), "CDEPLOYST3")).Key.ShouldBe(byName.Key);
        stage.Slack.Messages.ShouldBeEmpty();
        grid.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_incident_gets_its_channel_in_the_workspace_where_it_was_declared()
    {
        File.AppendAllText(Path.Combine(stage.Folder, "config", "access.yaml"), "\n  incident: { \"*\": [payments] }\n");
        stage.Write("incidents.yaml", "severities:\n  - { severity: sev2, says: Part of it does not work. }\n");
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await InstallAsync(acme);
        var ana = User(acme, "UANA");
        var told = await ToldAsync(acme, ana, "/incident declare sev2 \"checkout is failing\"", "is being made");
        var room = told.Says.Split('#')[1].Split(' ')[0];
        var channel = await acme.ChannelAsync(room, one => one.Pins.Count == 1, Patience);
        channel.Members.ShouldContain("UANA");
        stage.Slack.Made.ShouldBeEmpty();
        await ana.TypeAsync(room, "/incident note \"the disk is full\"");
        await acme.MessageAsync(room, message => message.Shows("the disk is full"), Patience);
        acme.Refusals.Concat(stage.Slack.Refusals).ShouldBeEmpty();
    }

    private async Task InstallAsync(SlackStandIn team)
    {
        stage.Slack.Choice = team;
        await admin.SignInAsync("slack");
        var done = await admin.GetAsync(await admin.AgreeAsync(await admin.GetAsync("/slack/install")));
        done.Status.ShouldBe(HttpStatusCode.OK, done.Body);
        done.Body.ShouldContain(team.TeamName);
        done.Body.ShouldNotContain(team.BotToken);
    }

    private SlackUser User(SlackStandIn team, string id) => team.User(id, bot.NewClient());

    /// <summary>What somebody is told of a command, at once or later.</summary>
    private static async Task<KeptReply> ToldAsync(SlackStandIn team, SlackUser user, string line, string words, string channel = "#deploys")
    {
        await user.TypeAsync(channel, line);
        return await team.ReplyAsync(user.Id, reply => reply.Shows(words), Patience);
    }

    private static Task<KeptMessage> CardAsync(SlackStandIn team, Func<KeptMessage, bool> wanted, string channel = "#deploys") =>
        team.MessageAsync(channel, message => message.ThreadTs is null && wanted(message), Patience);

    private async Task OnPageAsync(string path, params string[] any)
    {
        using var patience = new CancellationTokenSource(Patience);
        while ((await admin.GetAsync(path)).Body is { } body && !any.Any(words => body.Contains(words, StringComparison.Ordinal))) await Task.Delay(100, patience.Token);
    }

    private void SignsInAs(string email, string? then = null) => provider.Claims = claims =>
    {
        claims["https://slack.com/team_id"] = "T1";
        claims["https://slack.com/user_id"] = "U" + (then ?? email).Split('@')[0].ToUpperInvariant();
        claims["email"] = then ?? email;
        claims["email_verified"] = true;
    };

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}
