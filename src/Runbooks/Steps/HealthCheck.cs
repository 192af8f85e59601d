using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that asks every health address of the place, one after the other, and passes when all are well.</summary>
/// <param name="Probes">Copied from the service when the run is planned.</param>
public sealed record HealthCheck(StepId Id, string Title, ImmutableArray<HealthProbe> Probes) : Step(Id, Title)
{
    /// <param name="Probe">Which is being asked, from 0.</param>
    /// <param name="Last">The last answer, in words.</param>
    public sealed record State(int Probe, int Try, string? Last, bool Healthy) : StepState;

    /// <summary>Whether it looks at what was brought up beside, before traffic goes there.</summary>
    public bool Preview { get; init; }

    public override string Kind => "check";

    public override string Says() => Probes.IsEmpty
        ? "no health address is configured: passes by itself"
        : string.Join("; ", Probes.Select(Describe));

    public override Step For(PlanContext plan) => this with { Title = plan.Fill(Title), Probes = Preview ? plan.Environment.Preview : plan.Environment.Health };

    public override StepDecision Begin(StepContext context) => Probes.IsEmpty
        ? StepDecision.Accept(new StepPassed())
        : StepDecision.Nothing.And(new AskHealth(0, 1), context.Now);

    public override StepState Begun(StepContext context) => new State(0, 1, null, false);

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context)
    {
        var s = (State)state;
        if (command is not ProbeAnswered c || c.Probe != s.Probe || c.Try != s.Try) return StepDecision.Nothing;
        var probed = new Probed(c.Probe, c.Try, c.Answer.Healthy, c.Answer.Says);
        var probe = Probes[c.Probe];
        return c.Answer.Healthy switch
        {
            true when c.Probe + 1 == Probes.Length => StepDecision.Accept(probed, new StepPassed()),
            true => StepDecision.Accept(probed).And(new AskHealth(c.Probe + 1, 1), context.Now),
            false when c.Try < probe.Tries => StepDecision.Accept(probed).And(new AskHealth(c.Probe, c.Try + 1), context.Now + probe.Interval),
            false => StepDecision.Accept(probed, new StepFailed(new Fault(
                "unhealthy", $"{probe.Url} is not healthy after {Words.Count(probe.Tries, "try", "tries")}: {c.Answer.Says}.", "Look at the service's own logs, then retry or roll back."))),
        };
    }

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at) => what is Probed e
        ? new State(e.Healthy ? e.Probe + 1 : e.Probe, e.Healthy ? 1 : e.Try + 1, e.Says, e.Healthy)
        : state;

    public override StepDecision Resume(StepState state, StepContext context) =>
        StepDecision.Nothing.And(new AskHealth(((State)state).Probe, ((State)state).Try), context.Now);

    private static string Describe(HealthProbe probe) =>
        $"{probe.Url} answers {probe.Status}{string.Concat(probe.Json.Select(field => $" with {field.Key} = {field.Value}"))}{(probe.Headers is { IsEmpty: false } headers ? $" to {string.Join(", ", headers.Select(header => $"{header.Key}: {header.Value}"))}" : "")}, "
        + $"{Words.Count(probe.Tries, "try", "tries")}, {Words.Duration(probe.Interval)} apart, {Words.Duration(probe.Timeout)} each";
}
