using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Operations on objects of Kubernetes clusters.</summary>
internal sealed class KubernetesOperations(Clusters clusters, ObjectChanges objects, BlueGreen blueGreen, TimeProvider time) : IOperations
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public bool Serves(Target target, Operation operation) => target is Target.Kubernetes && ObjectOf(operation) is not null;

    public Task<Outcome<Foresight>> ForeseeAsync(Target target, Operation operation, CancellationToken cancellationToken) => AnswerAsync(target, async k => operation is Operation.TakeBack
        ? new Foresight([], null)
        : await ObjectChanges.ForeseeAsync(await SpotAsync(k, operation, cancellationToken), operation, cancellationToken));

    public Task<Outcome<string>> MakeAsync(Target target, Change change, Operation operation, string? before, Func<string, Task> moved, CancellationToken cancellationToken) => AnswerAsync(target, async k => operation is Operation.TakeBack back
        ? await ObjectChanges.TakeBackAsync(await SpotAsync(k, back.Of, cancellationToken), change, back.Of, back.Before, cancellationToken)
        : await objects.MakeAsync(await SpotAsync(k, operation, cancellationToken), change, operation, before, cancellationToken));

    public Task<Outcome<OperationSighting>> ObserveAsync(Target target, Operation operation, OperationSighting? last, TimeSpan atMost, CancellationToken cancellationToken) => AnswerAsync(target, async k =>
    {
        var spot = await SpotAsync(k, operation, cancellationToken);
        using var lease = ObjectKinds.IsWorkload(ObjectOf(operation)!.ApiVersion, spot.Resource.Kind) ? clusters.Watch(k.Cluster, k.Namespace) : null;
        for (var left = atMost; ; left -= Look)
        {
            var now = await SeeAsync(spot, operation, lease?.Watch, cancellationToken);
            if (now != last || left <= TimeSpan.Zero) return now;
            await Task.Delay(Look, time, cancellationToken);
        }
    });

    private static async Task<OperationSighting> SeeAsync(Spot spot, Operation operation, NamespaceWatch? watch, CancellationToken cancellationToken)
    {
        var now = await spot.FindAsync(cancellationToken);
        if (operation is Operation.Delete)
        {
            return now is null || now["metadata"]?["deletionTimestamp"] is null
                ? new OperationSighting(OperationPhase.Complete, $"{spot} is gone.", null)
                : new OperationSighting(OperationPhase.Progressing, $"{spot} is being deleted{(now["metadata"]?["finalizers"] is System.Text.Json.Nodes.JsonArray { Count: > 0 } holding ? $"; {string.Join(", ", holding)} holds it" : "")}.", null);
        }

        if (now is null) return new OperationSighting(OperationPhase.Failed, $"{spot} is gone.", new Fault("target-deleted", $"Somebody deleted {spot}.", "Restore it, then retry."));
        return watch is null ? new OperationSighting(OperationPhase.Complete, $"{spot} is as wanted.", null) : WorkloadStatus.Of(now, watch);
    }

    private async Task<Spot> SpotAsync(Target.Kubernetes target, Operation operation, CancellationToken cancellationToken)
    {
        var of = ObjectOf(operation)!;
        var all = new ClusterObjects(clusters.Client(target.Cluster));
        var kind = await all.FindKindAsync(of.ApiVersion, of.Kind, cancellationToken);
        var name = !of.IsTarget ? of.Name : target.Service is null ? target.Deployment : (await blueGreen.FindAsync(target, cancellationToken)).Live.Metadata.Name;
        return new Spot(all, kind, target.Namespace, name);
    }

    private static ObjectRef? ObjectOf(Operation operation) => operation switch
    {
        Operation.Scale one => one.Of,
        Operation.Restart one => one.Of,
        Operation.Patch one => one.Of,
        Operation.Delete one => one.Of,
        Operation.TakeBack back => ObjectOf(back.Of),
        _ => null,
    };

    private static async Task<Outcome<T>> AnswerAsync<T>(Target target, Func<Target.Kubernetes, Task<T>> ask)
    {
        try
        {
            return new Outcome<T>.Done(await ask((Target.Kubernetes)target));
        }
        catch (ApiException e)
        {
            return e.ToOutcome<T>();
        }
    }
}
