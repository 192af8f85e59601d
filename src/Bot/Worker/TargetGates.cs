using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Gates that are asked of the run's own target: how the version's pods do.</summary>
internal sealed class PodGates(RunEngine engine, Targets targets) : IGateSource
{
    public string Name => "kubernetes";

    public async Task<GateReading> ReadAsync(GateQuestion question, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(question.Run, cancellationToken) is not { } run) return GateReading.Unknown("the run is not known.");
        return await targets.For(run.Opened.Target).PodsAsync(run.Opened.Target, question.Version, question.Since, cancellationToken) switch
        {
            Outcome<PodsSeen>.Done { Value.Pods: 0 } => GateReading.Unknown($"no pod runs {question.Version}."),
            Outcome<PodsSeen>.Done { Value: var seen } => question.Query.Text switch
            {
                "restarts" => GateReading.Known(seen.Restarts) with { Says = seen.Says },
                "out-of-memory" => GateReading.Known(seen.OutOfMemory) with { Says = seen.Says },
                _ when seen.Wanted == 0 => GateReading.Unknown($"no replica of {question.Version} is wanted."),
                _ => GateReading.Known(Math.Min(1, (double)seen.Ready / seen.Wanted)) with { Says = $"{seen.Ready} of {seen.Wanted} ready" },
            },
            Outcome<PodsSeen>.Later later => GateReading.Unknown(later.Why),
            Outcome<PodsSeen>.Never never => GateReading.Unknown(never.Fault.Why),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }

    public Task<GatePast> ReadPastAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        Task.FromResult(GatePast.Unknown("a cluster keeps no numbers of before the change."));
}

/// <summary>The health addresses of the place: 1 while all answer well, else 0.</summary>
internal sealed class HealthGates(RunEngine engine, Targets targets, Func<Configuration> configuration) : IGateSource
{
    public string Name => "health";

    public async Task<GateReading> ReadAsync(GateQuestion question, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(question.Run, cancellationToken) is not { } run) return GateReading.Unknown("the run is not known.");
        if (configuration().Service(question.Service)?.Environment(question.Environment) is not { Health.IsEmpty: false } place) return GateReading.Unknown("no health address is configured.");
        var target = targets.For(run.Opened.Target);
        var answers = await Task.WhenAll(place.Health.Select(async probe => (probe, await target.ProbeAsync(run.Opened.Target, probe, cancellationToken))));
        var (first, ill) = answers.FirstOrDefault(one => !one.Item2.Healthy);
        return ill is null ? GateReading.Known(1) : GateReading.Known(0) with { Says = $"{first.Url.Host}{first.Url.AbsolutePath}: {ill.Says}", Link = first.Url };
    }

    public Task<GatePast> ReadPastAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        Task.FromResult(GatePast.Unknown("health was not asked before the change."));
}

/// <summary>How many alerts that name the service fire, and began to since the change.</summary>
internal sealed class AlertGates(AlertEngine alerts, BotAddress address) : IGateSource
{
    public string Name => "alerts";

    public async Task<GateReading> ReadAsync(GateQuestion question, CancellationToken cancellationToken)
    {
        var firing = await alerts.FiringAsync(question.Service, question.Environment, question.Since, question.Query.Text == "critical", cancellationToken);
        if (firing.IsEmpty) return GateReading.Known(0);
        return GateReading.Known(firing.Length) with
        {
            Says = string.Join(", ", firing.Take(3).Select(group => $"{group.Began.What} ({group.Id})")),
            Link = address.Public is { } url ? new Uri(url, $"alerts/{firing[0].Id}") : null,
        };
    }

    public Task<GatePast> ReadPastAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        Task.FromResult(GatePast.Unknown("alerts of before the change are not counted."));
}
