using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
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
    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "prometheus")));

    public static async Task<PrometheusServer> StartAsync(CancellationToken cancellationToken)
    {
        PrometheusServer? server = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var exporter = builder.Build();
        exporter.Run(context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4";
            if (server is not null) Interlocked.Increment(ref server.scrapes);
            return context.Response.WriteAsync(server?.numbers ?? "");
        });
        await exporter.StartAsync(cancellationToken);
        var folder = Directory.CreateTempSubdirectory("chatops-prometheus-").FullName;
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), $$"""
            global: { scrape_interval: 200ms, scrape_timeout: 200ms }
            scrape_configs:
              - job_name: shop
                static_configs: [{ targets: ["{{new Uri(exporter.Urls.First()).Authority}}"] }]
            """, cancellationToken);
        var start = new ProcessStartInfo("prometheus") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])["--config.file=prometheus.yml", "--storage.tsdb.path=data", $"--web.listen-address=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "--log.level=error"]) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        server = new PrometheusServer(process, exporter, folder, new Uri($"http://127.0.0.1:{port}/"));
        await server.ReadyAsync(cancellationToken);
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
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
        await exporter.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task ReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Address };
        for (var waited = Stopwatch.StartNew(); ;)
        {
            try
            {
                using var answer = await http.GetAsync("-/ready", cancellationToken);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                // Not listening yet.
            }

            if (waited.Elapsed > Patience) throw new TimeoutException("Prometheus did not start.");
            await Task.Delay(20, cancellationToken);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
