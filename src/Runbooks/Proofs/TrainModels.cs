using System.Collections.Immutable;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Proofs;

/// <summary>Release trains as they are proved and rehearsed: the runs of their services are played.</summary>
internal static class TrainModels
{
    /// <summary>What a train's services are given by is not known here: then every service goes.</summary>
    public static ImmutableSortedDictionary<string, string> Filled(Runbook runbook, ImmutableSortedDictionary<string, string> given, string version)
    {
        foreach (var train in runbook.AllSteps().OfType<Train>())
        {
            foreach (var name in given.Where(input => input.Value.Length == 0).Select(input => input.Key).ToList())
            {
                if (train.Services.Any(one => one.Name.Contains($"{{inputs.{name}}}", StringComparison.Ordinal))) given = given.SetItem(name, train.Version is null ? $"{ServiceAt.All}={version}" : ServiceAt.All);
                else if (train.Services.Select(one => one.Version).Append(train.Version).Any(text => text?.Contains($"{{inputs.{name}}}", StringComparison.Ordinal) == true)) given = given.SetItem(name, version);
            }
        }

        return given;
    }

    /// <summary>A service of the train that is protected, and that neither the train's approvals nor its own run's stand before; null when there is none.</summary>
    public static Car? Unapproved(RunState run, Train train) => train.Cars.FirstOrDefault(car => car.Protected && !car.AsksItself
        && (car.ApprovedBy.IsEmpty || !car.ApprovedBy.All(id => run.Find(id) is { Step: Approval, Status: StepStatus.Passed })));

    /// <summary>All goes well; a service of the first or of the last wave fails; or the train can't depart.</summary>
    public static IEnumerable<Move> Of(StepProgress step, Func<StepCommand, RunCommand> report)
    {
        var (id, attempt, title) = (step.Step.Id, step.Attempt, step.Step.Title);
        if (step.Step is TrainBack)
        {
            yield return new Move($"\"{title}\": all are taken back.", true, TimeSpan.FromMinutes(2), (now, _, _) => Active(now) && Told(((TrainBack.State)now.Find(id)!.State!).Cars) is { } car ? report(Seen(car, CarPhase.RolledBack, "rolled back")) : null);
            yield return new Move($"\"{title}\": one can't be taken back.", false, TimeSpan.FromMinutes(2), (now, _, turn) => turn == 0 && Told(((TrainBack.State)now.Find(id)!.State!).Cars) is { } car ? report(Seen(car, CarPhase.Deciding, "it failed, since this was to be seen")) : null);
            yield break;
        }

        var train = (Train)step.Step;
        if (train.Cars.IsEmpty) yield break;
        yield return Walk($"\"{title}\" brings {Words.Count(train.Cars.Length, "service", "services")}, wave after wave.", true, null);
        foreach (var failing in new[] { train.Cars[0], train.Cars[^1] }.Distinct())
            yield return Walk($"\"{title}\": {failing.Service} fails{(failing.OnFailure == RollbackMode.Automatic ? ", and goes back by itself" : "")}.", false, failing);
        yield return new Move($"\"{title}\" finds {train.Cars[0].Service} locked.", false, TimeSpan.FromSeconds(2), (now, _, turn) => turn == 0 && now.Find(id)!.State is Train.State { Rolling: false }
            ? report(new WorldRefused(new Fault("train-blocked", $"{train.Cars[0].Service} is locked. Nothing was changed.", "Retry when it is not."))) : null);

        // Each of a service's answers is one command; the run's own rules say who goes next.
        Move Walk(string says, bool good, Car? failing) => new(says, good, TimeSpan.FromMinutes(5), (now, _, _) =>
        {
            if (!Active(now)) return null;
            var state = (Train.State)now.Find(id)!.State!;
            if (!state.Rolling)
            {
                return state.Cars.All(car => car.Run is not null && car.Seen is not { HasFailed: true }) ? report(new MayDepart())
                    : report(new CarsAreTaken([.. train.Cars.Select((car, at) => new CarTaken(car.Service, new RunId(at + 2), state.Find(car.Service) is { Seen.Phase: CarPhase.Healthy } well ? well.Seen : new CarSighting(CarPhase.Ready, false, false, "holds its place", "")))]));
            }

            if (Told(state.Cars) is not { } next) return null;
            return report(next.Service != failing?.Service ? Seen(next, CarPhase.Healthy, "healthy")
                : failing.OnFailure == RollbackMode.Automatic ? Seen(next, CarPhase.RolledBack, "it failed, since this was to be seen, and was rolled back") : Seen(next, CarPhase.Deciding, "it failed, since this was to be seen"));
        });

        bool Active(RunState now) => now.Find(id) is { Status: StepStatus.Active } still && still.Attempt == attempt;
    }

    /// <summary>The next one that was told something and has not answered.</summary>
    private static CarStand? Told(ImmutableArray<CarStand> cars) => cars.FirstOrDefault(car => car.Told && !car.IsSettled);

    private static CarSeen Seen(CarStand car, CarPhase phase, string says) => new(car.Service, car.Run!.Value, new CarSighting(phase, true, phase is CarPhase.RolledBack or CarPhase.Deciding, says, ""));
}
