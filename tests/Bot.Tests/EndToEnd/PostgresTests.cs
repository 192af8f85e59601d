using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Two bots on one PostgreSQL: either takes any request and any work, and what one does the other knows at once.</summary>
public sealed class PostgresTests : IAsyncLifetime
{
    private Stage stage = null!;
    private PostgresServer server = null!;
    private BotProcess one = null!, other = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresServer.Binaries() is null, "PostgreSQL is not installed.");
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        server = await PostgresServer.StartAsync(durable: true, TestContext.Current.CancellationToken);
        stage.Settings["ChatOps:Database"] = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        one = await stage.StartBotAsync();
        other = await BotProcess.StartAsync(stage.Folder, stage.Settings, Loopback.FreePort());
    }

    public async ValueTask DisposeAsync()
    {
        if (stage is null) return;
        TestContext.Current.TestOutputHelper?.WriteLine($"{one.Output}\n==== the other\n{other.Output}");
        await one.DisposeAsync();
        await other.DisposeAsync();
        await server.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task A_run_goes_through_both_and_each_effect_and_message_happens_once()
    {
        var (ana, ben, dora) = (stage.User(stage.Ana, one), stage.User(stage.Ben, other), stage.User(stage.Dora, one));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await stage.User(stage.Ana, other).TickAsync(card, "Database backup taken");
        await ana.TickAsync(card, "Stakeholders know");
        card = await stage.CardAsync(message => message.Shows("waiting for approval"));
        await ben.ClickAsync(card, "Approve");

        // The one that did not hear the first approval decides about the second: it must know of it.
        await dora.ClickAsync(card, "Approve");
        await stage.CardAsync(message => message.Shows("succeeded"));
        stage.Slack.Messages.Select(message => message.Key).Distinct().Count().ShouldBe(stage.Slack.Messages.Count);
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
        stage.Cluster.Effects.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_one_did_the_other_shows_at_once()
    {
        var (ana, there) = (stage.User(stage.Ana, one), stage.User(stage.Ana, other));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await there.UntilAsync("/show 1", "0 of 2 ticked");
        for (var round = 0; round < 5; round++)
        {
            await ana.TypeAsync(Stage.Channel, "/tick 1 1");
            await there.UntilAsync("/show 1", "1 of 2 ticked");
            await there.TypeAsync(Stage.Channel, "/untick 1 1");
            await ana.UntilAsync("/show 1", "0 of 2 ticked");
        }
    }

    [Fact]
    public async Task Who_holds_a_place_is_heard_of_by_the_other()
    {
        var (ana, there) = (stage.User(stage.Ana, one), stage.User(stage.Ana, other));
        (await there.TypeAsync(Stage.Channel, "/deploy api v1.2.2 prod")).Reply!.Says.ShouldContain("already live");
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");

        // Going to what is live makes sense once another run is about to change it.
        await there.UntilAsync("/deploy api v1.2.2 prod", "queued behind another run");
    }

    [Fact]
    public async Task A_reply_below_a_card_is_a_note_also_where_the_other_bot_hears_it()
    {
        var (ana, there) = (stage.User(stage.Ana, one), stage.User(stage.Ana, other));

        // So that it has looked before there was a run.
        await there.ReplyAsync(Stage.Channel, "1.000001", "about something else");
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));

        // Where the card is, and what one did, it hears of a moment later.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await other.NewClient().GetStringAsync("runs/1", patience.Token)).Contains("the cache is warm", StringComparison.Ordinal))
        {
            await Task.Delay(100, patience.Token);
            await there.ReplyAsync(Stage.Channel, card.Ts, "the cache is warm");
        }

        (await one.NewClient().GetStringAsync("runs/1", patience.Token)).ShouldNotContain("about something else");
    }

    [Fact]
    public async Task When_one_is_killed_in_the_middle_the_other_finishes_its_work()
    {
        var (ana, ben, dora) = (stage.User(stage.Ana, one), stage.User(stage.Ben, one), stage.User(stage.Dora, one));
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        var card = await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await ana.TickAsync(card, "Database backup taken");
        await ana.TickAsync(card, "Stakeholders know");
        card = await stage.CardAsync(message => message.Shows("waiting for approval"));
        await ben.ClickAsync(card, "Approve");
        await dora.ClickAsync(card, "Approve");
        await one.KillAsync();
        await stage.CardAsync(message => message.Shows("succeeded"), 120);
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
        stage.Slack.Messages.Select(message => message.Key).Distinct().Count().ShouldBe(stage.Slack.Messages.Count);
        (await stage.User(stage.Ana, other).TypeAsync(Stage.Channel, "/status")).Reply!.Says.ShouldContain("v1.2.3");
    }

    [Fact]
    public async Task A_database_that_goes_away_and_comes_back_is_survived()
    {
        var ana = stage.User(stage.Ana, one);
        await ana.TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
        await stage.CardAsync(message => message.Shows("waiting for its checklist"));
        await server.StopAsync(TestContext.Current.CancellationToken);
        (await ana.TypeAsync(Stage.Channel, "/tick 1 1")).Reply!.Says.ShouldContain("nothing was done");
        await server.StartAsync(TestContext.Current.CancellationToken);
        await ana.UntilAsync("/tick 1 1", "waiting for its checklist");
        await ana.TypeAsync(Stage.Channel, "/tick 1 2");
        await stage.CardAsync(message => message.Shows("waiting for approval"), 60);
        await stage.User(stage.Ana, other).UntilAsync("/show 1", "waiting for approval");
    }
}
