using System.Collections.Immutable;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;

namespace ChatOps.Runbooks.Cards;

/// <summary>One gate's numbers over time, for whoever draws them.</summary>
/// <param name="Says">The last number, the limit and the verdict, in words: what a drawing alone does not tell everybody.</param>
/// <param name="Points">Oldest first; a null value is a gap.</param>
/// <param name="ChangedAt">When the change began.</param>
public sealed record GateChart(string Name, string Says, Tone Tone, GateUnit Unit, ImmutableArray<ChartPoint> Points, double? Limit, double? Warn, DateTimeOffset ChangedAt)
{
    public Uri? Link { get; init; }
}

public sealed record ChartPoint(DateTimeOffset At, double? Value);

/// <summary>Makes the charts of a run: the time before the change and the soak behind it.</summary>
public static class GateCharts
{
    public static ImmutableArray<GateChart> Of(RunState run)
    {
        if (GateLines.Of(run) is not { } watched) return [];
        var changed = run.Steps.FirstOrDefault(step => step is { Step.Changes: true, BeganAt: not null })?.BeganAt ?? watched.Step.BeganAt ?? run.OpenedAt;
        return [.. watched.Soak.Gates.Select((gate, at) => Chart(gate, watched.State.Tracks[at], changed))];
    }

    private static GateChart Chart(Gate gate, GateTrack track, DateTimeOffset changed) => new(
        gate.Name, $"{GateJudge.ValueInWords(gate, track)} (limit: {gate.LimitInWords}) – {GateJudge.Says(gate, track)}{(track.Compared is { Verdict: not ComparisonVerdict.TooFew } compared ? $". Compared: {compared.Says()}" : "")}",
        GateLines.ToneOf(track.Verdict), gate.Unit,
        [.. track.Past.Select(point => new ChartPoint(point.At, point.Value)), .. track.Samples.Select(sample => new ChartPoint(sample.At, sample.Value))],
        gate.Limit?.Number, gate.Warn?.Number, changed) { Link = gate.Link ?? track.Link };
}
