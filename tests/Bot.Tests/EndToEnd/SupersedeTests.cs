using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Once a version is approved, older requests for the same place end by themselves, and say by which.</summary>
public sealed class SupersedeTests : IAsyncLifetime
{
    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync(services: ["api", "web"]);
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task An_approval_ends_what_waits_for_an_older_version_of_the_same_place_and_nothing_else()
    {
        var ana = stage.User(stage.Ana, bot);
        foreach (var what in new[] { "api v1.3.0", "api v1.2.9", "api v1.4.0", "web v1.0.0" }) await ana.TypeAsync(Stage.Channel, $"/deploy {what} prod");
        await stage.CardAsync(message => message.Shows("Deploy web v1.0.0 to prod") && message.Shows("waiting for its checklist"));
        var card = await stage.CardAsync(message => message.Shows("Deploy api v1.3.0 to prod") && message.Shows("waiting for its checklist"));
        await ana.TickAsync(card, "Database backup taken");
        await ana.TickAsync(await stage.CardAsync(message => message.Shows("api v1.3.0") && message.Shows("1 of 2 done")), "Stakeholders know");
        await stage.User(stage.Ben, bot).ClickAsync(await stage.CardAsync(message => message.Shows("api v1.3.0") && message.Shows("waiting for approval")), "Approve");
        card = await stage.CardAsync(message => message.Shows("api v1.3.0") && message.Shows("1 of 2: ben"));
        (await stage.CardAsync(message => message.Shows("api v1.2.9"))).Says.ShouldNotContain("superseded");
        await stage.User(stage.Dora, bot).ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("Deploy api v1.2.9 to prod") && message.Shows("cancelled") && message.Shows("superseded by run 1 (v1.3.0)"));
        await stage.CardAsync(message => message.Shows("Deploy api v1.3.0 to prod") && message.Shows("succeeded"));

        // The newer one comes next, and the other service was never meant.
        await stage.CardAsync(message => message.Shows("Deploy api v1.4.0 to prod") && message.Shows("waiting for its checklist"));
        (await stage.CardAsync(message => message.Shows("web v1.0.0"))).Says.ShouldContain("aiting for its checklist");
        stage.Slack.Refusals.ShouldBeEmpty();
    }
}
