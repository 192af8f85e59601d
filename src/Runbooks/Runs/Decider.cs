using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>Decides what a run does about a command: pure, from its state, the command and the time.</summary>
public static class Decider
{
    /// <summary>The first decision of a run: it opens, and begins at once when it is its turn.</summary>
    /// <param name="hours">At which approvers can be expected to answer.</param>
    public static (RunState State, RunDecision Decision) Open(RunOpened opened, DateTimeOffset now, WorkingHours? hours = null)
    {
        var walk = new Walk(RunState.Open(opened, now), now, hours ?? WorkingHours.Always);
        walk.Events.Add(opened);
        if (opened.Behind.IsEmpty) walk.GoOn();
        return (walk.State, walk.Decided());
    }

    /// <summary>What <paramref name="run"/> does about <paramref name="command"/>, and the state it has then.</summary>
    public static (RunState State, RunDecision Decision) Decide(RunState run, RunCommand command, RunContext context)
    {
        if (command is RunCommand.ByPerson wish)
        {
            // A fixed order: does it make sense, may they, is the plan the one they read.
            if (RunRules.Untimely(run, wish) is { } untimely) return (run, RunDecision.Refuse(untimely));
            if (RunRules.Forbidden(run, wish, context) is { } forbidden) return (run, RunDecision.Refuse(forbidden));
        }

        var walk = new Walk(run, context.Now, context.Hours);
        if (Act(walk, command, context) is { } refusal) return (run, RunDecision.Refuse(refusal));
        return (walk.State, walk.Decided());
    }

    private static Refusal? Act(Walk walk, RunCommand command, RunContext context)
    {
        var run = walk.State;
        switch (command)
        {
            case RunCommand.Tick c: return walk.Tell(run.Asked<Checklist>(c.Step)!, new Tick(c.Item, By(c)));
            case RunCommand.Untick c: return walk.Tell(run.Asked<Checklist>(c.Step)!, new Untick(c.Item, By(c)));
            case RunCommand.Approve c: return walk.Tell(run.Asked<Approval>(c.Step)!, new Approve(By(c), c.Plan, Groups(run, c, c.Step, context), c.Note, c.SkipSoak));
            case RunCommand.Delegate c: return walk.Tell(run.Asked<Approval>(c.Step)!, new Steps.Delegate(By(c), c.To, Groups(run, c, c.Step, context)));
            case RunCommand.Reject c: return walk.Tell(run.Asked<Approval>(c.Step)!, new Reject(By(c), c.Reason));
            case RunCommand.Here c: return walk.Tell(run.Watched(c.Step)!, new SayHere(By(c)));
            case RunCommand.Done c: return walk.Tell(run.AskedByHand(c.Step)!, new MarkDone(By(c), c.Note));
            case RunCommand.NotDone c: return NotDone(walk, c);
            case RunCommand.Pause c: return Pause(walk, c);
            case RunCommand.Resume c: return Resume(walk, c);
            case RunCommand.Retry c: return Retry(walk, c);
            case RunCommand.Skip c: return Skip(walk, c);
            case RunCommand.TakeOn c: return run.TakenOnBy == By(c) ? null : walk.Note(new DecisionTaken(By(c)));
            case RunCommand.AddNote c: return string.IsNullOrWhiteSpace(c.Text)
                ? new(RefusalCodes.WordsMissing, "A note needs words.", $"Say: note {run.Id} \"…\".")
                : walk.Note(new NoteAdded(By(c), c.Text));
            case RunCommand.RollBack c: walk.RollBack(By(c), c.Reason ?? "asked for"); return null;
            case RunCommand.Abort c: return Abort(walk, c);
            case RunCommand.Report c: return Report(walk, c);
            case RunCommand.Expired c: return Expired(walk, c);
            case RunCommand.Signal c: return Signal(walk, c);
            case RunCommand.TakeTurn c: return TakeTurn(walk, c);
            case RunCommand.GiveWay c: return GiveWay(walk, c);
            case RunCommand.GiveUpFor c: return GiveUpFor(walk, c);
            case RunCommand.ChangePlan c: return ChangePlan(walk, c.Plan, c.Steps, c.Why);
            case RunCommand.OfTrain c: return CarDecider.Act(walk, c);
            case RunCommand.HearOf c: return CarDecider.Hear(walk, c);
            case RunCommand.WatchAnswered c: return Watching.Answered(walk, c);
            case RunCommand.WatchOver: return Watching.Over(walk);
            case RunCommand.StopWatch c: return Watching.Stop(walk, c);
            case RunCommand.Vouch c: return Watching.Vouch(walk, c);
            case RunCommand.SupersedeWatch c: return Watching.Supersede(walk, c);
            case RunCommand.WatchTakenBack c: return Watching.TakenBack(walk, c);
            case RunCommand.SawWayOut c: return c.WayOut == run.WayOut ? null : walk.Note(new WayOutSeen(c.WayOut));
            case RunCommand.ChatIsSilent c: return AskElsewhere(walk, c);
            case RunCommand.PageWas c: return walk.Note(new PageTold(c.Says));
            case RunCommand.CardWasPosted c: return walk.Note(new CardPosted(c.Place, c.Channel, c.Message, c.Permalink));
            case RunCommand.CardWasNotPosted c: return walk.Note(new NotPosted(c.Place, c.Why));
            case RunCommand.WasNotInformed c: return walk.Note(new NotInformed(c.Whom, c.Why));
            default: throw new InvalidOperationException($"Nothing decides about {command.GetType().Name}.");
        }
    }

    private static Refusal? NotDone(Walk walk, RunCommand.NotDone c) => string.IsNullOrWhiteSpace(c.Why)
        ? new(RefusalCodes.ReasonMissing, "Say what went wrong.", $"Say: failed {walk.State.Id} --reason \"why\".")
        : walk.Tell(walk.State.AskedByHand(c.Step)!, new MarkFailed(By(c), c.Why));

    private static Refusal? Pause(Walk walk, RunCommand.Pause c)
    {
        walk.Hold(By(c), c.Reason);
        return null;
    }

    private static Refusal? Resume(Walk walk, RunCommand.Resume c)
    {
        walk.Happen(new RunResumed(By(c)));
        walk.TakeUp();
        return null;
    }

    private static Refusal? Retry(Walk walk, RunCommand.Retry c)
    {
        foreach (var step in walk.State.Steps.Where(step => step.Status is StepStatus.Failed or StepStatus.Stopped && walk.State.IsOfThisWay(step) && (c.Step is null || c.Step == step.Step.Id)).ToList())
            walk.Happen(new StepRetried(step.Step.Id, By(c)));
        walk.GoOn();
        return null;
    }

    private static Refusal? Skip(Walk walk, RunCommand.Skip c)
    {
        if (string.IsNullOrWhiteSpace(c.Reason))
            return new(RefusalCodes.ReasonMissing, "Skipping a step needs a reason.", $"Say: skip {walk.State.Id} --reason \"why\".");
        var skipped = RunRules.ToSkip(walk.State, c.Step)!;
        walk.Withdraw(skipped);
        walk.Happen(new StepSkipped(skipped.Step.Id, By(c), c.Reason));

        // What was stopped beside it goes on with it.
        foreach (var stopped in walk.State.Steps.Where(step => step.Status == StepStatus.Stopped && walk.State.IsOfThisWay(step)).ToList())
            walk.Happen(new StepRetried(stopped.Step.Id, By(c)));
        walk.GoOn();
        return null;
    }

    private static Refusal? Abort(Walk walk, RunCommand.Abort c)
    {
        var run = walk.State;
        var rollback = run.Opened.OnAbort?.Rollback ?? run.Opened.OnFailure;
        if (run.Opened.OnAbort is not null && run.Status != RunStatus.Deciding) walk.Happen(new RunAborted(By(c), c.Reason));
        var why = $"{By(c).ShortName} aborted it{(c.Reason is null ? "" : $": {c.Reason}")}";
        if (run.Status == RunStatus.Deciding)
        {
            walk.Happen(new RunGivenUp(By(c), c.Reason));
        }
        else if (!run.MayHaveChanged)
        {
            foreach (var step in run.Active) walk.Withdraw(step);
            walk.Happen(new RunCancelled(By(c), why));
        }
        else if (rollback == RollbackMode.Automatic && RunRules.Untimely(run, new RunCommand.RollBack(c.Who, null)) is null)
        {
            walk.RollBack(By(c), why);
        }
        else
        {
            foreach (var step in run.Active)
            {
                walk.Withdraw(step);
                walk.Happen(new StepHappened(step.Step.Id, new StepFailed(new Fault("aborted", $"{why}."))));
            }

            walk.Ask("It was aborted after something was changed: roll back, retry, or leave it as it is.");
        }

        return null;
    }

    private static Refusal? Report(Walk walk, RunCommand.Report c)
    {
        var run = walk.State;
        if (run.IsOver || run.Find(c.Step) is not { Status: StepStatus.Active } step || step.Attempt != c.Attempt) return null;
        if (run.Status == RunStatus.Paused) return WhilePaused(walk, step, c.What);
        if (run.Status is RunStatus.Queued) return null;
        return walk.Tell(step, c.What);
    }

    /// <summary>While a run is paused nothing goes on: only that a change was accepted is kept, and held at once. The rest is asked again on resuming.</summary>
    private static Refusal? WhilePaused(Walk walk, StepProgress step, StepCommand what)
    {
        if (what is not RolloutAccepted accepted || step.State is not Rollout.State { Begun: null }) return null;
        walk.Happen(new StepHappened(step.Step.Id, new RolloutStarted(accepted.Begun)));
        walk.Order(step, StepDecision.Nothing.And(new HoldRollout(true), walk.Now));
        return null;
    }

    private static Refusal? Expired(Walk walk, RunCommand.Expired c)
    {
        var run = walk.State;
        if (run.IsOver || run.Status is RunStatus.Paused or RunStatus.Queued || run.Find(c.Step) is not { Status: StepStatus.Active, Deadline: { } deadline } step || step.Attempt != c.Attempt) return null;
        if (walk.Now < deadline) walk.Order(step, StepDecision.Nothing.And(new Expire(), deadline));
        else walk.Fails(step, new Fault("timed-out", $"It took longer than {Words.Duration(step.Step.Rules!.Timeout!.Value)}.", "Look at what holds it up, then retry."));
        return null;
    }

    private static Refusal? Signal(Walk walk, RunCommand.Signal c)
    {
        var step = walk.State.Active.FirstOrDefault(step => step.Step is Wait wait && wait.Signal == c.Name);
        return step is null || walk.State.Status is RunStatus.Paused or RunStatus.Queued
            ? new(RefusalCodes.StepNotWaiting, $"Run {walk.State.Id} does not wait for the signal {c.Name}: it is {RunWords.Of(walk.State.Status)}.", null)
            : walk.Tell(step, new Signalled(c.Name, c.Text));
    }

    /// <summary>Once for each approval: whoever may give it is asked where they can be reached.</summary>
    private static Refusal? AskElsewhere(Walk walk, RunCommand.ChatIsSilent c)
    {
        var run = walk.State;
        if (run.IsOver || run.Status is RunStatus.Paused or RunStatus.Queued) return null;
        foreach (var step in run.Active.Where(step => step.Step is Approval && !run.Elsewhere.Contains(step.Step.Id)))
        {
            var (approval, state) = ((Approval)step.Step, (Approval.State)step.State!);
            ImmutableArray<string> whom = [.. approval.From.Concat(state.Asked).Select(group => group.Name).Distinct()];
            var text = $"\"{step.Step.Title}\" waits for {Words.Count(Math.Max(1, approval.Count - state.Yes.Length), "approval", "approvals")}, from {Words.List(whom, "or")}. The run's usual place can't be reached. Approve it here, in the console under Waiting, or say: approve {run.Id} --plan-hash {run.Plan.Hash.Short}";
            walk.Happen(new AskedElsewhere(step.Step.Id, c.Surface));
            walk.Order(step, StepDecision.Nothing.And(new Inform(new Recipients(whom, []), text, "elsewhere") { Without = c.Surface }, walk.Now));
        }

        return null;
    }

    private static Refusal? TakeTurn(Walk walk, RunCommand.TakeTurn c)
    {
        if (walk.State.Status != RunStatus.Queued) return null;
        if (c.Plan is { } plan && plan.Hash != walk.State.Plan.Hash)
        {
            foreach (var step in walk.State.Active) walk.Withdraw(step);
            walk.Happen(new PlanChanged(plan, c.Steps, c.Why));
        }

        walk.Happen(new TurnCame());
        if (walk.State.Status != RunStatus.Paused) walk.TakeUp();
        return null;
    }

    private static Refusal? GiveWay(Walk walk, RunCommand.GiveWay c)
    {
        if (walk.State.Status == RunStatus.Queued) return null;
        if (walk.State.IsOver || walk.State.MayHaveChanged || !RunLife.Allows(walk.State.Status, RunTrigger.TurnLost))
            return new(RefusalCodes.LockHeld, $"Run {walk.State.Id} has begun to change {walk.State.Site}.", $"Roll that run back, or abort it: rollback {walk.State.Id}.");
        walk.Happen(new TurnLost(c.To));
        return null;
    }

    private static Refusal? GiveUpFor(Walk walk, RunCommand.GiveUpFor c)
    {
        if (walk.State.IsOver) return null;
        if (walk.State.MayHaveChanged || !RunLife.Allows(walk.State.Status, RunTrigger.Cancelled))
            return new(RefusalCodes.LockHeld, $"Run {walk.State.Id} has begun to change {walk.State.Site}.", "Wait for it, or roll it back.");
        foreach (var step in walk.State.Active) walk.Withdraw(step);
        walk.Happen(new RunCancelled(c.By, $"superseded by run {c.Newer} ({c.Version})"));
        return null;
    }

    private static Refusal? ChangePlan(Walk walk, Plan plan, ImmutableArray<Step> steps, string why)
    {
        var run = walk.State;
        if (run.IsOver || run.MayHaveChanged && !OnlyAsked(run) || plan.Hash == run.Plan.Hash) return null;
        if (run.Status == RunStatus.Paused || !RunLife.Allows(run.Status, RunTrigger.PlanChanged)) return null;
        foreach (var step in run.Active) walk.Withdraw(step);
        walk.Happen(new PlanChanged(plan, steps, why));
        if (run.Status != RunStatus.Queued) walk.GoOn();
        return null;
    }

    /// <summary>A rollout was ordered, but its handler found the world changed before it did anything.</summary>
    private static bool OnlyAsked(RunState run) => run.Origin is null
        && run.Steps.Where(step => step.MayHaveChanged).All(step => step is { Status: StepStatus.Active, Step: Rollout, State: Rollout.State { Begun: null } });

    /// <summary>The approval's groups, and those that were asked since, that the person is in.</summary>
    private static ImmutableArray<GroupName> Groups(RunState run, RunCommand.ByPerson command, StepId? step, RunContext context) =>
        run.Asked<Approval>(step) is { Step: Approval approval, State: Approval.State state }
            ? [.. approval.From.Concat(state.Asked).Distinct().Where(group => context.Access.IsIn(command.Who, group, context.Owners))]
            : [];

    private static Person By(RunCommand.ByPerson command) => command.Who.Person!.Value;
}
