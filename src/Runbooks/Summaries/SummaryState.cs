using System.Collections.Immutable;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Summaries;

/// <summary>How the summary of a run stands: a fold over its events.</summary>
/// <param name="Version">How many events it has; 0 = nobody wanted one yet.</param>
public sealed record SummaryState(RunId Run, long Version)
{
    public ImmutableArray<string> Places { get; init; } = [];
    public ImmutableSortedDictionary<string, SummaryPosted> Posted { get; init; } = ImmutableSortedDictionary<string, SummaryPosted>.Empty;
    public ImmutableSortedDictionary<string, string> NotPosted { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>When the run was over; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the place is looked at again, in order.</summary>
    public ImmutableArray<DateTimeOffset> Looks { get; init; } = [];

    public ChangesSeen? Changes { get; init; }

    /// <summary>Why it is not known what the version brought; null while it was not looked for, and once it is known.</summary>
    public string? NoChanges { get; init; }

    /// <summary>How often it was looked for in vain.</summary>
    public int Tries { get; init; }

    /// <summary>What looking again came to, oldest first.</summary>
    public ImmutableArray<JudgedAt> Judgements { get; init; } = [];

    /// <summary>What other systems were told last, by system.</summary>
    public ImmutableSortedDictionary<string, MarkState> Marks { get; init; } = ImmutableSortedDictionary<string, MarkState>.Empty;

    /// <summary>Whether it was looked up what the version brought, found or not.</summary>
    public bool Looked => Changes is not null || NoChanges is not null;

    public Judgement? Last => Judgements.IsEmpty ? null : Judgements[^1].Judgement;

    /// <summary>Whether nobody looks again.</summary>
    public bool Closed => EndedAt is not null && (Last is { IsFinal: true } || Rounds == Looks.Length);

    /// <summary>Looks that are behind it.</summary>
    public int Rounds => Judgements.Select(one => one.Round).OfType<int>().DefaultIfEmpty(-1).Max() + 1;

    public StreamId Stream => StreamOf(Run);

    public static StreamId StreamOf(RunId run) => new($"summary-{run}");

    public static SummaryState Of(RunId run) => new(run, 0);

    public SummaryState Evolve(SummaryEvent what, DateTimeOffset at) => (what switch
    {
        SummaryPlaced e => this with { Places = [.. Places.Union(e.Places)] },
        SummaryPosted e => this with { Posted = Posted.SetItem(e.Place, e), NotPosted = NotPosted.Remove(e.Place) },
        SummaryNotPosted e => this with { NotPosted = NotPosted.SetItem(e.Place, e.Why) },
        RunEnded e => this with { EndedAt = at, Looks = e.Looks },
        ChangesSeen e => this with { Changes = e, NoChanges = null },
        ChangesUnknown e => this with { NoChanges = e.Why, Tries = Tries + 1 },
        Judged e => this with { Judgements = Judgements.Add(new JudgedAt(e.Round, e.Judgement, at)) },
        Marked e => this with { Marks = Marks.SetItem(e.System, new MarkState(e.Phase, e.Handle ?? Marks.GetValueOrDefault(e.System)?.Handle, e.Link ?? Marks.GetValueOrDefault(e.System)?.Link, null)) },
        NotMarked e => this with { Marks = Marks.SetItem(e.System, new MarkState(e.Phase, Marks.GetValueOrDefault(e.System)?.Handle, Marks.GetValueOrDefault(e.System)?.Link, e.Why)) },
        _ => throw new InvalidOperationException($"A summary does not know {what.GetType().Name}."),
    }) with { Version = Version + 1 };

    /// <summary>Where the summary of a run belongs: where its own steps say; else, once it is over and has changed something, where its card is.</summary>
    /// <param name="inChannel">A channel that a runbook names, as the places it means for this run.</param>
    public static ImmutableArray<string> PlacesOf(RunState run, Func<string, ImmutableArray<string>> inChannel)
    {
        var steps = run.Steps.Where(step => step is { Step: Summary, Status: StepStatus.Passed }).Select(step => ((Summary)step.Step).Channel).ToList();
        if (steps.Count > 0) return [.. steps.SelectMany(channel => channel is null ? run.Opened.Places : inChannel(channel)).Distinct()];
        return run is { IsOver: true, MayHaveChanged: true } ? run.Opened.Places : [];
    }
}

/// <param name="At">When it was looked.</param>
public sealed record JudgedAt(int? Round, Judgement Judgement, DateTimeOffset At);

/// <param name="Why">Why it could not be told; null when it was.</param>
public sealed record MarkState(MarkPhase Phase, string? Handle, Uri? Link, string? Why);
