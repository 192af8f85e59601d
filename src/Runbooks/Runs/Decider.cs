using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>Decides what a run does about a command: pure, from its state, the command and the time.</summary>
public static class Decider
{
    /// <summary>The first decision of a run: it opens, and begins at once when it is its turn.</summary>
    public static (RunState State, RunDecision Decision) Open(RunOpened opened, DateTimeOffset now)
    {
        var walk = new Walk(RunState.Open(opened, now), now);
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

        var walk = new Walk(run, context.Now);
        if (Act(walk, command) is { } refusal) return (run, RunDecision.Refuse(refusal));
        return (walk.State, walk.Decided());
    }

    private static Refusal? Act(Walk walk, RunCommand command)
    {
        var run = walk.State;
        switch (command)
        {
            case RunCommand.Tick c: return walk.Tell(run.Current!, new Tick(c.Item, By(c)));
            case RunCommand.Untick c: return walk.Tell(run.Current!, new Untick(c.Item, By(c)));
            case RunCommand.Approve c: return walk.Tell(run.Current!, new Approve(By(c), c.Plan));
            case RunCommand.Reject c: return walk.Tell(run.Current!, new Reject(By(c), c.Reason));
            case RunCommand.Pause c: return Pause(walk, c);
            case RunCommand.Resume c: return Resume(walk, c);
            case RunCommand.Retry c: return Retry(walk, c);
            case RunCommand.Skip c: return Skip(walk, c);
            case RunCommand.RollBack c: walk.RollBack(By(c), c.Reason ?? "asked for"); return null;
            case RunCommand.Abort c: return Abort(walk, c);
            case RunCommand.Report c: return Report(walk, c);
            case RunCommand.TakeTurn c: return TakeTurn(walk, c);
            case RunCommand.GiveWay c: return GiveWay(walk, c);
            case RunCommand.ChangePlan c: return ChangePlan(walk, c.Plan, c.Steps, c.Why);
            case RunCommand.CardWasPosted c: walk.Happen(new CardPosted(c.Place, c.Channel, c.Message, c.Permalink)); return null;
            case RunCommand.CardWasNotPosted c: walk.Happen(new NotPosted(c.Place, c.Why)); return null;
            default: throw new InvalidOperationException($"Nothing decides about {command.GetType().Name}.");
        }
    }

    private static Refusal? Pause(Walk walk, RunCommand.Pause c)
    {
        var current = walk.State.Current;
        walk.Happen(new RunPaused(By(c), c.Reason));
        if (current?.State is { } state) walk.Order(current, current.Step.Pause(state, walk.ContextOf(current)));
        return null;
    }

    private static Refusal? Resume(Walk walk, RunCommand.Resume c)
    {
        walk.Happen(new RunResumed(By(c)));
        if (walk.State.Current is { Status: StepStatus.Active, State: { } state } current)
        {
            walk.WithdrawTimer(current);
            walk.Order(current, current.Step.Resume(state, walk.ContextOf(current)));
        }
        else
        {
            walk.GoOn();
        }

        return null;
    }

    private static Refusal? Retry(Walk walk, RunCommand.Retry c)
    {
        walk.Happen(new StepRetried(walk.State.Current!.Step.Id, By(c)));
        walk.GoOn();
        return null;
    }

    private static Refusal? Skip(Walk walk, RunCommand.Skip c)
    {
        if (string.IsNullOrWhiteSpace(c.Reason))
            return new(RefusalCodes.ReasonMissing, "Skipping a step needs a reason.", $"Say: skip {walk.State.Id} --reason \"why\".");
        var current = walk.State.Current!;
        walk.WithdrawTimer(current);
        walk.Happen(new StepSkipped(current.Step.Id, By(c), c.Reason));
        walk.GoOn();
        return null;
    }

    private static Refusal? Abort(Walk walk, RunCommand.Abort c)
    {
        var run = walk.State;
        if (run.Status == RunStatus.Deciding)
        {
            walk.Happen(new RunGivenUp(By(c), c.Reason));
        }
        else if (!run.MayHaveChanged)
        {
            walk.Happen(new RunCancelled(By(c), $"{By(c).ShortName} aborted it{(c.Reason is null ? "" : $": {c.Reason}")}"));
        }
        else if (run.Opened.OnFailure == RollbackMode.Automatic && RunRules.Untimely(run, new RunCommand.RollBack(c.Who, null)) is null)
        {
            walk.RollBack(By(c), $"{By(c).ShortName} aborted it{(c.Reason is null ? "" : $": {c.Reason}")}");
        }
        else if (walk.State.Current is { Status: StepStatus.Active } current)
        {
            walk.Happen(new StepHappened(current.Step.Id, new StepFailed(new Fault("aborted", $"{By(c).ShortName} aborted it{(c.Reason is null ? "." : $": {c.Reason}.")}"))));
            walk.Happen(new DecisionAsked("It was aborted after the target was changed: roll back, retry, or leave it as it is."));
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

    private static Refusal? TakeTurn(Walk walk, RunCommand.TakeTurn c)
    {
        if (walk.State.Status != RunStatus.Queued) return null;
        if (c.Plan is { } plan && plan.Hash != walk.State.Plan.Hash) walk.Happen(new PlanChanged(plan, c.Steps, c.Why));
        walk.Happen(new TurnCame());
        if (walk.State.Current is { Status: StepStatus.Active, State: { } state } current && walk.State.Status != RunStatus.Paused)
        {
            walk.WithdrawTimer(current);
            walk.Order(current, current.Step.Resume(state, walk.ContextOf(current)));
        }
        else
        {
            walk.GoOn();
        }

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

    private static Refusal? ChangePlan(Walk walk, Plan plan, ImmutableArray<Step> steps, string why)
    {
        var run = walk.State;
        if (run.IsOver || run.MayHaveChanged && !OnlyAsked(run) || plan.Hash == run.Plan.Hash) return null;
        if (run.Status == RunStatus.Paused || !RunLife.Allows(run.Status, RunTrigger.PlanChanged)) return null;
        foreach (var step in run.Steps.Where(step => step.Status == StepStatus.Active)) walk.WithdrawTimer(step);
        walk.Happen(new PlanChanged(plan, steps, why));
        if (run.Status != RunStatus.Queued) walk.GoOn();
        return null;
    }

    /// <summary>A rollout was ordered, but its handler found the world changed before it did anything.</summary>
    private static bool OnlyAsked(RunState run) => run is { Origin: null, Current: { Step: Rollout, State: Rollout.State { Begun: null } } };

    private static Person By(RunCommand.ByPerson command) => command.Who.Person!.Value;

    /// <summary>One decision in the making: the state after each fact, the facts, and what is to be done.</summary>
    private sealed class Walk(RunState state, DateTimeOffset now)
    {
        private readonly List<WorkItem> work = [];
        private readonly List<string> withdrawn = [];

        public RunState State { get; private set; } = state;

        public DateTimeOffset Now { get; } = now;

        public List<RunEvent> Events { get; } = [];

        public void Happen(RunEvent what)
        {
            State = State.Evolve(what, Now);
            Events.Add(what);
        }

        public StepContext ContextOf(StepProgress step) => State.Context(step.Attempt, Now);

        /// <summary>Tells a step, keeps what it answers, and goes on where it passed.</summary>
        public Refusal? Tell(StepProgress step, StepCommand command)
        {
            var decision = step.Step.Decide(step.State!, command, ContextOf(step));
            if (decision.Refused is { } refusal) return refusal;
            Take(step, decision);
            return null;
        }

        /// <summary>Begins the next step that has not begun, and the one after where that passes at once.</summary>
        public void GoOn()
        {
            while (!State.IsOver && State.Status is RunStatus.Running or RunStatus.RollingBack)
            {
                if (State.Steps.FirstOrDefault(step => step.Status == StepStatus.Pending) is not { } next)
                {
                    Happen(State.Rollback is null ? new RunSucceeded() : new RunRolledBack());
                    return;
                }

                Happen(new StepBegan(next.Step.Id, next.Attempt + 1));
                var begun = State.Find(next.Step.Id)!;
                if (!Keep(begun, begun.Step.Begin(ContextOf(begun)))) return;
            }
        }

        public void RollBack(Person? by, string why)
        {
            var target = State.BackTo!;
            var undo = new Rollout(new StepId("undo"), $"Back to {target}", Back: true, State.Origin?.FromRevision);
            var check = State.Steps.Select(step => step.Step).OfType<HealthCheck>().FirstOrDefault();
            foreach (var step in State.Steps.Where(step => step.Status == StepStatus.Active))
            {
                WithdrawTimer(step);
                withdrawn.Add(RunWork.KeyOf(State.Id, step.Step.Id, step.Attempt, new StartRollout(false, null)));
            }

            Happen(new RollbackBegan(by, why, target, check is null ? [undo] : [undo, check with { Id = new StepId("undo-check") }]));
            GoOn();
        }

        public void Order(StepProgress step, StepDecision decision)
        {
            foreach (var ordered in decision.Orders) work.Add(RunWork.Of(State, step.Step.Id, step.Attempt, ordered));
        }

        public void WithdrawTimer(StepProgress step) => withdrawn.Add(RunWork.KeyOf(State.Id, step.Step.Id, step.Attempt, new Wake()));

        public RunDecision Decided() => new([.. Events], [.. work], [.. withdrawn], null);

        private void Take(StepProgress step, StepDecision decision)
        {
            if (Keep(step, decision)) GoOn();
        }

        /// <summary>Keeps a step's answer; true when the step is behind the run and it may go on.</summary>
        private bool Keep(StepProgress step, StepDecision decision)
        {
            var on = false;
            foreach (var what in decision.Events)
            {
                Happen(new StepHappened(step.Step.Id, what));
                switch (what)
                {
                    case StepPassed:
                        WithdrawTimer(step);
                        on = true;
                        break;
                    case StepFailed failed: Fail(failed.Fault); return false;
                    case StepEnded ended: End(step, ended.Why); return false;
                    default: break;
                }
            }

            Order(step, decision);
            return on;
        }

        private void Fail(Fault fault)
        {
            var byHand = fault.Code == FaultCodes.ChangedByHand;
            if (State is { Status: RunStatus.Running, Rollback: null, MayHaveChanged: true, BackTo: not null, Opened.OnFailure: RollbackMode.Automatic, Plan.Kind: RunKind.Deploy } && !byHand)
            {
                RollBack(null, fault.Why);
                return;
            }

            Happen(new DecisionAsked(State.Rollback is null
                ? byHand ? "Somebody changed the target by hand: nothing is undone over their change without being asked." : "A step failed."
                : "The rollback failed."));
        }

        private void End(StepProgress step, string why)
        {
            WithdrawTimer(step);
            if (!State.MayHaveChanged) Happen(new RunCancelled(null, why));
            else
            {
                Happen(new StepHappened(step.Step.Id, new StepFailed(new Fault("ended", why))));
                Fail(new Fault("ended", why));
            }
        }
    }
}
