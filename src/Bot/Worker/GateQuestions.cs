using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Asks the sources of gates, and says why where nobody could be asked.</summary>
internal sealed class GateQuestions(RunEngine engine, IEnumerable<IGateSource> sources, Targets targets, IConfiguration settings)
{
    /// <summary>How much of the time before the change is looked at, at the least.</summary>
    private static readonly TimeSpan LeastPast = TimeSpan.FromMinutes(1);

    private const int PastPoints = 60;

    private readonly ImmutableArray<IGateSource> all = [.. sources];

    /// <summary>One sample, and where people look closer.</summary>
    public async Task<(GateSample Sample, Uri? Link)> AskAsync(RunState run, Gate gate, CancellationToken cancellationToken)
    {
        if (all.FirstOrDefault(source => source.Name == gate.Query.Source) is not { } source) return (Unknown($"nothing here asks {gate.Query.Source}: its settings are missing."), null);
        if (Question(run, gate) is not { } question) return (Unknown("a header names a secret that the settings do not have: set Http:Secrets:NAME."), null);
        if (question.Query.AsksForPods)
        {
            var (asked, why) = await WithPodsAsync(run, gate, question, cancellationToken);
            if (asked is null) return (Unknown(why), null);
            question = asked;
        }

        var reading = await source.ReadAsync(question, cancellationToken);
        var baseline = question.Query.Baseline is { } beside ? await source.ReadAsync(question with { Query = question.Query with { Text = beside } }, cancellationToken) : null;
        return (Sample(gate, reading, baseline), reading.Link);
    }

    /// <summary>The time before the change; null where nobody can be asked.</summary>
    public async Task<GatePast?> PastAsync(RunState run, Soak soak, Gate gate, CancellationToken cancellationToken)
    {
        if (all.FirstOrDefault(source => source.Name == gate.Query.Source) is not { } source || Question(run, gate) is not { } question) return null;
        var every = gate.Schedule(soak.Length);
        var length = soak.Length > LeastPast ? soak.Length : LeastPast;

        // As many points as the gate needs for a verdict, or as the chart can show.
        if (gate.Compare == Compare.Before && every * gate.MinSamples * 2 > length) length = every * gate.MinSamples * 2;
        var step = length / PastPoints > every ? length / PastPoints : every;
        var past = await source.ReadPastAsync(question, question.Since - length, question.Since, step, cancellationToken);
        return past with { Points = [.. past.Points.TakeLast(GateTrack.Kept).Select(point => point with { Value = point.Value * gate.Query.Scale })] };
    }

    /// <summary>The question with the names of pods as they are now; null where nobody can tell them, and why.</summary>
    private async Task<(GateQuestion? Question, string Why)> WithPodsAsync(RunState run, Gate gate, GateQuestion question, CancellationToken cancellationToken)
    {
        var looked = await targets.For(run.Opened.Target).PodNamesAsync(run.Opened.Target, question.Version, cancellationToken);
        if (looked is not Outcome<PodNames>.Done { Value: var pods }) return (null, looked switch { Outcome<PodNames>.Later later => later.Why, Outcome<PodNames>.Never never => never.Fault.Why, _ => "" });
        var beside = question.Query.Baseline ?? (gate.Compare == Compare.Canary ? question.Query.Text : null);
        if (pods.New is null) return (null, $"no pod runs {question.Version} now.");
        if (beside?.Contains(GateQuery.Pods, StringComparison.Ordinal) == true && pods.Stable is null) return (null, $"no pod runs another version than {question.Version} now.");
        var query = question.Query with { Text = question.Query.Text.Replace(GateQuery.Pods, pods.New, StringComparison.Ordinal), Baseline = beside?.Replace(GateQuery.Pods, pods.Stable ?? "", StringComparison.Ordinal) };
        return (question with { Query = query }, "");
    }

    /// <summary>What the number is compared with counts as much as the number: where either is not known, the sample is not.</summary>
    private GateSample Sample(Gate gate, GateReading reading, GateReading? beside)
    {
        var scale = gate.Query.Scale;
        if (beside is { Value: null }) reading = GateReading.Unknown($"the stable pods: {beside.Why}");
        return new GateSample(engine.Now, reading.Value * scale, reading.Value is null ? reading.Why : null, (beside?.Value ?? reading.Baseline) * scale) { Of = reading.Of, BaselineOf = reading.BaselineOf, Says = reading.Says };
    }

    /// <summary>The question with secrets filled in, which are kept nowhere; null when one is missing.</summary>
    private GateQuestion? Question(RunState run, Gate gate)
    {
        if (GateSecrets.Fill(settings, gate.Query) is not { } query) return null;
        var changed = run.Steps.FirstOrDefault(step => step is { Step.Changes: true, BeganAt: not null }) ?? run.Steps.FirstOrDefault(step => step is { Step: Soak, BeganAt: not null });
        return new GateQuestion(run.Id, query, run.Site.Service, run.Site.Environment, run.Plan.Version, run.BackTo ?? run.Plan.FromVersion, changed?.BeganAt ?? engine.Now)
        {
            Unit = gate.Unit,
            Compared = gate.Compare != Compare.Nothing,
        };
    }

    private GateSample Unknown(string why) => new(engine.Now, null, why);
}
