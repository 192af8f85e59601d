using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Opens the runs of a train's services, and lets it depart: each time it is looked first whether anything stands in its way, and whether all is as it was approved.</summary>
internal sealed class TrainHandler(RunEngine engine, TrainYard yard, Locks locks) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.TrainOpenKind, RunWork.TrainDepartKind, RunWork.TrainLookKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        // Held: it is asked again when it goes on.
        if (errand.Run.Status is RunStatus.Paused or RunStatus.Queued || errand.Step is not { Step: Train train, State: Train.State state }) return new Done.Finished();
        if (errand.Work.Item.Kind == RunWork.TrainLookKind) return await LookAsync(errand, state, cancellationToken);
        var going = train.Cars.Where(car => state.Find(car.Service) is not ({ Seen.Phase: CarPhase.Healthy } or { Told: true, Seen.HasFailed: false })).ToList();
        foreach (var car in going)
        {
            if (await locks.RefuseAsync(car.Plan.Site, Pass.Nothing, cancellationToken) is { } way)
                return await ReportAsync(errand, new WorldRefused(new Fault("train-blocked", $"{car.Service} can't go: {way.Refusal.Why}{(state.Departed ? "" : " Nothing was changed.")}", "Retry when nothing is in the way.")), cancellationToken);
        }

        if (await ChangedAsync(errand, state, going, cancellationToken) is { } changed) return changed;
        if (errand.Work.Item.Kind == RunWork.TrainDepartKind) return await ReportAsync(errand, new MayDepart(), cancellationToken);
        foreach (var run in state.Cars.Select(car => car.Run).OfType<RunId>())
            if (await Engine.FindAsync(run, cancellationToken) is { Status: RunStatus.Deciding }) await Engine.TellAsync(run, new RunCommand.TryAgain(errand.Run.Id), null, null, cancellationToken);
        return await Engine.OpenCarsAsync(errand.Run.Id, train.Id, errand.Work, cancellationToken) ? new Done.Kept() : new Done.Finished();
    }

    /// <summary>Approvals are for exactly these plans: before the first change they are made again, afterwards what does not fit does not go.</summary>
    private async Task<Done?> ChangedAsync(Errand errand, Train.State state, List<Car> going, CancellationToken cancellationToken)
    {
        if (await yard.PlanAgainAsync(errand.Run, Engine.Now, cancellationToken) is not { } planned) return null;
        var now = planned.Steps.OfType<Train>().FirstOrDefault(step => step.Id == errand.Step.Step.Id);

        // What can't be told now is not another plan.
        var other = going.FirstOrDefault(car => now?.Cars.FirstOrDefault(one => one.Service == car.Service) is not { } same || (same.Plan.FromVersion is not null && same.Plan.Hash != car.Plan.Hash));
        if (other is null) return null;
        var found = now?.Cars.FirstOrDefault(one => one.Service == other.Service);
        var why = found is not null && found.Plan.FromVersion != other.Plan.FromVersion ? $"{other.Plan.Site} runs {found.Plan.FromVersion} now, not {other.Plan.FromVersion ?? "an unknown version"}" : $"{other.Service} or its runbook was edited";
        if (state.Departed) return await ReportAsync(errand, new WorldRefused(new Fault("plan-changed", $"{why}: that is not what was approved.", "Look who changed it. Then skip the step, or take the train back.")), cancellationToken);
        await Engine.TellAsync(errand.Run.Id, new RunCommand.ChangePlan(planned.Plan, planned.Steps, why), null, errand.Work, cancellationToken);
        return new Done.Kept();
    }

    private async Task<Done> LookAsync(Errand errand, Train.State state, CancellationToken cancellationToken)
    {
        var seen = ImmutableArray.CreateBuilder<CarTaken>();
        foreach (var car in state.Cars)
            if (car.Run is { } id && await Engine.FindAsync(id, cancellationToken) is { } run) seen.Add(new CarTaken(car.Service, id, Cars.Seen(run)));
        return await ReportAsync(errand, new CarsAreTaken(seen.ToImmutable()), cancellationToken);
    }
}

/// <summary>Tells runs that their wave has come. One that has begun already does not hear it.</summary>
internal sealed class TrainTellHandler(RunEngine engine) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.TrainTellKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        if (errand.Run.Status is RunStatus.Paused || errand.Step.State is not Train.State state) return new Done.Finished();
        foreach (var service in ((TellCars)errand.Wanted.Order).Services)
        {
            if (state.Find(service)?.Run is { } id && await Engine.FindAsync(id, cancellationToken) is { } run && run.Active.FirstOrDefault(step => step.Step is Boarding) is { } board)
                await Engine.TellAsync(id, new RunCommand.Report(board.Step.Id, board.Attempt, new Depart()), null, null, cancellationToken);
        }

        return new Done.Finished();
    }
}

/// <summary>Tells runs to go back, and says how those stand that need not.</summary>
internal sealed class TrainBackHandler(RunEngine engine) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.TrainTakeBackKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        if (errand.Step.Step is not TrainBack back) return new Done.Finished();
        foreach (var service in ((TakeBackCars)errand.Wanted.Order).Services)
        {
            if (back.Cars.FirstOrDefault(car => car.Service == service) is not { } car) continue;
            var told = await Engine.TellAsync(car.Run, new RunCommand.TakeBack(errand.Run.Id, $"release train, run {errand.Run.Id}, goes back: {errand.Run.Rollback?.Why}"), null, null, cancellationToken);
            if (told.Refusal is { } no) return await ReportAsync(errand, new WorldRefused(new Fault("car-not-taken-back", $"{service} can't be taken back: {no.Why}", no.Next)), cancellationToken);
            if (told.Run is { Status: RunStatus.Succeeded } over)
                return await ReportAsync(errand, new WorldRefused(new Fault("car-not-taken-back", $"{service} can't be taken back: run {over.Id} is over.", $"Say: rollback {over.Site.Service} {over.Site.Environment}.")), cancellationToken);
            if (told.Run is { } run) await Engine.TellAsync(errand.Run.Id, new RunCommand.Report(errand.Wanted.Step, errand.Wanted.Attempt, new CarSeen(service, run.Id, Cars.Seen(run))), null, null, cancellationToken);
        }

        return new Done.Finished();
    }
}

/// <summary>Calls off what has not begun. The train's step, and perhaps the train, is over by then.</summary>
internal sealed class CallOffHandler(RunEngine engine) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.TrainCallOffKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var wanted = RunWork.Read(work.Item);
        var off = (CallOffCars)wanted.Order;
        foreach (var run in off.Runs) await engine.TellAsync(run, new RunCommand.CallOff(wanted.Run, $"called off by its release train, run {wanted.Run}: {off.Why}"), null, null, cancellationToken);
        return new Done.Finished();
    }
}

/// <summary>Brings the news of one of a train's runs to the train.</summary>
internal sealed class CarNewsHandler(RunEngine engine) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.CarNewsKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(Book.Read(work.Item).Run, cancellationToken) is not { Opened.Train: { } part } run || await engine.FindAsync(part.Train, cancellationToken) is not { IsOver: false } train) return new Done.Finished();
        await engine.TellAsync(train.Id, new RunCommand.HearOf(part.Service, run.Id, Cars.Seen(run)), null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Tells a train's runs that it is over: what is healthy ends, what has not begun is called off, and the rest goes on alone.</summary>
internal sealed class TrainOverHandler(RunEngine engine) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.TrainOverKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(Book.Read(work.Item).Run, cancellationToken) is not { IsOver: true } train) return new Done.Finished();
        foreach (var run in Cars.RunsOf(train)) await engine.TellAsync(run, new RunCommand.EndWith(train.Id, $"its release train, run {train.Id}, is over: {RunWords.Of(train.Status)}"), null, null, cancellationToken);
        return new Done.Finished();
    }
}
