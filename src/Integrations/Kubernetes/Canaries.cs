using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>A second Deployment, a copy of the stable one, whose few replicas share its traffic: its pods carry the same labels, and one more.</summary>
/// <remarks>The stable one is not touched: ending the canary is one patch, and no replica is missing then.</remarks>
internal sealed partial class Canaries(Clusters clusters, Weights weights, ILogger<Canaries> logger)
{
    /// <summary>The label by which its pods differ. No Service selects by it, so that they get traffic.</summary>
    private const string Track = Marks.Prefix + "track";

    public static string NameOf(string stable) => $"{stable}-canary";

    /// <summary>The canary runs the version with as many replicas as carry the share beside the stable ones.</summary>
    /// <param name="target">With the stable Deployment's name.</param>
    public Task<RolloutBegun> BeginAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        var client = clusters.Client(target.Cluster);
        var stable = await client.GetDeploymentAsync(target.Namespace, target.Deployment, cancellationToken);
        var canary = await FindAsync(target, cancellationToken);
        if (canary is not null && Marks.AreOf(canary.Metadata, change)) return Marks.Begun(canary);
        var begun = new RolloutBegun(Images.VersionOf(Images.Choose(stable.Spec.Template, target).Image), Marks.RevisionNow(stable), null, false);
        var split = await weights.FindAsync(target, cancellationToken);
        var wanted = stable.Spec.Replicas ?? 1;
        var (replicas, marks) = (split is null ? Shares.Replicas(wanted, change.Stage!.Percent) : Shares.Part(wanted, change.Stage!.Percent), Marks.For(change, "canary", change.Version, begun));
        if (canary is not null && Marks.RunOf(canary.Metadata) == change.Run) await GrowAsync(client, canary, target, change, replicas, marks, cancellationToken);
        else await CopyAsync(client, canary, split, target, change, replicas, marks, cancellationToken);
        Log.Grew(logger, NameOf(target.Deployment), replicas, change.Run, change.Version);
        return begun;
    });

    /// <summary>This run's canary is scaled to zero. One of another run is left alone.</summary>
    public Task<RolloutBegun> EndAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        if (await FindAsync(target, cancellationToken) is not { } canary || Marks.RunOf(canary.Metadata) != change.Run) return new RolloutBegun(null, null, null, true);
        await weights.StopAsync(target, change, cancellationToken);
        if (!Marks.AreOf(canary.Metadata, change))
        {
            await clusters.Client(target.Cluster).PatchDeploymentAsync(target.Namespace, canary.Metadata.Name, Patch.Merge(Marks.ScaleTo(canary, 0, change)), cancellationToken);
            Log.Ended(logger, canary.Metadata.Name, change.Run);
        }

        return new RolloutBegun(change.Version, null, null, false);
    });

    public Task<Deployment?> FindAsync(Target.Kubernetes target, CancellationToken cancellationToken) =>
        Fresh.FindAsync(clusters.Client(target.Cluster).GetDeploymentAsync(target.Namespace, NameOf(target.Deployment), cancellationToken));

    private static Task<Deployment> GrowAsync(ClusterClient client, Deployment canary, Target.Kubernetes target, Change change, int replicas, Dictionary<string, string?> marks, CancellationToken cancellationToken) =>
        client.PatchDeploymentAsync(target.Namespace, canary.Metadata.Name, Patch.Strategic(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = canary.Metadata.ResourceVersion, ["annotations"] = Marks.ToJson(marks) },
            ["spec"] = new JsonObject
            {
                ["replicas"] = replicas,
                ["paused"] = false,
                ["template"] = new JsonObject
                {
                    ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = Images.Choose(canary.Spec.Template, target).Name, ["image"] = ImageReference.Named(target.Image, change.Version) }) },
                },
            },
        }), cancellationToken);

    /// <summary>Made anew, or, where an earlier run left one, made a copy of what the stable one is now: it may have changed since.</summary>
    private async Task CopyAsync(ClusterClient client, Deployment? canary, Split? split, Target.Kubernetes target, Change change, int replicas, Dictionary<string, string?> marks, CancellationToken cancellationToken)
    {
        var name = NameOf(target.Deployment);
        var copy = Clones.Of(await client.GetWholeDeploymentAsync(target.Namespace, target.Deployment, cancellationToken), name, Track, "canary", target, change, replicas, marks);
        if (split is not null) await LabelAsync(copy, split, target, cancellationToken);
        if (canary is null)
        {
            await client.CreateDeploymentAsync(target.Namespace, name, copy, cancellationToken);
            return;
        }

        JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value?.DeepClone() };
        try
        {
            await client.PatchDeploymentAsync(target.Namespace, name, Patch.Json(
            [
                Operation("test", "/metadata/resourceVersion", canary.Metadata.ResourceVersion),
                Operation("add", "/metadata/annotations", copy["metadata"]!["annotations"]),
                Operation("replace", "/spec/template", copy["spec"]!["template"]),
                Operation("add", "/spec/replicas", replicas),
                Operation("add", "/spec/paused", false),
            ]), cancellationToken);
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.UnprocessableEntity)
        {
            // A guard that fails is answered 422, as a change that is invalid is: the version tells which.
            var fresh = await client.GetDeploymentAsync(target.Namespace, name, cancellationToken);
            if (fresh.Metadata.ResourceVersion == canary.Metadata.ResourceVersion) throw;
            throw ApiException.Changed($"Deployment {name}");
        }
    }

    /// <summary>Where traffic goes by weight, only the canary's own Service may lead to its pods.</summary>
    private async Task LabelAsync(JsonObject copy, Split split, Target.Kubernetes target, CancellationToken cancellationToken)
    {
        var pods = copy["spec"]!["template"]!["metadata"]!["labels"]!.AsObject();
        var selector = copy["spec"]!["selector"]!["matchLabels"]!.AsObject();
        foreach (var (key, value) in await weights.LabelsAsync(split, target, pods, cancellationToken))
        {
            pods[key] = value;
            if (selector.ContainsKey(key)) selector[key] = value;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(340, LogLevel.Information, "Canary {Deployment} has {Replicas} replicas for run {RunId}: {Version}")]
        public static partial void Grew(ILogger logger, string deployment, int replicas, RunId runId, string version);

        [LoggerMessage(341, LogLevel.Information, "Ended canary {Deployment} for run {RunId}")]
        public static partial void Ended(ILogger logger, string deployment, RunId runId);
    }
}
