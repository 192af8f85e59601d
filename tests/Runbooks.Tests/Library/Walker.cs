using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Tests.Library;

/// <summary>Walks a run as people and the world would: each active step is answered, until the run is over or waits for a decision.</summary>
internal sealed class Walker
{
    private const int Longest = 2_000;

    private readonly Configuration configuration;
    private readonly Service service;
    private readonly People people;
    private DateTimeOffset now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    /// <param name="inputs">Values for the runbook's inputs; those left out have their default.</param>
    /// <param name="emergency">Why it is one; null = it is none.</param>
    public Walker(Configuration configuration, Service service, ServiceEnvironment place, Runbook runbook, ImmutableSortedDictionary<string, string> inputs, string? emergency)
    {
        (this.configuration, this.service, people) = (configuration, service, new People(configuration, service, place));
        var by = people.Asker.Person!.Value;
        var procedure = runbook.StartsWith == "run";
        var context = new PlanContext(service, place, procedure ? "" : "v1.2.3", by) { Inputs = runbook.Filled(inputs), Emergency = emergency, Fleet = configuration.Fleet };
        var planned = procedure ? Planner.Procedure(context, runbook, configuration.Runbook, "v1.2.2") : Planner.Deploy(context, runbook, configuration.Runbook, "v1.2.2");
        var opened = new RunOpened(new RunId(7), planned.Plan, planned.Steps, place.Target, place.Protected, planned.OnFailure, planned.Page, service.Owners, by, null, [], [], null);
        var (state, decision) = Decider.Open(opened, now);
        Run = state;
        Events.AddRange(decision.Events);
    }

    public RunState Run { get; private set; }

    public List<RunEvent> Events { get; } = [];

    /// <summary>Answers what is asked until nothing more is: the run is over, or a person has to decide.</summary>
    /// <param name="failing">The step that fails, each time it is tried; null = all do what they are for.</param>
    public Walker Walk(StepId? failing = null)
    {
        for (var told = 0; !Run.IsOver && Run.Status != RunStatus.Deciding; told++)
        {
            if (told == Longest || Run.Active.IsEmpty) throw new InvalidOperationException($"The run stands still: {Run.Status}, {string.Join(", ", Run.Active.Select(step => step.Step.Id))}.");
            var step = Run.Active[0];
            Tell(step.Step.Id == failing ? Fails(step) : Passes(step));
        }

        return this;
    }

    public Walker Tell(RunCommand command)
    {
        now += TimeSpan.FromSeconds(1);
        var (state, decision) = Decider.Decide(Run, command, new RunContext(now, configuration.Access, service.Owners));
        if (decision.Refused is { } refused) throw new InvalidOperationException($"{command} was refused: {refused}");
        Run = state;
        Events.AddRange(decision.Events);
        return this;
    }

    /// <summary>Goes back if that can be; else leaves it as it is.</summary>
    public Walker Decide()
    {
        var back = new RunCommand.RollBack(people.WhoMayGoBack, "it failed");
        return RunRules.Untimely(Run, back) is null ? Tell(back).Walk() : Tell(new RunCommand.Abort(people.Asker, "it failed"));
    }

    private RunCommand Passes(StepProgress step) => (step.Step, step.State) switch
    {
        (Checklist list, Checklist.State state) => Next(list, state, step),
        (Approval approval, Approval.State state) => new RunCommand.Approve(people.Approves(approval, state), approval.Id, Run.Plan.Hash),
        (Manual or Wait { Until: null, Signal: null }, _) => new RunCommand.Done(people.Asker, step.Step.Id, "as it should be"),
        (Wait { Signal: { } signal }, _) => new RunCommand.Signal(signal, null),
        (Wait, Wait.State { Until: { } until }) => At(until, step),
        (Soak soak, Soak.State state) when Unjudged(soak, state) is { } gate => Reports(step, new GateAnswered(gate, state.Tracks[gate].Round, new GateSample(now, soak.Gates[gate].Limit!.Value.Number))),
        (Soak, Soak.State { Until: var until }) => At(until, step),
        (Rollout, Rollout.State { Begun: null }) => Reports(step, new RolloutAccepted(new RolloutBegun("v1.2.2", 4, 5, false))),
        (Rollout, _) => Reports(step, new RolloutSeen(new RolloutSighting(RolloutPhase.Complete, 3, 3, 3, "3 of 3", null))),
        (HealthCheck, HealthCheck.State state) => Reports(step, new ProbeAnswered(state.Probe, state.Try, new HealthAnswer(true, "200", TimeSpan.Zero))),
        (JobRun job, JobRun.State { Name: null }) => Reports(step, new JobAccepted(job.Job)),
        (JobRun, _) => Reports(step, new JobSeen(new JobSighting(JobPhase.Complete, "completed", 0, "", null))),
        (HttpCall call, _) => Reports(step, new RequestAnswered(true, "200", call.Capture.ToImmutableSortedDictionary(value => value.Key, _ => "kept"))),
        (Train train, Train.State state) => Reports(step, Arrives(train, state)),
        (TrainBack, TrainBack.State state) => Reports(step, Stands(state.Cars, CarPhase.RolledBack)),
        _ => throw new InvalidOperationException($"Nothing answers {step.Step.Kind}."),
    };

    /// <summary>Every place is held, nothing is in the way, and one after the other is healthy.</summary>
    private static StepCommand Arrives(Train train, Train.State state) => state switch
    {
        { Rolling: true } => Stands(state.Cars, CarPhase.Healthy),
        _ when state.Cars.Any(car => car.Run is null) => new CarsAreTaken([.. train.Cars.Select((car, at) => new CarTaken(car.Service, new RunId(100 + at), new CarSighting(CarPhase.Ready, false, false, "holds its place", "")))]),
        _ => new MayDepart(),
    };

    private static CarSeen Stands(ImmutableArray<CarStand> cars, CarPhase phase)
    {
        var next = cars.First(car => car is { Told: true, IsSettled: false });
        return new CarSeen(next.Service, next.Run!.Value, new CarSighting(phase, true, phase == CarPhase.RolledBack, "seen", ""));
    }

    /// <summary>A gate that needs one more sample for its verdict; null when none does.</summary>
    private static int? Unjudged(Soak soak, Soak.State state) => Enumerable.Range(0, soak.Gates.Length).Where(gate => state.Tracks[gate].Known < soak.Gates[gate].MinSamples).Select(gate => (int?)gate).FirstOrDefault();

    /// <summary>What can't fail by itself runs out of time; what may take for ever is aborted.</summary>
    private RunCommand Fails(StepProgress step) => (step.Step, step.State) switch
    {
        (Approval approval, Approval.State state) => new RunCommand.Reject(people.Approves(approval, state), approval.Id, "no"),
        (Manual, _) => new RunCommand.NotDone(people.Asker, step.Step.Id, "it did not work"),
        (Rollout, Rollout.State { Begun: not null }) => Reports(step, new RolloutSeen(new RolloutSighting(RolloutPhase.Failed, 1, 0, 3, "0 of 3", new Fault("image-pull", "No such image.")))),
        (Rollout, _) => Passes(step),
        (HealthCheck, HealthCheck.State state) => Reports(step, new ProbeAnswered(state.Probe, state.Try, new HealthAnswer(false, "503", TimeSpan.Zero))),
        (JobRun, JobRun.State { Name: not null }) => Reports(step, new JobSeen(new JobSighting(JobPhase.Failed, "failed", 3, "", new Fault("job-failed", "It failed with exit code 3.")))),
        (JobRun, _) => Passes(step),
        (HttpCall, _) => Reports(step, new RequestAnswered(false, "500", ImmutableSortedDictionary<string, string>.Empty)),
        (Train train, Train.State { Rolling: true } state) => Reports(step, Stands(state.Cars, CarPhase.RolledBack)),
        (Train, _) => Passes(step),
        _ when step.Deadline is { } deadline => Late(deadline, step),
        _ => new RunCommand.Abort(people.Asker, "it can't be so"),
    };

    /// <summary>Nothing is connected that could verify an item: a person looks and ticks.</summary>
    private RunCommand Next(Checklist list, Checklist.State state, StepProgress step)
    {
        var item = Enumerable.Range(0, list.Items.Length).First(at => !list.IsDone(state, at));
        return list.TicksItself(state, item)
            ? Reports(step, new ItemLooked(item, ItemVerdict.Unverifiable, "nothing is connected", null))
            : new RunCommand.Tick(people.Ticks(list.Items[item]), list.Id, item);
    }

    private RunCommand.Report At(DateTimeOffset moment, StepProgress step)
    {
        now = moment;
        return Reports(step, new TimePassed());
    }

    private RunCommand.Expired Late(DateTimeOffset deadline, StepProgress step)
    {
        now = deadline;
        return new RunCommand.Expired(step.Step.Id, step.Attempt);
    }

    private static RunCommand.Report Reports(StepProgress step, StepCommand what) => new(step.Step.Id, step.Attempt, what);
}
