using System.Diagnostics;

namespace ChatOps.Testing;

/// <summary>A server program of the field that a test starts for itself, in a folder of its own, on a free port of this machine.</summary>
internal static class RealServer
{
    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    public static Process Start(string program, string folder, params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;

        // Nobody reads what it says; unread, it would stop when the pipe is full.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Returns when it answers that it is ready.</summary>
    /// <exception cref="TimeoutException">It did not within <paramref name="patience"/>.</exception>
    public static async Task ReadyAsync(string name, Process process, Uri address, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = address };
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

            if (waited.Elapsed > patience) throw new TimeoutException($"{name} did not start.");
            await Task.Delay(20, cancellationToken);
        }
    }

    public static async Task StopAsync(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
