using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Alerts;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Benchmarks;

/// <summary>Alerts accepted durably: a hundred to a message, and one to a message, each message on the disk before it counts.</summary>
internal static class AlertBenchmark
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(TextWriter output)
    {
        foreach (var size in new[] { 100, 1 })
        {
            var folder = Directory.CreateTempSubdirectory("chatops-bench-").FullName;
            try
            {
                await using var house = await House.BuildAsync(Path.Combine(folder, "a.db"));
                var alerts = house.GetRequiredService<AlertEngine>();
                var next = 0;
                var watch = Stopwatch.StartNew();
                await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
                {
                    while (watch.Elapsed < Round) await alerts.TakeAsync(Message(Interlocked.Increment(ref next), size), CancellationToken.None);
                })));
                var rate = next / watch.Elapsed.TotalSeconds;
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"alerts: {rate * size:N0} alerts/s accepted durably, {size} to a message ({rate:N0} messages/s)"));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Alerts of one of fifty services that fire, and in the next message of it are over.</summary>
    private static AlertReading.Taken Message(int number, int size)
    {
        var (service, round) = (number % 50, number / 50);
        var at = DateTimeOffset.UnixEpoch.AddYears(56).AddSeconds(round);
        return new AlertReading.Taken($"bench:{number}", [.. Enumerable.Range(0, size).Select(one => new Alert("alertmanager", $"{service}-{one}", "Down", round % 2 == 0, Severity.Warning, at, at)
        {
            Service = $"svc{service}", Environment = "staging", Summary = "It is down.", Labels = ImmutableSortedDictionary<string, string>.Empty.Add("alertname", "Down").Add("service", $"svc{service}").Add("pod", $"svc{service}-{one}"),
        })]);
    }
}
