using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Incidents of people who live in Teams: a channel in their team, or the thread under its card where the bot may make none.</summary>
public sealed class TeamsIncidentTests : IAsyncLifetime
{
    private const string Token = "alertmanager-token";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly string Room = $"inc-{DateTime.UtcNow:yyyy-MM-dd}-api";

    private Stage stage = null!;
    private TeamsStandIn teams = null!;
    private BotProcess bot = null!;
    private TeamsUser ana = null!, ben = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        teams = await TeamsStandIn.StartAsync();
        foreach (var (key, value) in teams.Settings) stage.Settings[key] = value;
        stage.Settings["Alertmanager:Token"] = Token;
        var service = Path.Combine(stage.Folder, "config", "services", "api.yaml");
        stage.Write("services/api.yaml", File.ReadAllText(service).Replace($"channel: \"{Stage.Channel}\"", "teams: Payments/Deploys", StringComparison.Ordinal));
        stage.Write("access.yaml", """
            groups:
              everyone: { all: true }
              payments: { members: [ana@example.com] }
              release-managers: { members: [ben@example.com, dora@example.com] }
              oncall: { members: [cleo@example.com, nina@example.com] }
            may:
              deploy: { prod: [owners, release-managers] }
              incident: { "*": [everyone] }
            """);
        stage.Write("incidents.yaml", """
            severities:
              - { severity: sev1, says: Customers can't buy., page: oncall }
              - { severity: sev2, says: Part of it does not work. }
            """);
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot?.Output + "\n" + string.Join("\n---\n", teams.Messages.Select(message => $"{message.Conversation} {message.Thread}: {message.Says}")));
        if (bot is not null) await bot.DisposeAsync();
        await teams.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Declared_it_gets_a_channel_in_the_team_where_it_is_worked_on_to_its_end()
    {
        await StartAsync();
        teams.AddUser("cleo", "cleo@example.com");
        await ben.MentionAsync(TeamsStandIn.Deploys, "incident declare sev1 “checkout is failing” api");
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows($"#{Room} is being made"), Patience);
        var card = await InRoomAsync(message => message.Shows("I am commander"));

        // Whoever is needed is called there; whoever is not in the team can't be.
        await InRoomAsync(message => message.Shows("<at>ben</at>") && message.Shows("<at>cleo</at>") && message.Shows("you are wanted here"));
        await InRoomAsync(message => message.Shows("nina (not in the team)"));
        await ana.PressAsync(card, "I am commander");
        await InRoomAsync(message => message.Id == card.Id && message.Shows("commander: ana"));
        await ana.MentionAsync(RoomId, "incident note \"the cache was warm by 14:10\"");
        await InRoomAsync(message => message.Id == card.Id && message.Shows("the cache was warm by 14:10"));

        var dialog = await ana.PressAsync(card, "Status update");
        (await ana.FillAsync(card, dialog, ("text", "it is being undone"), ("stage", "identified"))).Says.ShouldContain("timeline of INC-1");
        await InRoomAsync(message => message.Shows("Status update by ana: identified") && message.Shows("it is being undone"));
        (await ana.PressAsync(card, "It is mitigated")).Says.ShouldNotContain("refused");
        dialog = await ben.PressAsync(card, "Resolve");
        await ben.FillAsync(card, dialog, ("cause", "a migration locked the table"), ("follow-ups", "alert on locks"));
        (await InRoomAsync(message => message.Shows("Review of INC-1"))).Says.ShouldContain("a migration locked the table");
        await InRoomAsync(message => message.Id == card.Id && message.Shows("alert on locks"));
        await UntilAsync(() => teams.Channels.Description(Room)?.Contains("resolved", StringComparison.Ordinal) == true);
        teams.Channels.Names.ShouldBe([Room]);
        teams.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_channel_whose_making_was_cut_off_is_found_again_and_somebody_elses_is_left_alone()
    {
        await StartAsync();
        teams.LoseAnswer("POST /graph/v1.0/teams");
        await ben.MentionAsync(TeamsStandIn.Deploys, "incident declare sev2 \"checkout is failing\" api");
        await InRoomAsync(message => message.Shows("I am commander"));
        teams.Channels.Names.ShouldBe([Room]);

        var other = $"inc-{DateTime.UtcNow:yyyy-MM-dd}-search";
        teams.Channels.Add(other, DateTimeOffset.UtcNow.AddDays(-3));
        await ben.MentionAsync(TeamsStandIn.Deploys, "incident declare sev2 \"search is slow\"");
        await teams.MessageAsync($"19:{other}-i2@thread.tacv2", message => message.Shows("search is slow"), Patience);
        teams.Messages.ShouldNotContain(message => message.Conversation == $"19:{other}@thread.tacv2");
    }

    [Fact]
    public async Task Where_the_team_did_not_agree_it_goes_on_in_the_thread_under_its_card()
    {
        teams.Channels.Refuses = true;
        await StartAsync();
        await ben.MentionAsync(TeamsStandIn.Deploys, "incident declare sev2 \"checkout is failing\" api");
        var card = await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Thread is null && message.Shows("checkout is failing") && message.Shows("Channel.Create.Group"), Patience);
        await ana.PressAsync(card, "I am commander");
        await ana.MentionAsync(TeamsStandIn.Deploys, "incident update \"the index is rebuilt\"");
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Thread == card.Id && message.Shows("the index is rebuilt"), Patience);
        var dialog = await ana.PressAsync(card, "Resolve");
        await ana.FillAsync(card, dialog, ("cause", "a bad index"));
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("Review of INC-1") && message.Shows("a bad index"), Patience);
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Id == card.Id && message.Shows("resolved"), Patience);
        teams.Channels.Names.ShouldBeEmpty();
    }

    [Fact]
    public async Task Declared_by_an_alert_where_all_live_in_Teams_it_is_at_home_beside_the_services_channel()
    {
        stage.Settings["Slack:BotToken"] = stage.Settings["Slack:SigningSecret"] = null;
        stage.Write("alerts.yaml", """
            routes:
              - route: all
                channel: teams:Payments/Deploys
                incident: true
            """);
        await StartAsync();
        (await AlertAsync()).ShouldBe(HttpStatusCode.Accepted);
        await InRoomAsync(message => message.Shows("I am commander"));
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Thread is null && message.Shows("INC-1"), Patience);
    }

    private async Task StartAsync()
    {
        bot = await stage.StartBotAsync();
        (ana, ben) = (User("ana"), User("ben"));
        await ana.InstallAsync(TeamsStandIn.Team);
        await teams.MessageAsync(TeamsStandIn.Team, message => message.Shows("I walk deployments"), Patience);
    }

    private TeamsUser User(string name) => teams.User(teams.AddUser(name, $"{name}@example.com"), bot.NewClient());

    private static string RoomId => $"19:{Room}@thread.tacv2";

    private Task<KeptActivity> InRoomAsync(Func<KeptActivity, bool> wanted) => teams.MessageAsync(RoomId, wanted, Patience);

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds()) await Task.Delay(50, limit.Token);
    }

    private async Task<HttpStatusCode> AlertAsync()
    {
        using var http = bot.NewClient();
        var body = $$$"""{"version":"4","groupKey":"errors","truncatedAlerts":0,"status":"firing","receiver":"chatops","groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://am.example.com","alerts":[{"status":"firing","labels":{"alertname":"Errors","service":"api","environment":"prod","severity":"critical"},"annotations":{"summary":"5 % fail"},"startsAt":"{{{DateTime.UtcNow.AddMinutes(-7):O}}}","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://p.example.com","fingerprint":"00000000000000aa"}]}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/alertmanager") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
