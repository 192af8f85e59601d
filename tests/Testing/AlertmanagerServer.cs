using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Testing;

/// <summary>A real Alertmanager of the test's own, with one receiver: a webhook.</summary>
public sealed class AlertmanagerServer : IAsyncDisposable
{
    // Debian renames the program; elsewhere it has its own name.
    private static readonly string[] Programs = ["prometheus-alertmanager", "alertmanager"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly string folder;
    private readonly HttpClient http;

    private AlertmanagerServer(Process process, string folder, Uri address) =>
        (this.process, this.folder, Address, http) = (process, folder, address, new HttpClient { BaseAddress = address });

    /// <summary>Where it answers; ends with a slash.</summary>
    public Uri Address { get; }

    /// <summary>Whether it is installed here.</summary>
    public static bool IsInstalled => Programs.Any(RealServer.IsInstalled);

    /// <param name="webhook">Where it sends what fires and what is over.</param>
    /// <param name="token">What it says that it is, as a bearer.</param>
    public static async Task<AlertmanagerServer> StartAsync(Uri webhook, string token, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-alertmanager-").FullName;
        var port = Loopback.FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "alertmanager.yml"), $$"""
            global: { resolve_timeout: 5m }
            route: { receiver: chatops, group_by: [alertname, service], group_wait: 300ms, group_interval: 300ms, repeat_interval: 4h }
            receivers:
              - name: chatops
                webhook_configs:
                  - { url: "{{webhook}}", send_resolved: true, http_config: { authorization: { credentials: "{{token}}" } } }
            """, cancellationToken);
        var process = RealServer.Start(
            Programs.First(RealServer.IsInstalled), folder, "--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address=",
            $"--web.listen-address=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "--log.level=error");
        var server = new AlertmanagerServer(process, folder, new Uri($"http://127.0.0.1:{port}/"));
        await RealServer.ReadyAsync("Alertmanager", process, server.Address, Patience, cancellationToken);
        return server;
    }

    /// <summary>Its silences, those that are over too.</summary>
    public async Task<IReadOnlyList<JsonObject>> SilencesAsync(CancellationToken cancellationToken) => await ListAsync("api/v2/silences", cancellationToken);

    /// <summary>Alerts that it knows to fire, those that are silenced too.</summary>
    public async Task<IReadOnlyList<JsonObject>> AlertsAsync(CancellationToken cancellationToken) => await ListAsync("api/v2/alerts", cancellationToken);

    /// <summary>Ends a silence, as somebody does on its own page.</summary>
    public async Task ExpireAsync(string silence, CancellationToken cancellationToken)
    {
        using var answer = await http.DeleteAsync($"api/v2/silence/{silence}", cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await RealServer.StopAsync(process);
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<IReadOnlyList<JsonObject>> ListAsync(string path, CancellationToken cancellationToken) =>
        [.. (await http.GetFromJsonAsync<JsonArray>(path, cancellationToken))!.Select(one => one!.AsObject())];
}
