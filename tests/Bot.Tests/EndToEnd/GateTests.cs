using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Gates in the real process: the demo goes back by itself when a leaky version is soaked, and a real Prometheus decides about a real run.</summary>
public sealed class GateTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("chatops-gates-").FullName;
    private BotProcess? bot;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (bot is not null) await bot.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_leaky_version_passes_its_checks_and_is_taken_back_by_its_gates()
    {
        bot = await BotProcess.StartAsync(folder, new Dictionary<string, string?> { ["ChatOps:Config"] = Path.Combine(Repository.Root, "examples", "demo"), ["ChatOps:Database"] = $"sqlite:{Path.Combine(folder, "chatops.db")}" });
        using var http = bot.NewClient();
        await SayAsync(http, "ana", "deploy api v1.3.0-leaky staging");
        await UntilAsync(http, 1, run => run.Contains("\"status\":\"Succeeded\"", StringComparison.Ordinal));
        await SayAsync(http, "ana", "deploy api v1.3.0-leaky prod");
        for (var item = 1; item <= 3; item++) await SayAsync(http, "ana", $"tick 2 {item}");
        var shown = Regex.Match(await http.GetStringAsync("/api/v1/runs/2"), "approve\\|2\\|s2\\|(?<plan>[0-9a-f]+)").Groups["plan"].Value;
        foreach (var manager in (string[])["ben", "dora"]) await SayAsync(http, manager, $"approve 2 --plan-hash {shown}");
        var run = await UntilAsync(http, 2, run => run.Contains("\"status\":\"RolledBack\"", StringComparison.Ordinal));
        run.ShouldContain("its limit is above ");
        run.ShouldContain("Check health: done");
        run.ShouldContain("Rolling back to v1.2.2 by itself");
        var page = await http.GetStringAsync("/runs/2");
        page.ShouldContain("<svg viewBox=");
        page.ShouldContain("class=\"change\"");
    }

    [Fact]
    public async Task What_a_real_Prometheus_answers_takes_a_run_back_or_lets_it_pass()
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled, "Prometheus is not installed here, so no run was decided about by a real one.");
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var prometheus = await PrometheusServer.StartAsync(cancellationToken);
        await prometheus.ExportAsync("errors 0.001", cancellationToken);
        Write("access.yaml", "groups:\n  all: { all: true }\nmay:\n  deploy: { '*': [all] }\n  rollback: { '*': [all] }\ndemo: [{ person: ana@example.com, name: Ana, role: engineer }]\n");
        Write("runbooks/default.yaml", "runbook: default\nsteps:\n  - deploy: rolling\n  - check: health\n  - soak: 3s\n    gates: all\non-failure: { rollback: automatic }\n");
        Write("services/api.yaml", "service: api\nenvironments:\n  qa:\n    simulated: { replicas: 1 }\n    health: [{ url: 'https://example.com' }]\n    gates:\n      error-rate: { prometheus: 'sum(errors)', above: 5%, for: 1s, every: 250ms }\n");
        bot = await BotProcess.StartAsync(folder, new Dictionary<string, string?> { ["ChatOps:Config"] = Path.Combine(folder, "config"), ["ChatOps:Database"] = $"sqlite:{Path.Combine(folder, "chatops.db")}", ["Prometheus:Url"] = prometheus.Address.AbsoluteUri });
        using var http = bot.NewClient();

        await SayAsync(http, "ana", "deploy api v2 qa");
        (await UntilAsync(http, 1, run => run.Contains("\"status\":\"Succeeded\"", StringComparison.Ordinal))).ShouldContain("error-rate 0.1%");

        prometheus.Export("errors 0.2");
        await SayAsync(http, "ana", "deploy api v3 qa");
        var back = await UntilAsync(http, 2, run => run.Contains("\"status\":\"RolledBack\"", StringComparison.Ordinal));
        back.ShouldContain("error-rate is 20%: its limit is above 5% for 1 s.");
        back.ShouldContain($"{prometheus.Address}graph?");
    }

    private static async Task SayAsync(HttpClient http, string who, string text)
    {
        using var answer = await http.PostAsJsonAsync("/api/v1/commands", new { text, @as = $"{who}@example.com" });
        var said = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(said);
        said.ShouldNotContain("\"refusal\"");
    }

    private async Task<string> UntilAsync(HttpClient http, int run, Func<string, bool> so)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var last = "";
        while (!patience.IsCancellationRequested)
        {
            last = JsonSerializer.Serialize(JsonDocument.Parse(await http.GetStringAsync($"/api/v1/runs/{run}")).RootElement, Plain);
            if (so(last)) return last;
            await Task.Delay(100);
        }

        throw new TimeoutException($"It did not come to that: {last}\n{bot!.Output}");
    }

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private void Write(string file, string text)
    {
        var path = Path.Combine(folder, "config", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
