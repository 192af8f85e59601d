using System.Collections.Immutable;
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
        RunCommand.AddNote => null,
        RunCommand.StopWatch => run.Watch is { IsOn: true } ? null : NotWatched(run),
        RunCommand.Vouch => run.Watch is { Asks: true } ? null : NotWatched(run),
        RunCommand.TakeOn when run.Watch is { Status: WatchStatus.Tripped or WatchStatus.Unclear } => null,
        _ when run.IsOver => new(RefusalCodes.RunEnded, $"Run {run.Id} is over: {RunWords.Of(run.Status)}.", OverNext(run)),
        RunCommand.Tick c => Held(run) ?? NotAsked(run, run.Asked<Checklist>(c.Step), c.Step, "checklist"),
        RunCommand.Untick c => Held(run) ?? NotAsked(run, run.Asked<Checklist>(c.Step), c.Step, "checklist"),
        RunCommand.Approve c => Held(run) ?? NotAsked(run, run.Asked<Approval>(c.Step), c.Step, "approval"),
        RunCommand.Reject c => Held(run) ?? NotAsked(run, run.Asked<Approval>(c.Step), c.Step, "approval"),
        RunCommand.Delegate c => Held(run) ?? NotAsked(run, run.Asked<Approval>(c.Step), c.Step, "approval"),
        RunCommand.Here c => Held(run) ?? (run.Watched(c.Step) is null ? new(RefusalCodes.StepNotWaiting, $"Run {run.Id} has nobody watching now: it is {RunWords.Of(run.Status)}.", "Look at its card as it is now.") : null),
        RunCommand.Done c => Held(run) ?? NotAsked(run, run.AskedByHand(c.Step), c.Step, "word that it is done"),
        RunCommand.NotDone c => Held(run) ?? NotAsked(run, run.AskedByHand(c.Step) is { Step: Manual } manual ? manual : null, c.Step, "word that it failed"),
        RunCommand.Pause => run.Status switch
        {
            RunStatus.Paused => new(RefusalCodes.RunPaused, $"Run {run.Id} is paused already.", "Resume it when it may go on."),
            _ when RunLife.Allows(run.Status, RunTrigger.Paused) => null,
            _ => new(RefusalCodes.RunNotPausable, $"Run {run.Id} is {RunWords.Of(run.Status)} and can't be paused.", null),
        },
        RunCommand.Resume => run.Status == RunStatus.Paused ? null : new(RefusalCodes.RunNotPaused, $"Run {run.Id} is {RunWords.Of(run.Status)}, not paused.", null),
        RunCommand.Retry c => run.Status != RunStatus.Deciding ? NothingFailed(run)
            : c.Step is { } step && run.Find(step) is not { Status: StepStatus.Failed or StepStatus.Stopped } ? new(RefusalCodes.StepNotWaiting, $"The step {step} of run {run.Id} has not failed.", null)
            : null,
        RunCommand.TakeOn => run.Status == RunStatus.Deciding ? null : NothingFailed(run),
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
            RunCommand.AddNote => null,
            RunCommand.Here c => run.Watched(c.Step) is { State: Soak.State { Vigil: { } vigil } } && !vigil.People.Contains(command.Who.Person!.Value)
                ? new(RefusalCodes.NotInGroup, $"Run {run.Id} is watched by {Words.List(vigil.People.Select(one => one.ShortName), "or")}.", "One of them has to say it.") : null,
            RunCommand.Approve c => Outside(run, c.Step, c.Who, context),
            RunCommand.Reject c => Outside(run, c.Step, c.Who, context),
            RunCommand.Delegate c => Outside(run, c.Step, c.Who, context),
            RunCommand.Tick c when TickedBy(run, c.Step, c.Item) is { IsEmpty: false } by => context.Access.RefuseOutside(c.Who, by, context.Owners),
            RunCommand.Untick c when TickedBy(run, c.Step, c.Item) is { IsEmpty: false } by => context.Access.RefuseOutside(c.Who, by, context.Owners),
            RunCommand.Skip c when ToSkip(run, c.Step)?.Step.Rules?.SkippableBy is { } by => context.Access.RefuseOutside(c.Who, by, context.Owners),
            RunCommand.RollBack => Lacks(Right.Rollback),

            // Whoever may undo it may look after its failure, and whoever asked for it may stop it.
            RunCommand.TakeOn or RunCommand.StopWatch or RunCommand.Vouch => Lacks(own) is { } neither && Lacks(Right.Rollback) is not null ? neither : null,

            // Whoever may take it back may try once more to: the one who is paged about a rollback that failed is often not one who deploys.
            RunCommand.Retry when run.Rollback is not null => Lacks(own) is { } neither && Lacks(Right.Rollback) is not null ? neither : null,
            RunCommand.Pause or RunCommand.Abort => command.Who.Person == run.Opened.By ? null : Lacks(own) is { } no && Lacks(Right.Rollback) is not null ? no : null,
            _ => Lacks(own),
        };
    }

    /// <summary>The step that a skip without or with a name would skip; null when there is none.</summary>
    public static StepProgress? ToSkip(RunState run, StepId? wanted)
    {
        if (!(RunLife.IsWalking(run.Status) || run.Status == RunStatus.Deciding)) return null;
        var step = wanted is { } id ? run.Find(id) : run.Current;
        return step is { Status: StepStatus.Active or StepStatus.Failed } && run.IsOfThisWay(step) && run.Rollback is null
            && (run.Status == RunStatus.Deciding) == (step.Status == StepStatus.Failed) ? step : null;
    }

    private static string? OverNext(RunState run) => run.Plan.Kind == RunKind.Procedure ? null : run.Status == RunStatus.Succeeded
        ? $"To take it back: rollback {run.Site.Service} {run.Site.Environment}."
        : $"To try again: deploy {run.Site.Service} {run.Plan.Version} {run.Site.Environment}.";

    private static Refusal NotWatched(RunState run) => new(RefusalCodes.NotWatched, run.Watch switch
    {
        null => $"Run {run.Id} is not watched: it is {RunWords.Of(run.Status)}.",
        { IsOn: true } => $"Run {run.Id} is watched, and nothing is wrong so far.",
        { Status: WatchStatus.Tripped, Rollback: { } back } => $"Run {run.Id} is taken back by run {back}.",
        _ => $"The watch of run {run.Id} is over.",
    }, null);

    private static Refusal? Held(RunState run) => run.Status == RunStatus.Paused
        ? new(RefusalCodes.RunPaused, $"Run {run.Id} is paused{(run.PausedBy is { } by ? $" by {by.ShortName}" : "")}.", "Resume it first.")
        : null;

    private static Refusal? NotAsked(RunState run, StepProgress? asked, StepId? named, string what)
    {
        var walks = RunLife.IsWalking(run.Status) || run.Status == RunStatus.RollingBack;
        if (asked is not null && walks) return null;
        var several = named is null && walks && run.Active.Count(step => step.Step.Waits != Waits.ForNobody) > 1;
        return several
            ? new(RefusalCodes.WordsAmbiguous, $"Run {run.Id} waits for more than one thing.", $"Say which step: {Words.List(run.Active.Where(step => step.Step.Waits != Waits.ForNobody).Select(step => $"{step.Step.Id} ({step.Step.Title})"), "or")}.")
            : new(RefusalCodes.StepNotWaiting, $"Run {run.Id} is not waiting for {(what[0] == 'w' ? "a" : "this")} {what}: it is {RunWords.Of(run.Status)}.", "Look at its card as it is now.");
    }

    private static Refusal NothingFailed(RunState run) =>
        new(RefusalCodes.NothingFailed, $"Nothing has failed in run {run.Id}: it is {RunWords.Of(run.Status)}.", null);

    private static Refusal? Outside(RunState run, StepId? named, Caller who, RunContext context)
    {
        if (run.Asked<Approval>(named) is not { Step: Approval approval, State: Approval.State state }) return null;
        if (state.Delegates.Any(one => one.To == who.Person)) return null;
        return context.Access.RefuseOutside(who, [.. approval.From.Concat(state.Asked)], context.Owners);
    }

    private static ImmutableArray<GroupName> TickedBy(RunState run, StepId? named, int item) =>
        run.Asked<Checklist>(named)?.Step is Checklist list && item >= 0 && item < list.Items.Length ? list.Items[item].By : [];

    private static Refusal? Skip(RunState run, StepId? wanted)
    {
        if (ToSkip(run, wanted) is not { } step)
            return new(RefusalCodes.StepNotWaiting, $"Run {run.Id} is {RunWords.Of(run.Status)}: there is no such step to skip now.", "Only the step that runs or failed can be skipped.");
        var may = step.Step.Rules?.SkippableBy is { } by ? !by.IsEmpty && step.Step is not Approval : step.Step.Skippable;
        return may
            ? null
            : new(RefusalCodes.StepNotSkippable, $"The step \"{step.Step.Title}\" can't be skipped.", "Do what it asks, or abort the run.");
    }

    private static Refusal? RollBack(RunState run) => run switch
    {
        { Status: RunStatus.RollingBack } => new(RefusalCodes.RollingBack, $"Run {run.Id} is rolling back already.", null),
        { Rollback: not null } => new(RefusalCodes.RollingBack, $"Run {run.Id} already tried to roll back.", "Retry that, or leave it as it is."),
        { Plan.Kind: RunKind.Rollback } => new(RefusalCodes.NothingToRollBack, $"Run {run.Id} is a rollback itself.", $"Deploy the version you want: deploy {run.Site.Service} VERSION {run.Site.Environment}."),
        { MayHaveChanged: false } => new(RefusalCodes.NothingToRollBack, $"Run {run.Id} has changed nothing yet.", "Abort it instead."),
        { CanGoBack: false, Plan.Kind: RunKind.Procedure } => new(RefusalCodes.NothingToRollBack, $"Nothing in run {run.Id} says how it is undone.", "Leave it, or undo it by hand."),
        { CanGoBack: false } => new(RefusalCodes.NothingToRollBack, $"What ran before run {run.Id} is not known.", $"Say which version: rollback {run.Site.Service} {run.Site.Environment} --to VERSION."),
        _ => null,
    };
}
