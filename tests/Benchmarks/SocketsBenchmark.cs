using System.Diagnostics;
using System.Globalization;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Slack;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Benchmarks;

/// <summary>What a connection of Socket Mode holds in memory. One is too small to be seen in a whole process: many are opened, in a process that has nothing else to do.</summary>
internal static class SocketsBenchmark
{
    /// <summary>The first ones bring what all share, and are not counted.</summary>
    private const int First = 20, Counted = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(TextWriter output)
    {
        await using var slack = await SlackStandIn.StartAsync();

        // The connections' other ends are here, and they in another process: only one side is to be measured.
        var start = new ProcessStartInfo("dotnet", [typeof(SocketsBenchmark).Assembly.Location, "connect"]) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (key, value) in slack.SocketSettings) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        using var process = Process.Start(start)!;
        await output.WriteAsync(await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
    }

    /// <summary>The side that connects.</summary>
    public static async Task ConnectAsync(TextWriter output)
    {
        await using var services = new ServiceCollection().AddLogging().AddSlack(new ConfigurationBuilder().AddEnvironmentVariables().Build()).BuildServiceProvider();
        using var limit = new CancellationTokenSource(Patience);
        var (client, open) = (services.GetRequiredService<SlackClient>(), new List<Task>());
        await ConnectAsync(client, open, First, limit.Token);
        var before = Held();
        await ConnectAsync(client, open, Counted, limit.Token);
        var after = Held();
        var ended = open.Count(one => one.IsCompleted);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"sockets: a connection of Socket Mode holds {(after.Managed - before.Managed) / Counted / 1024.0:0.0} KB on the managed heap, {(after.Private - before.Private) / Counted / 1024.0:0.0} KB of private memory ({Counted} more beside {First}, {ended} ended)"));
    }

    private static async Task ConnectAsync(SlackClient client, List<Task> open, int count, CancellationToken cancellationToken)
    {
        for (var number = 0; number < count; number++)
        {
            if (await client.ConnectAsync(cancellationToken) is not Outcome<SlackSocket>.Done { Value: var socket }) throw new InvalidOperationException("The connection could not be opened.");
            if (await socket.ReadAsync(cancellationToken) is not SlackFrame.Hello) throw new InvalidOperationException("The connection was not greeted.");
            open.Add(ListenAsync(socket));
        }
    }

    /// <summary>As the bot waits for what comes.</summary>
    private static async Task ListenAsync(SlackSocket socket)
    {
        while (await socket.ReadAsync(CancellationToken.None) is not null) { }
    }

    private static (long Managed, long Private) Held()
    {
        for (var round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return (GC.GetTotalMemory(forceFullCollection: true), Private());
    }

    /// <summary>Pages of this process alone, as Linux counts them; shared libraries are not in it.</summary>
    private static long Private() => 1024 * File.ReadLines("/proc/self/smaps_rollup").Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
}
