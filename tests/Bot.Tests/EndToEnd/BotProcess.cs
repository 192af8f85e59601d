using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ChatOps.Testing;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The real program in a process of its own, on a free port of loopback.</summary>
public sealed class BotProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> lines = new();
    private readonly Process process;

    private BotProcess(Process process, Uri address)
    {
        this.process = process;
        Address = address;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public Uri Address { get; }

    public int Id => process.Id;

    /// <summary>What it printed so far.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Starts the program and waits until it is ready to serve.</summary>
    public static async Task<BotProcess> StartAsync(string folder, IReadOnlyDictionary<string, string?> settings, int? port = null, params string[] arguments)
    {
        var bot = Launch(folder, settings, port ?? Loopback.FreePort(), arguments);
        await bot.ReadyAsync();
        return bot;
    }

    /// <summary>Starts the program and does not wait.</summary>
    public static BotProcess Launch(string folder, IReadOnlyDictionary<string, string?> settings, int port, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Program());
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (key, value) in settings) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        var address = new Uri($"http://127.0.0.1:{port}");
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        start.Environment["DOTNET_TieredPGO"] = "0";
        var bot = new BotProcess(Process.Start(start)!, address);
        bot.process.BeginOutputReadLine();
        bot.process.BeginErrorReadLine();
        return bot;
    }

    /// <summary>Waits until it knows where a run's card is, which the answer to the post says. People who write below the card are slower than that.</summary>
    public Task CardKnownAsync(long run = 1) => Eventually.TrueAsync(async () => (await NewClient().GetStringAsync($"runs/{run}")).Contains("Card posted", StringComparison.Ordinal));

    public HttpClient NewClient() => new() { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };

    public async Task ReadyAsync()
    {
        using var http = NewClient();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (process.HasExited) throw new InvalidOperationException($"The bot ended with {process.ExitCode}:\n{Output}");
            try
            {
                using var answer = await http.GetAsync("/health/ready");
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            if (watch.Elapsed > Patience) throw new TimeoutException($"The bot was not ready within {Patience}:\n{Output}");
            await Task.Delay(20);
        }
    }

    /// <summary>Kills it as a power cut would (SIGKILL), and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Waits until it ends by itself.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    /// <summary>Memory it holds, in bytes.</summary>
    public long Resident()
    {
        process.Refresh();
        return process.WorkingSet64;
    }

    /// <summary>The most memory it ever held, in bytes; what it holds now where the system does not tell.</summary>
    public long MostResident()
    {
        var status = $"/proc/{process.Id}/status";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(one => one.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        return line is null ? Resident() : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Processor time it has used so far.</summary>
    public TimeSpan Spent()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }

    /// <summary>The program as it was built beside these tests.</summary>
    private static string Program()
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        return Path.Combine(Repository.Root, "src", "Bot", "bin", configuration, "net10.0", "chatops.dll");
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lines.Enqueue(line);
        if (lines.Count > 5_000) lines.TryDequeue(out _);
    }
}
