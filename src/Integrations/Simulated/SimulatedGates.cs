using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;

namespace ChatOps.Integrations.Simulated;

/// <summary>
/// Made-up numbers of simulated targets: good and a little restless, until a version that contains <c>leaky</c> runs. Then error rate and latency climb, a few
/// seconds after it came up, so that its checks still pass.
/// </summary>
public sealed class SimulatedGates(SimulatedTargets targets, TimeProvider time) : IGateSource
{
    private static readonly TimeSpan UntilItLeaks = TimeSpan.FromSeconds(4), UntilItIsFull = TimeSpan.FromSeconds(8);

    public string Name => "simulated";

    public async Task<GateReading> ReadAsync(GateQuestion question, CancellationToken cancellationToken)
    {
        var (version, since) = await targets.RunningAsync(new Target.Simulated($"{question.Service}/{question.Environment}", 1, question.FromVersion ?? ""), cancellationToken);
        var now = time.GetUtcNow();
        var leak = version.Contains("leaky", StringComparison.OrdinalIgnoreCase) ? Math.Clamp((now - since - UntilItLeaks) / UntilItIsFull, 0, 1) : 0;
        return question.Query.Text switch
        {
            "absent" => GateReading.Unknown("there is no such series (simulated)."),
            "flapping" => GateReading.Known(now.Second / 2 % 2 == 0 ? 0.002 : 0.2),
            _ => GateReading.Known(At(question, now, leak)),
        };
    }

    public Task<GatePast> ReadPastAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        if (question.Query.Text is not ("error-rate" or "latency") || step <= TimeSpan.Zero) return Task.FromResult(GatePast.Unknown("nothing is known of before the change (simulated)."));
        var points = ImmutableArray.CreateBuilder<GatePoint>();
        for (var at = from; at < to && points.Count < GateTrack.Kept; at += step) points.Add(new GatePoint(at, At(question, at, 0)));
        return Task.FromResult(new GatePast(points.ToImmutable(), null));
    }

    /// <param name="leak">How far it has gone wrong, from 0 to 1.</param>
    private static double At(GateQuestion question, DateTimeOffset at, double leak) => question.Query.Text == "latency"
        ? 0.15 + (0.05 * Restless(question, at)) + (1.1 * leak)
        : 0.002 + (0.004 * Restless(question, at)) + (0.14 * leak);

    /// <summary>From 0 to 1, alike for the same second: a made-up past looks the same whenever it is read.</summary>
    private static double Restless(GateQuestion question, DateTimeOffset at)
    {
        var hash = 2166136261u;
        foreach (var letter in question.Service + question.Query.Text + at.ToUnixTimeSeconds()) hash = (hash ^ letter) * 16777619u;
        return (hash >> 8) % 1000 / 999d;
    }
}
