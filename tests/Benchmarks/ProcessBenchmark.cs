using System.Diagnostics;
using System.Globalization;
using ChatOps.Bot.Commands;
using ChatOps.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Benchmarks;

/// <summary>The whole program: how fast it starts, and what it holds with 10,000 runs that wait for people.</summary>
internal static class ProcessBenchmark
{
    private const int Waiting = 10_000;

    public static async Task StartAsync(TextWriter output, string program)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-bench-").FullName;
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            using var bot = await LaunchAsync(program, folder, Path.Combine(Repository.Root, "examples", "demo"), $"{i}.db");
            times.Add(bot.Ready.TotalMilliseconds);
        }

        await output.WriteLineAsync($"start: ready to serve {times.Order().ElementAt(2):N0} ms after the process was started (median of 5; goal 1,000; {Path.GetFileName(Path.GetDirectoryName(program))})");
        Directory.Delete(folder, recursive: true);
    }

    public static async Task WaitingAsync(TextWriter output, string program)
    {
        var folder = Directory.CreateTempSubdirectory("chatops-bench-").FullName;
        var config = Path.Combine(folder, "config");
        House.Write(config);
        await using (var house = await House.BuildAsync(Path.Combine(folder, "w.db")))
        {
            // Every one of them waits for its checklist or for its turn.
            var desk = house.GetRequiredService<Desk>();
            await Parallel.ForAsync(0, Waiting, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (number, cancel) =>
                await desk.HearAsync(House.Ana, House.Command(number), $"waiting:{number}", cancel));
        }

        using var bot = await LaunchAsync(program, folder, config, "w.db");
        using var http = new HttpClient { BaseAddress = bot.Address };
        for (var i = 0; i < 200; i++) (await http.GetAsync("/api/v1/services")).EnsureSuccessStatusCode();
        for (var i = 1; i <= 500; i++) (await http.GetAsync($"/api/v1/runs/{i}")).EnsureSuccessStatusCode();
        await Task.Delay(TimeSpan.FromSeconds(5));
        await output.WriteLineAsync($"waiting: {Waiting:N0} runs waiting for people: ready {bot.Ready.TotalMilliseconds:N0} ms after a restart (goal 2,000), {bot.Resident() / 1_048_576.0:N0} MB resident after 700 reads (goal 250)");
        Directory.Delete(folder, recursive: true);
    }

    /// <param name="settings">More settings, by key.</param>
    public static async Task<Running> LaunchAsync(string program, string folder, string config, string database, params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Loopback.FreePort()}"));
        var start = new ProcessStartInfo("dotnet", [program, "serve", "--config", config, "--urls", address.ToString()]) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["ChatOps__Database"] = $"sqlite:{Path.Combine(folder, database)}";
        foreach (var (key, value) in settings) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        var watch = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        using var http = new HttpClient { BaseAddress = address };
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync("/health/ready");
                if (answer.IsSuccessStatusCode) return new Running(process, address, watch.Elapsed);
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(5);
            }
        }
    }

    public sealed record Running(Process Process, Uri Address, TimeSpan Ready) : IDisposable
    {
        public long Resident()
        {
            Process.Refresh();
            return Process.WorkingSet64;
        }

        public void Dispose()
        {
            Process.Kill();
            Process.WaitForExit();
            Process.Dispose();
        }
    }
}
