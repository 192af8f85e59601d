using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Incidents of people who live in Teams: a channel in their team, or the thread under its card where the bot may make none.</summary>
public sealed class TeamsIncidentTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly string Room = $"inc-{DateTime.UtcNow:yyyy-MM-dd}-api";

    private Stage stage = null!;
    private TeamsStandIn teams = null!;
    private BotProcess bot = null!;
    private TeamsUser ana = null!, ben = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        teams = await stage.AddTeamsAsync();
        stage.Settings["Alertmanager:Token"] = Alarms.Token;
        stage.ShowInTeams(alone: true);
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
        stage.Report(bot, teams);
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
        await Eventually.TrueAsync(() => teams.Channels.Description(Room)?.Contains("resolved", StringComparison.Ordinal) == true);
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
        using var http = bot.NewClient();
        await http.AlertAsync();
        await InRoomAsync(message => message.Shows("I am commander"));
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Thread is null && message.Shows("INC-1"), Patience);
    }

    private async Task StartAsync()
    {
        bot = await stage.StartBotAsync();
        (ana, ben) = (teams.Known("ana", bot), teams.Known("ben", bot));
        await teams.InstallAsync(ana);
    }

    private static string RoomId => $"19:{Room}@thread.tacv2";

    private Task<KeptActivity> InRoomAsync(Func<KeptActivity, bool> wanted) => teams.MessageAsync(RoomId, wanted, Patience);
}
