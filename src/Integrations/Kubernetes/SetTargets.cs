using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What <see cref="ITargets"/> asks, of StatefulSets and DaemonSets. They are replaced in place and nothing else: there is one of each, under one name.</summary>
internal sealed class SetTargets(Clusters clusters, SetRollouts rollouts, SetWatch watch)
{
    public async Task<Sighting> LookAsync(Target.Kubernetes target, CancellationToken cancellationToken)
    {
        var (set, history) = await ReadAsync(target, cancellationToken);
        var container = Images.Choose(set.Asks().Template, target);
        var byHand = Hands.ByHand(set, container);
        return new Sighting(Images.VersionOf(container.Image), Revisions.Now(set, history)?.Revision, set.Ready(), set.Wanted(), byHand is null ? Marks.RunOf(set.Metadata) : null, byHand);
    }

    /// <exception cref="ApiException">Its strategy needs a second workload beside this one.</exception>
    public async Task<RolloutBegun> RollOutAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => change.Stage?.Kind switch
    {
        null or StageKind.Part or StageKind.All => await rollouts.RollOutAsync(target, change, cancellationToken),
        StageKind.Tidy => new RolloutBegun(null, null, null, true),
        _ => throw Unfit(target),
    };

    public async Task<RolloutBegun> RollBackAsync(Target.Kubernetes target, Change change, long? toRevision, CancellationToken cancellationToken) => change.Stage is null
        ? await rollouts.RollBackAsync(target, change, toRevision, cancellationToken)
        : throw Unfit(target);

    public Task HoldAsync(Target.Kubernetes target, Change change, bool hold, CancellationToken cancellationToken) => rollouts.HoldAsync(target, change, hold, cancellationToken);

    public Task<Outcome<RolloutSighting>> ObserveAsync(Target.Kubernetes target, Change change, RolloutSighting? last, TimeSpan atMost, CancellationToken cancellationToken) => change.Stage?.Kind == StageKind.Tidy
        ? Task.FromResult<Outcome<RolloutSighting>>(new Outcome<RolloutSighting>.Done(new RolloutSighting(RolloutPhase.Complete, 0, 0, 0, "There was nothing to put back.", null)))
        : watch.ObserveAsync(target, change, last, atMost, cancellationToken);

    public Task<PodNames> PodNamesAsync(Target.Kubernetes target, string version, CancellationToken cancellationToken) => watch.PodsAsync(target, version, cancellationToken);

    public Task<Outcome<PodsSeen>> PodsAsync(Target.Kubernetes target, string version, DateTimeOffset since, CancellationToken cancellationToken) => watch.SeePodsAsync(target, version, since, cancellationToken);

    public async Task<BackSeen> LookBackAsync(Target.Kubernetes target, string version, long? revision, CancellationToken cancellationToken)
    {
        var (set, history) = await ReadAsync(target, cancellationToken);
        var container = Images.Choose(set.Asks().Template, target);
        var byHand = Hands.ByHand(set, container);
        return Images.IsOf(container.Image, version)
            ? new BackSeen(KubernetesTargets.RunsNow, byHand) { Image = container.Image }
            : new BackSeen(KubernetesTargets.Kept(Revisions.Choose(history, target, version, revision)?.Revision), byHand) { Image = ImageReference.Named(target.Image, version) };
    }

    private async Task<(PodSet Set, List<ControllerRevision> History)> ReadAsync(Target.Kubernetes target, CancellationToken cancellationToken)
    {
        var client = clusters.Client(target.Cluster);
        var set = await client.GetSetAsync(target, cancellationToken);
        return (set, await client.ListRevisionsAsync(set, target.Namespace, cancellationToken));
    }

    private static ApiException Unfit(Target.Kubernetes target) =>
        ApiException.Never("strategy-unfit", $"The {target} can't be deployed so: what is brought up beside it would need its volumes, names or nodes.", "Write deploy: rolling.");
}
