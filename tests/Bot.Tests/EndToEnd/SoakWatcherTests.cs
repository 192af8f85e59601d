using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Somebody stays with a soak: asked by direct message, answered by a button or in words, handed on in silence, over a crash.</summary>
public sealed class SoakWatcherTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(40));
        stage.Unprotect();
        stage.WriteOnCall();
    }

    public async ValueTask DisposeAsync()
    {
        stage.Report(bot);
        if (bot is not null) await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task The_watch_goes_from_one_to_the_next_over_a_crash_and_silence_takes_the_version_back()
    {
        await DeployAsync("who: [requester, oncall], every: 2s, answer-within: 4s, then: rollback");
        var first = await AskedAsync("DANA");
        first.Says.ShouldContain("Without an answer within 4 s the next person is asked.");
        await stage.User(stage.Ana, bot).ClickAsync(first, "Still here");
        await AskedAsync("DANA", 2);

        // What was asked, and of whom, is kept: nobody is asked from the beginning again.
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await stage.StartBotAsync();
        (await AskedAsync("DCLEO")).Says.ShouldContain("since ana did not answer");
        (await AskedAsync("DBEN")).Says.ShouldContain("it is rolled back");
        var card = await stage.CardAsync(message => message.Shows("Rolled back") && message.Shows("Nobody watches: ana, cleo and ben did not say that they are still there."), 60);
        card.Says.ShouldContain("v1.2.2");
        stage.Cluster.Deployment("prod", "api").Image.ShouldEndWith(":v1.2.2");
    }

    [Fact]
    public async Task Silence_can_hold_the_run_and_whoever_is_left_answers_in_words()
    {
        await DeployAsync("who: cleo@example.com, every: 1s, answer-within: 3s");
        await AskedAsync("DCLEO");
        (await stage.User(stage.Ben, bot).UntilAsync("/chatops here 1", "is watched by")).Says.ShouldContain("cleo");
        await stage.User(stage.Cleo, bot).TypeAsync(Stage.Channel, "/chatops here 1");
        await AskedAsync("DCLEO", 2);
        await stage.CardAsync(message => message.Shows("Paused"));
        stage.Cluster.Deployment("prod", "api").Image.ShouldEndWith(":v1.2.3");
        await stage.Slack.MessageAsync("DCLEO", message => message.Shows("Page:") && message.Shows("The run is held until somebody resumes it."), Patience);
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/chatops resume 1");
        await stage.CardAsync(message => message.Shows("Watched by") && !message.Shows("Paused"));
    }

    private async Task DeployAsync(string watcher)
    {
        stage.Write("runbooks/rolling-deploy.yaml", $"runbook: rolling-deploy\nsteps:\n  - deploy: rolling\n  - soak: 5m\n    watcher: {{ {watcher} }}\non-failure: {{ rollback: ask, page: oncall }}\n");
        bot = await stage.StartBotAsync();
        await stage.User(stage.Ana, bot).TypeAsync(Stage.Channel, "/deploy api v1.2.3 prod");
    }

    /// <summary>The nth question that somebody got.</summary>
    private async Task<KeptMessage> AskedAsync(string direct, int nth = 1)
    {
        await stage.Slack.MessageAsync(direct, _ => stage.Slack.Messages.Count(message => message.Channel == direct && message.Shows("Are you still here?")) >= nth, Patience);
        return stage.Slack.Messages.Where(message => message.Channel == direct && message.Shows("Are you still here?")).ElementAt(nth - 1);
    }
}
