using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Deployments in Kubernetes clusters.</summary>
/// <remarks>Safe to repeat: a change carries its key in an annotation and is found by it (see <see cref="Marks"/>).</remarks>
internal sealed class KubernetesTargets(Clusters clusters, Rollouts rollouts, RolloutWatch watch, HealthClient health) : ITargets
{
    public bool Serves(Target target) => target is Target.Kubernetes;

    public Task<Outcome<Sighting>> LookAsync(Target target, CancellationToken cancellationToken) => AnswerAsync(target, async k =>
    {
        var deployment = await clusters.Client(k.Cluster).GetDeploymentAsync(k.Namespace, k.Deployment, cancellationToken);
        var container = Images.Choose(deployment.Spec.Template, k);
        var byHand = Hands.ByHand(deployment, container);
        var (meta, status) = (deployment.Metadata, deployment.Status);
        return Done(new Sighting(
            Images.VersionOf(container.Image), Marks.RevisionOf(meta), status.ReadyReplicas, deployment.Spec.Replicas ?? 1,
            byHand is null ? Marks.RunOf(meta) : null, byHand));
    });

    public Task<Outcome<RolloutBegun>> RollOutAsync(Target target, Change change, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k => Done(await rollouts.RollOutAsync(k, change, cancellationToken)));

    public Task<Outcome<RolloutBegun>> RollBackAsync(Target target, Change change, long? toRevision, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k => Done(await rollouts.RollBackAsync(k, change, toRevision, cancellationToken)));

    public Task<Outcome<Nothing>> HoldAsync(Target target, Change change, bool hold, CancellationToken cancellationToken) =>
        AnswerAsync(target, async k =>
        {
            await rollouts.HoldAsync(k, change, hold, cancellationToken);
            return Done(Nothing.Value);
        });

    public Task<Outcome<RolloutSighting>> ObserveAsync(
        Target target, Change change, RolloutSighting? last, TimeSpan atMost, CancellationToken cancellationToken) =>
        AnswerAsync(target, k => watch.ObserveAsync(k, change, last, atMost, cancellationToken));

    public Task<HealthAnswer> ProbeAsync(Target target, HealthProbe probe, CancellationToken cancellationToken) =>
        health.AskAsync(probe, cancellationToken);

    /// <summary>The one place where a cluster's no becomes an answer.</summary>
    private static async Task<Outcome<T>> AnswerAsync<T>(Target target, Func<Target.Kubernetes, Task<Outcome<T>>> ask)
    {
        try
        {
            return await ask((Target.Kubernetes)target);
        }
        catch (ApiException e)
        {
            return e.ToOutcome<T>();
        }
    }

    private static Outcome<T> Done<T>(T value) => new Outcome<T>.Done(value);
}
