using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;

namespace ChatOps.Runbooks.Tests.Trains;

/// <summary>A train and the runs of its services, decided by the rules and nothing else: what they order is done here, in any order, once or twice.</summary>
internal sealed class TrainWorld
{
    public static readonly Caller Ana = new(new Person("ana@example.com"), "ana", [new("all")]), Ben = new(new Person("ben@example.com"), "ben", [new("all"), new("managers")]);

    private readonly List<WorkItem> work = [];
    private readonly HashSet<RunId> heard = [];
    private readonly AccessRules access = new([], [new Grant(Right.Deploy, "*", [new("all")]), new Grant(Right.Rollback, "*", [new("all")])], []);
    private DateTimeOffset now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private int last = 1;

    public TrainWorld(Configuration read, string service = "platform", string environment = "prod")
    {
        var runbook = read.Runbook("release")!;
        var place = read.Service(service)!.Environment(environment)!;
        var live = read.Services.ToImmutableSortedDictionary(one => one.Name, _ => "v1");
        var context = new PlanContext(read.Service(service)!, place, "v1", Ana.Person!.Value) { Fleet = read.Fleet with { Live = live }, Inputs = runbook.Filled(ImmutableSortedDictionary<string, string>.Empty) };
        var planned = Planner.Procedure(context, runbook, read.Runbook, "v1");
        var (state, decision) = Decider.Open(new RunOpened(new RunId(1), planned.Plan, planned.Steps, place.Target, place.Protected, planned.OnFailure, null, [], Ana.Person.Value, null, [], [], null), now);
        Runs[state.Id] = state;
        Keep(null, state, decision);
    }

    public Dictionary<RunId, RunState> Runs { get; } = [];

    public Dictionary<Site, SiteQueue> Queues { get; } = [];

    /// <summary>What happened in all of them, in order.</summary>
    public List<(RunId Run, RunEvent What)> Events { get; } = [];

    /// <summary>Services whose rollout fails; each time it is tried.</summary>
    public HashSet<string> Failing { get; } = [];

    /// <summary>Services that are locked.</summary>
    public HashSet<string> Locked { get; } = [];

    /// <summary>Called after everything that happened.</summary>
    public Action<TrainWorld, RunId, RunEvent>? Watch { get; set; }

    public RunState Train => Runs[new RunId(1)];

    public Train Step => (Train)Train.Steps.First(step => step.Step is Train).Step;

    public bool IsQuiet => work.Count == 0;

    public RunState Of(string service) => Runs.Values.Last(run => run.Opened.Train?.Service == service);

    public bool Has(string service) => Runs.Values.Any(run => run.Opened.Train?.Service == service);

    /// <summary>Does all work, the oldest first.</summary>
    public TrainWorld Run(int atMost = 5_000)
    {
        for (var turn = 0; work.Count > 0; turn++)
        {
            turn.ShouldBeLessThan(atMost, "it never comes to rest");
            DoOne(0, twice: false);
        }

        return this;
    }

    /// <summary>Does one piece of work of those that wait.</summary>
    /// <param name="twice">It is done, and done again: the process died before that was kept.</param>
    public void DoOne(int which, bool twice)
    {
        var one = work[which % work.Count];
        work.Remove(one);
        Do(one);
        if (twice) Do(one);
    }

    public RunDecision Tell(RunId run, RunCommand command)
    {
        now += TimeSpan.FromSeconds(1);
        var before = Runs[run];
        var (state, decision) = Decider.Decide(before, command, new RunContext(now, access, []));
        if (decision.Refused is not null) return decision;
        Runs[run] = state;
        Keep(before, state, decision);
        return decision;
    }

    private void Keep(RunState? before, RunState after, RunDecision decision)
    {
        work.RemoveAll(item => decision.Withdrawn.Contains(item.Key));
        foreach (var item in decision.Work)
        {
            work.RemoveAll(one => one.Key == item.Key);
            work.Add(item);
        }

        foreach (var what in decision.Events)
        {
            Events.Add((after.Id, what));
            Watch?.Invoke(this, after.Id, what);
        }

        // As Book and RunEngine do, in the same transaction.
        if (before is not null && after.Opened.Train is not null && Cars.Seen(before) != Cars.Seen(after)) heard.Add(after.Id);
        if (after.Opened.Train is { } part && heard.Remove(after.Id)) AddOnce(new WorkItem(RunWork.CarNewsKind, $"news:{after.Id}", $"run:{part.Train}", now, after.Id.ToString()));
        if (before is { IsOver: false } && after.IsOver)
        {
            if (!Cars.RunsOf(after).IsEmpty) AddOnce(new WorkItem(RunWork.TrainOverKind, $"over:{after.Id}", "", now, after.Id.ToString()));
            if (Queues.TryGetValue(after.Site, out var queue))
            {
                var left = Queues[after.Site] = queue.Evolve(new RunLeft(after.Id));
                if (left.Holder is { } holder && holder != queue.Holder && Runs.TryGetValue(holder, out var next) && next.Opened.Train is not null) AddOnce(new WorkItem(RunWork.TurnKind, $"turn:{holder}", "", now, holder.ToString()));
            }
        }
    }

    /// <summary>Somebody else's run holds a place, until <see cref="Free"/>.</summary>
    public void Hold(string service) => Queues[new Site(service, "prod")] = SiteQueue.Empty(new Site(service, "prod")).Evolve(new RunJoined(new RunId(99), false));

    public void Free(string service)
    {
        var site = new Site(service, "prod");
        Queues[site] = Queues[site].Evolve(new RunLeft(new RunId(99)));
        if (Queues[site].Holder is { } holder) AddOnce(new WorkItem(RunWork.TurnKind, $"turn:{holder}", "", now, holder.ToString()));
    }

    private void AddOnce(WorkItem item)
    {
        if (work.All(one => one.Key != item.Key)) work.Add(item);
    }

    private void Do(WorkItem item)
    {
        switch (item.Kind)
        {
            case RunWork.CarNewsKind when RunId.TryParse(item.Payload, out var car):
                if (Runs[car].Opened.Train is { } part) Tell(part.Train, new RunCommand.HearOf(part.Service, car, Cars.Seen(Runs[car])));
                return;
            case RunWork.TrainOverKind when RunId.TryParse(item.Payload, out var over):
                foreach (var run in Cars.RunsOf(Runs[over])) Tell(run, new RunCommand.EndWith(over, "the train is over"));
                return;
            case RunWork.TurnKind when RunId.TryParse(item.Payload, out var turn):
                Tell(turn, new RunCommand.TakeTurn(null, [], ""));
                return;
            default:
                Do(RunWork.Read(item));
                return;
        }
    }

    private void Do(RunWork wanted)
    {
        var run = Runs[wanted.Run];
        if (wanted.Order is CallOffCars off)
        {
            foreach (var car in off.Runs) Tell(car, new RunCommand.CallOff(run.Id, off.Why));
            return;
        }

        if (run.IsOver || run.Find(wanted.Step) is not { Status: StepStatus.Active } step || step.Attempt != wanted.Attempt || run.Status == RunStatus.Paused) return;
        void Report(StepCommand what) => Tell(run.Id, new RunCommand.Report(wanted.Step, wanted.Attempt, what));
        switch (wanted.Order)
        {
            case OpenCars or LookBeforeDeparture when Step.Cars.FirstOrDefault(car => Locked.Contains(car.Service)) is { } locked:
                Report(new WorldRefused(new Fault("train-blocked", $"{locked.Service} can't go: it is locked.")));
                break;
            case OpenCars:
                foreach (var car in Cars.RunsOf(run).Where(car => Runs[car].Status == RunStatus.Deciding)) Tell(car, new RunCommand.TryAgain(run.Id));
                Open(run, step);
                break;
            case LookBeforeDeparture:
                Report(new MayDepart());
                break;
            case LookAtCars:
                Report(new CarsAreTaken([.. ((Train.State)step.State!).Cars.Select(car => new CarTaken(car.Service, car.Run!.Value, Cars.Seen(Runs[car.Run.Value])))]));
                break;
            case TellCars tell:
                foreach (var car in tell.Services.Select(service => ((Train.State)step.State!).Find(service)!.Run!.Value))
                    if (Runs[car].Active.FirstOrDefault(one => one.Step is Boarding) is { } board) Tell(car, new RunCommand.Report(board.Step.Id, board.Attempt, new Depart()));
                break;
            case TakeBackCars back:
                foreach (var car in ((TrainBack)step.Step).Cars.Where(car => back.Services.Contains(car.Service)))
                {
                    if (Tell(car.Run, new RunCommand.TakeBack(run.Id, "the train goes back")).Refused is { } no) Report(new WorldRefused(new Fault("car-not-taken-back", no.Why)));
                    else Report(new CarSeen(car.Service, car.Run, Cars.Seen(Runs[car.Run])));
                }

                break;
            case StartRollout start:
                Report(new RolloutAccepted(new RolloutBegun(start.Back ? "v2" : "v1", 1, 2, false)));
                break;
            case WatchRollout:
                var fails = step.Way == Way.Forward && Failing.Contains(run.Site.Service);
                Report(new RolloutSeen(fails ? new RolloutSighting(RolloutPhase.Failed, 1, 0, 3, "0 of 3", new Fault("image-pull", "No such image.")) : new RolloutSighting(RolloutPhase.Complete, 3, 3, 3, "3 of 3", null)));
                break;
            case Wake:
                Report(new TimePassed());
                break;
            default:
                break;
        }
    }

    private void Open(RunState run, StepProgress step)
    {
        if (step.State is not Train.State stands) return;
        var taken = new List<CarTaken>();
        foreach (var car in Step.Cars)
        {
            if (stands.Find(car.Service)?.Run is { } there && (!Runs[there].IsOver || Runs[there].Status == RunStatus.Succeeded))
            {
                taken.Add(new CarTaken(car.Service, there, Cars.Seen(Runs[there])));
                continue;
            }

            var number = new RunId(++last);
            var queue = car.Plan.Site == run.Site ? null : Queues.GetValueOrDefault(car.Plan.Site) ?? SiteQueue.Empty(car.Plan.Site);
            var (state, decision) = Decider.Open(Cars.Opened(run, step.Step.Id, car, number, queue?.Line ?? []), now);
            if (queue is not null) Queues[car.Plan.Site] = queue.Evolve(new RunJoined(number, false));
            Runs[number] = state;
            Keep(null, state, decision);
            taken.Add(new CarTaken(car.Service, number, Cars.Seen(state)));
        }

        Tell(run.Id, new RunCommand.Report(step.Step.Id, step.Attempt, new CarsAreTaken([.. taken])));
    }

    /// <summary>A folder with these services, each with what it needs, and a runbook <c>release</c> that brings them.</summary>
    /// <param name="more">Further keys of the waves step, each on its own line with its indent.</param>
    public static ImmutableArray<SourceFile> Files(IReadOnlyDictionary<string, string[]> needs, string more = "", string own = "automatic", string steps = "", string whole = "ask", bool @protected = false, string services = "") =>
    [
        new("access.yaml", "groups:\n  all: { all: true }\n  managers: { members: [b@x.com, c@x.com, d@x.com] }\n  others: { members: [e@x.com, f@x.com, g@x.com] }\nmay: { deploy: { '*': [all] }, rollback: { '*': [all] } }\n"),
        new("services/platform.yaml", "service: platform\nenvironments:\n  prod: { simulated: {}, runbook: quick }\n"),
        .. needs.Select(one => new SourceFile($"services/{one.Key}.yaml", $"service: {one.Key}\ndepends-on: [{string.Join(", ", one.Value)}]\nenvironments:\n  prod: {{ {(@protected ? "protected: true, " : "")}simulated: {{}}, runbook: quick, health: [{{ url: 'https://example.com' }}] }}\n")),
        new("runbooks/quick.yaml", $"runbook: quick\nsteps:\n{(@protected ? "  - approval: Change\n    from: [managers]\n    count: 2\n" : "")}  - deploy: rolling\n  - soak: 1s\non-failure: {{ rollback: {own} }}\n"),
        new("runbooks/release.yaml", $"runbook: release\nstarts-with: run\nsteps:\n{steps}  - waves: Release\n    id: train\n    services: [{(services.Length == 0 ? string.Join(", ", needs.Keys) : services)}]\n    version: v2\n{more}  - wait: go\n    id: last\non-failure: {{ rollback: {whole} }}\n"),
    ];

    public static Configuration Read(ImmutableArray<SourceFile> files)
    {
        var (read, findings) = ConfigurationReader.Read(files);
        return read.ShouldNotBeNull(string.Join('\n', findings));
    }
}
