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
        var set = environment.Target is Target.Kubernetes { Kind: not WorkloadKind.Deployment } other ? other : null;
        if (set is not null) LookAtSet(service, environment, set, runbook, steps, at, findings);
        if (set is null && rollouts.Exists(step => step.Stage?.Kind == StageKind.Switch))
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

        if (set is not null || environment.Target is Target.Kubernetes { Traffic.By: TrafficMeans.Gateway or TrafficMeans.Nginx }) return;
        foreach (var share in rollouts.Where(step => step.Stage is { Kind: StageKind.Canary, Percent: > 50 }))
        {
            var place = at(share with { Id = new StepId(share.Id.Name[..share.Id.Name.LastIndexOf("-at", StringComparison.Ordinal)]) });
            if (findings.Remember($"canary-large:{place.File}:{place.Line}", place.File, place.Line) is null)
                findings.WarnAt(place, "canary-large", $"{runbook.Name} gives a canary {share.Stage!.Percent}% of traffic.", "By replicas, that takes more than twice as many as there are; it gets as many as there are, which is half.", "Go from 50% to 100%.");
        }
    }

    /// <summary>What a StatefulSet and a DaemonSet can't do, since there is one of each, under one name.</summary>
    private static void LookAtSet(Service service, ServiceEnvironment environment, Target.Kubernetes set, Runbook runbook, ImmutableArray<Step> steps, Func<Step, (string File, Spot Line)> at, Findings findings)
    {
        var (name, rollouts) = ($"service:{service.Name}/{environment.Name}", steps.OfType<Rollout>().ToList());
        var place = findings.At($"{name}:kubernetes", name);
        if (rollouts.Exists(step => step.Stage?.Kind is StageKind.Beside or StageKind.Canary))
            findings.ErrorAt(place, "strategy-unfit", $"{runbook.Name} brings up a second one beside, but {service.Name} in {environment.Name} is a {set.Kind}.", "A second one would need its volumes, names or nodes.", "Let its runbook deploy: rolling.");
        if (set.Kind == WorkloadKind.DaemonSet && rollouts.Exists(step => step.Stage?.Kind == StageKind.Part))
            findings.ErrorAt(place, "strategy-unfit", $"{runbook.Name} holds the rollout at a part, but {service.Name} in {environment.Name} is a DaemonSet.", "It has no partition: it goes on to the last node.", "Let its runbook deploy: rolling without pause-at.");
        if (rollouts.Exists(step => step.Stage?.Pace is not null))
            findings.ErrorAt(place, "strategy-unfit", $"{runbook.Name} says surge or unavailable, but {service.Name} in {environment.Name} is a {set.Kind}.", "How many are replaced at a time is said by its own update strategy.", "Take surge and unavailable out, and set maxUnavailable in its manifest.");
        if (rollouts.Exists(step => step is { Lands: true, Rules: null or { Timeout: null } }))
            findings.WarnAt(place, "timeout-missing", $"{runbook.Name} waits for {service.Name} in {environment.Name} for as long as it takes.", $"A {set.Kind} has no deadline of its own, as a Deployment has.", "Write timeout: 30m beside deploy:.");
        foreach (var scale in steps.OfType<Operate>().Where(step => set.Kind == WorkloadKind.DaemonSet && step.Operation is Operation.Scale { Of.IsTarget: true }))
            findings.ErrorAt(at(scale), "operation-unfit", $"{service.Name} in {environment.Name} is a DaemonSet: it has a pod on each node, and no number of replicas.", null, "Take the step out.");
    }
}
