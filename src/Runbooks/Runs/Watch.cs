using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>How a watch behind a run stands.</summary>
public enum WatchStatus
{
    On,

    /// <summary>Its time went by, and every gate was good.</summary>
    Passed,

    /// <summary>Its time went by, and a gate could not tell. Never good: a person is asked.</summary>
    Unclear,

    /// <summary>A gate tripped.</summary>
    Tripped,

    /// <summary>A newer change took its place.</summary>
    Superseded,

    /// <summary>A person stopped it.</summary>
    Stopped,
}

/// <summary>The gates of a soak, watched on behind a run that has succeeded.</summary>
/// <param name="Step">The soak that says so.</param>
public sealed record Watch(StepId Step, ImmutableArray<Gate> Gates, ImmutableArray<GateTrack> Tracks, DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>What of a watch that is late still counts.</summary>
    private static readonly TimeSpan LeastPatience = TimeSpan.FromMinutes(5);

    public WatchStatus Status { get; init; }

    /// <summary>Its time is over, and it waits for gates that could not be judged yet.</summary>
    public bool Over { get; init; }

    /// <summary>What tripped, with its value, its limit and a link.</summary>
    public Fault? Fault { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>It goes back by itself; else a person is asked.</summary>
    public bool GoesBack { get; init; }

    /// <summary>The run that takes it back.</summary>
    public RunId? Rollback { get; init; }

    /// <summary>What more there is to say: why nobody goes back by itself, who stopped it.</summary>
    public string? Says { get; init; }

    public bool IsOn => Status == WatchStatus.On;

    /// <summary>Somebody has to look at it.</summary>
    public bool Asks => Status == WatchStatus.Unclear || (Status == WatchStatus.Tripped && !GoesBack);

    /// <summary>How long after its time it waits for a gate that is unknown or past its limit.</summary>
    public TimeSpan Patience => Gates.Select(gate => gate.For * 2).Append(LeastPatience).Max();

    public TimeSpan Every(int gate) => Gates[gate].Schedule(Until - Since);

    /// <summary>Whether each gate was judged, lately enough, and is good.</summary>
    public bool IsSettled(DateTimeOffset now)
    {
        for (var gate = 0; gate < Gates.Length; gate++)
        {
            if (!GateJudge.IsSettled(Gates[gate], Tracks[gate])) return false;
            if (Gates[gate].OnUnknown != OnUnknown.Ignore && now - Tracks[gate].Last!.At > Gap(gate)) return false;
        }

        return true;
    }

    /// <summary>After one more sample. Where nobody looked for long, a breach from before is forgotten: what was wrong long ago takes nothing back.</summary>
    public Watch With(WatchSampled e)
    {
        var track = Tracks[e.Gate];
        if (track.Last is { } last && e.Sample.At - last.At > Gap(e.Gate))
            track = track with { BreachSince = null, Breaches = 0, UnknownSince = null, Unknowns = 0, Verdict = track.Verdict is GateVerdict.Breaching or GateVerdict.Tripped ? GateVerdict.Warn : track.Verdict };
        return this with { Tracks = Tracks.SetItem(e.Gate, GateJudge.Add(Gates[e.Gate], e.Link is null ? track : track with { Link = e.Link }, e.Sample)) };
    }

    /// <summary>A comparison is judged once more when all its samples are there.</summary>
    public Watch Judged() => this with { Over = true, Tracks = [.. Tracks.Select((track, at) => GateJudge.AtEnd(Gates[at], track))] };

    private TimeSpan Gap(int gate) => Gates[gate].For > Every(gate) * 3 ? Gates[gate].For : Every(gate) * 3;
}

/// <summary>The run has succeeded, and its gates are watched on.</summary>
public sealed record WatchBegan(StepId Step, DateTimeOffset Until) : RunEvent;

/// <summary>A gate was asked for its number behind the run.</summary>
public sealed record WatchSampled(int Gate, GateSample Sample, Uri? Link = null) : RunEvent;

/// <summary>The watch's time is over, and its gates were judged by all their samples.</summary>
public sealed record WatchJudged : RunEvent;

/// <param name="GoesBack">A rollback is opened by itself.</param>
/// <param name="Why">Where it could have been, and is not: why.</param>
public sealed record WatchTripped(Fault Fault, bool GoesBack, string? Why) : RunEvent;

/// <summary>It is watched no more.</summary>
/// <param name="Says">By what: the gate that can't tell, the newer run, the person's reason.</param>
public sealed record WatchEnded(WatchStatus How, Person? By, string? Says) : RunEvent;

/// <summary>What came of going back by itself.</summary>
/// <param name="Rollback">The run that does; null when there is none, and a person is asked.</param>
public sealed record WatchTakenBack(RunId? Rollback, string Says) : RunEvent;

/// <summary>A person says that it is well, where its gates could not tell or were wrong.</summary>
public sealed record WatchVouched(Person By, string Reason) : RunEvent;
