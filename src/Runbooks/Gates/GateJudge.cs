using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Gates;

/// <summary>Judges a gate by its samples: pure, one sample at a time.</summary>
/// <remarks>
/// A comparison is looked at with every sample. So many looks would find a difference by chance sooner or later, so before the end only overwhelming evidence counts
/// (p below 0.001), and the level that the gate states only at the last look: the boundary of Haybittle (1971) and Peto (1976) for trials that may be stopped early.
/// </remarks>
public static class GateJudge
{
    /// <summary>How sure a comparison must be before the end.</summary>
    public const double SureEarly = 0.999;

    public const string Tripped = "gate-tripped", Silent = "gate-unknown";

    /// <summary>How a gate stands after one more sample.</summary>
    public static GateTrack Add(Gate gate, GateTrack track, GateSample sample)
    {
        var next = track with { Round = track.Round + 1, Samples = Keep(track, sample) };
        if (track.Verdict == GateVerdict.Tripped) return next;
        return sample.Value is { } value ? Known(gate, next, sample, value) : Unknown(gate, next, sample);
    }

    /// <summary>Why the gate fails its step now; null when it does not.</summary>
    public static Fault? Fault(Gate gate, GateTrack track) => track switch
    {
        { Verdict: GateVerdict.Tripped } => new Fault(Tripped, $"{gate.Name} is {ValueInWords(gate, track)}: {Breach(gate, track)}.", "Look at what the new version does, then roll back or retry.") { Link = gate.Link ?? track.Link },
        { UnknownSince: { } since, Last: { } last } when gate.OnUnknown == OnUnknown.Fail && last.At - since >= gate.For && track.Unknowns >= InARow(gate) => NotKnown(gate, track) with { Code = Silent },
        _ => null,
    };

    /// <summary>How it stands when the time of its soak is over: a comparison is judged by what the gate itself asks for.</summary>
    public static GateTrack AtEnd(Gate gate, GateTrack track)
    {
        if (gate.Compare == Compare.Nothing || track.Verdict == GateVerdict.Tripped) return track;
        var compared = Compared(gate, track, gate.Confidence);
        return track with { Compared = compared, Verdict = compared.Verdict == ComparisonVerdict.Worse ? GateVerdict.Tripped : track.Verdict };
    }

    /// <summary>Why a comparison at the end neither says worse nor lets one rest; null when it is clear.</summary>
    /// <remarks>Between the gate's own confidence and five times its doubt: by 98% that is from 90% on. By chance alone it is there in 8 of 100 soaks, so it asks and never decides.</remarks>
    public static Fault? Doubt(Gate gate, GateTrack track) => gate.Compare != Compare.Nothing && track.Compared is { Verdict: ComparisonVerdict.NotWorse } compared && compared.Confidence >= Math.Max(0.5, 1 - (5 * (1 - gate.Confidence)))
        ? new Fault(FaultCodes.Inconclusive, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{gate.Name} is inconclusive at {ValueInWords(gate, track)}: {compared.Says()}, and it takes {gate.Confidence * 100:0.##}%."), "Look at the numbers: skip to go on, retry to soak once more, or roll back.") { Link = gate.Link ?? track.Link }
        : null;

    /// <summary>Whether its soak may end: it was judged, and it is not past its limit now.</summary>
    public static bool IsSettled(Gate gate, GateTrack track) => track.Verdict switch
    {
        GateVerdict.Ok or GateVerdict.Warn => gate.OnUnknown == OnUnknown.Ignore || (track.Known >= InARow(gate) && track.Last?.Value is not null),
        GateVerdict.Unknown => gate.OnUnknown == OnUnknown.Ignore,
        _ => false,
    };

    /// <summary>What is missing, where the time is up and it was not judged.</summary>
    public static Fault NotKnown(Gate gate, GateTrack track) => new(
        FaultCodes.Inconclusive, $"{gate.Name} is not known: {Reason(gate, track)}.", $"Look at {gate.Query.Source}, then retry, skip with a reason, or roll back.") { Link = gate.Link ?? track.Link };

    /// <summary>The last number, in its unit; <c>unknown</c> where there is none.</summary>
    public static string ValueInWords(Gate gate, GateTrack track) => track.LastKnown is { } value ? new GateValue(value, gate.Unit).ToString() : "unknown";

    /// <summary>How it stands, in words.</summary>
    public static string Says(Gate gate, GateTrack track) => track.Verdict switch
    {
        GateVerdict.Unknown => $"unknown: {Reason(gate, track)}",
        GateVerdict.Ok => track.Last?.Value is null ? $"ok, but unknown now: {Reason(gate, track)}" : "ok",
        GateVerdict.Warn when track.Crossings > 1 => $"went past its limit {track.Crossings} times",
        GateVerdict.Warn => track.Last?.Value is { } now && gate.Warn is { } warn && gate.IsPast(now, warn) ? $"past what it warns at, {warn}" : "was past its limit",
        GateVerdict.Breaching => $"past its limit{(track.BreachSince is { } since && track.Last is { } last && last.At > since ? $" for {Words.Duration(last.At - since)}" : "")}",
        _ => "tripped",
    };

    private static GateTrack Known(Gate gate, GateTrack track, GateSample sample, double value)
    {
        track = track with { Known = track.Known + 1, Unknowns = 0, UnknownSince = null };
        if (gate.Compare != Compare.Nothing) track = track with { Compared = Compared(gate, track, Math.Max(gate.Confidence, SureEarly)) };
        var bad = (gate.Limit is { } limit && gate.IsPast(value, limit)) || track.Compared?.Verdict == ComparisonVerdict.Worse;
        if (!bad)
        {
            var warns = track.Crossings > 0 || (gate.Warn is { } warn && gate.IsPast(value, warn));
            var verdict = track.Compared?.Verdict == ComparisonVerdict.TooFew ? GateVerdict.Unknown : warns ? GateVerdict.Warn : GateVerdict.Ok;
            return track with { BreachSince = null, Breaches = 0, Verdict = verdict };
        }

        var since = track.BreachSince ?? sample.At;
        track = track with { BreachSince = since, Breaches = track.Breaches + 1, Crossings = track.Crossings + (track.BreachSince is null ? 1 : 0) };
        return track with { Verdict = sample.At - since >= gate.For && track.Breaches >= InARow(gate) ? GateVerdict.Tripped : GateVerdict.Breaching };
    }

    /// <summary>What is not known is never good: a breach before it goes on, and the verdict on a number that was good is no longer sure.</summary>
    private static GateTrack Unknown(Gate gate, GateTrack track, GateSample sample)
    {
        track = track with { Unknowns = track.Unknowns + 1, UnknownSince = track.UnknownSince ?? sample.At };
        return gate.OnUnknown == OnUnknown.Ignore || track.Verdict == GateVerdict.Breaching ? track : track with { Verdict = GateVerdict.Unknown };
    }

    /// <summary>Bad samples in a row that it takes; a comparison weighs many samples already.</summary>
    private static int InARow(Gate gate) => gate.Compare == Compare.Nothing ? Math.Max(1, gate.MinSamples) : 1;

    private static Comparison Compared(Gate gate, GateTrack track, double confidence)
    {
        if (track.Samples.LastOrDefault(sample => sample.Value is not null) is { Of: { } of, BaselineOf: { } beforeOf, Baseline: { } before } counted)
            return Comparison.OfShares(counted.Value!.Value, of, before, beforeOf, gate.Worse, gate.Margin, confidence);
        double[] now = [.. track.Samples.Where(sample => sample.Value is not null).Select(sample => sample.Value!.Value)];
        double[] beside = [.. track.Samples.Where(sample => sample.Baseline is not null).Select(sample => sample.Baseline!.Value)];
        return Comparison.Of(now, beside.Length > 0 ? beside : [.. track.Past.Select(point => point.Value)], gate.Worse, gate.Margin, confidence, gate.MinSamples);
    }

    private static string Breach(Gate gate, GateTrack track) =>
        $"its limit is {gate.LimitInWords}{(track.Compared is { Verdict: ComparisonVerdict.Worse } compared ? $"; {compared.Says()}" : "")}{(track.Last is { Says: { } says } ? $"; {says}" : "")}";

    private static string Reason(Gate gate, GateTrack track) => track switch
    {
        { Last: null } => "it has not been asked yet",
        { Last: { Value: null, Why: { } why } } => why.TrimEnd('.'),
        { Last.Value: null } => "there is no data",
        { Compared: { Verdict: ComparisonVerdict.TooFew } compared } => track is { Past.IsEmpty: true, PastUnknown: { } before } ? before.TrimEnd('.') : $"{compared.Says()}, of {Math.Max(gate.MinSamples, MannWhitney.Least)}",
        _ => $"{Words.Count(track.Known, "sample", "samples")} of {gate.MinSamples}",
    };

    private static ImmutableArray<GateSample> Keep(GateTrack track, GateSample sample) =>
        [.. track.Samples.Length < GateTrack.Kept ? track.Samples : track.Samples.RemoveAt(0), sample];
}
