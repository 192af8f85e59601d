using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ChatOps.Runbooks.Gates;

/// <summary>How a gate stands.</summary>
public enum GateVerdict
{
    /// <summary>Nothing is known, or not enough to judge by.</summary>
    Unknown,
    Ok,

    /// <summary>Past what it warns at, or it goes to and fro over its limit.</summary>
    Warn,

    /// <summary>Past its limit, and not yet for as long as it takes.</summary>
    Breaching,

    /// <summary>Past its limit for long enough. It stays so.</summary>
    Tripped,
}

/// <summary>One answer to a gate's question.</summary>
/// <param name="Value">Null when it is not known: no data, NaN, no answer.</param>
/// <param name="Why">Why it is not known, in a sentence.</param>
/// <param name="Baseline">The same number where it is compared with, taken at the same moment.</param>
public sealed record GateSample(DateTimeOffset At, double? Value, string? Why = null, double? Baseline = null)
{
    /// <summary>Of a share that was counted: of how many; null = it is a measurement.</summary>
    public long? Of { get; init; }

    /// <summary>Of how many the <see cref="Baseline"/> is a share.</summary>
    public long? BaselineOf { get; init; }

    /// <summary>What the number is made of, in a few words: which pod, which alert.</summary>
    public string? Says { get; init; }
}

/// <param name="Value">Finite.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct GatePoint(DateTimeOffset At, double Value);

/// <summary>What is known of one gate of a soak: its last samples, and how it stands by all of them.</summary>
/// <param name="Round">How often it has answered; the number of the question that is open.</param>
public sealed record GateTrack(int Round, GateVerdict Verdict)
{
    /// <summary>How many samples are kept at hand for the card, the chart and comparisons; the run's events keep all.</summary>
    public const int Kept = 120;

    public static readonly GateTrack Fresh = new(0, GateVerdict.Unknown);

    /// <summary>The last of them, oldest first.</summary>
    public ImmutableArray<GateSample> Samples { get; init; } = [];

    /// <summary>The numbers before the change, oldest first; empty when nobody could tell.</summary>
    public ImmutableArray<GatePoint> Past { get; init; } = [];

    /// <summary>Why the numbers before the change are not known.</summary>
    public string? PastUnknown { get; init; }

    /// <summary>Since when it is past its limit, unknown samples between aside.</summary>
    public DateTimeOffset? BreachSince { get; init; }

    /// <summary>Bad samples in a row.</summary>
    public int Breaches { get; init; }

    public DateTimeOffset? UnknownSince { get; init; }

    /// <summary>Unknown samples in a row.</summary>
    public int Unknowns { get; init; }

    /// <summary>All samples that had a number.</summary>
    public int Known { get; init; }

    /// <summary>How often it went from good to past its limit.</summary>
    public int Crossings { get; init; }

    /// <summary>What the last comparison said; null before there was one.</summary>
    public Comparison? Compared { get; init; }

    public Uri? Link { get; init; }

    public GateSample? Last => Samples.IsEmpty ? null : Samples[^1];

    /// <summary>The last number there was.</summary>
    public double? LastKnown => Samples.LastOrDefault(sample => sample.Value is not null)?.Value;

    /// <summary>The same after a pause: no clock ran.</summary>
    public GateTrack Shifted(TimeSpan pause) => this with { BreachSince = BreachSince + pause, UnknownSince = UnknownSince + pause };
}
