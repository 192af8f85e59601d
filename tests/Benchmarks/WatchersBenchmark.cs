using System.Diagnostics;
using System.Globalization;
using ChatOps.Bot.Commands;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Benchmarks;

/// <summary>Many open pages on one run: what each holds in memory, and how soon all of them show the newest state.</summary>
internal static class WatchersBenchmark
{
    private const int Changes = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(TextWriter output, string program)
    {
        await BrowsersAsync(output, program, 100);
        await BrowsersAsync(output, program, 1000);
    }

    private static async Task BrowsersAsync(TextWriter output, string program, int browsers)
    {
        var (folder, config) = await PreparedAsync();
        using (var bot = await ProcessBenchmark.LaunchAsync(program, folder, config, "w.db", new KeyValuePair<string, string?>("Logging:LogLevel:Default", "Warning")))
        using (var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = bot.Address })
        {
            using var limit = new CancellationTokenSource(Patience);
            for (var number = 0; number < 20; number++) (await http.GetAsync("/runs/1", limit.Token)).EnsureSuccessStatusCode();
            var before = bot.Resident();
            var watch = Stopwatch.StartNew();
            var pages = await Task.WhenAll(Enumerable.Range(0, browsers).Select(_ => LiveClient.OpenAsync(http, 1, limit.Token)));
            await Task.WhenAll(pages.Select(page => page.UntilAsync("0 of 2", limit.Token)));
            var opened = watch.Elapsed;
            await Task.Delay(TimeSpan.FromSeconds(2), limit.Token);
            var held = (bot.Resident() - before) / browsers;
            var took = new List<double>();
            for (var number = 0; number < Changes; number++)
            {
                var told = Task.WhenAll(pages.Select(page => page.UntilAsync(number % 2 == 0 ? "1 of 2" : "0 of 2", limit.Token)));
                watch.Restart();
                await LiveClient.PressAsync(http, $"{(number % 2 == 0 ? "tick" : "untick")}|1|s1|0");
                await told;
                took.Add(watch.Elapsed.TotalMilliseconds);
                await Task.Delay(TimeSpan.FromMilliseconds(500), limit.Token);
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"watchers: {browsers:N0} pages open on one run after {opened.TotalMilliseconds:N0} ms, {held / 1024.0:N0} KB each; a change was on all of them after {took.Order().ElementAt(Changes / 2):N0} ms (median of {Changes}), processor time {bot.Process.TotalProcessorTime.TotalSeconds:0.0} s in all"));
            foreach (var page in pages) await page.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>One run that waits for its checklist.</summary>
    private static async Task<(string Folder, string Config)> PreparedAsync()
    {
        var folder = Directory.CreateTempSubdirectory("chatops-bench-").FullName;
        var config = Path.Combine(folder, "config");
        House.Write(config);
        await using var house = await House.BuildAsync(Path.Combine(folder, "w.db"));
        await house.GetRequiredService<Desk>().HearAsync(House.Ana, House.Command(0), "watchers:0", CancellationToken.None);
        return (folder, config);
    }
}
