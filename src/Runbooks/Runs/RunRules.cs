using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>What can be done to a run now, and by whom. Decisions and buttons ask the same questions here, so they can't disagree.</summary>
public static class RunRules
{
    /// <summary>Why this makes no sense now, whoever asks; null when it does.</summary>
    public static Refusal? Untimely(RunState run, RunCommand.ByPerson command) => command switch
    {
        _ when run.IsOver => new(RefusalCodes.RunEnded, $"Run {run.Id} is over: {RunWords.Of(run.Status)}.", OverNext(run)),
        RunCommand.Tick or RunCommand.Untick => Held(run) ?? NotAt<Checklist>(run, StepOf(command), "checklist"),
        RunCommand.Approve or RunCommand.Reject => Held(run) ?? NotAt<Approval>(run, StepOf(command), "approval"),
        RunCommand.Pause => run.Status switch
        {
            RunStatus.Paused => new(RefusalCodes.RunPaused, $"Run {run.Id} is paused already.", "Resume it when it may go on."),
            _ when RunLife.Allows(run.Status, RunTrigger.Paused) => null,
            _ => new(RefusalCodes.RunNotPausable, $"Run {run.Id} is {RunWords.Of(run.Status)} and can't be paused.", null),
        },
        RunCommand.Resume => run.Status == RunStatus.Paused ? null : new(RefusalCodes.RunNotPaused, $"Run {run.Id} is {RunWords.Of(run.Status)}, not paused.", null),
        RunCommand.Retry => run.Status == RunStatus.Deciding ? null : NothingFailed(run),
        RunCommand.Skip c => Skip(run, c.Step),
        RunCommand.RollBack => RollBack(run),
        RunCommand.Abort => run.Status == RunStatus.RollingBack
            ? new(RefusalCodes.RollingBack, $"Run {run.Id} is rolling back and can't be aborted half way.", "Wait until it is done.")
            : null,
        _ => throw new InvalidOperationException($"No rule says when {command.GetType().Name} makes sense."),
    };

    /// <summary>Why this caller may not do this to the run; null when they may.</summary>
    public static Refusal? Forbidden(RunState run, RunCommand.ByPerson command, RunContext context)
    {
        if (AccessRules.ReadOnly(command.Who) is { } unknown) return unknown;
        var environment = run.Site.Environment;
        Refusal? Lacks(Right right) => context.Access.Refuse(command.Who, right, environment, context.Owners);
        var own = run.Plan.Kind == RunKind.Rollback ? Right.Rollback : Right.Deploy;
        return command switch
        {
            RunCommand.Approve or RunCommand.Reject when run.Current?.Step is Approval approval =>
                context.Access.RefuseOutside(command.Who, approval.From, context.Owners),
            RunCommand.RollBack => Lacks(Right.Rollback),

            // Whoever asked for it, and whoever may undo it, may also stop it.
            RunCommand.Pause or RunCommand.Abort => command.Who.Person == run.Opened.By ? null : Lacks(own) is { } no && Lacks(Right.Rollback) is not null ? no : null,
            _ => Lacks(own),
        };
    }

    private static string? OverNext(RunState run) => run.Status == RunStatus.Succeeded
        ? $"To take it back: rollback {run.Site.Service} {run.Site.Environment}."
        : $"To try again: deploy {run.Site.Service} {run.Plan.Version} {run.Site.Environment}.";

    private static Refusal? Held(RunState run) => run.Status == RunStatus.Paused
        ? new(RefusalCodes.RunPaused, $"Run {run.Id} is paused{(run.PausedBy is { } by ? $" by {by.ShortName}" : "")}.", "Resume it first.")
        : null;

    private static Refusal? NotAt<T>(RunState run, StepId? step, string what) where T : Step =>
        run.Current is { Step: T, Status: StepStatus.Active } current && (step is null || current.Step.Id == step) && run.Status != RunStatus.Queued
            ? null
            : new(RefusalCodes.StepNotWaiting, $"Run {run.Id} is not waiting for {(what == "approval" ? "this approval" : "this checklist")}: it is {RunWords.Of(run.Status)}.", "Look at its card as it is now.");

    private static Refusal NothingFailed(RunState run) =>
        new(RefusalCodes.NothingFailed, $"Nothing has failed in run {run.Id}: it is {RunWords.Of(run.Status)}.", null);

    private static Refusal? Skip(RunState run, StepId? wanted)
    {
        var current = run.Current;
        if (current is null || (wanted is not null && current.Step.Id != wanted) || run.Status is not (RunStatus.Running or RunStatus.Deciding) || run.Rollback is not null)
            return new(RefusalCodes.StepNotWaiting, $"Run {run.Id} is {RunWords.Of(run.Status)}: there is no such step to skip now.", "Only the step that runs or failed can be skipped.");
        return current.Step.Skippable
            ? null
            : new(RefusalCodes.StepNotSkippable, $"The step \"{current.Step.Title}\" can't be skipped.", "Do what it asks, or abort the run.");
    }

    private static Refusal? RollBack(RunState run) => run switch
    {
        { Status: RunStatus.RollingBack } => new(RefusalCodes.RollingBack, $"Run {run.Id} is rolling back already.", null),
        { Rollback: not null } => new(RefusalCodes.RollingBack, $"Run {run.Id} already tried to roll back.", "Retry that, or leave it as it is."),
        { Plan.Kind: RunKind.Rollback } => new(RefusalCodes.NothingToRollBack, $"Run {run.Id} is a rollback itself.", $"Deploy the version you want: deploy {run.Site.Service} VERSION {run.Site.Environment}."),
        { MayHaveChanged: false } => new(RefusalCodes.NothingToRollBack, $"Run {run.Id} has changed nothing yet.", "Abort it instead."),
        { BackTo: null } => new(RefusalCodes.NothingToRollBack, $"What ran before run {run.Id} is not known.", $"Say which version: rollback {run.Site.Service} {run.Site.Environment} --to VERSION."),
        _ => null,
    };

    private static StepId? StepOf(RunCommand command) => command switch
    {
        RunCommand.Tick c => c.Step,
        RunCommand.Untick c => c.Step,
        RunCommand.Approve c => c.Step,
        RunCommand.Reject c => c.Step,
        _ => null,
    };
}
