using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing;

/// <summary>A real Prometheus of the test's own, which scrapes a small exporter inside the test: the test says what the numbers are.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly WebApplication exporter;
    private readonly string folder;
    private volatile string numbers = "";
    private int scrapes;

    private PrometheusServer(Process process, WebApplication exporter, string folder, Uri address) =>
        (this.process, this.exporter, this.folder, Address) = (process, exporter, folder, address);

    /// <summary>Where it answers; ends with a slash.</summary>
    public Uri Address { get; }

    /// <summary>Whether it is installed here.</summary>
    public static bool IsInstalled => RealServer.IsInstalled("prometheus");

    public static Task<PrometheusServer> StartAsync(CancellationToken cancellationToken) => StartAsync(null, null, cancellationToken);

    /// <param name="rules">The groups of a rules file, judged five times a second; null = none.</param>
    /// <param name="alertmanager">Where alerts are sent; null = nowhere.</param>
    public static async Task<PrometheusServer> StartAsync(string? rules, Uri? alertmanager, CancellationToken cancellationToken)
    {
        PrometheusServer? server = null;
        var exporter = await Loopback.StartAsync(context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4";
            if (server is not null) Interlocked.Increment(ref server.scrapes);
            return context.Response.WriteAsync(server?.numbers ?? "");
        });
        var folder = Directory.CreateTempSubdirectory("chatops-prometheus-").FullName;
        var port = Loopback.FreePort();
        if (rules is not null) await File.WriteAllTextAsync(Path.Combine(folder, "rules.yml"), rules, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), $$"""
            global: { scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms }
            rule_files: [{{(rules is null ? "" : "rules.yml")}}]
            alerting: { alertmanagers: [{{(alertmanager is null ? "" : $"{{ static_configs: [{{ targets: [\"{alertmanager.Authority}\"] }}] }}")}}] }
            scrape_configs:
              - job_name: shop
                static_configs: [{ targets: ["{{new Uri(exporter.Urls.First()).Authority}}"] }]
            """, cancellationToken);
        var process = RealServer.Start("prometheus", folder, ["--config.file=prometheus.yml", "--storage.tsdb.path=data", $"--web.listen-address=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "--rules.alert.resend-delay=1s", "--log.level=error"]);
        server = new PrometheusServer(process, exporter, folder, new Uri($"http://127.0.0.1:{port}/"));
        await RealServer.ReadyAsync("Prometheus", process, server.Address, Patience, cancellationToken);
        return server;
    }

    /// <summary>What the exporter tells from now on, in Prometheus' text format; returns when it was scraped twice since.</summary>
    public async Task ExportAsync(string text, CancellationToken cancellationToken)
    {
        numbers = text.ReplaceLineEndings("\n") + "\n";
        var seen = Volatile.Read(ref scrapes);
        for (var waited = Stopwatch.StartNew(); Volatile.Read(ref scrapes) < seen + 2;)
        {
            if (waited.Elapsed > Patience) throw new TimeoutException("Prometheus does not scrape.");
            await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>The same, without waiting: for numbers that are scraped by whoever waits for what comes of them.</summary>
    public void Export(string text) => numbers = text.ReplaceLineEndings("\n") + "\n";

    public async ValueTask DisposeAsync()
    {
        await RealServer.StopAsync(process);
        await exporter.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

}
