using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>One decision in the making: the state after each fact, the facts, and what is to be done.</summary>
internal sealed class Walk(RunState state, DateTimeOffset now, WorkingHours hours)
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

    /// <summary>A fact that moves nothing.</summary>
    public Refusal? Note(RunEvent what)
    {
        Happen(what);
        return null;
    }

    public StepContext ContextOf(StepProgress step) => State.Context(step.Attempt, Now);

    /// <summary>Tells a step, keeps what it answers, and goes on where it passed.</summary>
    public Refusal? Tell(StepProgress step, StepCommand command)
    {
        var decision = step.Step.Decide(step.State!, command, ContextOf(step));
        if (decision.Refused is { } refusal) return refusal;
        if (Keep(step, decision)) GoOn();
        return null;
    }

    /// <summary>A step failed without having been asked.</summary>
    public void Fails(StepProgress step, Fault fault)
    {
        if (Keep(step, StepDecision.Accept(new StepFailed(fault)))) GoOn();
    }

    /// <summary>Begins every step whose turn it is, and those after where they pass at once.</summary>
    public void GoOn()
    {
        while (!State.IsOver && (RunLife.IsWalking(State.Status) || State.Status == RunStatus.RollingBack))
        {
            if (State.Ready is { } next)
            {
                Begin(next, null);
                continue;
            }

            if (!State.Active.IsEmpty) return;
            Happen(State.Remedied is { } remedied && State.Rollback is null
                ? new DecisionAsked($"{remedied.Runbook} was run since a step failed. What failed has still to be decided about.")
                : State.Rollback is null ? new RunSucceeded() : new RunRolledBack());
            Watching.Begin(this);
            return;
        }
    }

    /// <summary>After it was held: what is active asks the world again, and the rest goes on.</summary>
    public void TakeUp()
    {
        foreach (var step in State.Active)
        {
            Withdraw(step, goesOn: true);
            Order(step, step.Step.Resume(step.State!, ContextOf(step)));
            OrderExpiry(step);
        }

        GoOn();
    }

    /// <param name="train">The release train that takes it back, where nothing of its own had failed.</param>
    public void RollBack(Person? by, string why, RunId? train = null)
    {
        var back = WayBack.Of(State);
        foreach (var step in State.Active)
        {
            Withdraw(step);
            withdrawn.Add(RunWork.KeyOf(State.Id, step.Step.Id, step.Attempt, new StartRollout(false, null)));
        }

        Happen(new RollbackBegan(by, why, State.BackTo ?? "", back) { With = train });
        GoOn();
    }

    /// <summary>Asks a person what to do about what failed.</summary>
    public void Ask(string why)
    {
        Stop();
        Happen(new DecisionAsked(why));
    }

    public void Order(StepProgress step, StepDecision decision)
    {
        foreach (var ordered in decision.Orders) work.Add(RunWork.Of(State, step.Step.Id, step.Attempt, ordered));
    }

    /// <summary>Takes back what a step has been waiting for.</summary>
    /// <param name="goesOn">It is asked again right away, rather than given up.</param>
    public void Withdraw(StepProgress step, bool goesOn = false)
    {
        if (!goesOn && step.State is { } state) Order(step, step.Step.GiveUp(state, ContextOf(step)));
        withdrawn.Add(RunWork.KeyOf(State.Id, step.Step.Id, step.Attempt, new Wake()));
        if (step.Deadline is not null) withdrawn.Add(RunWork.KeyOf(State.Id, step.Step.Id, step.Attempt, new Expire()));
        if (step.Step is Checklist list) withdrawn.AddRange(list.Items.Select((_, item) => RunWork.KeyOf(State.Id, step.Step.Id, step.Attempt, new VerifyItem(item))));
        if (step.Step is Soak { Watcher: not null }) withdrawn.Add(RunWork.KeyOf(State.Id, step.Step.Id, step.Attempt, new TendWatch()));
        if (step.Step is Soak soak) withdrawn.AddRange(soak.Gates.Select((_, gate) => RunWork.KeyOf(State.Id, step.Step.Id, step.Attempt, new AskGate(gate, 0))));
    }

    /// <summary>Takes one order of a step back.</summary>
    public void Withdraw(StepProgress step, Order order) => withdrawn.Add(RunWork.KeyOf(State.Id, step.Step.Id, step.Attempt, order));

    public RunDecision Decided() => new([.. Events], [.. work], [.. withdrawn], null);

    private void Begin(StepProgress next, DateTimeOffset? from)
    {
        DateTimeOffset? until = next.Step is Approval { OnlyWorkingHours: true } approval ? hours.Add(from ?? Now, approval.Within) : null;
        Happen(new StepBegan(next.Step.Id, next.Attempt + 1, from, until));
        var begun = State.Find(next.Step.Id)!;
        Keep(begun, begun.Step.Begin(State.Context(begun.Attempt, from ?? Now, until)));
        if (State.Find(next.Step.Id) is { Status: StepStatus.Active } still) OrderExpiry(still);
    }

    private void OrderExpiry(StepProgress step)
    {
        if (step.Deadline is { } deadline) Order(step, StepDecision.Nothing.And(new Expire(), deadline));
    }

    /// <summary>Keeps a step's answer; true when the run may go on.</summary>
    private bool Keep(StepProgress step, StepDecision decision)
    {
        var on = false;
        foreach (var what in decision.Events)
        {
            Happen(new StepHappened(step.Step.Id, what));
            switch (what)
            {
                case StepPassed:
                    Withdraw(step, goesOn: true);
                    on = true;
                    break;
                case StepFailed failed: return Fail(State.Find(step.Step.Id)!, failed.Fault);
                case StepEnded ended: End(step, ended.Why); return false;
                case WatchLost lost: Unwatched(lost); return false;
                default: break;
            }
        }

        Order(step, decision);
        return on;
    }

    /// <summary>Nobody stays with it: it goes back where the runbook says so and there is a way, and else it is held until somebody comes.</summary>
    private void Unwatched(WatchLost lost)
    {
        if (lost.Then == SilenceMeans.Rollback && State is { Plan.Kind: not RunKind.Rollback, Rollback: null, MayHaveChanged: true, CanGoBack: true }) RollBack(null, lost.Why);
        else if (RunLife.Allows(State.Status, RunTrigger.Paused)) Hold(LockDecider.Itself, lost.Why);
    }

    /// <summary>Everything stays where it is until somebody has it go on.</summary>
    public void Hold(Person by, string? why)
    {
        var active = State.Active;
        Happen(new RunPaused(by, why));
        foreach (var step in active) Order(step, step.Step.Pause(step.State!, ContextOf(step)));
    }

    /// <summary>What a failure leads to: another try, going on, going back, first aid, or a question. True when the run goes on.</summary>
    private bool Fail(StepProgress step, Fault fault)
    {
        Withdraw(step);
        var byHand = fault.Code == FaultCodes.ChangedByHand;
        var unclear = fault.Code == FaultCodes.Inconclusive && step.Step is not Soak { FailsUnclear: true };
        var rules = step.Step.Rules ?? StepRules.Usual;
        if (step.AutomaticTries < rules.Retries && !byHand)
        {
            Happen(new StepRetried(step.Step.Id, null));
            Begin(State.Find(step.Step.Id)!, Now + rules.BackoffBefore(step.AutomaticTries + 2));
            return false;
        }

        if (rules.OnFailure == FailureMode.Continue && State.Rollback is null)
        {
            Happen(new StepLeftBehind(step.Step.Id, fault.Why));
            return true;
        }

        if (State.Rollback is not null)
        {
            Ask("The rollback failed: nothing more is touched.");
            return false;
        }

        var itself = !byHand && !unclear && (fault.Code != GateJudge.Tripped || State.WasTakenBackBefore is null);
        if (GoesBack(rules) && itself)
        {
            RollBack(null, fault.Why);
            return false;
        }

        if (rules is { OnFailure: FailureMode.Run, RemedySteps.IsEmpty: false } && step.Way == Way.Forward && !unclear)
        {
            Stop();
            Happen(new RemedyBegan(step.Step.Id, rules.Remedy!, WayBack.Once(State, rules.RemedySteps, "aid")));
            return true;
        }

        Ask(step.Way == Way.Aid ? "What was to help failed too."
            : byHand ? "Somebody changed the target by hand: nothing is undone over their change without being asked."
            : unclear ? $"Whether {State.Plan.Version} is well can't be told: nothing is taken back without being asked."
            : fault.Code == GateJudge.Tripped && State.WasTakenBackBefore is { } before ? before
            : State.Plan.Kind == RunKind.Rollback ? "The rollback failed: nothing more is touched." : "A step failed.");
        return false;
    }

    private bool GoesBack(StepRules rules) => State is { Plan.Kind: not RunKind.Rollback, MayHaveChanged: true, CanGoBack: true }
        && (rules.OnFailure == FailureMode.Rollback || (rules.OnFailure is null && State.Opened.OnFailure == RollbackMode.Automatic));

    /// <summary>What runs beside a failure stops: it goes on when what failed is tried again or skipped.</summary>
    private void Stop()
    {
        var others = State.Active;
        if (others.IsEmpty) return;
        foreach (var step in others) Withdraw(step);
        Happen(new StepsStopped([.. others.Select(step => step.Step.Id)]));
    }

    private void End(StepProgress step, string why)
    {
        Withdraw(step);
        if (!State.MayHaveChanged)
        {
            foreach (var other in State.Active) Withdraw(other);
            Happen(new RunCancelled(null, why));
            return;
        }

        var fault = new Fault("ended", why);
        Happen(new StepHappened(step.Step.Id, new StepFailed(fault)));
        Fail(State.Find(step.Step.Id)!, fault);
    }
}
