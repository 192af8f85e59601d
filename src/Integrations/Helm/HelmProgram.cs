using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ChatOps.Integrations.Helm;

/// <summary>What a run of the program came to.</summary>
/// <param name="Exit">Null when it was ended, since its time was up.</param>
/// <param name="Out">The beginning of what it wrote.</param>
/// <param name="Errors">The end of what it complained of.</param>
internal sealed record HelmRun(int? Exit, string Out, string Errors);

/// <summary>Runs the <c>helm</c> program: no shell, bounded output, a limit of time, and ended with everything that it started.</summary>
internal static class HelmProgram
{
    private const int LongestOut = 4 * 1024 * 1024;
    private const int LongestErrors = 16 * 1024;
    private const int LongestLine = 2_000;

    /// <param name="input">What it reads from its standard input; null = nothing.</param>
    /// <param name="said">Told each line of its standard error.</param>
    /// <exception cref="HelmMissingException">There is no such program, or it can't be started.</exception>
    public static async Task<HelmRun> RunAsync(string program, IEnumerable<string> arguments, string? input, TimeSpan limit, Func<string, Task> said, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Start(start, program);
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            var output = ReadAsync(process.StandardOutput, either.Token);
            var errors = ListenAsync(process.StandardError, said, either.Token);
            await WriteAsync(process, input, either.Token);
            await Task.WhenAll(output, errors);
            await process.WaitForExitAsync(either.Token);
            return new HelmRun(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HelmRun(null, "", "");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(ProcessStartInfo start, string program)
    {
        try
        {
            return Process.Start(start) ?? throw new HelmMissingException(program);
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException)
        {
            throw new HelmMissingException(program, e);
        }
    }

    private static async Task WriteAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read its values: how it ended says why.
        }
    }

    private static async Task<string> ReadAsync(StreamReader from, CancellationToken cancellationToken)
    {
        var (text, buffer) = (new StringBuilder(), new char[8192]);
        while (await from.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            // The rest is read, so that the program can end, and forgotten.
            if (text.Length < LongestOut) text.Append(buffer, 0, Math.Min(read, LongestOut - text.Length));
        }

        return text.ToString();
    }

    private static async Task<string> ListenAsync(StreamReader from, Func<string, Task> said, CancellationToken cancellationToken)
    {
        var (kept, line, buffer) = (new StringBuilder(), new StringBuilder(), new char[4096]);
        while (await from.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            foreach (var sign in buffer.AsMemory(0, read).ToArray())
            {
                if (sign != '\n')
                {
                    if (line.Length < LongestLine) line.Append(sign);
                    continue;
                }

                await EndAsync();
            }
        }

        if (line.Length > 0) await EndAsync();
        return kept.ToString();

        async Task EndAsync()
        {
            var whole = line.ToString().TrimEnd('\r');
            line.Clear();
            kept.Append(whole).Append('\n');
            if (kept.Length > LongestErrors) kept.Remove(0, kept.Length - LongestErrors);
            await said(whole);
        }
    }
}

/// <summary>There is no helm program, or it can't be started.</summary>
internal sealed class HelmMissingException : Exception
{
    public HelmMissingException() { }

    public HelmMissingException(string program) : base(program) { }

    public HelmMissingException(string program, Exception inner) : base(program, inner) { }
}
