using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>Whether the gates that a soak watches are there, and can be judged before it is over.</summary>
internal static class LintGates
{
    /// <summary>Samples of one gate in one soak beyond which a run's history grows out of hand.</summary>
    private const int MostSamples = 2_000;

    /// <param name="steps">As a run in this place would walk them.</param>
    public static void Look(Service service, ServiceEnvironment environment, Runbook runbook, ImmutableArray<Step> steps, Findings findings)
    {
        foreach (var soak in steps.OfType<Soak>())
        {
            var at = findings.At($"runbook:{runbook.Name}:{soak.Id}", $"runbook:{runbook.Name}");
            foreach (var name in soak.Watches.Where(name => name is not (Soak.All or Soak.Usual) && !soak.Gates.Any(gate => gate.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) && !findings.Knows($"service:{service.Name}/{environment.Name}:gate:{name}")))
                findings.ErrorAt(at, "gate-unknown", $"{service.Name} has no gate {name} in {environment.Name}, and {runbook.Name} watches it.", null, Lint.Meant(name, environment.Gates.Select(gate => gate.Name)));
            if (soak is { WatchAfter: not null, Watches.IsEmpty: false, Gates.IsEmpty: true })
                findings.WarnAt(at, "watch-blind", $"Nothing is watched behind {runbook.Name}: {service.Name} has no gates in {environment.Name}.", null, "Write gates: in the service's file.");
            foreach (var gate in soak.Gates.Where(gate => environment.Gates.Any(own => own.Name == gate.Name))) Judged(service, environment, runbook, soak, gate, findings);
        }
    }

    private static void Judged(Service service, ServiceEnvironment environment, Runbook runbook, Soak soak, Gate gate, Findings findings)
    {
        var at = findings.At($"service:{service.Name}/{environment.Name}:gate:{gate.Name}");
        var (every, length) = (gate.Schedule(soak.Length), Words.Duration(soak.Length));
        if (gate.For > soak.Length)
            findings.WarnAt(at, "gate-too-slow", $"{gate.Name} trips after {Words.Duration(gate.For)}, but {runbook.Name} soaks for {length}.", "It can't trip before the soak's time is over: the soak goes on past it while the gate is past its limit.", "Shorten for:, or soak longer.");
        else if (every * Math.Max(0, gate.MinSamples - 1) > soak.Length)
            findings.WarnAt(at, "gate-too-slow", $"{gate.Name} needs {gate.MinSamples} samples, {Words.Duration(every)} apart, but {runbook.Name} soaks for {length}.", "It can't be judged before the soak's time is over: the soak goes on until it is.", "Ask for fewer or more often, or soak longer.");
        if (soak.Length / every > MostSamples)
            findings.ErrorAt(at, "gate-too-often", $"{gate.Name} would be asked {soak.Length / every:0} times while {runbook.Name} soaks.", "Every answer is kept with the run.", $"Ask at most {MostSamples} times.");
        if (soak.WatchAfter is { } after && after / gate.Schedule(after) > MostSamples)
            findings.ErrorAt(at, "gate-too-often", $"{gate.Name} would be asked {after / gate.Schedule(after):0} times behind {runbook.Name}.", "Every answer is kept with the run.", $"Ask at most {MostSamples} times, or watch for a shorter time.");
        if (gate.Query.Source == "simulated" && !environment.Target.IsSimulated)
            findings.ErrorAt(at, "simulated-gate", $"{gate.Name} is made up, and {service.Name} in {environment.Name} is real.", null, "Ask a real source.");
        if (Lint.SeemsSecret(gate.Says()))
            findings.WarnAt(at, "secret-in-text", $"The gate {gate.Name} seems to hold a secret.", "Everybody who sees the plan could read it.", "Name it as {secret:NAME} in headers, and replace it where it is valid.");
    }
}
