using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Reports;

/// <summary>What reports need to know of a run that is over. Stored: it is counted as it was then, whatever the configuration says later.</summary>
/// <param name="Landed">When its version went live; null when it never did.</param>
/// <param name="Changed">Whether it changed anything.</param>
/// <param name="FromVersion">The version that ran before.</param>
/// <param name="Steps">The steps that were walked, in order.</param>
public sealed record RunRecord(
    RunId Run, RunKind Kind, Site Site, bool Protected, ImmutableArray<GroupName> Owners, string Version, string? FromVersion, RunStatus Status, string By,
    DateTimeOffset Opened, DateTimeOffset? Landed, DateTimeOffset Ended, bool Changed, TimeSpent Spent, ImmutableArray<StepTook> Steps)
{
    public string? Emergency { get; init; }
    public string? Exception { get; init; }
    public RunId? Reverts { get; init; }

    /// <summary>When the commits that it brought were written; empty while that is not known.</summary>
    public ImmutableArray<DateTimeOffset> Commits { get; init; } = [];

    /// <summary>The version that it left at its place; null when it left what was there.</summary>
    public string? Left => Landed is not null && Status is not (RunStatus.RolledBack or RunStatus.Failed) && Kind != RunKind.Procedure ? Version : null;

    public static RunRecord Of(RunState run)
    {
        var landed = run.Steps.LastOrDefault(step => step is { Way: Way.Forward, Step: Rollout { Lands: true }, Status: StepStatus.Passed })?.EndedAt;
        return new RunRecord(
            run.Id, run.Plan.Kind, run.Site, run.Opened.Protected, run.Opened.Owners, run.Plan.Version, run.BackTo ?? run.Plan.FromVersion, run.Status, run.Opened.By.Email,
            run.OpenedAt, landed, run.EndedAt ?? run.UpdatedAt, run.MayHaveChanged, run.Spent,
            [.. run.Steps.Where(step => step is { BeganAt: not null, EndedAt: not null }).Select(step => new StepTook(step.Step.Kind, step.Step.Title, step.EndedAt!.Value - step.BeganAt!.Value, step.Step.Waits != Waits.ForNobody, step.Status == StepStatus.Passed))])
        {
            Emergency = run.Opened.Emergency,
            Exception = run.Opened.Exception,
            Reverts = run.Opened.Reverts,
        };
    }
}

/// <param name="Waits">Whether it waited for people.</param>
/// <param name="Passed">Whether it was done, rather than skipped or failed.</param>
public sealed record StepTook(string Kind, string Title, TimeSpan Took, bool Waits, bool Passed);
