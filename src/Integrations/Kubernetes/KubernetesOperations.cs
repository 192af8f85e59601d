using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Operations on objects of Kubernetes clusters.</summary>
internal sealed class KubernetesOperations(Clusters clusters, ObjectChanges objects, Applies applies, AppliedStatus applied, BlueGreen blueGreen, TimeProvider time) : IOperations
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public bool Serves(Target target, Operation operation) => target is Target.Kubernetes && (ObjectOf(operation) is not null || ApplyOf(operation) is not null);

    public Task<Outcome<Foresight>> ForeseeAsync(Target target, Operation operation, CancellationToken cancellationToken) => AnswerAsync(target, async k => operation switch
    {
        Operation.TakeBack => new Foresight([], null),
        Operation.Apply apply => await applies.ForeseeAsync(Objects(k), k, apply, cancellationToken),
        _ => await ObjectChanges.ForeseeAsync(await SpotAsync(k, operation, cancellationToken), operation, cancellationToken),
    });

    public Task<Outcome<string>> MakeAsync(Target target, Change change, Operation operation, string? before, Func<string, Task> moved, CancellationToken cancellationToken) => AnswerAsync(target, async k => operation switch
    {
        Operation.Apply apply => await applies.MakeAsync(Objects(k), k, change, apply, before, cancellationToken),
        Operation.TakeBack { Of: Operation.Apply } back => await Applies.TakeBackAsync(Objects(k), k, change, back.Before, cancellationToken),
        Operation.TakeBack back => await ObjectChanges.TakeBackAsync(await SpotAsync(k, back.Of, cancellationToken), change, back.Of, back.Before, cancellationToken),
        _ => await objects.MakeAsync(await SpotAsync(k, operation, cancellationToken), change, operation, before, cancellationToken),
    });

    public Task<Outcome<OperationSighting>> ObserveAsync(Target target, Operation operation, string? before, OperationSighting? last, TimeSpan atMost, CancellationToken cancellationToken) => AnswerAsync(target, async k =>
    {
        if (ApplyOf(operation) is { } apply)
        {
            var back = operation as Operation.TakeBack;
            var all = AppliedBefore.Read(back?.Before ?? before).Where(one => back is null || one.Existed).ToList();
            return await UntilNewsAsync(() => applied.SeeAsync(Objects(k), k, all, back is null ? apply.Until : ["rollout"], cancellationToken), last, atMost, cancellationToken);
        }

        var spot = await SpotAsync(k, operation, cancellationToken);
        using var lease = ObjectKinds.IsWorkload(ObjectOf(operation)!.ApiVersion, spot.Resource.Kind) ? clusters.Watch(k.Cluster, k.Namespace) : null;
        return await UntilNewsAsync(() => SeeAsync(spot, operation, lease?.Watch, cancellationToken), last, atMost, cancellationToken);
    });

    private async Task<OperationSighting> UntilNewsAsync(Func<Task<OperationSighting>> see, OperationSighting? last, TimeSpan atMost, CancellationToken cancellationToken)
    {
        for (var left = atMost; ; left -= Look)
        {
            var now = await see();
            if (now != last || left <= TimeSpan.Zero) return now;
            await Task.Delay(Look, time, cancellationToken);
        }
    }

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
        if (of.IsTarget && target.Kind == WorkloadKind.DaemonSet && operation is Operation.Scale)
            throw ApiException.Never("operation-unfit", $"The {target} has a pod on each node, and no number of replicas.", "Take the step out of the runbook.");
        var all = Objects(target);
        var kind = await all.FindKindAsync(of.ApiVersion, of.IsTarget ? target.Kind.ToString() : of.Kind, cancellationToken);
        var name = !of.IsTarget ? of.Name : target.Service is null ? target.Deployment : (await blueGreen.FindAsync(target, cancellationToken)).Live.Metadata.Name;
        return new Spot(all, kind, target.Namespace, name);
    }

    private ClusterObjects Objects(Target.Kubernetes target) => new(clusters.Client(target.Cluster));

    private static Operation.Apply? ApplyOf(Operation operation) => operation as Operation.Apply ?? (operation as Operation.TakeBack)?.Of as Operation.Apply;

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
