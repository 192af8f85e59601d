using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Whoever leaves the words of a command out is asked for them, on a phone at night above all: a rollback, a lock, a note.</summary>
public sealed class CommandDialogTests : IAsyncLifetime
{
    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync(services: ["api", "web"]);
        File.AppendAllText(Path.Combine(stage.Folder, "config", "access.yaml"), "\n  lock: { \"*\": [payments] }\n");
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output + "\n" + string.Join("\n", stage.Slack.Replies.Select(reply => reply.Via + ": " + reply.Says)));
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_rollback_is_asked_for_also_behind_a_mention_where_a_button_opens_the_dialog()
    {
        var dora = stage.User(stage.Dora, bot);
        await dora.MentionAsync(Stage.Channel, "rollback api --no-queue");
        var answer = await stage.Slack.ReplyAsync(stage.Dora, reply => reply.Shows("Rollback which environment?"));
        await dora.ClickAsync(answer, "Fill it in");
        var view = await stage.Slack.ViewAsync(stage.Dora);
        var refused = await dora.FillAsync(view, ("environment", "prod"), ("to", "latest"));
        ((string?)refused.Errors.ShouldNotBeNull()["to~api"]).ShouldNotBeNull().ShouldContain("\"latest\" is not a version");
        (await dora.FillAsync(view, ("environment", "prod"), ("to", "v1.2.1"), ("reason", "it leaks"))).Errors.ShouldBeNull();
        var card = await stage.CardAsync(message => message.Shows("Roll api back to v1.2.1"));
        card.Says.ShouldContain("it leaks");
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lock_says_beside_its_field_what_it_lacks()
    {
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/chatops lock api --warn");
        var view = await stage.Slack.ViewAsync(stage.Ana);
        (await ana.FillAsync(view, ("reason", "  "))).Errors.ShouldNotBeNull()["reason"].ShouldNotBeNull();
        var refused = await ana.FillAsync(view, ("environment", "prod"), ("reason", "moving the database"), ("until", "some day"));
        refused.Errors.ShouldNotBeNull().ToJsonString().ShouldContain("some day");
        (await ana.FillAsync(view, ("environment", "prod"), ("reason", "moving the database"), ("until", "in 2h"))).Errors.ShouldBeNull();
        await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Shows("To release it: unlock"));
        await ana.TypeAsync(Stage.Channel, "/chatops locks");
        (await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Shows("moving the database") && reply.Shows("warning"))).Says.ShouldContain("api");
    }

    [Fact]
    public async Task A_note_chooses_its_run_by_what_the_run_does()
    {
        var ana = stage.User(stage.Ana, bot);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to prod"));
        await ana.TypeAsync(Stage.Channel, "/deploy web v7 prod");
        await stage.CardAsync(message => message.Shows("Deploy web v7 to prod"));
        await ana.TypeAsync(Stage.Channel, "/chatops note");
        var view = await stage.Slack.ViewAsync(stage.Ana);
        view.View.ToJsonString().ShouldContain("1 \\u00B7 api v1.2.3 in prod: waiting for ");
        (await ana.FillAsync(view, ("run", "2"), ("note", "the cache was warm \"by 14:10\""))).Errors.ShouldBeNull();
        (await bot.NewClient().GetStringAsync("runs/2")).ShouldContain("the cache was warm");
        (await bot.NewClient().GetStringAsync("runs/1")).ShouldNotContain("the cache was warm");
    }
}
