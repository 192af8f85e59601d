using System.Collections.Immutable;
using System.Text;

namespace ChatOps.Runbooks.Runs;

/// <summary>How a run stands, as people say it.</summary>
public enum RunStatus
{
    Queued,
    WaitingForChecklist,
    WaitingForApproval,

    /// <summary>Somebody has to do something by hand, or to say go.</summary>
    WaitingForPerson,
    Running,
    Paused,

    /// <summary>A step failed, and a person is to say: retry, skip, roll back or leave it.</summary>
    Deciding,
    RollingBack,
    Succeeded,
    Failed,
    RolledBack,
    Cancelled,
}

/// <summary>What can happen to a run.</summary>
public enum RunTrigger
{
    TurnCame,
    TurnLost,
    ChecklistAsked,
    ApprovalAsked,
    PersonAsked,
    StepBegan,
    StepPassed,
    StepSkipped,
    PlanChanged,
    Paused,
    Resumed,
    StepFailed,
    Retried,
    RollbackBegan,
    RollbackCompleted,
    Finished,
    GivenUp,
    Cancelled,
}

/// <summary>How a step stands.</summary>
public enum StepStatus
{
    Pending,
    Active,
    Passed,
    Failed,
    Skipped,

    /// <summary>It had begun when the run was aborted or rolled back.</summary>
    Stopped,

    /// <summary>The run ended before it.</summary>
    NotReached,
}

/// <summary>What can happen to a step.</summary>
public enum StepTrigger
{
    Begin,
    Pass,
    Fail,
    Retry,
    Skip,
    Stop,
    Reset,
}

/// <summary>The life of a run and of a step: every state, what can happen in it, and where that leads. What is not here can't happen.</summary>
public static class RunLife
{
    /// <param name="To">Null = where it was before it was held.</param>
    public sealed record Row(RunStatus From, RunTrigger Trigger, RunStatus? To);

    public sealed record StepRow(StepStatus From, StepTrigger Trigger, StepStatus To);

    public static ImmutableArray<Row> Runs { get; } =
    [
        new(RunStatus.Queued, RunTrigger.TurnCame, null),
        new(RunStatus.Queued, RunTrigger.PlanChanged, RunStatus.Queued),
        new(RunStatus.Queued, RunTrigger.Cancelled, RunStatus.Cancelled),

        .. Walking(RunTrigger.ChecklistAsked, RunStatus.WaitingForChecklist),
        .. Walking(RunTrigger.ApprovalAsked, RunStatus.WaitingForApproval),
        .. Walking(RunTrigger.PersonAsked, RunStatus.WaitingForPerson),
        .. Walking(RunTrigger.StepBegan, RunStatus.Running),
        .. Walking(RunTrigger.StepPassed, RunStatus.Running),
        .. Walking(RunTrigger.StepSkipped, RunStatus.Running),
        .. Walking(RunTrigger.Retried, RunStatus.Running),
        .. Walking(RunTrigger.PlanChanged, RunStatus.Running),
        .. Walking(RunTrigger.TurnLost, RunStatus.Queued),
        .. Walking(RunTrigger.Paused, RunStatus.Paused),
        .. Walking(RunTrigger.StepFailed, RunStatus.Deciding),
        .. Walking(RunTrigger.RollbackBegan, RunStatus.RollingBack),
        .. Walking(RunTrigger.Cancelled, RunStatus.Cancelled),
        new(RunStatus.Running, RunTrigger.Finished, RunStatus.Succeeded),

        new(RunStatus.Paused, RunTrigger.Resumed, null),
        new(RunStatus.Paused, RunTrigger.StepFailed, RunStatus.Deciding),
        new(RunStatus.Paused, RunTrigger.RollbackBegan, RunStatus.RollingBack),
        new(RunStatus.Paused, RunTrigger.TurnLost, RunStatus.Queued),
        new(RunStatus.Paused, RunTrigger.Cancelled, RunStatus.Cancelled),

        new(RunStatus.Deciding, RunTrigger.Retried, RunStatus.Running),
        new(RunStatus.Deciding, RunTrigger.StepSkipped, RunStatus.Running),
        new(RunStatus.Deciding, RunTrigger.RollbackBegan, RunStatus.RollingBack),
        new(RunStatus.Deciding, RunTrigger.GivenUp, RunStatus.Failed),

        new(RunStatus.RollingBack, RunTrigger.StepBegan, RunStatus.RollingBack),
        new(RunStatus.RollingBack, RunTrigger.StepPassed, RunStatus.RollingBack),
        new(RunStatus.RollingBack, RunTrigger.StepSkipped, RunStatus.RollingBack),
        new(RunStatus.RollingBack, RunTrigger.Retried, RunStatus.RollingBack),
        new(RunStatus.RollingBack, RunTrigger.StepFailed, RunStatus.Deciding),
        new(RunStatus.RollingBack, RunTrigger.RollbackCompleted, RunStatus.RolledBack),
    ];

    public static ImmutableArray<StepRow> Steps { get; } =
    [
        new(StepStatus.Pending, StepTrigger.Begin, StepStatus.Active),
        new(StepStatus.Active, StepTrigger.Pass, StepStatus.Passed),
        new(StepStatus.Active, StepTrigger.Fail, StepStatus.Failed),
        new(StepStatus.Active, StepTrigger.Skip, StepStatus.Skipped),
        new(StepStatus.Active, StepTrigger.Stop, StepStatus.Stopped),
        new(StepStatus.Failed, StepTrigger.Retry, StepStatus.Pending),
        new(StepStatus.Failed, StepTrigger.Skip, StepStatus.Skipped),
        new(StepStatus.Failed, StepTrigger.Stop, StepStatus.Failed),
        new(StepStatus.Stopped, StepTrigger.Retry, StepStatus.Pending),
        new(StepStatus.Stopped, StepTrigger.Skip, StepStatus.Skipped),
        new(StepStatus.Pending, StepTrigger.Stop, StepStatus.NotReached),
        new(StepStatus.Active, StepTrigger.Reset, StepStatus.Pending),
        new(StepStatus.Passed, StepTrigger.Reset, StepStatus.Pending),
    ];

    /// <summary>While a run walks its steps forward, whoever it waits for.</summary>
    public static bool IsWalking(RunStatus status) =>
        status is RunStatus.Running or RunStatus.WaitingForChecklist or RunStatus.WaitingForApproval or RunStatus.WaitingForPerson;

    /// <summary>Whether a run in this state is over.</summary>
    public static bool IsOver(RunStatus status) =>
        status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.RolledBack or RunStatus.Cancelled;

    /// <summary>Whether <paramref name="trigger"/> can happen in <paramref name="status"/>.</summary>
    public static bool Allows(RunStatus status, RunTrigger trigger) => RunTable.ContainsKey((status, trigger));

    /// <summary>Where a trigger leads.</summary>
    /// <param name="before">The state before it was held, for the triggers that go back there.</param>
    /// <exception cref="InvalidOperationException">The table has no such row: a bug in a decision.</exception>
    public static RunStatus Next(RunStatus status, RunTrigger trigger, RunStatus? before) =>
        RunTable.TryGetValue((status, trigger), out var row)
            ? row.To ?? before ?? RunStatus.Running
            : throw new InvalidOperationException($"A run that is {status} can't meet {trigger}.");

    /// <exception cref="InvalidOperationException">The table has no such row: a bug in a decision.</exception>
    public static StepStatus Next(StepStatus status, StepTrigger trigger) =>
        StepTable.TryGetValue((status, trigger), out var row)
            ? row.To
            : throw new InvalidOperationException($"A step that is {status} can't meet {trigger}.");

    /// <summary>The run's table as a Mermaid state diagram.</summary>
    public static string Diagram()
    {
        var text = new StringBuilder("stateDiagram-v2\n    [*] --> Running\n    [*] --> Queued\n");
        foreach (var row in Runs)
        {
            foreach (var to in row.To is { } one ? [one] : Before(row.Trigger))
            {
                text.Append("    ").Append(row.From).Append(" --> ").Append(to).Append(": ").Append(row.Trigger).Append('\n');
            }
        }

        foreach (var status in Enum.GetValues<RunStatus>().Where(IsOver)) text.Append("    ").Append(status).Append(" --> [*]\n");
        return text.ToString();
    }

    /// <summary>The step's table as a Mermaid state diagram.</summary>
    public static string StepDiagram()
    {
        var text = new StringBuilder("stateDiagram-v2\n    [*] --> Pending\n");
        foreach (var row in Steps) text.Append("    ").Append(row.From).Append(" --> ").Append(row.To).Append(": ").Append(row.Trigger).Append('\n');
        return text.ToString();
    }

    /// <summary>One row for each state in which a run walks forward.</summary>
    private static IEnumerable<Row> Walking(RunTrigger trigger, RunStatus to) =>
        Enum.GetValues<RunStatus>().Where(IsWalking).Select(from => new Row(from, trigger, to));

    private static readonly ImmutableDictionary<(RunStatus, RunTrigger), Row> RunTable = Runs.ToImmutableDictionary(row => (row.From, row.Trigger));

    private static readonly ImmutableDictionary<(StepStatus, StepTrigger), StepRow> StepTable = Steps.ToImmutableDictionary(row => (row.From, row.Trigger));

    private static IEnumerable<RunStatus> Before(RunTrigger back)
    {
        var holds = back == RunTrigger.Resumed ? RunTrigger.Paused : RunTrigger.TurnLost;
        return Runs.Where(row => row.Trigger == holds).Select(row => row.From).Distinct();
    }
}
