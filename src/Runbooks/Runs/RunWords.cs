namespace ChatOps.Runbooks.Runs;

/// <summary>States in words, the same on every surface.</summary>
public static class RunWords
{
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.Queued => "queued behind another run",
        RunStatus.WaitingForChecklist => "waiting for its checklist",
        RunStatus.WaitingForApproval => "waiting for approval",
        RunStatus.WaitingForPerson => "waiting for somebody",
        RunStatus.Running => "running",
        RunStatus.Paused => "paused",
        RunStatus.Deciding => "waiting for a decision",
        RunStatus.RollingBack => "rolling back",
        RunStatus.Succeeded => "succeeded",
        RunStatus.Failed => "failed",
        RunStatus.RolledBack => "rolled back",
        RunStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };
}
