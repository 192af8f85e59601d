using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The shortcut on a message in Slack: it finds the incident or the run that the message is about, or asks.</summary>
public sealed class SlackMessageTests : IAsyncLifetime
{
    private const string Keep = "keep-message";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly string Room = $"inc-{DateTime.UtcNow:yyyy-MM-dd}-api";

    private Stage stage = null!;
    private BotProcess bot = null!;
    private SlackUser ana = null!, ben = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Slack.AddChannel("elsewhere");
        File.AppendAllText(Path.Combine(stage.Folder, "config", "access.yaml"), "\n  incident: { \"*\": [payments, release-managers] }\n");
        stage.Write("incidents.yaml", "severities:\n  - { severity: sev2, says: Part of it does not work. }\n");
        bot = await stage.StartBotAsync();
        (ana, ben) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot));
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output + "\n" + string.Join("\n---\n", stage.Slack.Replies.Select(reply => $"{reply.Via}: {reply.Says}")));
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task In_an_incidents_channel_a_message_is_kept_once_also_by_the_reaction()
    {
        await DeclareAsync("checkout is failing", "api");
        await stage.Slack.ChannelAsync(Room, one => one.Pins.Count == 1, Patience);
        var written = stage.Slack.Write(Room, stage.Dora, "the lock on orders was held for 40 min &amp; more");
        await ana.ShortcutAsync(Keep, Room, written.Ts, stage.Dora, "the lock on orders was held for 40 min &amp; more");
        await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Shows("It is on the timeline of INC-1."), Patience);
        await ben.ShortcutAsync(Keep, Room, written.Ts, stage.Dora, "the lock on orders was held for 40 min &amp; more");
        await stage.Slack.ReplyAsync(stage.Ben, reply => reply.Shows("It is on the timeline of INC-1."), Patience);
        await ben.ReactAsync(written, "pushpin");
        await ben.TypeAsync(Room, "/incident note \"after all of these\"");
        await stage.Slack.MessageAsync(Room, message => message.Shows("after all of these"), Patience);
        (await ReviewAsync(1)).Split('\n').Where(line => line.Contains("kept what", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("kept what dora wrote: the lock on orders was held for 40 min & more");
    }

    [Fact]
    public async Task Elsewhere_a_dialog_asks_for_which_incident_and_one_that_ended_meanwhile_still_takes_it()
    {
        await DeclareAsync("checkout is failing", "api");
        await DeclareAsync("search is slow");
        await ana.ShortcutAsync(Keep, "#elsewhere", "1600000000.000100", stage.Ben, "disk is full: \"<@U1>\"");
        var view = await stage.Slack.ViewAsync(stage.Ana, Patience);
        view.View.ToJsonString().ShouldContain("INC-2 \\u00B7 search is slow");
        var kept = await ana.FillAsync(view, ("incident", "INC-2"));
        kept.Body.ShouldContain("It is on the timeline of INC-2.");
        await ana.RepeatAsync(kept);
        (await ReviewAsync(2)).Split('\n').Where(line => line.Contains("disk is full", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldStartWith("| 2020-09-13 ");
        (await ReviewAsync(1)).ShouldNotContain("disk is full");

        await ben.ShortcutAsync(Keep, "#elsewhere", "1600000001.000100", stage.Ben, new string('"', 2_000));
        var late = await stage.Slack.ViewAsync(stage.Ben, Patience);
        await ben.TypeAsync(Stage.Channel, "/incident resolve INC-2 --cause \"a full disk\"");
        await stage.Slack.ReplyAsync(stage.Ben, reply => reply.Shows("INC-2"), Patience);
        (await ben.FillAsync(late, ("incident", "INC-2"))).Body.ShouldContain("INC-2 is resolved");
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task In_the_thread_of_a_runs_card_it_is_the_note_that_it_is_already()
    {
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to prod"));
        await bot.CardKnownAsync();
        var written = await ana.ReplyAsync(Stage.Channel, card.Ts, "the cache was warm");
        await stage.Slack.MarkedAsync(Stage.Channel, written, "memo");
        await ben.ShortcutAsync(Keep, Stage.Channel, written, stage.Ana, "the cache was warm", card.Ts);
        await stage.Slack.ReplyAsync(stage.Ben, reply => reply.Shows("It is a note on run 1."), Patience);
        (await bot.NewClient().GetStringAsync("runs/1")).Split("the cache was warm").Length.ShouldBe(2);
    }

    [Fact]
    public async Task What_can_not_be_kept_says_why()
    {
        await ana.ShortcutAsync(Keep, Stage.Channel, "12.000001", stage.Ben, "something");
        await stage.Slack.ReplyAsync(stage.Ana, reply => reply.Shows("No incident is open"), Patience);
        await ben.ShortcutAsync(Keep, Stage.Channel, "12.000002", stage.Ben, "");
        await stage.Slack.ReplyAsync(stage.Ben, reply => reply.Shows("This message has no words"), Patience);
        await stage.User(stage.Zoe, bot).ShortcutAsync(Keep, Stage.Channel, "12.000003", stage.Ben, "something");
        await stage.Slack.ReplyAsync(stage.Zoe, reply => reply.Says.Length > 0 && !reply.Shows("No incident is open"), Patience);
    }

    private async Task DeclareAsync(string title, string service = "")
    {
        await ben.TypeAsync(Stage.Channel, $"/incident declare sev2 \"{title}\" {service}");
        await stage.Slack.MessageAsync(Stage.Channel, message => message.Shows(title), Patience);
    }

    private Task<string> ReviewAsync(int incident) => bot.NewClient().GetStringAsync($"incidents/{incident}/review");
}
