using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that brings many services to the run's environment, wave after wave, each by a run of its own.</summary>
/// <param name="Services">Which, as its file says; each text may name several.</param>
/// <param name="Version">For those that name none; null = each names its own.</param>
/// <param name="Runbook">What all of their runs walk; null = what each one's environment names.</param>
/// <param name="AtOnce">How many go at once inside a wave, at least 1.</param>
public sealed record Train(StepId Id, string Title, ImmutableArray<ServiceAt> Services, string? Version, string? Runbook, int AtOnce) : Step(Id, Title)
{
    /// <summary>The most services of one train.</summary>
    public const int Most = 100;

    /// <summary>Its services, wave after wave, once planned.</summary>
    public ImmutableArray<Car> Cars { get; init; } = [];

    /// <summary>Why it can't be put together; null = it can.</summary>
    public Fault? Trouble { get; init; }

    /// <summary>What a failed service leads to, once planned.</summary>
    public FailureMode Failing { get; init; }

    /// <param name="Departed">A service was told to begin, in this try or one before: something may have been changed.</param>
    /// <param name="Rolling">In this try, every place was held and it departed.</param>
    /// <param name="Silent">Why something does not answer, while it does not.</param>
    public sealed record State(ImmutableArray<CarStand> Cars, bool Departed, bool Rolling, string? Silent) : StepState
    {
        public CarStand? Find(string service) => Cars.FirstOrDefault(car => car.Service == service);
    }

    public override string Kind => "waves";

    public override bool Changes => true;

    public override string Says() => string.Join(". ", Sentences());

    /// <summary>Approvals are bound to every service's plan, word for word.</summary>
    public override string? Bound() => string.Join('\n', Cars.Select(car => $"{car.Service} {car.Wave} {car.Plan.Hash} {car.Protected}"));

    public override Step For(PlanContext plan) => this with
    {
        Title = plan.Fill(Title),
        Services = [.. Services.SelectMany(one => one.Filled(plan.Fill))],
        Version = Version is null ? null : plan.Fill(Version),
        Runbook = Runbook is null ? null : plan.Fill(Runbook),
    };

    public override StepDecision Begin(StepContext context) =>
        Trouble is null ? StepDecision.Nothing.And(new OpenCars(), context.Now) : StepDecision.Accept(new StepFailed(Trouble));

    public override StepState Begun(StepContext context) => new State([.. Cars.Select(car => new CarStand(car.Service, null, null))], false, false, null);

    /// <summary>What is healthy stays; the rest is looked at again.</summary>
    public override StepState? Again(StepState state) => state is State s
        ? s with { Rolling = false, Silent = null, Cars = [.. s.Cars.Select(car => car with { LeftOut = false, EndedAt = car.Seen?.Phase == CarPhase.Healthy ? car.EndedAt : null })] }
        : null;

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context)
    {
        var s = (State)state;
        return command switch
        {
            CarsAreTaken c => Follow(s, new CarsOpened(c.Cars), context),
            CarSeen c when s.Find(c.Service) is { } car && car.Run == c.Run && car.Seen != c.Seen => Follow(s, new CarMoved(c.Service, c.Seen), context),
            MayDepart when !s.Rolling && Assembled(s) => Follow(s, new TrainDeparted(), context),
            MayDepart when !s.Rolling => Follow(s, null, context),
            WorldSilent c when c.Why != s.Silent => StepDecision.Accept(new Delayed(c.Why)),
            WorldRefused c => StepDecision.Accept(new StepFailed(c.Fault)),
            _ => StepDecision.Nothing,
        };
    }

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at)
    {
        var s = (State)state;
        return what switch
        {
            CarsOpened e => s with { Silent = null, Cars = [.. s.Cars.Select(car => e.Cars.FirstOrDefault(one => one.Service == car.Service) is { } taken ? car.See(taken.Seen, at) with { Run = taken.Run, Told = taken.Seen.Begun, BeganAt = taken.Run == car.Run ? car.BeganAt : null } : car)] },
            CarMoved e => s with { Cars = [.. s.Cars.Select(car => car.Service == e.Service ? car.See(e.Seen, at) : car)] },
            TrainDeparted => s with { Departed = true, Rolling = true, Silent = null },
            CarsTold e => s with { Cars = [.. s.Cars.Select(car => e.Services.Contains(car.Service) ? car with { Told = true, BeganAt = car.BeganAt ?? at } : car)] },
            CarsLeftOut e => s with { Cars = [.. s.Cars.Select(car => e.Services.Contains(car.Service) ? car with { LeftOut = true, EndedAt = at } : car)] },
            Delayed e => s with { Silent = e.Why },
            _ => state,
        };
    }

    /// <summary>What moved meanwhile is looked at.</summary>
    public override StepDecision Resume(StepState state, StepContext context) =>
        state is State { Rolling: true } ? StepDecision.Nothing.And(new LookAtCars(), context.Now) : Begin(context);

    /// <summary>What has not begun is called off, and its place is free.</summary>
    public override StepDecision GiveUp(StepState state, StepContext context) => CallOff(((State)state).Cars.Where(car => car.Seen is { Begun: false }), "the train goes no further", context);

    /// <summary>Keeps what happened, and says what follows from how everything stands then.</summary>
    private StepDecision Follow(State s, StepEvent? what, StepContext context)
    {
        var decision = what is null ? StepDecision.Nothing : StepDecision.Accept(what);
        if (what is not null) s = (State)Evolve(s, what, context.Now);

        // It was told, but had lost its place to somebody's rollback, or was paused: now it can hear it.
        if (what is CarMoved { Seen.Phase: CarPhase.Ready } again && s.Rolling && s.Find(again.Service) is { Told: true, LeftOut: false })
            decision = decision.And(new TellCars([again.Service]), context.Now);
        return s.Rolling ? GoOn(s, decision, context) : Assemble(s, decision, context);
    }

    private static StepDecision Assemble(State s, StepDecision decision, StepContext context)
    {
        if (s.Cars.FirstOrDefault(car => car.Seen is { HasFailed: true }) is { } lost)
            return With(decision, new StepFailed(new Fault("train-not-assembled", $"{lost.Service} does not go: {lost.Seen!.Says}.{(s.Departed ? "" : " Nothing was changed.")}", $"Look at run {lost.Run}, then retry.")));
        return Assembled(s) ? decision.And(new LookBeforeDeparture(), context.Now) : decision;
    }

    private StepDecision GoOn(State s, StepDecision decision, StepContext context)
    {
        var failed = s.Cars.Where(car => car is { LeftOut: false, Seen.HasFailed: true }).ToList();
        if (Failing == FailureMode.Continue && LeftBehind(s) is { IsEmpty: false } orphans)
        {
            decision = CallOff(s.Cars.Where(car => orphans.Contains(car.Service)), "what it needs failed", context, With(decision, new CarsLeftOut(orphans)));
            s = (State)Evolve(s, new CarsLeftOut(orphans), context.Now);
        }

        var going = s.Cars.Count(car => car.Told && !car.IsSettled);
        if (failed.Count > 0 && Failing != FailureMode.Continue) return going > 0 && Failing != FailureMode.Rollback ? decision : With(decision, Failed(failed));
        if (s.Cars.All(car => car.IsSettled)) return With(decision, failed.Count == 0 ? new StepPassed() : Failed(failed));
        var next = Next(s, going);
        return next.IsEmpty ? decision : With(decision, new CarsTold(next)).And(new TellCars(next), context.Now);
    }

    /// <summary>Who may begin now: of the first wave that is not behind, as many as go at once.</summary>
    private ImmutableArray<string> Next(State s, int going)
    {
        var wave = Cars.Where(car => !s.Find(car.Service)!.IsSettled).Select(car => car.Wave).DefaultIfEmpty(-1).Min();
        return [.. Cars.Where(car => car.Wave == wave && s.Find(car.Service) is { Told: false, LeftOut: false, Seen.Phase: CarPhase.Ready }).Select(car => car.Service).Take(Math.Max(0, AtOnce - going))];
    }

    /// <summary>What has not begun and needs something that failed, or that is left out itself.</summary>
    private ImmutableArray<string> LeftBehind(State s)
    {
        var lost = s.Cars.Where(car => car.LeftOut || car.Seen is { HasFailed: true }).Select(car => car.Service).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var orphans = ImmutableArray.CreateBuilder<string>();
        foreach (var car in Cars.OrderBy(car => car.Wave).Where(car => !lost.Contains(car.Service) && !s.Find(car.Service)!.Told && car.Needs.Any(lost.Contains)))
        {
            lost.Add(car.Service);
            orphans.Add(car.Service);
        }

        return orphans.ToImmutable();
    }

    private static bool Assembled(State s) => s.Cars.All(car => car.Run is not null && (car.Told || car.Seen?.Phase is CarPhase.Ready or CarPhase.Healthy));

    private static StepFailed Failed(List<CarStand> failed) => new(new Fault(
        "train-stopped", string.Join("; ", failed.Select(car => $"{car.Service}: {car.Seen!.Says}")) + ".", $"Look at {Words.List(failed.Select(car => $"run {car.Run}"))}."));

    private static StepDecision CallOff(IEnumerable<CarStand> cars, string why, StepContext context, StepDecision? decision = null) =>
        cars.Select(car => car.Run).OfType<RunId>().ToImmutableArray() is { IsEmpty: false } runs
            ? (decision ?? StepDecision.Nothing).And(new CallOffCars(runs, why), context.Now)
            : decision ?? StepDecision.Nothing;

    private static StepDecision With(StepDecision decision, StepEvent what) => decision with { Events = decision.Events.Add(what) };

    private IEnumerable<string> Sentences()
    {
        if (Trouble is { } trouble) yield return $"can't be put together: {trouble.Why}";
        foreach (var wave in Cars.GroupBy(car => car.Wave).OrderBy(wave => wave.Key)) yield return $"Wave {wave.Key + 1}: {string.Join(", ", wave.Select(car => car.Says()))}";
        if (Cars.IsEmpty && Trouble is null) yield return $"bring {string.Join(", ", Services.Select(one => one.ToString()))}{(Version is null ? "" : $" to {Version}")}, in the order in which they need each other";
        yield return $"up to {AtOnce} at once";
        if (!Cars.IsEmpty)
        {
            yield return Failing switch
            {
                FailureMode.Continue => "when one fails, those that do not need it go on",
                FailureMode.Rollback => "when one fails, all are taken back, the last wave first",
                _ => "when one fails, nothing else begins, and a person is asked",
            };
        }
    }
}

/// <summary>A service to be brought, as a file says it.</summary>
/// <param name="Name">A name, <c>all</c>, or a text that names several: <c>orders=v2, web</c>.</param>
public sealed record ServiceAt(string Name, string? Version)
{
    public const string All = "all";

    private static readonly char[] Between = [',', ';', ' ', '\n', '\t'];

    /// <summary>The services that it names, once what is in braces is filled in.</summary>
    public IEnumerable<ServiceAt> Filled(Func<string, string> fill)
    {
        var version = Version is null ? null : fill(Version);
        foreach (var word in fill(Name).Split(Between, StringSplitOptions.RemoveEmptyEntries))
            yield return word.Split('=', 2) is [var name, { Length: > 0 } own] ? new ServiceAt(name, own) : new ServiceAt(word.TrimEnd('='), version);
    }

    public override string ToString() => Version is null ? Name : $"{Name}={Version}";
}

/// <summary>Where one of a train's services stands, as the train knows it.</summary>
/// <param name="Run">Its run; null until it was opened.</param>
public sealed record CarStand(string Service, RunId? Run, CarSighting? Seen)
{
    /// <summary>Its wave came, and it was told to begin.</summary>
    public bool Told { get; init; }

    /// <summary>What it needs failed: it does not begin at all.</summary>
    public bool LeftOut { get; init; }
    public DateTimeOffset? BeganAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Nothing more is expected of it: it is healthy, has failed, or is left out.</summary>
    public bool IsSettled => LeftOut || Seen is { Phase: CarPhase.Healthy } or { HasFailed: true };

    public CarStand See(CarSighting seen, DateTimeOffset at) => this with
    {
        Seen = seen,
        EndedAt = LeftOut || seen is { Phase: CarPhase.Healthy } or { HasFailed: true, Phase: not CarPhase.Returning } ? EndedAt ?? at : null,
    };
}
