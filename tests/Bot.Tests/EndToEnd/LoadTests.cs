using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>A release day: two hundred services are deployed at once by one process, and Slack takes no more than its published rates.</summary>
public sealed class LoadTests : IAsyncLifetime
{
    private const int Services = 200, Namespaces = 8, Teams = 20, FailsEach = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly ConcurrentDictionary<string, DateTimeOffset> brokenAt = new(StringComparer.Ordinal);
    private Stage stage = null!;
    private BotProcess bot = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.SetAsync();
        stage.Slack.RatesOn = true;
        stage.Settings["Logging:LogLevel:ChatOps"] = "Information";
        stage.Write("access.yaml", "groups: { all: { all: true }, payments: { members: [ana@example.com] } }\nmay: { deploy: { '*': [all] }, rollback: { '*': [all] } }\n");
        stage.Write("runbooks/rolling-deploy.yaml", "runbook: rolling-deploy\nsteps: [{ deploy: rolling }, { check: health }, { soak: 1s }]\non-failure: { rollback: automatic }\n");
        var model = await File.ReadAllTextAsync(Path.Combine(stage.Folder, "config", "services", "api.yaml"));
        File.Delete(Path.Combine(stage.Folder, "config", "services", "api.yaml"));
        for (var team = 0; team < Teams; team++) stage.Slack.AddChannel($"team-{team}");
        foreach (var number in Enumerable.Range(0, Services))
            stage.Write($"services/{NameOf(number)}.yaml", model.Replace("api", NameOf(number), StringComparison.Ordinal).Replace("namespace: prod", $"namespace: {NamespaceOf(number)}", StringComparison.Ordinal)
                .Replace("protected: true", "protected: false", StringComparison.Ordinal).Replace(Stage.Channel, ChannelOf(number), StringComparison.Ordinal));
        foreach (var group in Enumerable.Range(0, Services).GroupBy(NamespaceOf)) stage.Cluster.AddDeployments(group.Key, group.Select(NameOf), "registry.example.com/svc:v1", 1);
        stage.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(250));
        bot = await stage.StartBotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(bot.Output);
        await bot.DisposeAsync();
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Two_hundred_rollouts_at_once_each_end_right_and_nobody_else_waits_for_them()
    {
        using var http = bot.NewClient();
        using var over = new CancellationTokenSource();
        var (mostWatches, began) = (0, Stopwatch.StartNew());
        var looking = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                mostWatches = Math.Max(mostWatches, stage.Cluster.OpenWatches);
                LookForBrokenPods();
                await Task.Delay(20);
            }
        });
        await stage.User(stage.Zoe, bot).UntilAsync($"/status {NameOf(7)} prod", "v1");
        var resting = bot.Resident();
        var asking = AskAsync(over.Token);

        await Parallel.ForEachAsync(Enumerable.Range(0, Services), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) =>
            await stage.User(stage.Ana, bot).TypeAsync(ChannelOf(number), $"/deploy {NameOf(number)} {VersionOf(number)} prod"));
        var started = began.Elapsed;
        var runs = await EndedAsync(http);
        var ended = began.Elapsed;
        await over.CancelAsync();
        await looking;
        var answers = await asking;
        var reactions = await Task.WhenAll(runs.Where(run => run.Fails).Select(async run => await FailedAtAsync(http, run.Number) - brokenAt[run.Service]));
        Report($"started {started.TotalSeconds:N1} s, ended {ended.TotalSeconds:N1} s, {bot.Spent().TotalSeconds:N1} s of processor time, {bot.MostResident() / 1_048_576} MB at most ({resting / 1_048_576} before), {mostWatches} watches, "
            + $"answers {answers.Count}: {answers.Order().ElementAt(answers.Count / 2).TotalMilliseconds:N0} ms, at most {answers.Max().TotalMilliseconds:N0} ms; reactions at most {reactions.Max().TotalMilliseconds:N0} ms; "
            + $"{stage.Slack.TooSoon} too soon of {stage.Slack.Calls.Count}: {string.Join(", ", stage.Slack.Calls.GroupBy(call => call).Select(group => $"{group.Key} {group.Count()}"))}; "
            + $"cluster: {string.Join(", ", stage.Cluster.Requests.GroupBy(one => $"{one.Verb} {one.Resource}").Select(group => $"{group.Key} {group.Count()}"))}");

        runs.ShouldAllBe(run => run.Status == (run.Fails ? "RolledBack" : "Succeeded"));
        stage.Cluster.Effects.Values.ShouldAllBe(times => times == 1);
        Enumerable.Range(0, Services).ShouldAllBe(number => stage.Cluster.Deployment(NamespaceOf(number), NameOf(number)).Version == (Fails(number) ? "v1" : "v2"));
        mostWatches.ShouldBe(5 * Namespaces, "four for whatever rolls out there, and the one that sees what is changed by hand");
        (bot.MostResident() / 1_048_576).ShouldBeLessThan(300);
        reactions.ShouldAllBe(reaction => reaction < TimeSpan.FromSeconds(2));
        answers.Count.ShouldBeGreaterThan(10);
        answers.Order().ElementAt(answers.Count / 2).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        answers.Order().ElementAt(answers.Count * 9 / 10).ShouldBeLessThan(TimeSpan.FromSeconds(3));
        stage.Slack.TooSoon.ShouldBeLessThan(stage.Slack.Calls.Count / 100);
    }

    private static string NameOf(int number) => $"svc{number:000}";

    private static string NamespaceOf(int number) => $"ns{number % Namespaces}";

    private static string ChannelOf(int number) => $"#team-{number % Teams}";

    private static bool Fails(int number) => number % FailsEach == FailsEach - 1;

    private static string VersionOf(int number) => Fails(number) ? "v2-bad" : "v2";

    /// <summary>When the first pod of each service that fails says that its image can't be pulled.</summary>
    private void LookForBrokenPods()
    {
        foreach (var number in Enumerable.Range(0, Services).Where(Fails))
        {
            if (!brokenAt.ContainsKey(NameOf(number)) && stage.Cluster.Pods(NamespaceOf(number)).Any(pod => IsBroken(pod, NameOf(number)))) brokenAt[NameOf(number)] = DateTimeOffset.UtcNow;
        }
    }

    private static bool IsBroken(JsonObject pod, string service) =>
        ((string)pod["metadata"]!["name"]!).StartsWith(service, StringComparison.Ordinal) && pod["status"]!["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"]?.GetValue<string>() is "ErrImagePull" or "ImagePullBackOff";

    /// <summary>Somebody who only wants to know something, all the while.</summary>
    private async Task<List<TimeSpan>> AskAsync(CancellationToken over)
    {
        var zoe = stage.User(stage.Zoe, bot);
        var took = new List<TimeSpan>();
        while (!over.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            var replies = stage.Slack.Replies.Count(reply => reply.User == stage.Zoe);
            var receipt = await zoe.TypeAsync("#general", "/status svc007 prod");
            if (receipt.Reply is null) await stage.Slack.ReplyAsync(stage.Zoe, _ => stage.Slack.Replies.Count(reply => reply.User == stage.Zoe) > replies);
            took.Add(watch.Elapsed);
            await Task.Delay(200, CancellationToken.None);
        }

        return took;
    }

    private async Task<List<(long Number, string Service, string Status, bool Fails)>> EndedAsync(HttpClient http)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await http.GetStringAsync("/api/v1/runs?open=true", patience.Token) != "[]") await Task.Delay(250, patience.Token);
        var runs = new List<(long, string, string, bool)>();
        foreach (var number in Enumerable.Range(0, Services))
        {
            using var listed = JsonDocument.Parse(await http.GetStringAsync($"/api/v1/runs?service={NameOf(number)}", patience.Token));
            var row = listed.RootElement.EnumerateArray().ShouldHaveSingleItem();
            runs.Add((row.GetProperty("number").GetInt64(), NameOf(number), row.GetProperty("status").GetString()!, Fails(number)));
        }

        return runs;
    }

    private static async Task<DateTimeOffset> FailedAtAsync(HttpClient http, long run)
    {
        using var read = JsonDocument.Parse(await http.GetStringAsync($"/api/v1/runs/{run}"));
        return read.RootElement.GetProperty("timeline").EnumerateArray().First(line => line.GetProperty("says").GetString()!.StartsWith("Rolling back", StringComparison.Ordinal)).GetProperty("at").GetDateTimeOffset();
    }

    private static void Report(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
