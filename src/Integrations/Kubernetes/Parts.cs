using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Rollouts in place that are held at a part of the replicas, and go on from there.</summary>
/// <remarks>
/// A Deployment that is paused together with its new image does not begin at all: the controller makes no replica set while it is paused. So it is let begin, with no more at a time than the
/// part takes (<see cref="Pacing.Within"/>), and paused once enough replicas were started; then both replica sets stay as they are, and what was started comes up.
/// </remarks>
internal sealed partial class Parts(Clusters clusters, ILogger<Parts> logger)
{
    /// <summary>Begins a part, or grows one.</summary>
    public Task<RolloutBegun> BeginAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => ActAsync(target, change, (deployment, marks) =>
    {
        var (container, image) = (Images.Choose(deployment.Spec.Template, target), ImageReference.Named(target.Image, change.Version));
        var begun = Begun(deployment, container, image, change);
        var wanted = deployment.Spec.Replicas ?? 1;
        var runs = container.Image == image && deployment.Status.ObservedGeneration >= deployment.Metadata.Generation ? deployment.Status.UpdatedReplicas : 0;
        var lacks = Shares.Part(wanted, change.Stage!.Percent) - runs;
        var spec = new JsonObject { ["template"] = WithImage(container, image) };
        if (!begun.Unchanged && lacks > 0)
        {
            var was = Pacing.Before(deployment);
            var now = Pacing.Within(Pacing.With(was, change.Stage.Pace), deployment, lacks, runs == 0);
            Pacing.Put(now, spec);
            spec["paused"] = false;
            (marks[Marks.Pace], marks[Marks.Held]) = (Pacing.Mark(was, now), change.Run.ToString());
        }

        return (begun, spec);
    }, cancellationToken);

    /// <summary>All replicas are replaced: what was held goes on, with as many at a time as the runbook says, or as it was before.</summary>
    public Task<RolloutBegun> GoOnAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => ActAsync(target, change, (deployment, marks) =>
    {
        var (container, image) = (Images.Choose(deployment.Spec.Template, target), ImageReference.Named(target.Image, change.Version));
        if (Marks.RunOf(deployment.Metadata) == change.Run && container.Image != image)
            throw ApiException.Never(FaultCodes.ChangedByHand, Hands.WhoReplaced(deployment, container, change), "Look at what runs there before you deploy again.");
        if (deployment.Metadata.Annotation(Marks.Held) == change.Run.ToString() && !deployment.Spec.Paused) Log.NotHeldAnyMore(logger, target.ToString(), change.Run);
        var (was, spec) = (Pacing.Before(deployment), new JsonObject { ["template"] = WithImage(container, image) });
        var begun = Begun(deployment, container, image, change);
        Pacing.Release(deployment, spec, marks);
        if (change.Stage!.Pace is { } pace && deployment.Spec.Strategy?.Type != "Recreate")
        {
            var now = Pacing.With(was, pace);
            Pacing.Put(now, spec);
            marks[Marks.Pace] = Pacing.Mark(was, now);
        }

        return (begun, spec);
    }, cancellationToken);

    /// <summary>Surge and unavailable are put back, where a run changed them and nobody did since.</summary>
    public Task<RolloutBegun> TidyAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        var client = clusters.Client(target.Cluster);
        var deployment = await client.GetDeploymentAsync(target.Namespace, target.Deployment, cancellationToken);
        if (deployment.Metadata.Annotation(Marks.Pace) is null) return new RolloutBegun(null, null, null, true);
        var spec = new JsonObject();
        if (Pacing.ToPutBack(deployment) is { } back) Pacing.Put(back, spec);
        await client.PatchDeploymentAsync(target.Namespace, target.Deployment, Patch.Strategic(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = deployment.Metadata.ResourceVersion, ["annotations"] = new JsonObject { [Marks.Pace] = null } },
            ["spec"] = spec,
        }), cancellationToken);
        return new RolloutBegun(null, null, null, false);
    });

    private Task<RolloutBegun> ActAsync(Target.Kubernetes target, Change change, Func<Deployment, Dictionary<string, string?>, (RolloutBegun Begun, JsonObject Spec)> decide, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        var client = clusters.Client(target.Cluster);
        var deployment = await client.GetDeploymentAsync(target.Namespace, target.Deployment, cancellationToken);
        if (Marks.AreOf(deployment.Metadata, change)) return Marks.Begun(deployment);
        if (deployment.Spec.Strategy?.Type == "Recreate" && change.Stage!.Kind == StageKind.Part)
            throw ApiException.Never("strategy-unfit", $"The {target} replaces all of its replicas at once (strategy Recreate): it can't be held at a part of them.", "Set its strategy to RollingUpdate, or take pause-at out of the runbook.");
        var extra = new Dictionary<string, string?>(StringComparer.Ordinal);
        var (begun, spec) = decide(deployment, extra);
        var marks = Marks.For(change, "deploy", change.Version, begun);
        foreach (var (key, value) in extra) marks[key] = value;
        await client.PatchDeploymentAsync(target.Namespace, target.Deployment, Patch.Strategic(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = deployment.Metadata.ResourceVersion, ["annotations"] = Marks.ToJson(marks) },
            ["spec"] = spec,
        }), cancellationToken);
        Log.Began(logger, target.ToString(), change.Run, change.Stage!.Kind == StageKind.Part ? change.Stage.Percent : 100, change.Version);
        return begun;
    });

    /// <summary>What ran before this run: a later part still goes back to that.</summary>
    private static RolloutBegun Begun(Deployment deployment, ContainerImage container, string image, Change change)
    {
        if (Marks.RunOf(deployment.Metadata) == change.Run) return Marks.Begun(deployment);
        var (revision, unchanged) = (Marks.RevisionNow(deployment), container.Image == image);
        return new RolloutBegun(Images.VersionOf(container.Image), revision, unchanged ? revision : null, unchanged);
    }

    private static JsonObject WithImage(ContainerImage container, string image) => new()
    {
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = container.Name, ["image"] = image }) },
    };

    private static partial class Log
    {
        [LoggerMessage(350, LogLevel.Information, "{Target} goes to {Percent}% for run {RunId}: {Version}")]
        public static partial void Began(ILogger logger, string target, RunId runId, int percent, string version);

        [LoggerMessage(351, LogLevel.Warning, "The rollout of {Target} was held for run {RunId}, and somebody resumed it by hand")]
        public static partial void NotHeldAnyMore(ILogger logger, string target, RunId runId);
    }
}
