using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;
using ChatOps.Testing.Slack;
using ChatOps.Testing.Teams;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Benchmarks;

/// <summary>The whole program behind its three surfaces, with 500 durable actions a second on each in turn: how soon a press is acknowledged, and how soon the card shows it.</summary>
internal static class SurfacesBenchmark
{
    private const int Runs = 200, PerSecond = 500, Probes = 4;
    private const string Channel = "#general";
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(6), Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(TextWriter output, string program)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-bench-").FullName;
        var config = Path.Combine(folder, "config");
        House.Write(config);
        await using (var house = await House.BuildAsync(Path.Combine(folder, "s.db")))
        {
            var desk = house.GetRequiredService<Desk>();
            for (var number = 0; number < Runs; number++) await desk.HearAsync(House.Ana, House.Command(number), $"surfaces:{number}", CancellationToken.None);
        }

        await using (var slack = await SlackStandIn.StartAsync())
        await using (var teams = await TeamsStandIn.StartAsync())
        {
            var (slackAna, teamsAna) = (slack.AddUser("ana", "ana@example.com"), teams.AddUser("ana", "ana@example.com"));
            using var bot = await ProcessBenchmark.LaunchAsync(program, folder, config, "s.db", [.. slack.Settings, .. teams.Settings, new("Logging:LogLevel:Default", "Warning")]);
            using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = bot.Address };
            var (inSlack, inTeams) = (slack.User(slackAna, http), teams.User(teamsAna, http));
            await inTeams.InstallAsync(TeamsStandIn.Deploys);

            // Teams too sends one token for about an hour; signing one costs more than all the rest.
            var token = $"Bearer {teams.Tokens.Make(TeamsStandIn.AppId, teams.ServiceUrl, DateTimeOffset.UtcNow)}";
            await MeasureAsync(output, bot.Process, "slack", action => ClickAsync(inSlack, slack.IdOf(Channel), action), new Probe(
                () => inSlack.TypeAsync(Channel, $"/deploy svc{Runs} v9 staging"),
                words => slack.MessageAsync(Channel, message => message.ThreadTs is null && message.Says.Contains($"svc{Runs} v9", StringComparison.Ordinal) && message.Says.Contains(words, StringComparison.Ordinal), Patience)));
            await MeasureAsync(output, bot.Process, "teams", action => ExecuteAsync(http, inTeams, action, token), new Probe(
                () => inTeams.MentionAsync(TeamsStandIn.Deploys, $"deploy svc{Runs + 1} v9 staging"),
                words => teams.MessageAsync(TeamsStandIn.Deploys, message => message is { Thread: null, Card: not null } && message.Shows($"svc{Runs + 1} v9") && message.Shows(words), Patience)));
            await MeasureAsync(output, bot.Process, "console", action => LiveClient.PressAsync(http, action), new Probe(
                () => http.PostAsJsonAsync("/api/v1/commands", new { text = $"deploy svc{Runs + 2} v9 staging", @as = "ana@example.com" }),
                words => ShownAsync(http, Runs + 3, words.Replace(" done", "", StringComparison.Ordinal))));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task MeasureAsync(TextWriter output, Process bot, string surface, Func<string, Task> press, Probe probe)
    {
        await probe.Open();
        await probe.Shows("0 of 2 done");
        var run = Runs + (surface == "slack" ? 1 : surface == "teams" ? 2 : 3);
        for (var warm = 1; warm <= 100; warm++) await press(ActionOf(warm, 0));
        for (var warm = 1; warm <= 100; warm++) await press(ActionOf(warm, 1));
        var (took, all, watch) = (new ConcurrentBag<double>(), new List<Task>(), Stopwatch.StartNew());
        var (spent, asking) = (SpentBy(bot), SpentBy(Process.GetCurrentProcess()));
        var probing = ProbeAsync(press, probe, run);
        for (var sent = 0; watch.Elapsed < Length;)
        {
            // What is due by the clock is sent, late or not: a slow answer does not slow the asking.
            for (var due = (int)(watch.Elapsed.TotalSeconds * PerSecond); sent < due; sent++)
            {
                var action = ActionOf((sent % Runs) + 1, sent / Runs);
                all.Add(Task.Run(async () =>
                {
                    var start = Stopwatch.GetTimestamp();
                    await press(action);
                    took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }));
            }

            await Task.Delay(1);
        }

        await Task.WhenAll(all);
        var offered = watch.Elapsed;
        (spent, asking) = (SpentBy(bot) - spent, SpentBy(Process.GetCurrentProcess()) - asking);
        var (sorted, cards) = (took.Order().ToList(), (await probing).Order().ToList());
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"surfaces: {surface}: {sorted.Count:N0} presses offered at {PerSecond}/s were answered in {offered.TotalSeconds:0.0} s: p50 {sorted[sorted.Count / 2]:0.0} ms, p99 {sorted[sorted.Count * 99 / 100]:0.0} ms; from the press to the card: median {cards[cards.Count / 2]:N0} ms, longest {cards[^1]:N0} ms; processor time per press {spent / sorted.Count:0.00} ms, of whoever presses {asking / sorted.Count:0.00} ms"));
    }

    /// <summary>Processor time so far, in milliseconds. Both share the machine: what the one spends the other waits for.</summary>
    private static double SpentBy(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalMilliseconds;
    }

    private static async Task<IReadOnlyList<double>> ProbeAsync(Func<string, Task> press, Probe probe, int run)
    {
        var took = new List<double>();
        for (var number = 0; number < Probes; number++)
        {
            // A channel takes a message a second: what waits for that says nothing about the bot.
            await Task.Delay(TimeSpan.FromSeconds(1.2));
            var watch = Stopwatch.StartNew();
            await press(ActionOf(run, number));
            await probe.Shows(number % 2 == 0 ? "1 of 2 done" : "0 of 2 done");
            took.Add(watch.Elapsed.TotalMilliseconds);
        }

        return took;
    }

    /// <summary>Ticks the first item of a run's checklist, and in the next round unticks it: each is kept.</summary>
    private static string ActionOf(int run, int round) => string.Create(CultureInfo.InvariantCulture, $"{(round % 2 == 0 ? "tick" : "untick")}|{run}|s1|0");

    private static Task ClickAsync(SlackUser user, string channel, string action) =>
        user.ClickAsync(new KeptMessage(channel, "1700000000.000100", null), new KeptButton("Tick", "tick", "b1", action, false, ""));

    /// <summary>Not by the person's own driver, which looks at every card that comes back as Teams would: on the same processors the bot would wait for that.</summary>
    private static async Task ExecuteAsync(HttpClient http, TeamsUser user, string action, string token)
    {
        var activity = user.Activity("invoke", TeamsStandIn.Deploys, $"f:{Guid.NewGuid()}");
        (activity["name"], activity["value"]) = ("adaptiveCard/action", new JsonObject
        {
            ["action"] = new JsonObject { ["type"] = "Action.Execute", ["verb"] = "tick", ["data"] = new JsonObject { ["chatops"] = action } }, ["trigger"] = "manual",
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/messages") { Content = new StringContent(activity.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", token);
        using var response = await http.SendAsync(request);
        var body = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        if (!body.Contains("AdaptiveCard", StringComparison.Ordinal)) throw new InvalidOperationException(body);
    }

    /// <summary>Waits for an open page of a run to be told.</summary>
    private static async Task ShownAsync(HttpClient http, int run, string words)
    {
        using var limit = new CancellationTokenSource(Patience);
        await using var page = await LiveClient.OpenAsync(http, run, limit.Token);
        await page.UntilAsync(words, limit.Token);
    }

    /// <param name="Open">Begins the run that is looked at.</param>
    /// <param name="Shows">Completes when its card shows these words.</param>
    private sealed record Probe(Func<Task> Open, Func<string, Task> Shows);
}
