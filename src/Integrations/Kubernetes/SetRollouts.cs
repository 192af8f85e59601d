using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Begins rollouts of StatefulSets and DaemonSets, goes back, holds. Every change is one patch, guarded by the version it was decided on.</summary>
internal sealed partial class SetRollouts(Clusters clusters, ILogger<SetRollouts> logger)
{
    /// <summary>Begins a rollout, a part of one, or lets go on what was held at a part.</summary>
    public Task<RolloutBegun> RollOutAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken) => DecideOnFreshAsync(target, "deploy", change, (set, history) =>
    {
        if (Unfit(target, set, change.Stage) is { } fault) throw ApiException.Never(fault.Code, fault.Why, fault.Next!);
        return SetImage(set, history, target, change, "deploy");
    }, cancellationToken);

    /// <summary>Goes back as <c>kubectl rollout undo</c> does; pods that would stand in the way of that are taken out of it.</summary>
    public async Task<RolloutBegun> RollBackAsync(Target.Kubernetes target, Change change, long? toRevision, CancellationToken cancellationToken)
    {
        var begun = await DecideOnFreshAsync(target, "rollback", change, (set, history) =>
        {
            if (Revisions.Choose(history, target, change.Version, toRevision) is { } chosen) return Undo(chosen, set, history, target, change);
            if (!string.IsNullOrWhiteSpace(change.Version)) return SetImage(set, history, target, change, "rollback");
            throw ApiException.Never("revision-gone", $"The {target} has no revision {toRevision} any more; it has {Revisions.Known(history)}.", "Roll back to a version instead.");
        }, cancellationToken);
        await FreeAsync(target, change, cancellationToken);
        return begun;
    }

    /// <summary>Holds a StatefulSet where it is, or lets it go on to where its run wants it.</summary>
    /// <exception cref="ApiException">A DaemonSet has nothing that would hold it.</exception>
    public async Task HoldAsync(Target.Kubernetes target, Change change, bool hold, CancellationToken cancellationToken)
    {
        if (target.Kind == WorkloadKind.DaemonSet && !hold) return;
        if (target.Kind == WorkloadKind.DaemonSet)
            throw ApiException.Never("strategy-unfit", $"The {target} can't be held: a DaemonSet goes on to the last node.", "Let it go on, or roll it back.");
        var client = clusters.Client(target.Cluster);
        await Fresh.ActAsync(target.ToString(), async () =>
        {
            var set = (StatefulSet)await client.GetSetAsync(target, cancellationToken);
            if (!Marks.AreOf(set.Metadata, change)) return Nothing.Value;      // not begun, or somebody else's by now
            var partition = hold ? Partitions.Here(set) : change.Stage is { Kind: StageKind.Part, Percent: var share } ? Partitions.At(set, share) : Partitions.Before(set);
            if (partition == set.Partition) return Nothing.Value;
            var (spec, marks) = (new JsonObject(), new Dictionary<string, string?>(StringComparer.Ordinal));
            Partitions.Put(set, partition, spec, marks, change.Run);
            await client.PatchSetAsync(target, Guarded(set, marks, spec), cancellationToken);
            Log.Held(logger, target.ToString(), change.Run, hold ? "held" : "continued");
            return Nothing.Value;
        });
    }

    private static Decided SetImage(PodSet set, List<ControllerRevision> history, Target.Kubernetes target, Change change, string verb)
    {
        var (container, image) = (Images.Choose(set.Asks().Template, target), ImageReference.Named(target.Image, change.Version));
        if (change.Stage?.Kind == StageKind.All && Marks.RunOf(set.Metadata) == change.Run && container.Image != image)
            throw ApiException.Never(FaultCodes.ChangedByHand, Hands.WhoReplaced(set, container, change), "Look at what runs there before you deploy again.");
        var begun = Begun(set, history, container, container.Image == image, change);
        var marks = Marks.For(change, verb, change.Version, begun);
        var spec = new JsonObject
        {
            ["template"] = new JsonObject { ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = container.Name, ["image"] = image }) } },
        };
        PutPartition(set, change, begun.Unchanged, spec, marks);
        return new Decided(begun, Guarded(set, marks, spec));
    }

    private static Decided Undo(ControllerRevision chosen, PodSet set, List<ControllerRevision> history, Target.Kubernetes target, Change change)
    {
        var (from, to) = (Images.Choose(set.Asks().Template, target), Images.Find(Revisions.TemplateOf(chosen), target));
        var unchanged = Images.SameTemplate(Revisions.TemplateOf(chosen), set.Asks().Template);
        var begun = Begun(set, history, from, unchanged, change with { Stage = null });
        var marks = Marks.For(change, "rollback", to is null || Images.IsOf(to.Image, change.Version) ? change.Version : Images.VersionOf(to.Image), begun);

        // The same template stays as it is, as kubectl skips it; the marks and the partition are still ours to mend.
        var spec = unchanged ? [] : (JsonObject)Revisions.PatchOf(chosen)["spec"]!.DeepClone();
        PutPartition(set, change with { Stage = null }, unchanged, spec, marks);
        return new Decided(begun, Guarded(set, marks, spec));
    }

    /// <summary>A part stops at its share; everything else goes as far as the set's own partition says.</summary>
    private static void PutPartition(PodSet set, Change change, bool unchanged, JsonObject spec, Dictionary<string, string?> marks)
    {
        (marks[Marks.Pace], marks[Marks.Held]) = (null, null);
        if (set is not StatefulSet numbered) return;
        var part = change.Stage is { Kind: StageKind.Part, Percent: var share } && !unchanged ? Partitions.At(numbered, share) : Partitions.Before(numbered);
        Partitions.Put(numbered, part, spec, marks, change.Run);
    }

    /// <summary>What ran before this run: a later part of it still goes back to that.</summary>
    private static RolloutBegun Begun(PodSet set, List<ControllerRevision> history, ContainerImage container, bool unchanged, Change change)
    {
        var revision = Revisions.Now(set, history)?.Revision;
        if (change.Stage is not null && Marks.RunOf(set.Metadata) == change.Run) return Marks.Begun(set.Metadata, revision);
        return new RolloutBegun(Images.VersionOf(container.Image), revision, unchanged ? revision : null, unchanged);
    }

    /// <summary>Why this set can't be rolled out so; null when it can.</summary>
    private static Fault? Unfit(Target.Kubernetes target, PodSet set, Stage? stage) => (set.Asks().UpdateStrategy?.Type, stage) switch
    {
        ({ } type and not "RollingUpdate", _) => SetRollout.ByHand(set.Metadata.Name, type),
        (_, { Kind: StageKind.Part }) when set is DaemonSet => new("strategy-unfit", $"The {target} can't be held at a part: a DaemonSet has no partition.", "Take pause-at out of the runbook."),
        (_, { Pace: not null }) => new("strategy-unfit", $"How many pods of the {target} are replaced at a time is said by its own update strategy.", "Take surge and unavailable out of the runbook."),
        _ => null,
    };

    /// <summary>Takes pods of a revision that is left behind, and that are not ready, out of the way.</summary>
    /// <remarks>
    /// With <c>OrderedReady</c> the controller waits for a broken pod to be ready before it replaces it, for ever: see "Forced rollback" in the documentation of StatefulSets. It would replace exactly these
    /// pods itself, if it came to it. Where pods may not be deleted, what is seen of the rollout says which one is in the way (<see cref="SetJudge"/>).
    /// </remarks>
    private async Task FreeAsync(Target.Kubernetes target, Change change, CancellationToken cancellationToken)
    {
        var client = clusters.Client(target.Cluster);
        if (await client.GetSetAsync(target, cancellationToken) is not StatefulSet set || !Marks.AreOf(set.Metadata, change)) return;
        try
        {
            foreach (var pod in SetJudge.InTheWay(set, await client.ListPodsAsync(set, target.Namespace, cancellationToken)))
            {
                await client.DeletePodAsync(target.Namespace, pod, cancellationToken);
                Log.Freed(logger, pod.Metadata.Name, target.ToString(), change.Run);
            }
        }
        catch (ApiException e) when (e.Code is HttpStatusCode.Forbidden or HttpStatusCode.Conflict)
        {
            Log.NotFreed(logger, target.ToString(), change.Run, e.Message);
        }
    }

    private static Patch Guarded(PodSet set, Dictionary<string, string?> marks, JsonObject spec) => Patch.Strategic(new JsonObject
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = set.Metadata.ResourceVersion, ["annotations"] = Marks.ToJson(marks) },
        ["spec"] = spec,
    });

    private Task<RolloutBegun> DecideOnFreshAsync(Target.Kubernetes target, string verb, Change change, Func<PodSet, List<ControllerRevision>, Decided> decide, CancellationToken cancellationToken) => Fresh.ActAsync(target.ToString(), async () =>
    {
        var client = clusters.Client(target.Cluster);
        var set = await client.GetSetAsync(target, cancellationToken);
        var history = await client.ListRevisionsAsync(set, target.Namespace, cancellationToken);
        if (Marks.AreOf(set.Metadata, change))
        {
            Log.FoundDone(logger, target.ToString(), change.Run);
            return Marks.Begun(set.Metadata, Revisions.Now(set, history)?.Revision);
        }

        var decided = decide(set, history);
        await client.PatchSetAsync(target, decided.Patch, cancellationToken);
        Log.Changed(logger, target.ToString(), change.Run, verb, change.Version);
        return decided.Begun;
    });

    private static partial class Log
    {
        [LoggerMessage(370, LogLevel.Information, "Changed {Target} for run {RunId}: {Verb} {Version}")]
        public static partial void Changed(ILogger logger, string target, RunId runId, string verb, string version);

        [LoggerMessage(371, LogLevel.Information, "Found the change of run {RunId} to {Target} done already")]
        public static partial void FoundDone(ILogger logger, string target, RunId runId);

        [LoggerMessage(372, LogLevel.Information, "The rollout of {Target} is {Held} for run {RunId}")]
        public static partial void Held(ILogger logger, string target, RunId runId, string held);

        [LoggerMessage(373, LogLevel.Information, "Deleted pod {Pod} of {Target} for run {RunId}: it was not ready and would have stood in the way of going back")]
        public static partial void Freed(ILogger logger, string pod, string target, RunId runId);

        [LoggerMessage(374, LogLevel.Warning, "Pods of {Target} that stand in the way of going back could not be deleted for run {RunId}: {Why}")]
        public static partial void NotFreed(ILogger logger, string target, RunId runId, string why);
    }
}
