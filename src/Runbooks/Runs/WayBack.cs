using System.Collections.Immutable;
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
            if (step.Step is Rollout { Back: false } && run.BackTo is { } version && way.All(one => one is not Rollout))
                way.Add(new Rollout(new StepId("undo"), $"Back to {version}", Back: true, run.Origin?.FromRevision));
            foreach (var undo in step.Step.Rules?.Undo ?? []) way.Add(undo with { Id = new StepId($"undo-{undo.Id}"), Needs = null });
        }

        if (way.Any(one => one is Rollout) && run.Steps.Select(step => step.Step).OfType<HealthCheck>().FirstOrDefault() is { } check)
            way.Add(check with { Id = new StepId("undo-check"), Needs = null, Rules = null });
        return First(way.ToImmutable());
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
