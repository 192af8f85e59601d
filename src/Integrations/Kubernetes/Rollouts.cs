using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Begins rollouts, goes back, holds. Every change is one patch, guarded by the version it was decided on.</summary>
internal sealed partial class Rollouts(Clusters clusters, ILogger<Rollouts> logger)
{
    private const int Tries = 6;

    public Task<RolloutBegun> RollOutAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) =>
        DecideOnFreshAsync(target, "deploy", change, (_, deployment, _) =>
            Task.FromResult(SetImage(deployment, target, change, "deploy", resume: false)), cancellationToken);

    public Task<RolloutBegun> RollBackAsync(Target.Kubernetes target, Change change, long? toRevision, CancellationToken cancellationToken) =>
        DecideOnFreshAsync(target, "rollback", change, async (client, deployment, token) =>
        {
            var history = await HistoryAsync(client, target, deployment, token);
            if (Undo.Choose(history, target, change.Version, toRevision) is { } chosen) return Undo.To(chosen, deployment, target, change);
            // Gone from the history, but a version is enough to go back to.
            if (!string.IsNullOrWhiteSpace(change.Version)) return SetImage(deployment, target, change, "rollback", resume: true);
            throw ApiException.Never(
                "revision-gone", $"The {target} has no revision {toRevision} any more; it has {Undo.Known(history)}.", "Roll back to a version instead.");
        }, cancellationToken);

    /// <summary>The revision that going back to a version would lead to; null when none ran it that is still there.</summary>
    public async Task<long?> FindRevisionAsync(Target.Kubernetes target, Deployment deployment, string version, long? revision, CancellationToken cancellationToken)
    {
        var history = await HistoryAsync(clusters.Client(target.Cluster), target, deployment, cancellationToken);
        return Undo.Choose(history, target, version, revision) is { } kept ? Marks.RevisionOf(kept.Metadata) : null;
    }

    public async Task HoldAsync(Target.Kubernetes target, Change change, bool hold, CancellationToken cancellationToken)
    {
        var client = clusters.Client(target.Cluster);
        await OnFreshAsync(client, target, async (deployment, token) =>
        {
            if (deployment.Spec.Paused == hold) return Nothing.Value;
            await client.PatchDeploymentAsync(target.Namespace, target.Deployment, Patch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = deployment.Metadata.ResourceVersion },
                ["spec"] = new JsonObject { ["paused"] = hold },
            }), token);
            Log.Held(logger, target.ToString(), change.Run, hold ? "held" : "continued");
            return Nothing.Value;
        }, cancellationToken);
    }

    /// <summary>The image, by a strategic patch: the container is known to be there, for a patch with another name would add one.</summary>
    private static Decided SetImage(Deployment deployment, Target.Kubernetes target, Change change, string verb, bool resume)
    {
        var container = Images.Choose(deployment.Spec.Template, target);
        var image = ImageReference.Named(target.Image, change.Version);
        var revision = Marks.RevisionNow(deployment);
        var unchanged = container.Image == image;
        var begun = new RolloutBegun(Images.VersionOf(container.Image), revision, unchanged ? revision : null, unchanged);
        var spec = new JsonObject
        {
            ["template"] = new JsonObject
            {
                ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = container.Name, ["image"] = image }) },
            },
        };
        var marks = Marks.For(change, verb, change.Version, begun);
        Pacing.Release(deployment, spec, marks);
        if (resume && deployment.Spec.Paused) spec["paused"] = false;
        return new Decided(begun, Patch.Strategic(new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = deployment.Metadata.ResourceVersion,
                ["annotations"] = Marks.ToJson(marks),
            },
            ["spec"] = spec,
        }));
    }

    private static async Task<List<ReplicaSet>> HistoryAsync(
        ClusterClient client, Target.Kubernetes target, Deployment deployment, CancellationToken cancellationToken)
    {
        var selector = Uri.EscapeDataString(deployment.Spec.Selector?.ToString() ?? "");
        var (all, _) = await client.ListAsync(
            new ApiCall(client.Name, "list", "replicasets", target.Namespace), $"{Paths.ReplicaSets(target.Namespace)}?labelSelector={selector}",
            KubernetesJson.Default.ObjectListReplicaSet, cancellationToken);
        return [.. all.Where(r => r.Metadata.IsControlledBy(deployment.Metadata.Uid))];
    }

    private async Task<RolloutBegun> DecideOnFreshAsync(
        Target.Kubernetes target, string verb, Change change,
        Func<ClusterClient, Deployment, CancellationToken, Task<Decided>> decide, CancellationToken cancellationToken)
    {
        var client = clusters.Client(target.Cluster);
        return await OnFreshAsync(client, target, async (deployment, token) =>
        {
            // Done before, and the answer lost. If somebody changed the image since, ObserveAsync will say so; doing it again would undo that.
            if (Marks.AreOf(deployment.Metadata, change))
            {
                Log.FoundDone(logger, target.ToString(), change.Run);
                return Marks.Begun(deployment);
            }
            var decided = await decide(client, deployment, token);
            await client.PatchDeploymentAsync(target.Namespace, target.Deployment, decided.Patch, token);
            Log.Changed(logger, target.ToString(), change.Run, verb, change.Version);
            return decided.Begun;
        }, cancellationToken);
    }

    /// <summary>Reads, and acts on what was read; where somebody else was faster, on what they left. Bounded: then it is the queue's turn.</summary>
    private async Task<T> OnFreshAsync<T>(
        ClusterClient client, Target.Kubernetes target, Func<Deployment, CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var deployment = await client.GetDeploymentAsync(target.Namespace, target.Deployment, cancellationToken);
            try
            {
                return await act(deployment, cancellationToken);
            }
            catch (ApiException e) when (e.Code is HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity)
            {
                // A JSON patch whose guard fails is answered 422, as a change that is invalid is: the version tells which.
                var fresh = await client.GetDeploymentAsync(target.Namespace, target.Deployment, cancellationToken);
                if (e.Code == HttpStatusCode.UnprocessableEntity && fresh.Metadata.ResourceVersion == deployment.Metadata.ResourceVersion) throw;
                if (tries == Tries) throw ApiException.Later($"The {target} changes faster than the bot can change it.");
                Log.Conflicted(logger, target.ToString(), tries);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(320, LogLevel.Information, "Changed {Target} for run {RunId}: {Verb} {Version}")]
        public static partial void Changed(ILogger logger, string target, RunId runId, string verb, string version);

        [LoggerMessage(321, LogLevel.Information, "Found the change of run {RunId} to {Target} done already")]
        public static partial void FoundDone(ILogger logger, string target, RunId runId);

        [LoggerMessage(322, LogLevel.Debug, "{Target} was changed at the same time; deciding again (try {Try})")]
        public static partial void Conflicted(ILogger logger, string target, int @try);

        [LoggerMessage(323, LogLevel.Information, "The rollout of {Target} is {Held} for run {RunId}")]
        public static partial void Held(ILogger logger, string target, RunId runId, string held);
    }
}

/// <summary>What was decided on a fresh look.</summary>
internal sealed record Decided(RolloutBegun Begun, Patch Patch);
