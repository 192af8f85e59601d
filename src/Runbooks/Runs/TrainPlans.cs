using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>Puts trains together: which services go in which wave, what each one's run walks, and which of its approvals the train's stand in for.</summary>
internal static class TrainPlans
{
    /// <summary>The steps of a run, each train in them with its services.</summary>
    public static ImmutableArray<Step> Assemble(ImmutableArray<Step> steps, PlanContext context, Func<string, Runbook?> others, RollbackMode onFailure) => !steps.Any(step => step is Train)
        ? steps
        : [.. steps.Select((step, at) => step is Train train ? With(train, [.. Before(steps, at).OfType<Approval>()], context, others, onFailure) : step)];

    private static Train With(Train train, ImmutableArray<Approval> approvals, PlanContext context, Func<string, Runbook?> others, RollbackMode onFailure)
    {
        train = train with { Failing = train.Rules?.OnFailure switch { FailureMode.Continue => FailureMode.Continue, FailureMode.Rollback => FailureMode.Rollback, null when onFailure == RollbackMode.Automatic => FailureMode.Rollback, _ => FailureMode.Stop } };
        if (context.Fleet is not { } fleet) return train;
        var (services, trouble) = Chosen(train, context.Environment.Name, fleet);
        if (trouble is not null) return train with { Trouble = trouble };
        var waves = Waves.Of(services.Select(one => one.Service.Name), name => fleet.Service(name)?.DependsOn ?? []);
        if (!waves.Circle.IsEmpty) return train with { Trouble = new Fault("circle", $"{string.Join(" needs ", waves.Circle)}: nothing could be first.", "Take one depends-on out.") };
        var cars = ImmutableArray.CreateBuilder<Car>();
        foreach (var (wave, name) in waves.Line.SelectMany((wave, number) => wave.Select(name => (number, name))))
        {
            var (service, environment, version) = services.First(one => one.Service.Name == name);
            var runbook = others(train.Runbook ?? environment.Runbook);
            if (runbook is null) return train with { Trouble = new Fault(RefusalCodes.RunbookUnknown, $"There is no runbook {train.Runbook ?? environment.Runbook}, which {name} is to walk.", null) };
            if (runbook.StartsWith != "deploy" || runbook.AllSteps().Any(step => step is Train))
                return train with { Trouble = new Fault("train-in-train", $"{name} can't walk {runbook.Name} in a train: {(runbook.StartsWith != "deploy" ? $"it starts with {runbook.StartsWith}" : "it is a train itself")}.", "Name a runbook that deploys one service.") };
            cars.Add(Car(service, environment, version, wave, waves.Needs[name], runbook, approvals, context, others, fleet));
        }

        return train with { Cars = cars.ToImmutable() };
    }

    /// <summary>The services that were meant, with what each goes to; or why that can't be told.</summary>
    private static (ImmutableArray<(Service Service, ServiceEnvironment Environment, string Version)> Services, Fault? Trouble) Chosen(Train train, string environment, Fleet fleet)
    {
        var chosen = ImmutableArray.CreateBuilder<(Service, ServiceEnvironment, string)>();
        foreach (var (name, own) in train.Services.SelectMany(one => Meant(one, environment, fleet)))
        {
            if (fleet.Service(name) is not { } service) return ([], new Fault(RefusalCodes.ServiceUnknown, $"There is no service {name}.", Nearest.One(name, fleet.Services.Select(one => one.Name)) is { } near ? $"Did you mean {near}?" : null));
            if (service.Environment(environment) is not { } place) return ([], new Fault(RefusalCodes.EnvironmentUnknown, $"{service.Name} has no environment {environment}.", $"It has {Words.List(service.Environments.Select(one => one.Name))}."));
            if ((own ?? train.Version) is not { Length: > 0 } version) return ([], new Fault(RefusalCodes.VersionUnknown, $"Which version {service.Name} goes to is not said.", $"Write {service.Name}=VERSION, or version: for all."));
            if (chosen.Any(one => one.Item1.Name == service.Name)) return ([], new Fault("service-twice", $"{service.Name} is in the train twice.", "Name it once."));
            chosen.Add((service, place, version));
        }

        return chosen.Count switch
        {
            0 => ([], new Fault("train-empty", "The train has no service.", "Name at least one.")),
            > Train.Most => ([], new Fault("train-long", $"The train has {chosen.Count} services.", $"Up to {Train.Most} go in one.")),
            _ => (chosen.ToImmutable(), null),
        };
    }

    private static IEnumerable<(string Name, string? Version)> Meant(ServiceAt one, string environment, Fleet fleet) => one.Name.Equals(ServiceAt.All, StringComparison.OrdinalIgnoreCase)
        ? fleet.Services.Where(service => service.Environment(environment) is not null).Select(service => (service.Name, one.Version))
        : [(one.Name, one.Version)];

    private static Car Car(
        Service service, ServiceEnvironment environment, string version, int wave, ImmutableArray<string> needs, Runbook runbook, ImmutableArray<Approval> approvals,
        PlanContext train, Func<string, Runbook?> others, Fleet fleet)
    {
        var context = new PlanContext(service, environment, version, train.By) { At = train.At, Calendar = train.Calendar, Inputs = runbook.Filled(ImmutableSortedDictionary<string, string>.Empty) };
        var own = Planner.Steps(context, runbook, others);
        var covered = own.OfType<Approval>().Where(approval => approvals.Any(one => StandsFor(one, approval))).Select(approval => approval.Id).ToHashSet();
        var by = own.Any(step => step is Approval) ? approvals.Where(one => own.OfType<Approval>().Any(approval => StandsFor(one, approval))) : approvals;
        var planned = Planner.Of(RunKind.Deploy, context, Coupled(own, covered), fleet.Live.GetValueOrDefault(service.Name), runbook);
        return new Car(service.Name, wave, needs, runbook.Name, planned.Plan, planned.Steps, environment.Target, environment.Protected, planned.OnFailure, planned.Page, service.Owners, [.. by.Select(one => one.Id)]) { Tell = planned.Tell, OnAbort = planned.OnAbort };
    }

    /// <summary>Whether an approval of the train is at least as strict as one of a service: as many people, of the same groups or fewer.</summary>
    private static bool StandsFor(Approval train, Approval own)
    {
        var left = train.Quorums.ToList();
        foreach (var quorum in own.Quorums)
        {
            if (left.FindIndex(one => one.Count >= quorum.Count && one.From.All(quorum.From.Contains)) is not (>= 0 and var at)) return false;
            left.RemoveAt(at);
        }

        return train.Rules?.OnFailure != FailureMode.Continue
            && train.Escalate.All(one => own.From.Contains(one.To) || own.Escalate.Any(other => other.To == one.To))
            && (train.Carry is not { } carry || own.Carry >= carry);
    }

    /// <summary>A service's steps between its boarding and its arrival, without the approvals that the train's stand in for.</summary>
    internal static ImmutableArray<Step> Coupled(ImmutableArray<Step> steps, IReadOnlySet<StepId> without)
    {
        var needs = steps.Select((step, at) => (step.Id, Needs: step.Needs ?? (at == 0 ? [] : [steps[at - 1].Id]))).ToDictionary(one => one.Id, one => one.Needs);
        ImmutableArray<StepId> Kept(StepId id) => [.. needs[id].SelectMany(one => without.Contains(one) ? Kept(one) : [one]).Distinct()];
        var own = steps.Where(step => !without.Contains(step.Id)).Select(step => step with { Needs = Kept(step.Id) is { IsEmpty: false } kept ? kept : [Cars.Board] }).ToList();
        var last = own.Select(step => step.Id).Except(own.SelectMany(step => step.Needs!.Value)).ToImmutableArray();
        ImmutableArray<Step> all =
        [
            new Boarding(Cars.Board, "Wait for its wave"), .. own,
            new Arrival(Cars.Arrive, "Wait for the train") { Needs = last.IsEmpty ? [Cars.Board] : last },
        ];

        // Waiting for the step right before needs no words.
        return [.. all.Select((step, at) => at == 0 || step.Needs is [var only] && only == all[at - 1].Id ? step with { Needs = null } : step)];
    }

    /// <summary>Steps that are behind a run whenever this one begins.</summary>
    private static IEnumerable<Step> Before(ImmutableArray<Step> steps, int at)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>([at]);
        while (open.TryPop(out var one))
        {
            foreach (var before in steps[one].Needs is { } needs ? needs.Select(id => steps.IndexOf(steps.First(step => step.Id == id))) : one == 0 ? [] : [one - 1])
                if (seen.Add(before)) open.Push(before);
        }

        return seen.Order().Select(index => steps[index]);
    }
}
