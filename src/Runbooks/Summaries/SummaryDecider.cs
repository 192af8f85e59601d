using System.Collections.Immutable;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Summaries;

/// <summary>What can be told to the summary of a run.</summary>
public abstract record SummaryCommand
{
    private SummaryCommand() { }

    /// <summary>It is to be shown in these places; where it is there already, it is drawn again.</summary>
    public sealed record Want(ImmutableArray<string> Places) : SummaryCommand;

    /// <summary>The run is over.</summary>
    /// <param name="After">How long after it its place is looked at again, in order.</param>
    public sealed record End(ImmutableArray<TimeSpan> After) : SummaryCommand;

    /// <summary>What the version brought; null when it can't be told, and <paramref name="Why"/> says why.</summary>
    /// <param name="Again">Whether it may be known later.</param>
    public sealed record Brought(ChangeSet? Changes, string? Why, bool Again) : SummaryCommand;

    public sealed record WasPosted(string Place, string Channel, string Message, Uri? Permalink) : SummaryCommand;

    public sealed record WasNotPosted(string Place, string Why) : SummaryCommand;

    /// <summary>What looking again came to.</summary>
    public sealed record LookedAgain(int? Round, Judgement Judgement) : SummaryCommand;

    /// <summary>Another system was told.</summary>
    public sealed record WasMarked(string System, MarkPhase Phase, Record Record) : SummaryCommand;

    public sealed record WasNotMarked(string System, MarkPhase Phase, string Why) : SummaryCommand;
}

/// <param name="Withdrawn">Keys of work that is no longer wanted.</param>
public sealed record SummaryDecision(ImmutableArray<SummaryEvent> Events, ImmutableArray<WorkItem> Work, ImmutableArray<string> Withdrawn);

/// <summary>Decides what becomes of a summary: pure.</summary>
public static class SummaryDecider
{
    /// <summary>What is kept of the changes: more fits on no card, and is one click away.</summary>
    private const int MostCommits = 100, MostPulls = 50;

    /// <summary>How often it is looked for what a version brought.</summary>
    public const int MostTries = 6;

    public static (SummaryState Next, SummaryDecision Decision) Decide(SummaryState state, SummaryCommand command, DateTimeOffset now)
    {
        var (events, work, withdrawn) = command switch
        {
            SummaryCommand.Want c => Want(state, c, now),
            SummaryCommand.End c => End(state, c, now),
            SummaryCommand.Brought c => Brought(state, c, now),
            SummaryCommand.WasPosted c => ([new SummaryPosted(c.Place, c.Channel, c.Message, c.Permalink)], [], []),
            SummaryCommand.WasNotPosted c => state.NotPosted.GetValueOrDefault(c.Place) == c.Why ? ([], [], []) : ([new SummaryNotPosted(c.Place, c.Why)], [], []),
            SummaryCommand.LookedAgain c => LookedAgain(state, c, now),
            SummaryCommand.WasMarked c => ([new Marked(c.System, c.Phase, c.Record.Handle, c.Record.Link)], Shown(state, now), []),
            SummaryCommand.WasNotMarked c => ([new NotMarked(c.System, c.Phase, c.Why)], Shown(state, now), []),
            _ => throw new InvalidOperationException($"A summary does not know {command.GetType().Name}."),
        };
        return (events.Aggregate(state, (next, what) => next.Evolve(what, now)), new SummaryDecision(events, work, withdrawn));
    }

    private static (ImmutableArray<SummaryEvent>, ImmutableArray<WorkItem>, ImmutableArray<string>) Want(SummaryState state, SummaryCommand.Want c, DateTimeOffset now)
    {
        ImmutableArray<string> more = [.. c.Places.Except(state.Places)];
        ImmutableArray<SummaryEvent> events = more.IsEmpty ? [] : [new SummaryPlaced(more)];
        var places = state.Places.AddRange(more);
        if (places.IsEmpty) return ([], [], []);

        // Once it is known what the version brought, or that nobody can tell, it is shown.
        return (events, state.Looked ? [.. places.Select(place => SummaryWork.Show(state.Run, place, now))] : [SummaryWork.Changes(state.Run, now)], []);
    }

    private static (ImmutableArray<SummaryEvent>, ImmutableArray<WorkItem>, ImmutableArray<string>) End(SummaryState state, SummaryCommand.End c, DateTimeOffset now)
    {
        if (state.EndedAt is not null) return ([], [], []);
        ImmutableArray<DateTimeOffset> looks = [.. c.After.Order().Select(after => now + after)];
        return ([new RunEnded(looks)], [.. state.Looked ? Shown(state, now) : [SummaryWork.Changes(state.Run, now)], .. looks.Select((due, round) => SummaryWork.Judge(state.Run, round, due))], []);
    }

    private static (ImmutableArray<SummaryEvent>, ImmutableArray<WorkItem>, ImmutableArray<string>) Brought(SummaryState state, SummaryCommand.Brought c, DateTimeOffset now)
    {
        if (state.Changes is not null) return ([], [], []);
        ImmutableArray<WorkItem> shown = [.. state.Places.Select(place => SummaryWork.Show(state.Run, place, now))];
        if (c.Changes is not { } changes)
        {
            ImmutableArray<WorkItem> again = c.Again && state.Tries + 1 < MostTries ? [SummaryWork.Changes(state.Run, now + TimeSpan.FromSeconds(15 * Math.Pow(3, state.Tries)))] : [];
            return (state.NoChanges == c.Why && again.IsEmpty ? [] : [new ChangesUnknown(c.Why ?? "It can't be told.")], [.. state.Looked ? [] : shown, .. again], []);
        }

        var cut = changes with
        {
            // The newest: what was written first is furthest from what may have broken.
            Commits = [.. changes.Commits.TakeLast(MostCommits)], PullRequests = [.. changes.PullRequests.TakeLast(MostPulls)], Paths = [],
            Truncated = changes.Truncated || changes.Commits.Length > MostCommits || changes.PullRequests.Length > MostPulls,
        };
        return ([new ChangesSeen(cut, changes.Commits.Length, changes.Paths.Length)], shown, []);
    }

    private static (ImmutableArray<SummaryEvent>, ImmutableArray<WorkItem>, ImmutableArray<string>) LookedAgain(SummaryState state, SummaryCommand.LookedAgain c, DateTimeOffset now)
    {
        if (state.Closed || (c.Round is { } round && round < state.Rounds)) return ([], [], []);

        // What something else called for counts only where it ends the matter: the rest is told when its time comes.
        if (c.Round is null && !c.Judgement.IsFinal) return ([], [], []);
        ImmutableArray<string> withdrawn = c.Judgement.IsFinal ? [.. state.Looks.Select((_, at) => SummaryWork.JudgeKey(state.Run, at))] : [];
        return ([new Judged(c.Round, c.Judgement)], Shown(state, now), withdrawn);
    }

    private static ImmutableArray<WorkItem> Shown(SummaryState state, DateTimeOffset now) => state.Looked ? [.. state.Places.Select(place => SummaryWork.Show(state.Run, place, now))] : [];
}
