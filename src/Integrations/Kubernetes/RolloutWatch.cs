using System.Net;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>How rollouts of Deployments stand, by the shared watch of their namespace.</summary>
internal sealed class RolloutWatch(Clusters clusters, TimeProvider time)
{
    private readonly FirstSeen firstSeen = new();

    public async Task<Outcome<RolloutSighting>> ObserveAsync(
        Target.Kubernetes target, Change change, RolloutSighting? last, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var lease = clusters.Watch(target.Cluster, target.Namespace);
        var watch = lease.Watch;
        Deployment? behind = null;
        return await News.UntilAsync(watch, watch.Deployments, watch.FirstLook, target, LookAgainAsync, last, atMost, time, cancellationToken);

        async Task<RolloutSighting?> LookAgainAsync()
        {
            // What the server itself contradicted is not asked about again until the watch tells something newer.
            var known = watch.Deployments.Find(target.Deployment);
            if (known is not null && ReferenceEquals(known, behind)) return null;
            var now = await LookAsync(watch, known, target, change, cancellationToken);
            behind = now is null ? known : null;
            return now;
        }
    }

    /// <summary>How the pods of a version are called, and those of others: by the replica sets of this target's Deployments that have any.</summary>
    public async Task<PodNames> PodsAsync(Target.Kubernetes target, string version, CancellationToken cancellationToken)
    {
        using var lease = clusters.Watch(target.Cluster, target.Namespace);
        await lease.Watch.FirstLook.WaitAsync(cancellationToken);
        if ((lease.Watch.Deployments.Trouble ?? lease.Watch.ReplicaSets.Trouble) is { } trouble) throw trouble;
        var colours = target.Colours ?? Pair.Usual;
        string[] stable = target.Service is null ? [target.Deployment] : [target.Deployment, $"{target.Deployment}-{colours.First}", $"{target.Deployment}-{colours.Second}"];
        var deployments = stable.Concat(stable.Select(Canaries.NameOf)).Select(lease.Watch.Deployments.Find).OfType<Deployment>();
        var sets = deployments.SelectMany(one => lease.Watch.ReplicaSets.Of(one.Metadata.Uid)).Where(set => set.Status.Replicas > 0).ToLookup(set => Images.Find(set.Spec.Template, target) is { } container && Images.IsOf(container.Image, version));
        return new PodNames(Pattern(sets[true]), Pattern(sets[false]));
    }

    /// <summary>A pod is called as its replica set, and five letters more.</summary>
    private static string? Pattern(IEnumerable<ReplicaSet> sets)
    {
        var names = sets.Select(set => set.Metadata.Name.Replace(".", "[.]", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? null : $"({string.Join('|', names)})-[a-z0-9]+";
    }

    /// <summary>How it stands by what the watch knows; null when that is older than the change.</summary>
    private async Task<RolloutSighting?> LookAsync(NamespaceWatch watch, Deployment? deployment, Target.Kubernetes target, Change change, CancellationToken cancellationToken)
    {
        if (deployment is null) return await IsGoneAsync(watch, target, cancellationToken) ? RolloutJudge.Gone(target) : null;
        if (firstSeen.IsAnother(deployment.Metadata, change)) return RolloutJudge.Recreated(target);
        var container = Images.Find(deployment.Spec.Template, target);
        if (RolloutJudge.IsSuperseded(deployment, container, change))
        {
            // The watch may lag behind our own patch. Nobody is blamed before the server itself was asked.
            var fresh = await watch.Client.GetDeploymentAsync(target.Namespace, target.Deployment, cancellationToken);
            var freshContainer = Images.Find(fresh.Spec.Template, target);
            return RolloutJudge.IsSuperseded(fresh, freshContainer, change) ? RolloutJudge.Superseded(fresh, freshContainer, change) : null;
        }

        var (sets, pods, warnings) = watch.Of(deployment);
        return RolloutJudge.Of(deployment, sets, pods, warnings, Blind(watch), change.Stage is { Kind: StageKind.Part, Percent: var part } ? part : null);
    }

    private static async Task<bool> IsGoneAsync(NamespaceWatch watch, Target.Kubernetes target, CancellationToken cancellationToken)
    {
        try
        {
            await watch.Client.GetDeploymentAsync(target.Namespace, target.Deployment, cancellationToken);
            return false;
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return true;
        }
    }

    private static string? Blind(NamespaceWatch watch) =>
        (watch.ReplicaSets.Trouble ?? watch.Pods.Trouble) is { IsLasting: true } trouble ? trouble.Message : null;
}
