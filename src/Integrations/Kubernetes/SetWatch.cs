using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>How rollouts of StatefulSets and DaemonSets stand, and how their pods do, by the shared watch of their namespace.</summary>
internal sealed class SetWatch(Clusters clusters, TimeProvider time)
{
    private readonly FirstSeen firstSeen = new();

    public async Task<Outcome<RolloutSighting>> ObserveAsync(Target.Kubernetes target, Change change, RolloutSighting? last, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var lease = clusters.Watch(target.Cluster, target.Namespace);
        var watch = lease.Watch;
        Task<RolloutSighting?> Look() => LookAsync(watch, target, change, cancellationToken);
        return target.Kind == WorkloadKind.StatefulSet
            ? await News.UntilAsync(watch, watch.StatefulSets.Value, FirstLook(watch, target), target, Look, last, atMost, time, cancellationToken)
            : await News.UntilAsync(watch, watch.DaemonSets.Value, FirstLook(watch, target), target, Look, last, atMost, time, cancellationToken);
    }

    /// <summary>The names of the pods that run a version, and of those that run another: they keep them for as long as they are there.</summary>
    public async Task<PodNames> PodsAsync(Target.Kubernetes target, string version, CancellationToken cancellationToken)
    {
        using var lease = clusters.Watch(target.Cluster, target.Namespace);
        await FirstLook(lease.Watch, target).WaitAsync(cancellationToken);
        if (Trouble(lease.Watch, target) is { } trouble) throw trouble;
        if (Find(lease.Watch, target) is not { } set) return new PodNames(null, null);
        var labels = LabelsOf(lease.Watch, set, target, version);
        var pods = PodsOf(lease.Watch, set).ToLookup(pod => labels.Contains(Revisions.LabelOf(pod) ?? ""));
        return new PodNames(Pattern(pods[true]), Pattern(pods[false]));
    }

    /// <param name="since">When the change began: what restarted before says nothing about it.</param>
    public async Task<Outcome<PodsSeen>> SeePodsAsync(Target.Kubernetes target, string version, DateTimeOffset since, CancellationToken cancellationToken)
    {
        using var lease = clusters.Watch(target.Cluster, target.Namespace);
        try
        {
            await FirstLook(lease.Watch, target).WaitAsync(PodsOfVersion.Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return new Outcome<PodsSeen>.Later($"The cluster {target.Cluster} has not listed the pods of {target.Namespace} within {Words.Duration(PodsOfVersion.Patience)}.");
        }

        if (Trouble(lease.Watch, target) is { } trouble) return trouble.ToOutcome<PodsSeen>();
        if (Find(lease.Watch, target) is not { } set) return new Outcome<PodsSeen>.Later($"There is no {target}.");
        var labels = LabelsOf(lease.Watch, set, target, version);
        var mine = PodsOf(lease.Watch, set).Where(pod => pod.Status.Phase is not ("Succeeded" or "Failed") && labels.Contains(Revisions.LabelOf(pod) ?? "")).ToList();
        var wanted = Images.Find(set.Asks().Template, target) is { } container && Images.IsOf(container.Image, version) ? set.Wanted() : 0;
        return new Outcome<PodsSeen>.Done(PodsOfVersion.Count(mine, wanted, since - PodsOfVersion.Skew));
    }

    private async Task<RolloutSighting?> LookAsync(NamespaceWatch watch, Target.Kubernetes target, Change change, CancellationToken cancellationToken)
    {
        if (Find(watch, target) is not { } set) return await FreshAsync(watch, target, cancellationToken) is null ? RolloutJudge.Gone(target) : null;
        if (firstSeen.IsAnother(set.Metadata, change)) return RolloutJudge.Recreated(target);
        if (RolloutJudge.IsSuperseded(set, Images.Find(set.Asks().Template, target), change))
        {
            // The watch may lag behind our own patch. Nobody is blamed before the server itself was asked.
            if (await FreshAsync(watch, target, cancellationToken) is not { } fresh) return RolloutJudge.Gone(target);
            var container = Images.Find(fresh.Asks().Template, target);
            if (!RolloutJudge.IsSuperseded(fresh, container, change)) return null;
            var fault = RolloutJudge.Replaced(fresh, container, change);
            return new RolloutSighting(RolloutPhase.Superseded, fresh.Updated(), Math.Min(fresh.Updated(), fresh.Ready()), fresh.Wanted(), fault.Why, fault);
        }

        var revisions = watch.Revisions.Value;
        var newest = Revisions.Now(set, Revisions.Of(set, revisions.All)) is { } now ? Revisions.LabelOf(set, now) : null;
        var blind = (watch.Pods.Trouble ?? revisions.Trouble) is { IsLasting: true } trouble ? trouble.Message : null;
        return SetJudge.Of(set, [.. PodsOf(watch, set)], newest, [.. watch.Warnings.All], change, blind);
    }

    private static PodSet? Find(NamespaceWatch watch, Target.Kubernetes target) =>
        target.Kind == WorkloadKind.StatefulSet ? watch.StatefulSets.Value.Find(target.Deployment) : watch.DaemonSets.Value.Find(target.Deployment);

    private static IEnumerable<Pod> PodsOf(NamespaceWatch watch, PodSet set) => watch.Pods.Of(set.Metadata.Uid).Where(pod => pod.Metadata.DeletionTimestamp is null);

    private static HashSet<string> LabelsOf(NamespaceWatch watch, PodSet set, Target.Kubernetes target, string version) =>
        Revisions.Of(set, watch.Revisions.Value.All).Where(one => Revisions.Runs(one, target, version)).Select(one => Revisions.LabelOf(set, one)).OfType<string>().ToHashSet(StringComparer.Ordinal);

    private static Task FirstLook(NamespaceWatch watch, Target.Kubernetes target) => Task.WhenAll(
        watch.FirstLook, watch.Revisions.Value.FirstAnswer, target.Kind == WorkloadKind.StatefulSet ? watch.StatefulSets.Value.FirstAnswer : watch.DaemonSets.Value.FirstAnswer);

    /// <summary>Why what is known of pods and what they belong to may be old.</summary>
    private static ApiException? Trouble(NamespaceWatch watch, Target.Kubernetes target) =>
        watch.Pods.Trouble ?? watch.Revisions.Value.Trouble ?? (target.Kind == WorkloadKind.StatefulSet ? watch.StatefulSets.Value.Trouble : watch.DaemonSets.Value.Trouble);

    private static Task<PodSet?> FreshAsync(NamespaceWatch watch, Target.Kubernetes target, CancellationToken cancellationToken) => Fresh.FindAsync(watch.Client.GetSetAsync(target, cancellationToken));

    private static string? Pattern(IEnumerable<Pod> pods)
    {
        var names = pods.Select(pod => pod.Metadata.Name.Replace(".", "[.]", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? null : $"({string.Join('|', names)})";
    }
}
