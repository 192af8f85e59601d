using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>The steps that take back what a run did: what began is undone, the last first; what did not begin isn't.</summary>
internal static class WayBack
{
    public static ImmutableArray<Step> Of(RunState run)
    {
        var way = ImmutableArray.CreateBuilder<Step>();
        foreach (var step in run.Steps.Reverse().Where(step => step.Status is not (StepStatus.Pending or StepStatus.NotReached) && step.BeganAt is not null))
        {
            if (step.Step is Rollout { Back: false } rollout && run.BackTo is { } version) Add(way, rollout, run, version);
            if (step is { Step: Train train, State: Train.State state } && Back(train, state) is { IsEmpty: false } cars) way.Add(new TrainBack(new StepId($"undo-{train.Id}"), $"Take back: {train.Title}", train.Id, cars, train.AtOnce));
            if (step.Step is Operate { Rules: null or { Undo.IsEmpty: true } } done && done.WayBack(step.State) is { } undone) way.Add(undone with { Needs = null });
            foreach (var undo in step.Step.Rules?.Undo ?? []) way.Add(undo with { Id = new StepId($"undo-{undo.Id}"), Needs = null });
        }

        if (way.Any(one => one is Rollout) && run.Steps.Select(step => step.Step).OfType<HealthCheck>().FirstOrDefault(check => !check.Preview) is { } check)
            way.Add(check with { Id = new StepId("undo-check"), Needs = null, Rules = null });
        return First(way.ToImmutable());
    }

    /// <summary>Every run of a train that was opened: what did not begin is called off on the way.</summary>
    private static ImmutableArray<CarBack> Back(Train train, Train.State state) =>
        [.. train.Cars.Where(car => state.Find(car.Service)?.Run is not null).Select(car => new CarBack(car.Service, car.Wave, state.Find(car.Service)!.Run!.Value))];

    /// <summary>What takes back one part of a strategy; where a later part's way back did it already, nothing.</summary>
    private static void Add(ImmutableArray<Step>.Builder way, Rollout done, RunState run, string version)
    {
        bool Has(params ReadOnlySpan<StageKind> kinds)
        {
            foreach (var kind in kinds)
                if (way.Any(one => one is Rollout { Stage: { } stage } && stage.Kind == kind)) return true;
            return false;
        }

        switch (done.Stage?.Kind)
        {
            case null or StageKind.Part or StageKind.All when way.All(one => one is not Rollout { Stage: null }):
                way.Add(new Rollout(new StepId("undo"), $"Back to {version}", Back: true, run.BackToRevision));
                break;
            case StageKind.Switch when !Has(StageKind.Switch):
                way.Add(new Rollout(new StepId("undo"), $"Switch back to {version}", Back: true) { Stage = new Stage(StageKind.Switch), Keep = done.Keep });
                break;
            case StageKind.Beside when !Has(StageKind.Switch, StageKind.Dismiss):
                way.Add(new Rollout(new StepId("undo-up"), $"Scale {run.Plan.Version} down again", Back: true) { Stage = new Stage(StageKind.Dismiss) });
                break;

            // First of all: from then on, nothing of the version that is taken back carries traffic beside what is undone.
            case StageKind.Canary when !Has(StageKind.EndCanary):
                way.Insert(0, new Rollout(new StepId("undo-canary"), "End the canary", Back: true) { Stage = new Stage(StageKind.EndCanary) });
                break;
            default:
                break;
        }
    }

    /// <summary>Steps to be walked once, in order, besides those of the run: their names must be new in it.</summary>
    public static ImmutableArray<Step> Once(RunState run, ImmutableArray<Step> steps, string prefix)
    {
        var round = run.Steps.Any(step => step.Step.Id.Name.StartsWith($"{prefix}-", StringComparison.Ordinal)) ? $"{prefix}{run.Version}" : prefix;
        return First([.. steps.Select(step => step with { Id = new StepId($"{round}-{step.Id}"), Needs = null })]);
    }

    /// <summary>The first of them waits for nothing before it: whatever stands there has ended or failed.</summary>
    private static ImmutableArray<Step> First(ImmutableArray<Step> steps) => steps.IsEmpty ? steps : steps.SetItem(0, steps[0] with { Needs = [] });
}
