using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Versions;

namespace ChatOps.Runbooks.Runs;

/// <summary>What a run says of the version that it brought, or took back.</summary>
public static class Standing
{
    /// <summary>Whether this is worth looking at again, after <paramref name="what"/> happened to a run.</summary>
    public static bool Changes(RunEvent what) => what is RunSucceeded or RunRolledBack or RunGivenUp or WatchTripped or WatchEnded or WatchVouched;

    public static IEnumerable<VersionEvent> Of(RunState run)
    {
        var (site, version, id) = (run.Site, run.Plan.Version, run.Id);
        VersionFailed Failed(string why, bool automatic) => new(site, version, id, why, automatic);
        return run switch
        {
            { Plan.Kind: RunKind.Rollback, Status: RunStatus.Succeeded, Plan.FromVersion: { } from } when from != version =>
                [new VersionFailed(site, from, run.Opened.Reverts ?? id, run.Opened.Tripped?.Why ?? $"It was taken back by {run.Opened.By.ShortName}{(run.Opened.Reason is null ? "" : $": {run.Opened.Reason}")}.", run.Opened.By == LockDecider.Itself), new VersionPassed(site, version, id)],
            { Plan.Kind: not RunKind.Deploy } => [],
            { Status: RunStatus.RolledBack, Rollback: { } back } when run.Origin is not null => [Failed(back.By is { } by ? $"It was taken back by {by.ShortName}: {back.Why}" : back.Why, back.By is null)],
            { Status: RunStatus.Failed } when run.Origin is not null => [Failed(run.Steps.LastOrDefault(step => step.Fault is not null)?.Fault!.Why ?? run.Ending ?? "It failed.", false)],
            { Status: not RunStatus.Succeeded } => [],
            { Watch: { Status: WatchStatus.On } watch } => [new VersionWatched(site, version, id, watch.Until)],
            { Watch: { Status: WatchStatus.Tripped } watch } => [Failed(watch.Fault!.Why, watch.GoesBack)],
            { Watch.Status: WatchStatus.Superseded or WatchStatus.Stopped or WatchStatus.Unclear } => [new VersionUnwatched(site, id)],
            _ when run.Steps.Any(step => step is { Step: Rollout { Lands: true }, Status: StepStatus.Passed, Way: Way.Forward }) => [new VersionPassed(site, version, id)],
            _ => [],
        };
    }
}
