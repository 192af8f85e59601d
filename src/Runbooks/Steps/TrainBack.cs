using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>The way back of a train: each of its runs is taken back by its own way, the last wave first.</summary>
/// <param name="Of">The step that is taken back.</param>
public sealed record TrainBack(StepId Id, string Title, StepId Of, ImmutableArray<CarBack> Cars, int AtOnce) : Step(Id, Title)
{
    public sealed record State(ImmutableArray<CarStand> Cars) : StepState
    {
        public CarStand? Find(string service) => Cars.FirstOrDefault(car => car.Service == service);
    }

    public override string Kind => "waves";

    public override string Says() => $"take back {Words.List(Cars.Select(car => car.Service))}, the last wave first, up to {AtOnce} at once";

    public override StepDecision Begin(StepContext context) => GoOn(new State(Stands()), StepDecision.Nothing, context);

    public override StepState Begun(StepContext context) => new State(Stands());

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context)
    {
        var s = (State)state;
        switch (command)
        {
            case CarSeen c when s.Find(c.Service) is { } car && car.Run == c.Run && car.Seen != c.Seen:
                var moved = new CarMoved(c.Service, c.Seen);
                return GoOn((State)Evolve(s, moved, context.Now), StepDecision.Accept(moved), context);
            case WorldRefused c:
                return StepDecision.Accept(new StepFailed(c.Fault));
            default:
                return StepDecision.Nothing;
        }
    }

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at)
    {
        var s = (State)state;
        return what switch
        {
            CarMoved e => s with { Cars = [.. s.Cars.Select(car => car.Service == e.Service ? car.See(e.Seen, at) : car)] },
            CarsToldBack e => s with { Cars = [.. s.Cars.Select(car => e.Services.Contains(car.Service) ? car with { Told = true, BeganAt = car.BeganAt ?? at } : car)] },
            _ => state,
        };
    }

    /// <summary>Told again: one that is back already stays so.</summary>
    public override StepDecision Resume(StepState state, StepContext context) =>
        ((State)state).Cars.Where(car => car.Told && car.Seen is not { IsBack: true }).Select(car => car.Service).ToImmutableArray() is { IsEmpty: false } told
            ? StepDecision.Nothing.And(new TakeBackCars(told), context.Now)
            : StepDecision.Nothing;

    private StepDecision GoOn(State s, StepDecision decision, StepContext context)
    {
        if (s.Cars.FirstOrDefault(car => car.Seen is { Phase: CarPhase.Deciding, Back: true }) is { } stuck)
            return decision with { Events = decision.Events.Add(new StepFailed(new Fault("car-not-taken-back", $"{stuck.Service} could not be taken back: {stuck.Seen!.Says}.", $"Look at run {stuck.Run}, then retry."))) };
        var wave = Cars.Where(car => s.Find(car.Service)!.Seen is not { IsBack: true }).Select(car => car.Wave).DefaultIfEmpty(-1).Max();
        if (wave < 0) return decision with { Events = decision.Events.Add(new StepPassed()) };
        var going = s.Cars.Count(car => car.Told && car.Seen is not { IsBack: true });
        ImmutableArray<string> next = [.. Cars.Where(car => car.Wave == wave && s.Find(car.Service) is { Told: false, Seen: not { IsBack: true } }).Select(car => car.Service).Take(Math.Max(0, AtOnce - going))];
        return next.IsEmpty ? decision : (decision with { Events = decision.Events.Add(new CarsToldBack(next)) }).And(new TakeBackCars(next), context.Now);
    }

    private ImmutableArray<CarStand> Stands() => [.. Cars.Select(car => new CarStand(car.Service, car.Run, null))];
}

/// <summary>One of a train's runs that is to be taken back.</summary>
public sealed record CarBack(string Service, int Wave, RunId Run);
