using System.Net;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The main job, by its front door: signed Slack requests to the real process, a cluster that behaves like one behind it.</summary>
public sealed class MainJobTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output + "\n" + string.Join("\n", stage.Slack.Replies.Select(reply => $"{reply.User} was told: {reply.Text}")));
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_command_becomes_a_run_that_is_ticked_approved_rolled_out_checked_summed_up_and_rolled_back_with_one_click()
    {
        var (ana, ben, dora, cleo) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot), stage.User(stage.Dora, bot), stage.User(stage.Cleo, bot));
        var asked = await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod --reason \"fixes the cart\"");
        asked.Status.ShouldBe(HttpStatusCode.OK);
        asked.Reply.ShouldNotBeNull().Says.ShouldContain("waiting for its checklist");

        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        card.Text.ShouldBe("Deploy api v1.2.3 to prod, asked for by ana, is waiting for its checklist; 2 items are still to be ticked.");
        card.Says.ShouldContain("v1.2.2 → v1.2.3");
        card.Says.ShouldContain("fixes the cart");
        await ana.TickAsync(card, "Database backup taken");
        await ana.TickAsync(card, "Stakeholders know");
        card = await stage.CardAsync(message => message.Shows("waiting for approval"));

        (await ana.ClickAsync(card, "Approve")).Status.ShouldBe(HttpStatusCode.OK);
        (await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Shows("not in release-managers"), Patience)).Says.ShouldContain("not-in-group");
        await ben.ClickAsync(card, "Approve");
        await ben.ClickAsync(card, "Approve");
        (await stage.CardAsync(message => message.Shows("1 of 2: ben"))).Says.ShouldContain("waiting for approval");
        stage.Cluster.Changes.ShouldBeEmpty();
        await dora.ClickAsync(card, "Approve");

        await stage.CardAsync(message => message.Shows("succeeded"));
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.3");
        var summary = await stage.CardAsync(message => message.Shows("Summary: Deploy"));
        summary.Text.ShouldStartWith("api v1.2.3 is live in prod");
        summary.Says.ShouldContain("ben and dora");

        card = await stage.CardAsync(message => message.Buttons.Any(button => button.Label.StartsWith("Roll back", StringComparison.Ordinal)));
        card.Buttons.First(button => button.Label == "Roll back to v1.2.2").Confirms.ShouldBeTrue();
        await cleo.ClickAsync(card, "Roll back to v1.2.2");
        await cleo.ClickAsync(card, "Roll back to v1.2.2");
        await stage.CardAsync(message => message.Shows("Roll api back to v1.2.2 in prod") && message.Shows("succeeded"));
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.2");

        // One card per run, each kept up to date in place; each effect once.
        stage.Slack.Messages.Count(message => message.ThreadTs is null && message.Key!.StartsWith("card:", StringComparison.Ordinal)).ShouldBe(2);
        stage.Slack.Messages.Select(message => message.Key).Distinct().Count().ShouldBe(stage.Slack.Messages.Count);
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
        stage.Cluster.Effects.Count.ShouldBe(2);
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_delivery_twice_is_one_run()
    {
        var ana = stage.User(stage.Ana, bot);
        var first = await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var again = await ana.RepeatAsync(first);
        again.Status.ShouldBe(HttpStatusCode.OK);
        again.Body.ShouldContain("Run 1 ");
        (await ana.TypeAsync(Stage.Channel, "/runs")).Reply!.Says.ShouldNotContain("queued");
    }

    [Fact]
    public async Task A_version_that_never_comes_up_is_rolled_back_by_itself_and_the_card_says_why()
    {
        await ApprovedAsync("v1.2.4-bad");
        var card = await stage.CardAsync(message => message.Shows("rolled back"));
        card.Says.ShouldContain("can't be pulled");
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.2");
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task A_service_that_is_not_well_afterwards_is_rolled_back()
    {
        stage.Health = HttpStatusCode.ServiceUnavailable;
        await ApprovedAsync("v1.2.3");
        var card = await stage.CardAsync(message => message.Shows("Rolling back") && message.Shows("503, expected 200"));
        card.ShouldNotBeNull();
        stage.Health = HttpStatusCode.OK;
        await stage.CardAsync(message => message.Shows("rolled back"));
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v1.2.2");
    }

    [Fact]
    public async Task A_second_run_waits_for_its_turn_or_is_refused_and_a_rollback_goes_ahead_of_what_has_changed_nothing()
    {
        var (ana, ben) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.5 prod --no-queue")).Reply!.Says.ShouldContain("lock-held");
        (await ben.TypeAsync(Stage.Channel, "/deploy api v1.2.5 prod")).Reply!.Says.ShouldContain("queued");
        (await stage.CardAsync(message => message.Shows("v1.2.5") && message.Shows("queued"))).Says.ShouldContain("Behind run 1");
        await ana.TypeAsync(Stage.Channel, "/rollback api prod --to v1.2.1");
        await stage.CardAsync(message => message.Shows("v1.2.3") && message.Shows("went ahead"));
        await stage.CardAsync(message => message.Shows("Roll api back to v1.2.1") && message.Shows("succeeded"));
        var first = await stage.CardAsync(message => message.Shows("Deploy api v1.2.3") && message.Shows("waiting for its checklist"));
        first.Says.ShouldContain("v1.2.1 → v1.2.3");
        await ana.ClickAsync(first, "Abort");
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.5") && message.Shows("waiting for its checklist"));
    }

    [Fact]
    public async Task When_the_runbook_is_edited_given_approvals_fall_away_and_the_card_says_so()
    {
        var (ana, ben) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await TickedAsync(ana);
        await ben.ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("1 of 2: ben"));
        stage.WriteRunbook("3s", "automatic", "Database backup taken");
        var changed = await stage.CardAsync(message => message.Shows("1 approval fell away"));
        changed.Says.ShouldContain("0 of 2 approvals");

        // A click on the card as it was is refused, and says why.
        await ben.ClickAsync(card, "Approve");
    }

    [Fact]
    public async Task A_broken_edit_is_refused_and_what_was_loaded_stays()
    {
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps:\n  - checklst: x\n");
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await WaitFor(() => bot.Output.Contains("rolling-deploy.yaml:3:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_made_by_hand_meanwhile_is_noticed_said_and_not_undone_without_being_asked()
    {
        stage.Cluster.DeadlineSteps = 1_000_000;
        await ApprovedAsync("v1.2.6-slow");
        await stage.CardAsync(message => message.Shows("running") && message.Shows("ready"));
        stage.Cluster.SetImageByHand("prod", "api", "registry.example.com/api:v9.9.9");
        var card = await stage.CardAsync(message => message.Shows("waiting for a decision"));
        card.Says.ShouldContain("v9.9.9");
        stage.Cluster.Deployment("prod", "api").Version.ShouldBe("v9.9.9");
    }

    [Fact]
    public async Task While_the_cluster_does_not_answer_the_run_waits_and_says_so()
    {
        var (ana, ben, dora) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot), stage.User(stage.Dora, bot));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await TickedAsync(ana);
        stage.Cluster.Faults.RefuseConnections = true;
        await ben.ClickAsync(card, "Approve");
        await dora.ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("tried again until it answers"));
        stage.Cluster.Faults.RefuseConnections = false;
        await stage.CardAsync(message => message.Shows("succeeded"), 60);
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task While_Slack_does_not_answer_nothing_is_lost_and_the_card_comes_once_it_does()
    {
        var ana = stage.User(stage.Ana, bot);
        (await ana.TypeAsync(Stage.Channel, "/status api")).Reply.ShouldNotBeNull();
        stage.Slack.IsUnreachable = true;
        (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod")).Status.ShouldBe(HttpStatusCode.OK);
        stage.Slack.LoseAnswer("chat.postMessage");
        stage.Slack.IsUnreachable = false;
        await stage.CardAsync(message => message.Shows("waiting for its checklist"), 60);
        await ana.TickAsync(stage.Slack.Messages.Single(message => message.Key!.StartsWith("card:", StringComparison.Ordinal)), "Stakeholders know");
        await stage.CardAsync(message => message.Shows("1 item is still to be ticked"), 60);
        stage.Slack.Messages.Count(message => message.Key!.StartsWith("card:", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData("/deploy aip v1.2.3 prod", "did you mean api", "deploy api v1.2.3 prod")]
    [InlineData("/deploy api v1.2.3 prdo", "did you mean prod", "deploy api v1.2.3 prod")]
    public async Task A_mistyped_word_is_asked_about_with_a_button_that_runs_the_corrected_command(string line, string says, string correction)
    {
        var ana = stage.User(stage.Ana, bot);
        var reply = (await ana.TypeAsync(Stage.Channel, line)).Reply.ShouldNotBeNull();
        reply.Says.ShouldContain(says);
        stage.Slack.Messages.ShouldBeEmpty();
        await ana.ClickAsync(reply, correction);
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to prod"));
    }

    [Fact]
    public async Task An_unknown_user_may_read_and_nothing_else()
    {
        var zoe = stage.User(stage.Zoe, bot);
        (await zoe.TypeAsync(Stage.Channel, "/status")).Reply!.Says.ShouldContain("v1.2.2");
        (await zoe.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod")).Reply!.Says.ShouldContain("read-only");
    }

    [Fact]
    public async Task A_plan_is_shown_step_by_step_and_starts_nothing()
    {
        var ana = stage.User(stage.Ana, bot);
        var reply = (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod —plan")).Reply.ShouldNotBeNull();
        reply.Says.ShouldContain("2 of release-managers");
        stage.Slack.Messages.ShouldBeEmpty();
        (await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.2 prod")).Reply!.Says.ShouldContain("already live");
    }

    private async Task<KeptMessage> TickedAsync(SlackUser ana)
    {
        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await ana.TickAsync(card, "Database backup taken");
        await ana.TickAsync(card, "Stakeholders know");
        return await stage.CardAsync(message => message.Shows("waiting for approval"));
    }

    private async Task ApprovedAsync(string version)
    {
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, $"/deploy api {version} prod");
        var card = await TickedAsync(ana);
        await stage.User(stage.Ben, bot).ClickAsync(card, "Approve");
        await stage.User(stage.Dora, bot).ClickAsync(card, "Approve");
    }

    private static async Task WaitFor(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition()) await Task.Delay(20, patience.Token);
    }
}
