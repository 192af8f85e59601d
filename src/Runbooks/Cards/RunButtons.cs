using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using static ChatOps.Runbooks.Cards.RunCard;

namespace ChatOps.Runbooks.Cards;

/// <summary>Only the buttons that make sense now: asked of the rules that would decide about the click.</summary>
internal static class RunButtons
{
    public static IEnumerable<Button> Of(RunState run)
    {
        foreach (var step in run.Active)
        {
            var several = run.Active.Count(one => one.Step.Waits != Waits.ForNobody) > 1;
            foreach (var button in OfStep(run, step, several ? $": {step.Step.Title}" : "")) yield return button;
        }

        var at = run.Current?.Step.Id;
        bool Timely(RunCommand.ByPerson command) => RunRules.Untimely(run, command) is null;
        CardAction Does(string verb) => new(verb, run.Id, at, null);
        if (Timely(new RunCommand.Retry(Anybody))) yield return new Button(run.Rollback is null ? "Retry" : "Retry the rollback", ButtonStyle.Primary, new CardAction("retry", run.Id, null, null));
        if (Timely(new RunCommand.RollBack(Anybody, null)))
        {
            var back = run.BackTo is { } version ? $"It goes back to {version}." : "What it did is undone, the last first.";
            yield return new Button(run.BackTo is { } to ? $"Roll back to {to}" : "Undo what it did", ButtonStyle.Danger, Does("rollback"),
                new Confirm($"Roll {run.Site} back?", back, "Roll back", "Not now"));
        }

        if (run.Status == RunStatus.Deciding && Timely(new RunCommand.Skip(Anybody, at, "-")))
        {
            yield return new Button("Skip the step", ButtonStyle.Plain, Does("skip"),
                new Confirm("Skip this step?", "The run goes on without it. The reason is kept.", "Skip", "Not now"), AsksReason: true);
        }

        if (run is { Status: RunStatus.Queued, Plan.Kind: RunKind.Deploy, MayHaveChanged: false, Opened.Train: null })
        {
            yield return new Button("Go first", ButtonStyle.Plain, CardAction.Say($"supersede {run.Id}"),
                new Confirm($"Deploy {run.Plan.Version} instead?", "What is before it, waits for people and has changed nothing is ended, and its card says so.", "Go first", "Not now"));
        }

        if (run.TakenOnBy is null && Timely(new RunCommand.TakeOn(Anybody))) yield return new Button("I look after it", ButtonStyle.Plain, Does("take"));
        if (Timely(new RunCommand.Resume(Anybody))) yield return new Button("Resume", ButtonStyle.Primary, Does("resume"));
        if (Timely(new RunCommand.Pause(Anybody, null)) && run.Active.Any(step => step.Step.Waits == Waits.ForNobody)) yield return new Button("Pause", ButtonStyle.Plain, Does("pause"));
        if (Timely(new RunCommand.Abort(Anybody, null))) yield return Abort(run, Does("abort"));
        if (Timely(new RunCommand.Vouch(Anybody, "-"))) yield return new Button("It is well", ButtonStyle.Plain, Does("vouch"), new Confirm("Is it well?", $"{run.Plan.Version} counts as a version to go back to. How you know is kept.", "It is well", "Not now"), AsksReason: true);
        if (Timely(new RunCommand.StopWatch(Anybody, "-"))) yield return new Button("Stop watching", ButtonStyle.Plain, Does("unwatch"), new Confirm("Stop watching?", "Nothing goes back by itself any more. The reason is kept.", "Stop watching", "Keep watching"), AsksReason: true);
        if (run.Status == RunStatus.Succeeded && run.Watch?.Rollback is null && run is { Plan.Kind: RunKind.Deploy, BackTo: { } before })
        {
            yield return new Button($"Roll back to {before}", ButtonStyle.Danger, Does("rollback"),
                new Confirm($"Roll {run.Site} back?", $"A new run takes it from {run.Plan.Version} back to {before}.", "Roll back", "Not now"));
        }
    }

    /// <summary>What one step that waits for people can be told.</summary>
    private static IEnumerable<Button> OfStep(RunState run, StepProgress step, string which)
    {
        var id = step.Step.Id;
        bool Timely(RunCommand.ByPerson command) => RunRules.Untimely(run, command) is null;
        if (Timely(new RunCommand.Approve(Anybody, id, run.Plan.Hash)))
        {
            var asked = Asked(run, step);
            yield return new Button($"Approve{which}", ButtonStyle.Primary, new CardAction("approve", run.Id, id, run.Plan.Hash.Hex)) { For = asked };
            yield return new Button($"Reject{which}", ButtonStyle.Danger, new CardAction("reject", run.Id, id, null),
                new Confirm("Reject this change?", "The run ends, and everybody sees why.", "Reject", "Keep it"), AsksReason: true) { For = asked };
        }

        if (step.State is Soak.State { Vigil: { } vigil } && Timely(new RunCommand.Here(Anybody, id)))
            yield return new Button($"Still here{which}", ButtonStyle.Primary, new CardAction("here", run.Id, id, null)) { For = [.. vigil.People.Select(one => new GroupName(one.Email))] };
        if (Timely(new RunCommand.Done(Anybody, id, null)))
        {
            var note = step.Step is Manual { NeedsNote: true };
            yield return new Button(step.Step is Manual ? $"Done{which}" : $"Go on{which}", ButtonStyle.Primary, new CardAction("done", run.Id, id, null), AsksReason: note);
        }

        if (Timely(new RunCommand.NotDone(Anybody, id, "-")))
            yield return new Button($"It failed{which}", ButtonStyle.Danger, new CardAction("failed", run.Id, id, null), AsksReason: true);
    }

    /// <summary>Whom an approval asks: its groups, those it was handed on to, and whoever stands in for one of them.</summary>
    private static ImmutableArray<GroupName> Asked(RunState run, StepProgress step) => step is { Step: Approval approval, State: Approval.State state }
        ? [.. approval.From.Concat(state.Asked).SelectMany(group => group == AccessRules.Owners ? run.Opened.Owners : [group]).Concat(state.Delegates.Select(one => new GroupName(one.To.Email))).Distinct()]
        : [];

    private static Button Abort(RunState run, CardAction action) => run switch
    {
        { Status: RunStatus.Deciding } => new("Leave it as it is", ButtonStyle.Plain, action,
            new Confirm("Leave it as it is?", "The run ends as failed, and the target stays as it is now.", "Leave it", "Not now")),
        { MayHaveChanged: true, Opened.OnFailure: RollbackMode.Automatic } => new("Abort and roll back", ButtonStyle.Danger, action,
            new Confirm("Abort this run?", run.BackTo is { } back ? $"The target was changed already: it goes back to {back}." : "Something was changed already: it is undone.", "Abort and roll back", "Keep going")),
        { MayHaveChanged: true } => new("Abort", ButtonStyle.Danger, action,
            new Confirm("Abort this run?", "The target was changed already: you will be asked whether to roll back.", "Abort", "Keep going")),
        _ => new("Abort", ButtonStyle.Plain, action, new Confirm("Abort this run?", "Nothing was changed yet.", "Abort", "Keep going")),
    };
}
