using System.Net;
using ChatOps.Testing.Teams;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The main job by Teams' front door, and by Teams' and Slack's at once: signed requests to the real process, a cluster that behaves like one behind it.</summary>
public sealed class TeamsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Stage stage = null!;
    private TeamsStandIn teams = null!;
    private BotProcess bot = null!;
    private TeamsUser ana = null!, ben = null!, dora = null!, cleo = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        teams = await stage.AddTeamsAsync();
        stage.ShowInTeams(alone: false);
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        bot = await stage.StartBotAsync();
        (ana, ben, dora, cleo) = (User("ana"), User("ben"), User("dora"), User("cleo"));
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
    public async Task A_mention_becomes_a_run_that_both_chats_show_and_either_can_act_on()
    {
        (await ana.MentionAsync(TeamsStandIn.Deploys, "deploy api v1.2.3 prod --reason “fixes&nbsp;the cart”")).Status.ShouldBe(HttpStatusCode.OK);
        var reply = await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Thread is not null && message.Shows("Run 1"), Patience);
        reply.Says.ShouldContain("waiting for its checklist");
        var card = await CardAsync("waiting for its checklist");
        card.Says.ShouldContain("fixes the cart");
        var slackCard = await stage.CardAsync(message => message.Shows("waiting for its checklist"));

        // One item here, the other there.
        (await ana.PressAsync(card, "Database backup taken")).Says.ShouldContain("☑ Database backup taken – ana");
        await stage.User(stage.Ana, bot).TickAsync(await stage.CardAsync(message => message.Shows("1 of 2 done")), "Stakeholders know");
        card = await CardAsync("waiting for approval");
        await stage.CardAsync(message => message.Shows("waiting for approval"));

        // Those who are asked see the buttons; the others don't, and are refused whatever they send.
        Labels(await ben.SeeAsync(card)).ShouldContain("Approve");
        Labels(await ana.SeeAsync(card)).ShouldNotContain("Approve");
        Labels(await cleo.SeeAsync(card)).ShouldNotContain("Approve");
        (await cleo.PressAsync(card, await ben.SeeAsync(card), "Approve")).Says.ShouldContain("not in release-managers");

        (await ben.PressAsync(card, "Approve")).Says.ShouldContain("1 of 2 approvals: ben");
        await stage.CardAsync(message => message.Shows("1 of 2 approvals: ben"));
        stage.Cluster.Changes.ShouldBeEmpty();

        // Each person is one person: what ben said in Teams is not said again in Slack.
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("1 of 2: ben")), "Approve");
        await stage.User(stage.Dora, bot).ClickAsync(await stage.CardAsync(message => message.Shows("1 of 2: ben")), "Approve");
        (await CardAsync("succeeded")).Id.ShouldBe(card.Id);
        await stage.CardAsync(message => message.Shows("succeeded"));
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.3");
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("Summary: Deploy") && message.Shows("ben and dora"), Patience);

        // A click on what is destructive asks first.
        card = await CardAsync("Roll back to v1.2.2");
        var dialog = await cleo.PressAsync(card, "Roll back to v1.2.2");
        dialog.Says.ShouldContain("takes it from v1.2.3 back to v1.2.2");
        stage.Cluster.Effects.Count.ShouldBe(1);
        (await cleo.SubmitAsync(card, dialog, null)).Status.ShouldBe(HttpStatusCode.OK);
        await cleo.RepeatAsync();
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("Roll api back to v1.2.2 in prod") && message.Shows("succeeded"), Patience);
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.2");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
        stage.Cluster.Effects.Count.ShouldBe(2);
        slackCard.ShouldNotBeNull();
        teams.Messages.Count(message => message.Thread is null && message.Shows("Deploy api v1.2.3 to prod") && message.Card is not null && !message.Shows("Summary: ")).ShouldBe(1);
        teams.Refusals.ShouldBeEmpty();
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reason_is_asked_for_in_a_dialog_and_shown_in_both_chats()
    {
        var card = await AskedForApprovalAsync();
        var dialog = await ben.PressAsync(card, "Reject");
        dialog.Says.ShouldContain("Why?");
        (await ben.SubmitAsync(card, dialog, "  ")).Says.ShouldContain("Say why in a few words.");
        (await ben.SubmitAsync(card, dialog, "Black Friday")).Status.ShouldBe(HttpStatusCode.OK);
        await stage.CardAsync(message => message.Shows("cancelled"));
        await CardAsync("cancelled");
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Thread == card.Id && message.Shows("ben rejected it: Black Friday"), Patience);
    }

    [Fact]
    public async Task Two_people_who_press_in_two_chats_in_the_same_instant_are_both_counted_once()
    {
        var card = await AskedForApprovalAsync();
        var seen = await ben.SeeAsync(card);
        var slackCard = await stage.CardAsync(message => message.Shows("waiting for approval"));
        await Task.WhenAll(ben.PressAsync(card, seen, "Approve"), ben.PressAsync(card, seen, "Approve"), stage.User(stage.Ben, bot).ClickAsync(slackCard, "Approve"), stage.User(stage.Dora, bot).ClickAsync(slackCard, "Approve"));
        await CardAsync("succeeded");
        stage.Cluster.Effects.ShouldHaveSingleItem().Value.ShouldBe(1);
    }

    [Fact]
    public async Task A_personal_chat_takes_commands_too_and_knows_who_may_only_read()
    {
        var zoe = User("zoe", null);
        await zoe.WriteAsync("deploy api v1.2.3 prod");
        (await teams.MessageAsync(zoe.Personal, message => message.Shows("read-only"), Patience)).Says.ShouldContain("may only read");
        var guest = User("guest", "ana@example.com", member => member["userPrincipalName"] = "ana_example.com#EXT#@contoso.onmicrosoft.com");
        await guest.WriteAsync("deploy api v1.2.3 prod");
        await teams.MessageAsync(guest.Personal, message => message.Shows("read-only"), Patience);
        var stranger = User("stranger", "ana@example.com", member => member["tenantId"] = Guid.NewGuid().ToString());
        await stranger.WriteAsync("deploy api v1.2.3 prod");
        await teams.MessageAsync(stranger.Personal, message => message.Shows("read-only"), Patience);
        await ana.WriteAsync("status api");
        await teams.MessageAsync(ana.Personal, message => message.Shows("v1.2.2"), Patience);
    }

    [Fact]
    public async Task What_is_not_said_to_the_bot_or_was_said_before_is_not_heard()
    {
        var unmeant = ana.Activity("message", TeamsStandIn.Deploys, "1");
        unmeant["text"] = "deploy api v1.2.3 prod";
        (await ana.SendAsync(unmeant)).Status.ShouldBe(HttpStatusCode.OK);
        var edited = ana.Activity("messageUpdate", TeamsStandIn.Deploys, "2");
        edited["text"] = "<at>Chat Ops</at> deploy api v1.2.3 prod";
        (await ana.SendAsync(edited)).Status.ShouldBe(HttpStatusCode.OK);
        var odd = ana.Activity("invoke", TeamsStandIn.Deploys, "3");
        odd["name"] = "composeExtension/query";
        (await ana.SendAsync(odd)).Status.ShouldBe(HttpStatusCode.NotImplemented);
        await ana.MentionAsync(TeamsStandIn.Deploys, "deploy api v1.2.3 prod");
        await ana.RepeatAsync();
        await CardAsync("waiting for its checklist");
        (await stage.User(stage.Ana, bot).UntilAsync("/runs", "v1.2.3")).Says.ShouldNotContain("queued");
    }

    [Fact]
    public async Task A_button_of_a_card_that_is_too_old_says_so_and_changes_nothing()
    {
        var card = await AskedForApprovalAsync();
        var old = new System.Text.Json.Nodes.JsonObject { ["type"] = "Action.Execute", ["verb"] = "approve", ["data"] = new System.Text.Json.Nodes.JsonObject { ["action"] = "approve", ["run"] = 1 } };
        (await ben.ExecuteAsync(card, old, "manual")).Says.ShouldContain("too old");
        var changed = new System.Text.Json.Nodes.JsonObject { ["type"] = "Action.Execute", ["verb"] = "approve", ["data"] = new System.Text.Json.Nodes.JsonObject { ["chatops"] = "approve|1|s2|0000" } };
        (await ben.ExecuteAsync(card, changed, "manual")).Says.ShouldContain("plan");
        (await ben.ExecuteAsync(card, new System.Text.Json.Nodes.JsonObject { ["type"] = "Action.Execute", ["data"] = new System.Text.Json.Nodes.JsonObject { ["chatops"] = "approve|999||x" } }, "manual")).Says.ShouldContain("999");
        stage.Cluster.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deleted_card_is_posted_again_and_a_bot_that_was_removed_and_invited_again_goes_on()
    {
        await ana.MentionAsync(TeamsStandIn.Deploys, "deploy api v1.2.3 prod");
        var card = await CardAsync("waiting for its checklist");
        teams.Delete(card);
        await stage.User(stage.Ana, bot).TickAsync(await stage.CardAsync(message => message.Shows("0 of 2 done")), "Database backup taken");
        var again = await CardAsync("1 of 2 done");
        again.Id.ShouldNotBe(card.Id);

        teams.Remove(TeamsStandIn.Deploys);
        await ana.InstallAsync(TeamsStandIn.Team, "remove");
        await stage.User(stage.Ana, bot).TickAsync(await stage.CardAsync(message => message.Shows("1 of 2 done")), "Stakeholders know");
        await stage.CardAsync(message => message.Shows("waiting for approval"));
        teams.Remove(TeamsStandIn.Deploys, back: true);
        await ana.InstallAsync(TeamsStandIn.Team);
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("waiting for approval")), "Approve");
        (await CardAsync("1 of 2: ben")).Id.ShouldBe(again.Id);
    }

    [Fact]
    public async Task What_the_bot_knows_of_teams_survives_a_kill_and_a_post_whose_answer_was_lost_is_mended_when_it_is_pressed()
    {
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        (ana, ben) = (User("ana"), User("ben"));
        teams.LoseAnswer("POST /amer");
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var cards = await TwiceAsync();
        await stage.User(stage.Ana, bot).TickAsync(await stage.CardAsync(message => message.Shows("0 of 2 done")), "Database backup taken");
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Shows("1 of 2 done"), Patience);
        var stray = cards.Single(card => card.Shows("0 of 2 done"));
        (await ana.PressAsync(stray, "Stakeholders know")).Status.ShouldBe(HttpStatusCode.OK);
        await teams.MessageAsync(TeamsStandIn.Deploys, message => message.Id == stray.Id && message.Shows("waiting for approval"), Patience);
    }

    [Fact]
    public async Task A_command_that_was_only_taken_in_survives_a_kill()
    {
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        teams.Hold("members/", killed.Task);
        (await User("ana").MentionAsync(TeamsStandIn.Deploys, "deploy api v1.2.3 prod")).Status.ShouldBe(HttpStatusCode.OK);
        stage.Slack.Messages.ShouldBeEmpty();
        await bot.KillAsync();
        killed.SetResult();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to prod") && message.Shows("waiting for its checklist"));
        await CardAsync("0 of 2 done");
    }

    [Fact]
    public async Task Teams_asking_to_wait_or_being_away_delays_cards_and_loses_nothing()
    {
        teams.Fail("POST /amer", 429, "Throttled", retryAfter: 2);
        teams.Fail("POST /amer", 503, "ServiceUnavailable");
        teams.RevokeToken();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.User(stage.Ana, bot).TickAsync(await stage.CardAsync(message => message.Shows("0 of 2 done")), "Database backup taken");
        await CardAsync("1 of 2 done");
        teams.IsUnreachable = true;
        await stage.User(stage.Ana, bot).TickAsync(await stage.CardAsync(message => message.Shows("1 of 2 done")), "Stakeholders know");
        await stage.CardAsync(message => message.Shows("waiting for approval"));
        teams.IsUnreachable = false;
        await CardAsync("waiting for approval");
        teams.Messages.Count(message => message.Thread is null && message.Shows("waiting for approval")).ShouldBe(1);
    }

    private TeamsUser User(string name, string? email = "", Action<System.Text.Json.Nodes.JsonObject>? otherwise = null) =>
        teams.User(teams.AddUser(name, email == "" ? $"{name}@example.com" : email, otherwise), bot.NewClient());

    private Task<KeptActivity> CardAsync(string words) =>
        teams.MessageAsync(TeamsStandIn.Deploys, message => message is { Thread: null, Card: not null } && message.Shows("Deploy api v1.2.3 to prod") && message.Shows(words), Patience);

    private async Task<KeptActivity> AskedForApprovalAsync()
    {
        await ana.MentionAsync(TeamsStandIn.Deploys, "deploy api v1.2.3 prod");
        await ana.PressAsync(await CardAsync("waiting for its checklist"), "Database backup taken");
        await ana.PressAsync(await CardAsync("1 of 2 done"), "Stakeholders know");
        return await CardAsync("waiting for approval");
    }

    private async Task<IReadOnlyList<KeptActivity>> TwiceAsync()
    {
        IReadOnlyList<KeptActivity> Cards() => [.. teams.Messages.Where(message => message is { Conversation: TeamsStandIn.Deploys, Thread: null, Card: not null } && message.Shows("Deploy api"))];
        await teams.MessageAsync(TeamsStandIn.Deploys, _ => Cards().Count == 2, Patience);
        return Cards();
    }

    private static IEnumerable<string?> Labels(System.Text.Json.Nodes.JsonObject card) => AdaptiveCards.ActionsOf(card).Select(one => (string?)one.Action["title"]);
}
