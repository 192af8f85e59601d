using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>Whether a place has what the strategy of its runbook needs.</summary>
internal static class LintStrategies
{
    /// <param name="steps">Those that a run there would walk.</param>
    public static void Look(Service service, ServiceEnvironment environment, Runbook runbook, ImmutableArray<Step> steps, Func<Step, (string File, Spot Line)> at, Findings findings)
    {
        var name = $"service:{service.Name}/{environment.Name}";
        var rollouts = steps.OfType<Rollout>().ToList();
        if (rollouts.Exists(step => step.Stage?.Kind == StageKind.Switch))
        {
            if (environment.Target is Target.Kubernetes { Service: null })
                findings.ErrorAt(findings.At($"{name}:kubernetes", name), "service-missing", $"{runbook.Name} switches traffic, but {service.Name} in {environment.Name} names no Service.", "Its selector says which of two Deployments carries traffic.", "Write service: beside deployment:.");
            if (environment.Preview.IsEmpty && !findings.Knows($"{name}:preview"))
                findings.WarnAt(findings.At(name), "preview-missing", $"{runbook.Name} switches traffic, but {service.Name} in {environment.Name} has no preview address.", "What was brought up is not asked whether it is well before traffic goes there.", "Write preview: [{ url: … }].");
        }
        else if (environment.Preview is { IsEmpty: false } && findings.Knows($"{name}:preview"))
        {
            findings.WarnAt(findings.At($"{name}:preview"), "preview-unused", $"{service.Name} in {environment.Name} has a preview address, and {runbook.Name} never asks it.", null, "Take it out, or deploy: blue-green.");
        }

        if (environment.Target is Target.Kubernetes { Traffic.By: TrafficMeans.Gateway or TrafficMeans.Nginx }) return;
        foreach (var share in rollouts.Where(step => step.Stage is { Kind: StageKind.Canary, Percent: > 50 }))
        {
            var place = at(share with { Id = new StepId(share.Id.Name[..share.Id.Name.LastIndexOf("-at", StringComparison.Ordinal)]) });
            if (findings.Remember($"canary-large:{place.File}:{place.Line}", place.File, place.Line) is null)
                findings.WarnAt(place, "canary-large", $"{runbook.Name} gives a canary {share.Stage!.Percent}% of traffic.", "By replicas, that takes more than twice as many as there are; it gets as many as there are, which is half.", "Go from 50% to 100%.");
        }
    }
}
