using System.Collections.Immutable;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;

namespace ChatOps.Runbooks.Reports;

/// <summary>The four DORA measures of a stretch of time, as far as runs tell them.</summary>
/// <remarks>
/// Source: https://dora.dev/guides/dora-metrics-four-keys/. What each counts here:
/// <list type="bullet">
/// <item>A deployment is a run that deploys and whose version went live in a protected environment (in any, where none of those asked about is protected). It counts when it went live.</item>
/// <item>Deployment frequency: deployments per day.</item>
/// <item>Lead time for changes: from when a commit was written to when it went live; the median over the commits that are known, each counted once, with the deployment that first brought it.</item>
/// <item>Change failure rate: the share of deployments that had to be taken back or mended at once. That is: the run itself went back or was left failed, the next change of the place was a rollback
/// of it, or the next change was an emergency within <see cref="MendedWithin"/>.</item>
/// <item>Time to restore (failed deployment recovery time): from when a failed deployment went live until its rollback or mending was complete; the median over those that are.</item>
/// </list>
/// A run whose version never went live is no deployment: it is told as one that did not get there.
/// </remarks>
/// <param name="Length">How long the stretch is.</param>
/// <param name="Commits">From how many commits the lead time is told.</param>
/// <param name="Unrestored">Failed deployments that nothing has made good yet.</param>
/// <param name="NotLive">Runs that changed something and whose version never went live.</param>
public sealed record Dora(TimeSpan Length, int Deployments, TimeSpan? LeadTime, int Commits, int Failed, TimeSpan? Restore, int Unrestored, int NotLive)
{
    /// <summary>A change made in a hurry this soon after a deployment was to mend it.</summary>
    public static readonly TimeSpan MendedWithin = TimeSpan.FromHours(24);

    public static readonly Uri Definitions = new("https://dora.dev/guides/dora-metrics-four-keys/");

    public double PerDay => Length <= TimeSpan.Zero ? 0 : Deployments / Length.TotalDays;

    /// <summary>From 0 to 1; null when nothing was deployed.</summary>
    public double? FailureRate => Deployments == 0 ? null : (double)Failed / Deployments;

    /// <summary>The measures from <paramref name="from"/> and before <paramref name="to"/>.</summary>
    /// <param name="runs">Every run that may matter, in any order: also those after the stretch, which tell what became of those in it.</param>
    public static Dora Of(IEnumerable<RunRecord> runs, DateTimeOffset from, DateTimeOffset to)
    {
        var all = Relevant(runs);
        var deployments = Deployed(all).Where(one => one.Landed >= from && one.Landed < to).ToList();
        var failures = deployments.Select(one => (Deployment: one, Failure: FailureOf(one, all))).Where(one => one.Failure is not null).ToList();
        var restored = failures.Select(one => one.Failure!.Restored - one.Deployment.Landed).OfType<TimeSpan>().ToList();
        var leads = deployments.SelectMany(one => one.Commits, (one, written) => one.Landed!.Value - written).Where(lead => lead >= TimeSpan.Zero).ToList();
        return new Dora(
            to - from, deployments.Count, Median(leads), leads.Count, failures.Count, Median(restored), failures.Count(one => one.Failure!.Restored is null),
            all.Count(run => run is { Kind: RunKind.Deploy, Landed: null, Changed: true } && run.Ended >= from && run.Ended < to));
    }

    /// <summary>The deployments among runs, oldest first.</summary>
    public static ImmutableArray<RunRecord> Deployed(IEnumerable<RunRecord> runs) => [.. Relevant(runs).Where(run => run is { Kind: RunKind.Deploy, Landed: not null })];

    /// <summary>Whether a deployment failed, and when that was made good; null when it did not.</summary>
    /// <param name="runs">Runs of its place, in any order; others do no harm.</param>
    public static Failure? FailureOf(RunRecord deployment, IEnumerable<RunRecord> runs)
    {
        var later = runs.Where(run => run.Site == deployment.Site && run.Run.Number != deployment.Run.Number && run.Landed > deployment.Landed && run.Kind != RunKind.Procedure).OrderBy(run => run.Landed).ToList();
        if (deployment.Status == RunStatus.RolledBack) return new Failure(deployment.Ended);
        if (deployment.Status == RunStatus.Failed) return new Failure(later.FirstOrDefault(run => run.Left is not null)?.Ended);
        if (later.FirstOrDefault(run => run.Reverts == deployment.Run && run.Left is not null) is { } reverts) return new Failure(reverts.Landed);
        return later.FirstOrDefault() is { } next && ((next.Kind == RunKind.Rollback && next.FromVersion == deployment.Version) || (next.Emergency is not null && next.Landed - deployment.Landed <= MendedWithin))
            ? new Failure(next.Left is null ? null : next.Landed)
            : null;
    }

    /// <summary>The middle one; of an even number, the mean of the two.</summary>
    public static TimeSpan? Median(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return sorted.Count == 0 ? null : sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>Protected places where there are any, and all else.</summary>
    private static ImmutableArray<RunRecord> Relevant(IEnumerable<RunRecord> runs)
    {
        ImmutableArray<RunRecord> all = [.. runs.OrderBy(run => run.Landed ?? run.Ended).ThenBy(run => run.Run.Number)];
        return all.Any(run => run.Protected) ? [.. all.Where(run => run.Protected)] : all;
    }
}

/// <param name="Restored">When it was made good; null while it is not.</param>
public sealed record Failure(DateTimeOffset? Restored);
