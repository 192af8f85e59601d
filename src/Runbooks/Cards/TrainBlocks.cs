using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>Shows a release train on its card: every service with its wave, its versions, its steps, how it stands, and for how long.</summary>
public static class TrainBlocks
{
    /// <summary>A matrix for each train of the run, from the first so that approvers see it, and a way to the runs that wait for somebody.</summary>
    public static IEnumerable<CardBlock> Of(RunState run, DateTimeOffset now)
    {
        foreach (var step in run.Steps.Where(step => step is { Step: Train { Cars.IsEmpty: false }, Status: not StepStatus.NotReached }))
        {
            var cars = Stands(run, step);
            yield return new CardBlock.Table(["Wave", "Service", "Version", "Steps", "State", "Took"], [.. cars.Select(one => Row(one.Car, one.Stand, now))]);
            if (run.IsOver || cars.Where(one => one.Stand.Seen?.Phase is CarPhase.Waiting or CarPhase.Deciding && one.Stand.Run is not null).ToList() is not { Count: > 0 } waiting) continue;
            yield return new CardBlock.List("Waits for somebody", [.. waiting.Take(10).Select(one => new ListLine(
                $"{one.Car.Service}, run {one.Stand.Run}: {one.Stand.Seen!.Says}", Tone.Waiting, new Button($"Open run {one.Stand.Run}", ButtonStyle.Plain, CardAction.Say($"show {one.Stand.Run}"))))]);
        }
    }

    /// <summary>What comes next, as the middle of a sentence.</summary>
    internal static string Next(RunState run, StepProgress current)
    {
        if (current.Step is Boarding) return $"it begins when its wave comes{(run.Opened.Train is { } board ? $": run {board.Train}" : "")}";
        if (current.Step is Arrival) return $"it holds its place until the release train is over{(run.Opened.Train is { } train ? $": run {train.Train}" : "")}";
        if (current.State is not Train.State state) return "what the train changed is taken back, the last wave first";
        if (!state.Rolling) return state.Cars.Where(car => car.Seen?.Phase == CarPhase.Queued).Select(car => $"{car.Service} ({car.Seen!.Says})").ToList() is { Count: > 0 } queued ? $"it departs when every place is held; waiting for {Words.List(queued)}" : "it departs when every place is held";
        var step = (Train)current.Step;
        var left = step.Cars.Where(car => !state.Find(car.Service)!.IsSettled).ToList();
        if (left.Count == 0) return "the train arrives";
        var wave = left.Min(car => car.Wave);
        return $"wave {wave + 1} of {step.Cars.Max(car => car.Wave) + 1} is under way: {Words.List(left.Where(car => car.Wave == wave).Select(car => car.Service))}";
    }

    internal static TimelineLine? Opened(RunState run, StepId id, CarsOpened e, DateTimeOffset at) => run.Find(id)?.State is Train.State { Rolling: false }
        ? new(at, null, $"Opened {Words.List(e.Cars.Select(car => $"run {car.Run} ({car.Service}{(car.Seen.Phase == CarPhase.Queued ? $", {car.Seen.Says}" : "")})"))}.", Tone.Active, true)
        : null;

    internal static TimelineLine Moved(CarMoved e, DateTimeOffset at) => new(at, null, $"{e.Service}: {e.Seen.Says}", ToneOf(e.Seen.Phase), e.Seen.Phase is CarPhase.Healthy or CarPhase.Deciding or CarPhase.RolledBack or CarPhase.Left or CarPhase.Cancelled);

    /// <summary>Where each service stands: as the way back last saw it, where there is one.</summary>
    private static List<(Car Car, CarStand Stand)> Stands(RunState run, StepProgress step)
    {
        var forward = step.State as Train.State;
        var back = run.Steps.Where(one => one.Step is TrainBack taken && taken.Of == step.Step.Id).Select(one => one.State).OfType<TrainBack.State>().LastOrDefault();
        return [.. ((Train)step.Step).Cars.Select(car =>
        {
            var stand = forward?.Find(car.Service) ?? new CarStand(car.Service, null, null);
            return (car, back?.Find(car.Service) is { Seen: { } seen } taken ? stand with { Seen = seen, EndedAt = taken.EndedAt ?? stand.EndedAt } : stand);
        })];
    }

    private static ImmutableArray<string> Row(Car car, CarStand stand, DateTimeOffset now) =>
    [
        (car.Wave + 1).ToString(CultureInfo.InvariantCulture), stand.Run is { } run ? $"{car.Service} (run {run})" : car.Service, car.Plan.FromVersion is { } from ? $"{from} → {car.Plan.Version}" : car.Plan.Version,
        stand.Seen?.Marks ?? new string('·', car.Steps.Count(step => step is not (Boarding or Arrival))),
        stand.LeftOut ? "left out: what it needs failed" : stand.Seen?.Says ?? "to come",
        stand.BeganAt is { } began ? Words.Duration((stand.EndedAt ?? now) is var end && end > began ? end - began : TimeSpan.Zero) : "",
    ];

    private static Tone ToneOf(CarPhase phase) => phase switch
    {
        CarPhase.Healthy => Tone.Good,
        CarPhase.Queued or CarPhase.Waiting or CarPhase.Paused => Tone.Waiting,
        CarPhase.Deciding or CarPhase.Left => Tone.Bad,
        CarPhase.Returning or CarPhase.RolledBack => Tone.Warning,
        CarPhase.Cancelled => Tone.Muted,
        _ => Tone.Active,
    };
}
