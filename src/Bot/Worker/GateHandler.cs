using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Bot.Worker;

/// <summary>Asks a gate's source for one sample; with the first, also for the time before the change.</summary>
internal sealed class GateHandler(RunEngine engine, IEnumerable<IGateSource> sources, IConfiguration settings) : StepHandler(engine)
{
    /// <summary>How much of the time before the change is looked at, at the least.</summary>
    private static readonly TimeSpan LeastPast = TimeSpan.FromMinutes(1);

    private const int PastPoints = 60;

    private readonly ImmutableArray<IGateSource> all = [.. sources];

    public override ImmutableArray<string> Kinds => [RunWork.GateKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        var (ask, run) = ((AskGate)errand.Wanted.Order, errand.Run);
        if (run.Status == RunStatus.Paused || errand.Step is not { Step: Soak soak, State: Soak.State state } || ask.Gate >= soak.Gates.Length) return new Done.Finished();
        var gate = soak.Gates[ask.Gate];
        if (all.FirstOrDefault(source => source.Name == gate.Query.Source) is not { } source)
            return await ReportAsync(errand, Unknown(ask, $"nothing here asks {gate.Query.Source}: its settings are missing."), cancellationToken);
        if (Question(errand, gate) is not { } question)
            return await ReportAsync(errand, Unknown(ask, "a header names a secret that the settings do not have: set Http:Secrets:NAME."), cancellationToken);
        var reading = await source.ReadAsync(question, cancellationToken);
        var baseline = gate.Query.Baseline is { } beside ? await source.ReadAsync(question with { Query = question.Query with { Text = beside } }, cancellationToken) : null;
        var past = ask.Round == 0 && state.Tracks[ask.Gate].Past.IsEmpty ? await PastAsync(source, question, soak, gate, cancellationToken) : null;
        return await ReportAsync(errand, new GateAnswered(ask.Gate, ask.Round, Sample(gate, reading, baseline), reading.Link, past), cancellationToken);
    }

    /// <summary>What the number is compared with counts as much as the number: where either is not known, the sample is not.</summary>
    private GateSample Sample(Gate gate, GateReading reading, GateReading? beside)
    {
        var scale = gate.Query.Scale;
        if (beside is { Value: null }) reading = GateReading.Unknown($"the stable pods: {beside.Why}");
        return new GateSample(Engine.Now, reading.Value * scale, reading.Value is null ? reading.Why : null, (beside?.Value ?? reading.Baseline) * scale) { Of = reading.Of, BaselineOf = reading.BaselineOf };
    }

    private static async Task<GatePast> PastAsync(IGateSource source, GateQuestion question, Soak soak, Gate gate, CancellationToken cancellationToken)
    {
        var every = gate.Schedule(soak.Length);
        var length = soak.Length > LeastPast ? soak.Length : LeastPast;

        // As many points as the gate needs for a verdict, or as the chart can show.
        if (gate.Compare == Compare.Before && every * gate.MinSamples * 2 > length) length = every * gate.MinSamples * 2;
        var step = length / PastPoints > every ? length / PastPoints : every;
        var past = await source.ReadPastAsync(question, question.Since - length, question.Since, step, cancellationToken);
        return past with { Points = [.. past.Points.TakeLast(GateTrack.Kept).Select(point => point with { Value = point.Value * gate.Query.Scale })] };
    }

    /// <summary>The question with secrets filled in, which are kept nowhere; null when one is missing.</summary>
    private GateQuestion? Question(Errand errand, Gate gate)
    {
        var run = errand.Run;
        if (GateSecrets.Fill(settings, gate.Query) is not { } query) return null;
        var changed = run.Steps.FirstOrDefault(step => step is { Step.Changes: true, BeganAt: not null }) ?? errand.Step;
        return new GateQuestion(run.Id, query, run.Site.Service, run.Site.Environment, run.Plan.Version, run.BackTo ?? run.Plan.FromVersion, changed.BeganAt ?? Engine.Now)
        {
            Unit = gate.Unit,
            Compared = gate.Compare != Compare.Nothing,
        };
    }

    private GateAnswered Unknown(AskGate ask, string why) => new(ask.Gate, ask.Round, new GateSample(Engine.Now, null, why));
}
