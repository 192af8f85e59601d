using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>Decides what the run of one of a train's services does about what its train wants. Said twice, each counts once.</summary>
internal static class CarDecider
{
    public static Refusal? Act(Walk walk, RunCommand.OfTrain command)
    {
        if (walk.State.IsOver || walk.State.Opened.Train?.Train != command.Train) return null;
        return command switch
        {
            RunCommand.CallOff c => CallOff(walk, c.Why),
            RunCommand.TakeBack c => TakeBack(walk, c),
            RunCommand.TryAgain => TryAgain(walk),
            RunCommand.EndWith c => End(walk, c),
            _ => throw new InvalidOperationException($"Nothing decides about {command.GetType().Name}."),
        };
    }

    /// <summary>What a train hears of one of its runs: its step decides about it, and once that is behind the run it is only kept, so that the card stays true.</summary>
    public static Refusal? Hear(Walk walk, RunCommand.HearOf c)
    {
        var train = walk.State;

        // Held: all of them are looked at when it goes on.
        if (train.IsOver || train.Status is RunStatus.Paused or RunStatus.Queued) return null;
        if (Cars.StepFor(train, c.Car) is { } step) return walk.Tell(step, new CarSeen(c.Service, c.Car, c.Seen));
        return train.Steps.LastOrDefault(one => one.State is Train.State state && state.Find(c.Service) is { } car && car.Run == c.Car && car.Seen != c.Seen) is { } behind
            ? walk.Note(new StepHappened(behind.Step.Id, new CarMoved(c.Service, c.Seen)))
            : null;
    }

    /// <summary>Only what has not begun: what has goes on to its end.</summary>
    private static Refusal? CallOff(Walk walk, string why)
    {
        if (Cars.Waits(walk.State)) Cancel(walk, why);
        return null;
    }

    private static Refusal? TakeBack(Walk walk, RunCommand.TakeBack c)
    {
        var run = walk.State;
        if (run.Status == RunStatus.RollingBack) return null;
        if (run.Rollback is not null) return TryAgain(walk);
        if (!run.MayHaveChanged && RunLife.Allows(run.Status, RunTrigger.Cancelled))
        {
            Cancel(walk, c.Why);
            return null;
        }

        if (!run.CanGoBack || !RunLife.Allows(run.Status, RunTrigger.RollbackBegan))
            return new(RefusalCodes.NothingToRollBack, $"What ran before run {run.Id} is not known.", $"Say which version: rollback {run.Site.Service} {run.Site.Environment} --to VERSION.");
        walk.RollBack(null, c.Why, run.Steps.Any(step => step.Fault is not null) ? null : c.Train);
        return null;
    }

    private static Refusal? TryAgain(Walk walk)
    {
        if (walk.State.Status != RunStatus.Deciding) return null;
        foreach (var step in walk.State.Steps.Where(step => step.Status is StepStatus.Failed or StepStatus.Stopped && walk.State.IsOfThisWay(step)).ToList())
            walk.Happen(new StepRetried(step.Step.Id, null));
        walk.GoOn();
        return null;
    }

    private static Refusal? End(Walk walk, RunCommand.EndWith c)
    {
        if (Cars.Waits(walk.State))
        {
            Cancel(walk, c.Why);
            return null;
        }

        if (walk.State.TrainIsOver) return null;
        walk.Happen(new TrainEnded(c.Train));
        return walk.State.Status != RunStatus.Paused && walk.State.Active.FirstOrDefault(step => step.Step is Arrival) is { } arrived ? walk.Tell(arrived, new TimePassed()) : null;
    }

    private static void Cancel(Walk walk, string why)
    {
        foreach (var step in walk.State.Active) walk.Withdraw(step);
        walk.Happen(new RunCancelled(null, why));
    }
}
