using System.Net;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>A runbook that has to know things asks for them, and what is answered is judged as if it were typed.</summary>
public sealed class FormTests : IAsyncLifetime
{
    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Write("runbooks/purge.yaml", """
            runbook: purge
            starts-with: run
            inputs:
              why: { help: What it is for }
              keep: { type: number, default: "14", help: Days to keep }
              zone: { type: choice, choices: [eu, us] }
            steps:
              - checklist: Before you purge
                items:
                  - Keep {inputs.keep} days in {inputs.zone} for {inputs.why}
            """);
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task In_slack_a_dialog_asks_and_starts_one_run()
    {
        var ana = stage.User(stage.Ana, bot);
        var typed = await ana.TypeAsync(Stage.Channel, "/run purge api prod");
        (typed.Status, typed.Body).ShouldBe((HttpStatusCode.OK, ""));
        var view = await stage.Slack.ViewAsync(stage.Ana);
        BlockKit.TextOf(view.View["blocks"]).ShouldContain("zone");
        var refused = await ana.FillAsync(view, ("why", "a \"big\" clean-up"), ("keep", "many"), ("zone", "eu"));
        refused.Errors!.ShouldHaveSingleItem().Key.ShouldBe("keep");
        ((string?)refused.Errors!["keep"]).ShouldBe("keep must be a number, not \"many\".");
        var sent = await ana.FillAsync(view, ("why", "a \"big\" clean-up"), ("zone", "eu"));
        (sent.Status, sent.Body).ShouldBe((HttpStatusCode.OK, ""));
        await ana.RepeatAsync(sent);
        await stage.CardAsync(message => message.Shows("Keep 14 days in eu for a \"big\" clean-up"));
        stage.Slack.Messages.Count(message => message.Key!.StartsWith("card:", StringComparison.Ordinal)).ShouldBe(1);
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_may_not_start_it_is_asked_nothing_and_a_mention_is_told_in_words()
    {
        (await stage.User(stage.Zoe, bot).TypeAsync(Stage.Channel, "/chatops run purge api prod")).Reply.ShouldNotBeNull();
        await stage.User(stage.Ana, bot).MentionAsync(Stage.Channel, "run purge api prod");
        (await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Shows("purge has to know"))).Says.ShouldContain("input-missing");
        stage.Slack.Calls.ShouldNotContain("views.open");
    }
}
