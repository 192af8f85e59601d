using System.Net.Http.Json;
using System.Text.Json;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Behind a run that has succeeded, in the real process: what trips is taken back by itself, through a kill, and the version that failed is asked about.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private const string Token = "watch-tests-token-0123456789abcdef";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string folder = Directory.CreateTempSubdirectory("chatops-watch-").FullName;
    private readonly int port = Loopback.FreePort();
    private BotProcess? bot;

    public async ValueTask InitializeAsync()
    {
        Write("access.yaml", "groups:\n  all: { all: true }\nmay:\n  deploy: { '*': [all] }\n  rollback: { '*': [all] }\n  lock: { '*': [all] }\ndemo: [{ person: ana@example.com, name: Ana, role: engineer }]\n");
        Write("services/api.yaml", "service: api\nenvironments:\n  qa:\n    simulated: { replicas: 1, version: v1 }\n    health: [{ url: 'https://example.com' }]\n    gates:\n      error-rate: { simulated: error-rate, above: 5%, for: 2s, every: 500ms, link: 'https://grafana.example.com/d/api' }\n");
        Runbook("automatic");
        bot = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (bot is not null) await bot.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_trips_behind_its_run_is_taken_back_by_itself_even_when_the_process_is_killed_and_is_asked_about_afterwards()
    {
        using var http = bot!.NewClient();
        await SayAsync(http, "deploy api v2-leaky qa");

        // Its checks and its soak were good: the run has succeeded, and is watched.
        var watched = await UntilAsync(http, 1, run => run.Contains("watching until", StringComparison.Ordinal));
        watched.ShouldContain("\"status\":\"Succeeded\"");
        watched.ShouldContain("it goes back to v1 by itself when one trips");
        using (var browser = bot.NewClient()) await UntilPageAsync(browser, "/services", page => page.Contains("Watched until", StringComparison.Ordinal));
        await bot.KillAsync();
        await bot.DisposeAsync();
        bot = await StartAsync();
        var tripped = await UntilAsync(http, 1, run => run.Contains("run 2 takes it back", StringComparison.Ordinal));
        tripped.ShouldContain("its limit is above 5% for 2 s.");
        tripped.ShouldContain("https://grafana.example.com/d/api");
        var back = await UntilAsync(http, 2, run => run.Contains("\"status\":\"Succeeded\"", StringComparison.Ordinal));
        back.ShouldContain("Roll api back to v1 in qa");
        back.ShouldContain("its limit is above 5% for 2 s.");
        back.ShouldContain("asked for by chatops");
        (await SaidAsync(http, "status api qa")).ShouldContain("v2-leaky failed in qa");

        // The place is locked until somebody says that it may be deployed to; the version itself asks all the same.
        await UntilSaidAsync(http, "locks", said => said.Contains("v2-leaky was taken back", StringComparison.Ordinal));
        await SayAsync(http, "unlock api qa \"on it\"");
        var asked = await SaidAsync(http, "deploy api v2-leaky qa");
        asked.ShouldContain("failed-before");
        asked.ShouldContain("and was taken back by itself: error-rate is ");
        asked.ShouldContain("deploy api v2-leaky qa --again");
        (await SaidAsync(http, "deploy api v2-leaky qa --plan")).ShouldContain("v2-leaky failed in qa");
        await SayAsync(http, "deploy api v2-leaky qa --again");

        // Once is enough: the second time a person is asked, and nothing goes back.
        var again = await UntilAsync(http, 3, run => run.Contains("then tripped", StringComparison.Ordinal));
        again.ShouldContain("this time somebody decides");
        again.ShouldContain("\"label\":\"It is well\"");
        (await SaidAsync(http, "runs")).ShouldContain("No run is open.");
        (await SaidAsync(http, "fixed api v2-leaky qa \"it was the disk\"")).ShouldContain("no longer marked as failed");
        (await SaidAsync(http, "status api qa")).ShouldNotContain("failed in qa");
    }

    [Fact]
    public async Task A_newer_deployment_ends_the_watch_and_a_person_stops_one()
    {
        using var http = bot!.NewClient();
        await SayAsync(http, "deploy api v2 qa");
        await UntilAsync(http, 1, run => run.Contains("watching until", StringComparison.Ordinal));
        await SayAsync(http, "deploy api v3 qa");
        (await UntilAsync(http, 1, run => !run.Contains("watching until", StringComparison.Ordinal))).ShouldContain("Run 2 brings v3 to api/qa.");
        await UntilAsync(http, 2, run => run.Contains("watching until", StringComparison.Ordinal));
        (await SaidAsync(http, "unwatch 2")).ShouldContain("reason-missing");
        await SayAsync(http, "unwatch 2 \"the alarm is wrong\"");
        var stopped = await UntilAsync(http, 2, run => !run.Contains("watching until", StringComparison.Ordinal));
        stopped.ShouldContain("ana: the alarm is wrong");
        stopped.ShouldContain("stopped the watch: the alarm is wrong");
        (await SaidAsync(http, "unwatch 2 \"again\"")).ShouldContain("not-watched");
    }

    [Fact]
    public async Task Where_the_runbook_says_ask_nothing_goes_back_by_itself()
    {
        Runbook("ask");
        using var http = bot!.NewClient();
        await UntilSaidAsync(http, "deploy api v2-leaky qa --plan", said => said.Contains("asks whether to retry", StringComparison.Ordinal));
        await SayAsync(http, "deploy api v2-leaky qa");
        var tripped = await UntilAsync(http, 1, run => run.Contains("then tripped", StringComparison.Ordinal));
        tripped.ShouldContain("omebody has to look: roll back to v1, or say that it is well");
        (await SaidAsync(http, "runs")).ShouldContain("No run is open.");
        await SayAsync(http, "rollback 1");
        await UntilAsync(http, 2, run => run.Contains("\"status\":\"Succeeded\"", StringComparison.Ordinal));
    }

    /// <summary>Without a query: how the version's pods do, and what fires.</summary>
    [Fact]
    public async Task What_restarts_fails_its_soak_and_an_alert_that_names_the_service_takes_it_back_behind_its_run()
    {
        Write("services/api.yaml", "service: api\nenvironments:\n  qa:\n    simulated: { replicas: 1, version: v1 }\n    health: [{ url: 'https://example.com' }]\n    gates:\n      restarts: { kubernetes: restarts, every: 500ms }\n      alarms: { alerts: firing, every: 500ms }\n    runbook: default\n");
        Write("runbooks/default.yaml", "runbook: default\nsteps:\n  - deploy: rolling\n  - soak: 2s\n    gates: all\n    watch-after: 5m\non-failure: { rollback: automatic }\n");
        using var http = bot!.NewClient();
        await UntilSaidAsync(http, "deploy api v2-crashy qa --plan", said => said.Contains("kubernetes: restarts", StringComparison.Ordinal));
        await SayAsync(http, "deploy api v2-crashy qa");
        var restarted = await UntilAsync(http, 1, run => run.Contains("run 2 takes it back", StringComparison.Ordinal) || run.Contains("\"status\":\"RolledBack\"", StringComparison.Ordinal));
        restarted.ShouldContain("restarts is 3: its limit is above 2; restarted: replica 1 (simulated).");
        await UntilSaidAsync(http, "runs", said => said.Contains("No run is open.", StringComparison.Ordinal));
        await UntilSaidAsync(http, "unlock api qa \"on it\"", said => !said.Contains("\"refusal\"", StringComparison.Ordinal));

        // What fired before the change says nothing about it.
        await AlertAsync(http, "OldTrouble", DateTimeOffset.UtcNow.AddMinutes(-30));
        var number = restarted.Contains("RolledBack", StringComparison.Ordinal) ? 2 : 3;
        await SayAsync(http, "deploy api v3 qa");
        await UntilAsync(http, number, run => run.Contains("watching until", StringComparison.Ordinal));
        await AlertAsync(http, "NewTrouble", DateTimeOffset.UtcNow);
        var alarmed = await UntilAsync(http, number, run => run.Contains($"run {number + 1} takes it back", StringComparison.Ordinal));
        alarmed.ShouldContain("alarms is 1: its limit is above 0; NewTrouble (A");
        await UntilAsync(http, number + 1, run => run.Contains("\"status\":\"Succeeded\"", StringComparison.Ordinal));
    }

    private static async Task AlertAsync(HttpClient http, string name, DateTimeOffset since)
    {
        var alert = new { status = "firing", labels = new { alertname = name, service = "api", environment = "qa", severity = "critical" }, annotations = new { summary = name }, startsAt = since, endsAt = "0001-01-01T00:00:00Z", generatorURL = "http://prometheus.example.com/graph", fingerprint = name };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/alertmanager")
        {
            Content = JsonContent.Create(new { version = "4", groupKey = name, truncatedAlerts = 0, status = "firing", receiver = "chatops", groupLabels = new { alertname = name }, commonLabels = alert.labels, commonAnnotations = alert.annotations, externalURL = "http://alertmanager.example.com", alerts = new[] { alert } }),
        };
        request.Headers.Authorization = new("Bearer", Token);
        using var answer = await http.SendAsync(request);
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
    }

    private void Runbook(string rollback) => Write("runbooks/default.yaml", $"runbook: default\nsteps:\n  - deploy: rolling\n  - check: health\n  - soak: 1s\n    gates: all\n    watch-after: 5m\non-failure: {{ rollback: {rollback} }}\n");

    private Task<BotProcess> StartAsync() => BotProcess.StartAsync(folder, new Dictionary<string, string?> { ["ChatOps:Config"] = Path.Combine(folder, "config"), ["ChatOps:Database"] = $"sqlite:{Path.Combine(folder, "chatops.db")}", ["Alertmanager:Token"] = Token }, port);

    private static async Task SayAsync(HttpClient http, string text) => (await SaidAsync(http, text)).ShouldNotContain("\"refusal\"");

    private static async Task<string> SaidAsync(HttpClient http, string text)
    {
        using var answer = await http.PostAsJsonAsync("/api/v1/commands", new { text, @as = "ana@example.com" });
        var said = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(said);
        return JsonSerializer.Serialize(JsonDocument.Parse(said).RootElement, Plain);
    }

    private Task<string> UntilSaidAsync(HttpClient http, string text, Func<string, bool> so) => UntilAsync(() => SaidAsync(http, text), so);

    private Task<string> UntilPageAsync(HttpClient http, string path, Func<string, bool> so) => UntilAsync(() => http.GetStringAsync(path), so);

    private Task<string> UntilAsync(HttpClient http, int run, Func<string, bool> so) =>
        UntilAsync(async () => await http.GetAsync($"/api/v1/runs/{run}") is { IsSuccessStatusCode: true } found ? JsonSerializer.Serialize(JsonDocument.Parse(await found.Content.ReadAsStringAsync()).RootElement, Plain) : "", so);

    private async Task<string> UntilAsync(Func<Task<string>> ask, Func<string, bool> so)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var last = "";
        while (!patience.IsCancellationRequested)
        {
            last = await ask();
            if (so(last)) return last;
            await Task.Delay(100);
        }

        throw new TimeoutException($"It did not come to that: {last}\n{bot!.Output}");
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(folder, "config", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
