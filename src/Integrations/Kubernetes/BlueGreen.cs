using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Brings a version up beside what is live, switches traffic, and scales down what carries none. Every change is one patch, guarded by the version it was decided on.</summary>
internal sealed partial class BlueGreen(Clusters clusters, ILogger<BlueGreen> logger)
{
    /// <summary>How soon a way back looks again at what it has to bring up first.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    public Task<ColourPair> FindAsync(Target.Kubernetes target, CancellationToken cancellationToken) =>
        ColourPair.FindAsync(clusters.Client(target.Cluster), target, cancellationToken);

    /// <summary>The idle Deployment runs the version, with as many replicas as the live one; it is cloned from the live one where there is none.</summary>
    public Task<RolloutBegun> BringUpAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        var pair = await FindAsync(target, cancellationToken);
        if (pair.Both.FirstOrDefault(one => Marks.AreOf(one.Metadata, change)) is { } done) return Marks.Begun(done) with { FromRevision = null };
        var begun = await BringUpAsync(pair, target, change, "deploy", cancellationToken);
        Log.BroughtUp(logger, pair.IdleName, target.ToString(), change.Run, change.Version);
        return begun;
    });

    /// <summary>Traffic goes to what was brought up: one patch of the Service's selector.</summary>
    public Task<RolloutBegun> SwitchAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        var pair = await FindAsync(target, cancellationToken);
        if (Marks.AreOf(pair.Service.Metadata, change)) return Found(pair);

        // Whoever switched by hand meanwhile was faster: what is wanted is so already, and only has to be signed.
        if (Runs(pair.Live, target, change.Version) && !Runs(pair.Idle, target, change.Version)) return await PointAsync(pair, pair.Live, target, change, "deploy", cancellationToken);
        if (pair.Idle is not { } idle || !Runs(idle, target, change.Version))
            throw ApiException.Never(FaultCodes.ChangedByHand, $"{pair.IdleName} was to get the traffic, and {(pair.Idle is null ? "is gone" : $"runs {VersionOf(pair.Idle, target)} now, not {change.Version}")}.", "Look who changed it, then start again.");
        if (RolloutStatus.Of(idle) is not { State: RolloutState.Done } || idle.Status.AvailableReplicas == 0)
            throw ApiException.Later($"Traffic is not switched to {pair.IdleName} while it is not complete: {idle.Status.AvailableReplicas} of {idle.Spec.Replicas ?? 1} replicas are available.");
        if (idle.Spec.Replicas is { } size && size < (pair.Live.Spec.Replicas ?? 1))
        {
            // The live one was scaled up since: what gets its traffic must be able to carry it.
            await ScaleAsync(idle, pair.Live.Spec.Replicas ?? 1, target, cancellationToken);
            throw ApiException.Later($"{pair.IdleName} is brought to the size of {pair.Live.Metadata.Name} first, which was scaled up meanwhile: {pair.Live.Spec.Replicas ?? 1} replicas.", LookAgain);
        }

        return await PointAsync(pair, idle, target, change, "deploy", cancellationToken);
    });

    /// <summary>Traffic goes back to what runs the version: at once where that still stands by, else once it was brought up again.</summary>
    public Task<RolloutBegun> SwitchBackAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        var pair = await FindAsync(target, cancellationToken);
        if (Marks.AreOf(pair.Service.Metadata, change)) return Found(pair);
        if (Runs(pair.Live, target, change.Version)) return await PointAsync(pair, pair.Live, target, change, "rollback", cancellationToken);
        var wanted = Math.Max(1, pair.Live.Spec.Replicas ?? 1);
        if (pair.Idle is { } idle && Runs(idle, target, change.Version) && idle.Status.AvailableReplicas >= wanted) return await PointAsync(pair, idle, target, change, "rollback", cancellationToken);
        var up = change with { Key = change.Key + "/up" };
        if (pair.Idle is null || !Marks.AreOf(pair.Idle.Metadata, up)) await BringUpAsync(pair, target, up, "rollback", cancellationToken);
        else if (RolloutStatus.Of(pair.Idle) is { State: RolloutState.DeadlineExceeded } late) throw ApiException.Never("deadline-exceeded", $"{change.Version} does not come up again: {late.Says}", "kubectl describe tells more.");
        throw ApiException.Later($"{pair.IdleName} is brought up again before traffic goes back: {pair.Idle?.Status.AvailableReplicas ?? 0} of {wanted} replicas are available.", LookAgain);
    });

    /// <summary>What this run brought up beside, and carries no traffic, is scaled to zero.</summary>
    public Task<RolloutBegun> DismissAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        var pair = await FindAsync(target, cancellationToken);
        if (Marks.RunOf(pair.Live.Metadata) == change.Run && !Runs(pair.Live, target, change.Version))
            throw ApiException.Never(FaultCodes.ChangedByHand, $"{pair.Live.Metadata.Name} was to be scaled down, but somebody gave it the traffic.", "Look what should carry traffic.");
        if (pair.Idle is not { } idle || Marks.RunOf(idle.Metadata) != change.Run) return new RolloutBegun(null, null, null, true);
        if (!Marks.AreOf(idle.Metadata, change)) await ScaleDownAsync(idle, target, change, cancellationToken);
        return new RolloutBegun(VersionOf(idle, target), null, null, false);
    });

    /// <summary>What carried traffic before a switch is scaled to zero, unless traffic moved since, or a newer run uses it.</summary>
    /// <returns>A sentence; null when there was nothing to do.</returns>
    public Task<string?> RetireAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        var pair = await FindAsync(target, cancellationToken);
        var stillSo = Marks.AreOf(pair.Service.Metadata, change) && pair.Service.Metadata.Annotation(Marks.Live) == pair.Live.Metadata.Name;
        if (!stillSo || pair.Idle is not { } idle || idle.Spec.Replicas == 0 || Marks.RunOf(idle.Metadata) is { } newer && newer.Number > change.Run.Number) return null;
        await ScaleDownAsync(idle, target, change with { Key = change.Key + "/retired" }, cancellationToken);
        return $"{idle.Metadata.Name} ({VersionOf(idle, target)}) was scaled to zero: it has carried no traffic since the switch to {pair.Live.Metadata.Name}.";
    });

    /// <summary>The Deployment that a change is about: the one it signed, else the idle one.</summary>
    public static string NameOf(ColourPair pair, Change change) =>
        pair.Both.FirstOrDefault(one => Marks.AreOf(one.Metadata, change))?.Metadata.Name ?? pair.IdleName;

    /// <summary>How a switch stands: traffic goes where it was sent, and enough replicas are there to take it.</summary>
    public async Task<RolloutSighting> SeeSwitchAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken)
    {
        var pair = await FindAsync(target, cancellationToken);
        var (live, wanted) = (pair.Live, pair.Live.Spec.Replicas ?? 1);
        RolloutSighting Now(RolloutPhase phase, string says, Fault? trouble) => new(phase, live.Status.UpdatedReplicas, live.Status.AvailableReplicas, wanted, says, trouble);
        if (!Marks.AreOf(pair.Service.Metadata, change) || pair.Service.Metadata.Annotation(Marks.Live) != live.Metadata.Name)
        {
            var fault = new Fault("superseded", $"Traffic was moved meanwhile, by {Hands.WhoSwitched(pair.Service)}: it goes to {live.Metadata.Name} ({VersionOf(live, target)}).", "Look what should carry traffic before you deploy again.");
            return Now(RolloutPhase.Superseded, fault.Why, fault);
        }

        var idle = pair.Idle is { Spec.Replicas: not 0 } other ? $"; {other.Metadata.Name} ({VersionOf(other, target)}) stands by" : "";
        return live.Status.AvailableReplicas >= wanted
            ? Now(RolloutPhase.Complete, $"{live.Metadata.Name} ({VersionOf(live, target)}) carries the traffic{idle}.", null)
            : Now(RolloutPhase.Progressing, $"{live.Metadata.Name} carries the traffic with {live.Status.AvailableReplicas} of {wanted} replicas{idle}.", null);
    }

    private static string VersionOf(Deployment deployment, Target.Kubernetes target) =>
        Images.Find(deployment.Spec.Template, target) is { } container ? Images.VersionOf(container.Image) : "an unknown version";

    private static bool Runs(Deployment? deployment, Target.Kubernetes target, string version) =>
        deployment is not null && Images.Find(deployment.Spec.Template, target) is { } container && Images.IsOf(container.Image, version);

    /// <summary>What a switch that is found done had begun with.</summary>
    private static RolloutBegun Found(ColourPair pair) => new(pair.Service.Metadata.Annotation(Marks.FromVersion), null, null, pair.Service.Metadata.Annotation(Marks.Unchanged) == "true");

    private async Task<RolloutBegun> BringUpAsync(ColourPair pair, Target.Kubernetes target, Change change, string verb, CancellationToken cancellationToken)
    {
        var client = clusters.Client(target.Cluster);
        var begun = new RolloutBegun(VersionOf(pair.Live, target), null, null, false);
        var (replicas, marks) = (Math.Max(1, pair.Live.Spec.Replicas ?? 1), Marks.For(change, verb, change.Version, begun));
        if (pair.Idle is { } idle)
        {
            await PreviewAsync(client, pair, idle, target, cancellationToken);
            await client.PatchDeploymentAsync(target.Namespace, pair.IdleName, Patch.Strategic(new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = idle.Metadata.ResourceVersion, ["annotations"] = Marks.ToJson(marks) },
                ["spec"] = new JsonObject
                {
                    ["replicas"] = replicas,
                    ["paused"] = false,
                    ["template"] = new JsonObject
                    {
                        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = Images.Choose(idle.Spec.Template, target).Name, ["image"] = ImageReference.Named(target.Image, change.Version) }) },
                    },
                },
            }), cancellationToken);
            return begun;
        }

        var whole = await client.GetWholeDeploymentAsync(target.Namespace, pair.Live.Metadata.Name, cancellationToken);
        var made = await client.CreateDeploymentAsync(target.Namespace, pair.IdleName, Clones.Beside(whole, pair, target, change, replicas, marks), cancellationToken);
        await PreviewAsync(client, pair, made, target, cancellationToken);
        return begun;
    }

    /// <summary>The preview's Service leads to what is brought up. Its pods are not ready yet, so nothing is sent to them too early.</summary>
    private static async Task PreviewAsync(ClusterClient client, ColourPair pair, Deployment idle, Target.Kubernetes target, CancellationToken cancellationToken)
    {
        if (target.PreviewService is not { } name) return;
        var preview = await client.GetServiceAsync(target.Namespace, name, cancellationToken);
        var selector = pair.SelectorFor(idle);
        if (preview.Spec.Selector is { } now && now.Count == selector.Count && selector.All(label => now.GetValueOrDefault(label.Key) == label.Value)) return;
        await client.PatchServiceAsync(target.Namespace, name, Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = preview.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["selector"] = ToJson(selector, preview.Spec.Selector) },
        }), cancellationToken);
    }

    private async Task<RolloutBegun> PointAsync(ColourPair pair, Deployment to, Target.Kubernetes target, Change change, string verb, CancellationToken cancellationToken)
    {
        var other = pair.Both.FirstOrDefault(one => one != to);
        var begun = new RolloutBegun(other is null ? null : VersionOf(other, target), null, null, to == pair.Live && verb == "rollback");
        var marks = Marks.For(change, verb, change.Version, begun);
        marks[Marks.Live] = to.Metadata.Name;
        await clusters.Client(target.Cluster).PatchServiceAsync(target.Namespace, pair.Service.Metadata.Name, Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = pair.Service.Metadata.ResourceVersion, ["annotations"] = Marks.ToJson(marks) },
            ["spec"] = new JsonObject { ["selector"] = ToJson(pair.SelectorFor(to), pair.Service.Spec.Selector) },
        }), cancellationToken);
        Log.Switched(logger, pair.Service.Metadata.Name, to.Metadata.Name, change.Run, change.Version);
        return begun;
    }

    private Task<Deployment> ScaleAsync(Deployment deployment, int replicas, Target.Kubernetes target, CancellationToken cancellationToken) =>
        clusters.Client(target.Cluster).PatchDeploymentAsync(target.Namespace, deployment.Metadata.Name, Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = deployment.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["replicas"] = replicas },
        }), cancellationToken);

    private async Task ScaleDownAsync(Deployment deployment, Target.Kubernetes target, Change change, CancellationToken cancellationToken)
    {
        await clusters.Client(target.Cluster).PatchDeploymentAsync(target.Namespace, deployment.Metadata.Name, Patch.Merge(Marks.ScaleTo(deployment, 0, change)), cancellationToken);
        Log.ScaledDown(logger, deployment.Metadata.Name, target.ToString(), change.Run);
    }

    /// <summary>A merge patch that leaves exactly these labels.</summary>
    private static JsonObject ToJson(Dictionary<string, string> selector, Dictionary<string, string>? now)
    {
        var json = new JsonObject(selector.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)JsonValue.Create(label.Value))));
        foreach (var gone in (now ?? []).Keys.Where(key => !selector.ContainsKey(key))) json[gone] = null;
        return json;
    }

    private static partial class Log
    {
        [LoggerMessage(330, LogLevel.Information, "Brought up {Deployment} of {Target} for run {RunId}: {Version}")]
        public static partial void BroughtUp(ILogger logger, string deployment, string target, RunId runId, string version);

        [LoggerMessage(331, LogLevel.Information, "Service {Service} leads to {Deployment} for run {RunId}: {Version}")]
        public static partial void Switched(ILogger logger, string service, string deployment, RunId runId, string version);

        [LoggerMessage(332, LogLevel.Information, "Scaled {Deployment} of {Target} to zero for run {RunId}")]
        public static partial void ScaledDown(ILogger logger, string deployment, string target, RunId runId);
    }
}
