using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>What people write below a card, and links that they share, find the run.</summary>
public sealed class ThreadTests : IAsyncLifetime
{
    private const string Pages = "https://ops.example.com/";

    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Settings["ChatOps:PublicUrl"] = Pages;
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_reply_in_the_thread_of_a_card_is_a_note_on_the_run_once()
    {
        var (ana, zoe) = (stage.User(stage.Ana, bot), stage.User(stage.Zoe, bot));
        var card = await OpenAsync(ana);
        var written = await ana.ReplyAsync(Stage.Channel, card.Ts, "the cache was warm by 14:10 &amp; fine");
        await stage.Slack.MarkedAsync(Stage.Channel, written, "memo");
        await zoe.ReplyAsync(Stage.Channel, card.Ts, "I am nobody here");
        await ana.ReplyAsync(Stage.Channel, "1.000001", "another thread");
        await ana.TypeAsync(Stage.Channel, "/chatops show 1");
        var page = await bot.NewClient().GetStringAsync("runs/1");
        page.ShouldContain("the cache was warm by 14:10 &amp; fine");
        page.ShouldNotContain("I am nobody here");
        page.ShouldNotContain("another thread");
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_link_to_a_run_shows_how_it_stands_and_nothing_to_press()
    {
        var ana = stage.User(stage.Ana, bot);
        await OpenAsync(ana);
        await ana.ShareAsync(Stage.Channel, Pages + "runs/1", outside: true);
        await ana.ShareAsync(Stage.Channel, Pages + "runs/99");
        await ana.ShareAsync(Stage.Channel, Pages + "runs/1?from=chat");
        (await stage.Slack.UnfurledAsync(Pages + "runs/1?from=chat")).ShouldContain("Deploy api v1.2.3 to prod");
        await Should.ThrowAsync<TimeoutException>(() => stage.Slack.UnfurledAsync(Pages + "runs/1", TimeSpan.FromMilliseconds(300)));
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    private async Task<KeptMessage> OpenAsync(SlackUser ana)
    {
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await stage.CardAsync(message => message.Shows("Deploy api v1.2.3 to prod"));
        await bot.CardKnownAsync();
        return card;
    }
}
