using System.Collections.Concurrent;
using System.Net;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Waits for news of a rollout in the shared watch of its namespace.</summary>
internal sealed class RolloutWatch(Clusters clusters, TimeProvider time)
{
    private const int Remembered = 10_000;

    /// <summary>Which object a change was seen on, so that one made anew under the same name isn't taken for it.</summary>
    private readonly ConcurrentDictionary<string, string> seenOn = new(StringComparer.Ordinal);

    public async Task<Outcome<RolloutSighting>> ObserveAsync(
        Target.Kubernetes target, Change change, RolloutSighting? last, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var lease = clusters.Watch(target.Cluster, target.Namespace);
        var watch = lease.Watch;
        using var limit = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var waited = !await HappensAsync(watch.FirstLook, either.Token);
        Deployment? behind = null;
        while (true)
        {
            var next = watch.NewsOf(target.Deployment);
            cancellationToken.ThrowIfCancellationRequested();
            if (watch.Deployments.Trouble is { } trouble) return trouble.ToOutcome<RolloutSighting>();
            if (!watch.Deployments.FirstAnswer.IsCompleted) return ApiException.Unreachable(new ApiCall(target.Cluster, "list", "deployments", target.Namespace), "no answer yet").ToOutcome<RolloutSighting>();
            var known = watch.Deployments.Find(target.Deployment);

            // What the server itself contradicted is not asked about again until the watch tells something newer.
            var now = known is not null && ReferenceEquals(known, behind) ? null : await LookAsync(watch, known, target, change, cancellationToken);
            behind = now is null ? known : null;
            if (now is not null && (now != last || waited)) return new Outcome<RolloutSighting>.Done(now);
            if (waited) return new Outcome<RolloutSighting>.Later($"What is known of {target} is older than the change.");
            waited = !await HappensAsync(next, either.Token);
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
        if (IsAnother(deployment, change)) return RolloutJudge.Recreated(target);
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

    private bool IsAnother(Deployment deployment, Change change)
    {
        var uid = deployment.Metadata.Uid;
        if (seenOn.TryGetValue(change.Key, out var first)) return first != uid;
        if (!Marks.AreOf(deployment.Metadata, change)) return false;
        if (seenOn.Count >= Remembered) seenOn.Clear();       // a lost memory costs a better sentence, no more
        seenOn[change.Key] = uid;
        return false;
    }

    private static string? Blind(NamespaceWatch watch) =>
        (watch.ReplicaSets.Trouble ?? watch.Pods.Trouble) is { IsLasting: true } trouble ? trouble.Message : null;

    /// <summary>Whether something happens before the token ends the wait.</summary>
    private static async Task<bool> HappensAsync(Task something, CancellationToken cancellationToken)
    {
        try
        {
            await something.WaitAsync(cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
