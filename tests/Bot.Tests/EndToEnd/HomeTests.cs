using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The Home tab in Slack, by the real process.</summary>
public sealed class HomeTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Each_sees_what_waits_for_them_their_own_runs_and_what_is_live()
    {
        var (ana, ben) = (stage.User(stage.Ana, bot), stage.User(stage.Ben, bot));
        await ben.OpenTabAsync();
        var before = await stage.Slack.HomeAsync(stage.Ben, _ => true, Patience);
        before.ShouldContain("Nothing waits for you.");
        before.ShouldContain("v1.2.2");

        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await ana.OpenTabAsync();
        (await stage.Slack.HomeAsync(stage.Ana, home => home.Contains("Your open runs", StringComparison.Ordinal), Patience)).ShouldNotContain("Nothing waits for you.");
        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await ana.TickAsync(card, "Database backup taken");
        await ana.TickAsync(card, "Stakeholders know");
        await stage.CardAsync(message => message.Shows("waiting for approval"));
        await ben.OpenTabAsync();
        (await stage.Slack.HomeAsync(stage.Ben, home => home.Contains("Run 1: ", StringComparison.Ordinal), Patience)).ShouldContain("You have no open run.");
        await ana.OpenTabAsync();
        (await stage.Slack.HomeAsync(stage.Ana, home => home.Contains("Nothing waits for you.", StringComparison.Ordinal), Patience)).ShouldContain("Run 1: ");
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_other_tabs_are_left_alone()
    {
        var ana = stage.User(stage.Ana, bot);
        await ana.OpenTabAsync("messages");
        await ana.TypeAsync(Stage.Channel, "/status");
        stage.Slack.Calls.ShouldNotContain("views.publish");
    }
}
