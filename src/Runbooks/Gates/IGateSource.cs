using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Gates;

/// <summary>Somebody who knows numbers of running services.</summary>
/// <remarks>It neither loops nor sleeps, and does not throw for what the outside does: what it can't tell is unknown, with a sentence.</remarks>
public interface IGateSource
{
    /// <summary>The word by which a gate names it.</summary>
    string Name { get; }

    /// <summary>The number now.</summary>
    Task<GateReading> ReadAsync(GateQuestion question, CancellationToken cancellationToken);

    /// <summary>The numbers from <paramref name="from"/> to <paramref name="to"/>, about <paramref name="step"/> apart; unknown where the source keeps none.</summary>
    Task<GatePast> ReadPastAsync(GateQuestion question, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken);
}

/// <summary>What is asked, and in which run.</summary>
/// <param name="Version">The version that was rolled out.</param>
/// <param name="FromVersion">The one before; null when it is not known.</param>
/// <param name="Since">When the change began: a number from before it says nothing about it.</param>
public sealed record GateQuestion(RunId Run, GateQuery Query, string Service, string Environment, string Version, string? FromVersion, DateTimeOffset Since)
{
    /// <summary>What the gate's limit counts in: a source that knows the unit of its numbers answers in seconds or shares then.</summary>
    public GateUnit Unit { get; init; }

    /// <summary>Whether the number is compared with one that the source itself knows, as that of the release before.</summary>
    public bool Compared { get; init; }
}

/// <param name="Value">Finite, as the source counts it; null when it is not known.</param>
/// <param name="Why">Why it is not known: one sentence, no secrets.</param>
public sealed record GateReading(double? Value, string? Why)
{
    /// <summary>What the number is compared with, where the source itself knows that.</summary>
    public double? Baseline { get; init; }

    /// <summary>Of a share that was counted: of how many.</summary>
    public long? Of { get; init; }

    /// <summary>Of how many the <see cref="Baseline"/> is a share.</summary>
    public long? BaselineOf { get; init; }

    /// <summary>What the number is made of, in a few words: which pod, which alert.</summary>
    public string? Says { get; init; }

    /// <summary>Where people look closer.</summary>
    public Uri? Link { get; init; }

    public static GateReading Known(double value) => double.IsFinite(value) ? new(value, null) : Unknown(double.IsNaN(value) ? "the answer is NaN: there was nothing to divide by." : "the answer is infinite.");

    public static GateReading Unknown(string why) => new(null, why);
}

/// <param name="Why">Why they are not known; null when they are.</param>
public sealed record GatePast(ImmutableArray<GatePoint> Points, string? Why)
{
    public static GatePast Unknown(string why) => new([], why);
}
