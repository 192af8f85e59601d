using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Reports;

/// <summary>What a stretch of time came to, for one service, one team or everything.</summary>
/// <param name="Of">Whom or what it is about: <c>api</c>, <c>payments</c>, <c>everything</c>.</param>
/// <param name="Before">The same measures of the stretch before, to compare with.</param>
/// <param name="Spent">Where the time of all runs went.</param>
/// <param name="Slowest">Steps that take longest in the middle, the slowest first.</param>
/// <param name="Exceptions">Runs that passed a freeze.</param>
/// <param name="Emergencies">Runs that passed windows, freezes and locks.</param>
/// <param name="Unreviewed">Those of them that nobody but who asked has noted anything about since.</param>
public sealed record Report(
    string Of, DateTimeOffset From, DateTimeOffset To, Dora Dora, Dora Before, int Runs, TimeSpent Spent, ImmutableArray<SlowStep> Slowest,
    ImmutableArray<RunRecord> Exceptions, ImmutableArray<RunRecord> Emergencies, ImmutableArray<RunRecord> Unreviewed)
{
    private const int MostSlow = 5;

    /// <param name="runs">Every run known of what it is about.</param>
    /// <param name="reviewed">Runs that were reviewed.</param>
    public static Report Make(string of, ImmutableArray<RunRecord> runs, DateTimeOffset from, DateTimeOffset to, IReadOnlySet<RunId> reviewed)
    {
        ImmutableArray<RunRecord> within = [.. runs.Where(run => run.Ended >= from && run.Ended < to)];
        ImmutableArray<RunRecord> emergencies = [.. within.Where(run => run.Emergency is not null)];
        return new Report(
            of, from, to, Dora.Of(runs, from, to), Dora.Of(runs, from - (to - from), from), within.Length,
            within.Aggregate(TimeSpent.None, (sum, run) => Sum(sum, run.Spent)), Slow(within),
            [.. within.Where(run => run.Exception is not null)], emergencies, [.. emergencies.Where(run => !reviewed.Contains(run.Run))]);
    }

    /// <summary>The runs of a service, or of the services that a group owns; null = all.</summary>
    public static ImmutableArray<RunRecord> About(RecordBook book, string? service, GroupName? group) =>
        [.. book.Runs.Values.Where(run => (service is null || string.Equals(run.Site.Service, service, StringComparison.OrdinalIgnoreCase)) && (group is not { } owner || run.Owners.Contains(owner)))];

    /// <summary>The next time that a group's report is due after <paramref name="after"/>.</summary>
    /// <param name="usual">The zone meant where it names none.</param>
    public static DateTimeOffset? Next(TeamReport wanted, Zone usual, DateTimeOffset after) =>
        Cron.Read($"{wanted.At.Minute} {wanted.At.Hour} * * {(int)wanted.Day}", wanted.Zone is { } id ? Zone.Find(id) ?? usual : usual) is Reading<Cron>.Understood { Value: var cron } ? cron.NextAfter(after) : null;

    private static ImmutableArray<SlowStep> Slow(ImmutableArray<RunRecord> runs) =>
    [
        .. runs.SelectMany(run => run.Steps.Where(step => step.Passed)).GroupBy(step => (step.Title, step.Waits))
            .Select(group => new SlowStep(group.Key.Title, group.Key.Waits, Dora.Median(group.Select(step => step.Took))!.Value, group.Max(step => step.Took), group.Count()))
            .OrderByDescending(step => step.Median).ThenBy(step => step.Title, StringComparer.Ordinal).Take(MostSlow),
    ];

    private static TimeSpent Sum(TimeSpent one, TimeSpent other) => new(
        one.Working + other.Working, one.Watching + other.Watching, one.People + other.People, one.Queued + other.Queued, one.Held + other.Held, one.Paused + other.Paused);
}

/// <param name="Waits">Whether it waits for people.</param>
/// <param name="Times">How often it was walked.</param>
public sealed record SlowStep(string Title, bool Waits, TimeSpan Median, TimeSpan Most, int Times);
