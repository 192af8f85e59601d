using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>A change that was let through what closed its place: an exception from a freeze, or an emergency.</summary>
/// <param name="IsEmergency">An emergency; else an exception from a freeze.</param>
/// <param name="Why">What was said when it was asked for.</param>
/// <param name="ApprovedBy">Who let it pass, in the order in which they did.</param>
/// <param name="UsedAt">When the change began.</param>
/// <param name="Status">How the run stands.</param>
public sealed record PassUsed(RunId Run, bool IsEmergency, Site Site, string Version, Person By, string Why, ImmutableArray<Person> ApprovedBy, DateTimeOffset UsedAt, RunStatus Status)
{
    /// <summary>The step that is asked of those who may let a change pass.</summary>
    public static readonly StepId Question = new("pass");

    /// <summary>What the run used; null when it was let through nothing, or has not begun to change anything.</summary>
    public static PassUsed? Of(RunState run)
    {
        if ((run.Opened.Emergency ?? run.Opened.Exception) is not { } why || run.Steps.FirstOrDefault(step => step is { Way: Way.Forward, Step: Rollout, State: Rollout.State { Begun: not null }, BeganAt: not null }) is not { } change) return null;
        var approved = run.Find(Question)?.State is Approval.State state ? state.Yes.Select(given => given.By).Distinct().ToImmutableArray() : [];
        return new PassUsed(run.Id, run.Opened.Emergency is not null, run.Site, run.Plan.Version, run.Opened.By, why, approved, change.BeganAt!.Value, run.Status);
    }

    /// <summary>Whether an exception from a freeze still counts: it does for this one change, if that begins soon enough after it was approved. What has begun is not held half way.</summary>
    public static bool StillCounts(RunState run, DateTimeOffset now) => run.Opened.Exception is not null
        && (run.Origin is not null || run.Opened.ExceptionLasts is not { } lasts || run.Find(Question) is not { Status: StepStatus.Passed, EndedAt: { } approved } || now < approved + lasts);
}
