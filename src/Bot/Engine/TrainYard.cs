using System.Collections.Immutable;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Bot.Engine;

/// <summary>Plans runbooks that may bring many services: what is live at each of them is looked at first.</summary>
internal sealed class TrainYard(Readings readings, Func<Configuration> configuration)
{
    /// <summary>The plan of a runbook that is started by its name.</summary>
    /// <param name="from">What is live at the run's own place; null when it can't be told.</param>
    public async Task<Planned> PlanAsync(PlanContext context, Runbook runbook, string? from, CancellationToken cancellationToken)
    {
        var current = configuration();
        var planned = Planner.Procedure(context with { Fleet = current.Fleet }, runbook, current.Runbook, from);
        var cars = planned.Steps.OfType<Train>().SelectMany(train => train.Cars).DistinctBy(car => car.Service).ToList();
        if (cars.Count == 0) return planned;
        var seen = await Task.WhenAll(cars.Select(async car => (car.Service, (await readings.LookAsync(car.Target, cancellationToken)).Seen?.Version)));
        var live = seen.Where(one => one.Version is not null).ToImmutableSortedDictionary(one => one.Service, one => one.Version!);
        return Planner.Procedure(context with { Fleet = current.Fleet with { Live = live } }, runbook, current.Runbook, from);
    }

    /// <summary>What a train's plan would be now; null when its service or runbook is gone, and it goes as it was planned.</summary>
    public async Task<Planned?> PlanAgainAsync(RunState run, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var current = configuration();
        if (current.Service(run.Site.Service) is not { } service || service.Environment(run.Site.Environment) is not { } environment || current.Runbook(run.Plan.Runbook ?? "") is not { } runbook) return null;
        var context = new PlanContext(service, environment, run.Plan.Version, run.Opened.By) { Inputs = run.Opened.Inputs, Emergency = run.Opened.Emergency, At = now, Calendar = current.Calendar };
        return await PlanAsync(context, runbook, run.Plan.FromVersion, cancellationToken);
    }
}
