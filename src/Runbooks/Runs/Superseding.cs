using ChatOps.Runbooks.Conditions;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Runs;

/// <summary>Which of two versions has all of the other.</summary>
public enum CommitOrder
{
    /// <summary>It can't be told, or neither has all of the other.</summary>
    Unknown,

    /// <summary>The other one is an ancestor of the approved one.</summary>
    Older,

    /// <summary>The other one has everything of the approved one, and more.</summary>
    Newer,
}

/// <summary>When a version is approved, older requests for the same place that still wait have no point any more: rolled out afterwards, they would undo it.</summary>
public static class Superseding
{
    /// <summary>Whether a decision gave a run the last approval it needs.</summary>
    /// <param name="before">Null when the run has just opened.</param>
    public static bool WasApproved(RunState? before, RunState after) =>
        after is { IsOver: false, Plan.Kind: RunKind.Deploy, Rollback: null } && IsApproved(after) && (before is null || !IsApproved(before));

    /// <summary>Whether another run in line for the same place may be superseded at all: it deploys, waits, and has changed nothing.</summary>
    public static bool MayEnd(RunState other) =>
        other is { IsOver: false, MayHaveChanged: false, Plan.Kind: RunKind.Deploy } && RunLife.Allows(other.Status, RunTrigger.Cancelled);

    /// <summary>Whether the order of the commits has to be looked up to tell which version is older.</summary>
    public static bool NeedsCommits(RunState other, RunState approved) => SemanticOrder(other, approved) is null;

    /// <summary>Whether <paramref name="other"/> is for an older version: by semantic versioning where both versions are, else by their commits, else by when they were asked for.</summary>
    public static bool IsOlder(RunState other, RunState approved, CommitOrder commits) => SemanticOrder(other, approved) is { } sign ? sign < 0 : commits switch
    {
        CommitOrder.Older => true,
        CommitOrder.Newer => false,
        _ => other.Plan.Version != approved.Plan.Version && other.Id.Number < approved.Id.Number,
    };

    private static int? SemanticOrder(RunState other, RunState approved) =>
        SemanticVersion.Read(other.Plan.Version) is { } a && SemanticVersion.Read(approved.Plan.Version) is { } b ? a.Against(b) : null;

    private static bool IsApproved(RunState run) => run.Steps.Where(step => step.Step is Approval && step.Way == Way.Forward).ToList() is { Count: > 0 } approvals
        && approvals.All(step => step.Status == StepStatus.Passed);
}
