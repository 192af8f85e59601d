using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatOps.Testing.Slack;

namespace ChatOps.Benchmarks;

/// <summary>The whole program with a Slack that keeps its limits: from a webhook to the card, and ten thousand alerts within a minute.</summary>
internal static partial class StormBenchmark
{
    private const string Token = "alertmanager-token", Channel = "#alerts";
    private const int Alone = 20, Messages = 500, AlertsInEach = 20, Kinds = 50;
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(1), Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(TextWriter output, string program)
    {
        await WithBotAsync(program, storm: 50, async (slack, bot, http) =>
        {
            var took = new List<double>();
            for (var number = 0; number < Alone; number++)
            {
                var watch = Stopwatch.StartNew();
                await SendAsync(http, $"alone{number}", 0, 1);
                await slack.MessageAsync(Channel, message => message.Says.Contains($"alone{number}", StringComparison.Ordinal), Patience);
                took.Add(watch.Elapsed.TotalMilliseconds);

                // A channel takes a message a second: what waits for that says nothing about the bot.
                await Task.Delay(TimeSpan.FromSeconds(1.2));
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"alert to card: median {took.Order().ElementAt(Alone / 2):N0} ms, longest {took.Max():N0} ms, {Alone} one by one"));
        });
        await WithBotAsync(program, storm: 5, async (slack, bot, http) =>
        {
            var ana = slack.User(slack.AddUser("ana", "ana@example.com"), http);
            await ana.TypeAsync("#general", "/runs");
            var (calm, before) = (await MedianAsync(ana, 40), bot.Resident());
            var watch = Stopwatch.StartNew();
            var storm = Task.WhenAll(Enumerable.Range(0, Messages).Select(async number =>
            {
                await Task.Delay(Within * ((double)number / Messages));
                await SendAsync(http, $"svc{number % Kinds}", number / Kinds, AlertsInEach);
            }));
            var (during, most) = (new List<double>(), before);
            while (!storm.IsCompleted)
            {
                during.Add(await MedianAsync(ana, 3));
                most = Math.Max(most, bot.Resident());
                await Task.Delay(500);
            }

            await storm;
            var sent = watch.Elapsed;
            watch.Restart();
            await slack.MessageAsync(Channel, _ => Cards(slack).Sum(Firing) == Messages * AlertsInEach, Patience);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"storm: {Messages * AlertsInEach:N0} alerts in {sent.TotalSeconds:N0} s became {Cards(slack).Count} cards with {Cards(slack).Sum(card => card.Updates)} updates; the newest state was shown {watch.Elapsed.TotalSeconds:N1} s after the last (goal 5); a command took {calm:N0} ms before and {during.Order().ElementAt(during.Count / 2):N0} ms during (median); {before / 1_048_576.0:N0} MB resident before, {most / 1_048_576.0:N0} MB at most"));
        });
    }

    private static async Task WithBotAsync(string program, int storm, Func<SlackStandIn, ProcessBenchmark.Running, HttpClient, Task> measure)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-bench-").FullName;
        var config = Path.Combine(folder, "config");
        House.Write(config);
        await File.WriteAllTextAsync(Path.Combine(config, "alerts.yaml"), $"routes: [{{ route: all, channel: \"{Channel}\" }}]\nstorm: {storm}\n");
        await using (var slack = await SlackStandIn.StartAsync())
        {
            slack.AddChannel(Channel[1..]);
            using var bot = await ProcessBenchmark.LaunchAsync(program, folder, config, "s.db", [.. slack.Settings, new("Alertmanager:Token", Token), new("Logging:LogLevel:Default", "Warning")]);
            using var http = new HttpClient { BaseAddress = bot.Address };
            await measure(slack, bot, http);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static IReadOnlyList<KeptMessage> Cards(SlackStandIn slack) => [.. slack.Messages.Where(message => message.Key?.StartsWith("alert-card:", StringComparison.Ordinal) == true)];

    private static int Firing(KeptMessage card) => FiringOf().Match(card.Says) is { Success: true } match ? int.Parse(match.Groups["firing"].Value, CultureInfo.InvariantCulture) : 0;

    private static async Task<double> MedianAsync(SlackUser user, int times)
    {
        var took = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var watch = Stopwatch.StartNew();
            await user.TypeAsync("#general", "/runs");
            took.Add(watch.Elapsed.TotalMilliseconds);
        }

        return took.Order().ElementAt(times / 2);
    }

    private static async Task SendAsync(HttpClient http, string service, int batch, int count)
    {
        var body = JsonSerializer.Serialize(new
        {
            version = "4", groupKey = service, status = "firing",
            alerts = Enumerable.Range(0, count).Select(at => new
            {
                status = "firing", labels = new Dictionary<string, string> { ["alertname"] = "Down", ["service"] = service, ["severity"] = "critical", ["env"] = "staging", ["pod"] = $"{service}-{batch}-{at}" },
                annotations = new { summary = "It is down." }, startsAt = DateTimeOffset.UtcNow, fingerprint = $"{service}-{batch}-{at}",
            }),
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/alertmanager") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    [GeneratedRegex(@"(?<firing>[0-9]+) of [0-9]+ firing\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex FiringOf();
}
