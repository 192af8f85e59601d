using System.Text.Json.Nodes;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What chats do to a bot in a year: channels go, cards grow old, dialogs are sent too late, pauses are asked for. The run goes on, and whoever presses is told.</summary>
public sealed class ChatFaultTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private Stage stage = null!;
    private TeamsStandIn teams = null!;
    private BotProcess bot = null!;
    private TeamsUser ana = null!, ben = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        teams = await stage.AddTeamsAsync();
        stage.ShowInTeams(alone: false);
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        bot = await stage.StartBotAsync();
        (ana, ben) = (teams.Known("ana", bot), teams.Known("ben", bot));
        await teams.InstallAsync(ana);
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot, teams);
        await bot.DisposeAsync();
        await teams.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_channel_in_Slack_that_is_renamed_or_archived_under_a_run_leaves_the_run_to_Teams_and_is_caught_up_with()
    {
        await SaidAsync();
        await stage.CardAsync(message => message.Shows("0 of 2 done"));

        // A card stays where it is, whatever its channel is called now.
        stage.Slack.Change("deploys", channel => channel with { Name = "shipping" });
        await ana.PressAsync(await CardAsync("0 of 2 done"), "Database backup taken");
        await stage.Slack.MessageAsync("#shipping", message => message.ThreadTs is null && message.Shows("1 of 2 done"), Patience);

        stage.Slack.Change("shipping", channel => channel with { IsArchived = true });
        await ana.PressAsync(await CardAsync("1 of 2 done"), "Stakeholders know");
        await CardAsync("waiting for approval");
        stage.Slack.Change("shipping", channel => channel with { IsArchived = false });
        await ben.PressAsync(await CardAsync("waiting for approval"), "Approve");
        await stage.Slack.MessageAsync("#shipping", message => message.ThreadTs is null && message.Shows("1 of 2 approvals: ben"), Patience);
    }

    [Fact]
    public async Task A_channel_that_is_deleted_in_either_chat_stops_nothing_in_the_other()
    {
        await SaidAsync();
        await stage.CardAsync(message => message.Shows("0 of 2 done"));
        stage.Slack.Change("deploys", _ => null);
        await ana.PressAsync(await CardAsync("0 of 2 done"), "Database backup taken");
        await ana.PressAsync(await CardAsync("1 of 2 done"), "Stakeholders know");
        var card = await CardAsync("waiting for approval");

        var gone = ana.Activity("conversationUpdate", TeamsStandIn.Team, "");
        gone["channelData"]!["eventType"] = "channelDeleted";
        gone["channelData"]!["channel"] = new JsonObject { ["id"] = TeamsStandIn.Deploys, ["name"] = "Deploys" };
        teams.Delete(TeamsStandIn.Deploys);
        await ana.SendAsync(gone);
        using var http = bot.NewClient();
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/runs/1")).Contains("waiting for approval", StringComparison.OrdinalIgnoreCase));
        (await ben.PressAsync(card, card.Card!, "Abort")).Says.ShouldNotBeEmpty();
        (await http.GetStringAsync("/health/ready")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_bot_that_was_taken_out_of_a_channel_in_Slack_posts_there_again_once_it_is_invited()
    {
        stage.Slack.Change("deploys", channel => channel with { IsMember = false });
        await SaidAsync();
        await CardAsync("0 of 2 done");
        await Eventually.TrueAsync(() => stage.Slack.Refusals.Any(refusal => refusal.Contains("not_in_channel", StringComparison.Ordinal)));
        stage.Slack.Change("deploys", channel => channel with { IsMember = true });
        await ana.PressAsync(await CardAsync("0 of 2 done"), "Database backup taken");
        await stage.CardAsync(message => message.Shows("1 of 2 done"));
        stage.Slack.Messages.Count(message => message.Key!.StartsWith("card:", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_reason_that_is_sent_after_its_run_ended_is_refused_in_words_in_both_chats()
    {
        var card = await AskedForApprovalAsync();
        var slackBen = stage.User(stage.Ben, bot);
        var dialog = await ben.PressAsync(card, "Reject");
        await slackBen.ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Reject");
        var view = await stage.Slack.ViewAsync(stage.Ben, Patience);
        await stage.User(stage.Ana, bot).UntilAsync("/chatops abort 1 --reason \"not today\"", "Run 1");
        await CardAsync("cancelled");
        (await ben.SubmitAsync(card, dialog, "too late")).Says.ShouldContain("cancelled");
        ((string?)(await slackBen.SubmitAsync(view, "too late")).Errors.ShouldNotBeNull()["reason"]).ShouldNotBeNull().ShouldContain("cancelled");
        teams.Messages.ShouldNotContain(message => message.Shows("too late"));
    }

    [Fact]
    public async Task A_card_of_an_older_bot_that_is_pressed_months_later_says_so_and_changes_nothing()
    {
        await SaidAsync();
        var card = await stage.CardAsync(message => message.Shows("0 of 2 done"));
        var slackAna = stage.User(stage.Ana, bot);
        var tick = card.Buttons.First(button => button.Beside.Contains("Database", StringComparison.Ordinal));
        await slackAna.ClickAsync(card, tick with { Value = "{\"action\":\"tick\",\"run\":1}" });
        await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Shows("too old"), Patience);
        await slackAna.ClickAsync(card, tick with { Value = tick.Value!.Replace("tick|", "frobnicate|", StringComparison.Ordinal) });
        await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Shows("not known here"), Patience);
        await CardAsync("0 of 2 done");
    }

    [Fact]
    public async Task A_chat_that_asks_for_a_long_pause_is_left_alone_while_the_run_goes_on_in_the_other()
    {
        var card = await CardAfterAsync();
        teams.Fail("PUT /amer", 429, "Throttled", retryAfter: 3600);
        await ana.PressAsync(card, "Database backup taken");
        await stage.CardAsync(message => message.Shows("1 of 2 done"));
        await Eventually.TrueAsync(() => bot.Output.Contains("an update with 429", StringComparison.Ordinal));
        var calls = Writes();
        await stage.User(stage.Ana, bot).TickAsync(await stage.CardAsync(message => message.Shows("1 of 2 done")), "Stakeholders know");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        await stage.User(stage.Dora, bot).ClickAsync(await stage.CardAsync(message => message.Shows("1 of 2: ben")), "Approve");
        await stage.CardAsync(message => message.Shows("succeeded"));

        // What is pressed there is answered all the same: answers to a press are no messages.
        (await ana.PressAsync(card, card.Card!, "Database backup taken")).Says.ShouldNotBeEmpty();
        Writes().ShouldBe(calls);

        int Writes() => teams.Calls.Count(call => (call.StartsWith("PUT", StringComparison.Ordinal) || call.StartsWith("POST", StringComparison.Ordinal)) && call.Contains("deploys", StringComparison.Ordinal));
    }

    private Task SaidAsync() => stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");

    private async Task<KeptActivity> CardAfterAsync()
    {
        await SaidAsync();
        await stage.CardAsync(message => message.Shows("0 of 2 done"));
        return await CardAsync("0 of 2 done");
    }

    private Task<KeptActivity> CardAsync(string words) =>
        teams.MessageAsync(TeamsStandIn.Deploys, message => message is { Thread: null, Card: not null } && message.Shows("Deploy api v1.2.3 to prod") && message.Shows(words), Patience);

    private async Task<KeptActivity> AskedForApprovalAsync()
    {
        await ana.PressAsync(await CardAfterAsync(), "Database backup taken");
        await ana.PressAsync(await CardAsync("1 of 2 done"), "Stakeholders know");
        return await CardAsync("waiting for approval");
    }
}
