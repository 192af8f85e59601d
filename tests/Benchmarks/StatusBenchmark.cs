using System.Diagnostics;
using System.Net;
using System.Text;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Endpoints;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatOps.Benchmarks;

/// <summary>A signed <c>/status</c> against an endpoint that only checks the signature, on one server in one run.</summary>
internal static class StatusBenchmark
{
    private const string Secret = "benchmark-signing-secret";

    public static async Task RunAsync(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-bench-").FullName;
        await using var house = await House.BuildAsync(Path.Combine(folder, "s.db"));
        var desk = house.GetRequiredService<Desk>();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < 5_000; i++) await desk.HearAsync(House.Ana, "status svc7", "x", CancellationToken.None);
            var card = (await desk.HearAsync(House.Ana, "status svc7", "x", CancellationToken.None)).Card!;
            var heard = watch.Elapsed.TotalMicroseconds / 5_000;
            watch.Restart();
            for (var i = 0; i < 5_000; i++) SlackCards.Render(card);
            await output.WriteLineAsync($"status: understanding and answering takes {heard:0} µs, rendering {watch.Elapsed.TotalMicroseconds / 5_000:0} µs");
        }

        await using var app = Build(house.GetRequiredService<Desk>(), house.GetRequiredService<IStore>());
        await app.StartAsync();
        var address = new Uri(app.Urls.First());
        await LoadAsync(address, "/check", TimeSpan.FromSeconds(2));
        await LoadAsync(address, "/slack/commands", TimeSpan.FromSeconds(2));
        var rounds = new List<(double Check, double Status)>();
        for (var i = 0; i < 5; i++) rounds.Add((await LoadAsync(address, "/check", TimeSpan.FromSeconds(3)), await LoadAsync(address, "/slack/commands", TimeSpan.FromSeconds(3))));
        var middle = rounds.OrderBy(pair => pair.Status / pair.Check).ElementAt(2);
        await output.WriteLineAsync($"status: {middle.Status:N0} signed /status a second, {middle.Check:N0} bare signature checks a second: ratio {middle.Status / middle.Check:0.00} (goal 0.5; rounds {string.Join(" ", rounds.Select(pair => $"{pair.Status / pair.Check:0.00}"))})");
        await app.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static WebApplication Build(Desk desk, IStore store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Slack:SigningSecret"] = Secret, ["Slack:BotToken"] = "xoxb-benchmark", ["Slack:ApiUrl"] = "http://127.0.0.1:9/api/" });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(store);
        builder.Services.AddSlack(builder.Configuration).AddSlackEndpoints();
        var ana = new Speaker(new Caller(new Person("ana@example.com"), "ana", [new GroupName("everyone")]), null);
        builder.Services.AddSingleton(new SlackDoor((_, _, text, delivery, cancel) => desk.HearAsync(ana, text, delivery, cancel), (_, _, action, reason, delivery, cancel) => desk.ClickAsync(ana, action, reason, delivery, cancel)));
        var app = builder.Build();
        app.MapSlack();
        var options = new SlackOptions { SigningSecret = Secret };
        app.MapPost("/check", async (HttpContext http) =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            var good = SlackSignature.Verify(options, http.Request.Headers[SlackSignature.TimestampHeader], http.Request.Headers[SlackSignature.SignatureHeader], body.GetBuffer().AsSpan(0, (int)body.Length), DateTimeOffset.UtcNow);
            return good ? Results.Text("ok") : Results.StatusCode(401);
        });
        return app;
    }

    private static async Task<double> LoadAsync(Uri address, string path, TimeSpan length)
    {
        const string Body = "command=%2Fstatus&text=svc7&user_id=UANA&channel_id=C1&team_id=T1&trigger_id=1.2.3&response_url=https%3A%2F%2Fhooks.slack.com%2Fx";
        var bytes = Encoding.UTF8.GetBytes(Body);
        var watch = Stopwatch.StartNew();
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            using var http = new HttpClient { BaseAddress = address };
            while (watch.Elapsed < length)
            {
                var at = $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(bytes) };
                request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
                request.Headers.Add(SlackSignature.TimestampHeader, at);
                request.Headers.Add(SlackSignature.SignatureHeader, SlackSignature.Sign(Secret, at, bytes));
                using var answer = await http.SendAsync(request);
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync();
                Interlocked.Increment(ref done);
            }
        })));
        return done / watch.Elapsed.TotalSeconds;
    }
}
