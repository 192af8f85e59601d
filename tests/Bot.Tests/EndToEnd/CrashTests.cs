using System.Diagnostics;
using System.Globalization;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The process is killed at random moments, again and again, while people deploy. Nothing is lost, nothing is done twice.</summary>
public sealed class CrashTests
{
    private const int Kills = 25;
    private static readonly string[] Services = ["api", "web", "auth", "cart", "mail", "search"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Killed_at_any_moment_it_loses_nothing_and_does_nothing_twice()
    {
        await using var stage = await Stage.SetAsync("1s", "automatic", Services);
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(60));
        using var over = new CancellationTokenSource(Patience);
        var seed = Environment.TickCount;
        var killer = new Killer(stage, new Random(seed));
        var killing = killer.RunAsync(Kills, over.Token);
        var round = 0;

        // Deployments go on for as long as the killing does: each service to the next version, over and over.
        do
        {
            round++;
            var version = $"v2.0.{round.ToString(CultureInfo.InvariantCulture)}";
            await Task.WhenAll(Services.Select(service => DeployAsync(stage, service, version, over.Token)));
        }
        while (!killing.IsCompleted);

        await killing;
        await QuietAsync(stage, round, over.Token);
        await killer.StopAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"Survived {killer.Count} kills over {round * Services.Length} deployments (seed {seed}).");
        Console.WriteLine($"Survived {killer.Count} kills over {round * Services.Length} deployments.");

        killer.Count.ShouldBe(Kills);
        foreach (var service in Services) stage.Cluster.Deployment("prod", service).Version.ShouldBe($"v2.0.{round}");
        stage.Cluster.Effects.Count.ShouldBe(round * Services.Length);
        stage.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);
        var keys = stage.Slack.Messages.Select(message => message.Key!).ToList();
        keys.Count.ShouldBe(keys.Distinct().Count(), "no message was posted twice");
        keys.Count(key => key.StartsWith("card:", StringComparison.Ordinal)).ShouldBe(round * Services.Length);
        keys.Count(key => key.StartsWith("summary-show:", StringComparison.Ordinal)).ShouldBe(round * Services.Length);
        stage.Slack.Refusals.ShouldBeEmpty();
    }

    /// <summary>People who do not give up: they ask, tick and approve until the card says that it succeeded.</summary>
    private static async Task DeployAsync(Stage stage, string service, string version, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{stage.Port}"), Timeout = TimeSpan.FromSeconds(5) };
        SlackUser ana = stage.Slack.User(stage.Ana, http), ben = stage.Slack.User(stage.Ben, http), dora = stage.Slack.User(stage.Dora, http);
        var title = $"Deploy {service} {version} to prod";
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var card = stage.Slack.Messages.FirstOrDefault(message => message.Key!.StartsWith("card:", StringComparison.Ordinal) && message.Shows(title));
                if (card is null) await ana.TypeAsync(Stage.Channel, $"/deploy {service} {version} prod --no-queue");
                else if (card.Shows("succeeded")) return;
                else if (card.Shows("waiting for its checklist")) foreach (var item in (string[])["Database backup taken", "Stakeholders know"]) await ana.TickAsync(card, item);
                else if (card.Shows("waiting for approval")) foreach (var manager in (SlackUser[])[ben, dora]) await manager.ClickAsync(card, "Approve");
                else card.Shows("cancelled").ShouldBeFalse(card.Says);
            }
            catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException or IOException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
            {
                // The bot is down, or the card changed under the finger: look again.
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>Waits until everything that was to be posted is.</summary>
    private static async Task QuietAsync(Stage stage, int rounds, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (stage.Slack.Messages.Count(message => message.Key!.StartsWith("summary-show:", StringComparison.Ordinal)) < rounds * Services.Length && watch.Elapsed < TimeSpan.FromMinutes(1))
            await Task.Delay(100, cancellationToken);
    }

    private sealed class Killer(Stage stage, Random random)
    {
        private BotProcess? bot;

        public int Count { get; private set; }

        public async Task RunAsync(int kills, CancellationToken cancellationToken)
        {
            bot = await stage.StartBotAsync();
            while (Count < kills)
            {
                await Task.Delay(random.Next(50, 1_500), cancellationToken);
                await bot.KillAsync();
                Count++;
                await bot.DisposeAsync();
                bot = await stage.StartBotAsync();
            }
        }

        public async Task StopAsync()
        {
            if (bot is not null) await bot.DisposeAsync();
        }
    }
}
