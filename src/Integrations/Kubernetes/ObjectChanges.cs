using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Scales, restarts, patches and deletes single objects, and takes that back.</summary>
/// <remarks>
/// Each change is guarded by the version of the object that it was decided on, and safe to repeat: what is there as wanted already is left alone; a restart, which can't be
/// told from what is there, carries the change's key.
/// </remarks>
internal sealed class ObjectChanges(TimeProvider time)
{
    private const int LargestKept = 256 * 1024;
    private const string RestartedAt = "kubectl.kubernetes.io/restartedAt";

    public static async Task<Foresight> ForeseeAsync(Spot spot, Operation operation, CancellationToken cancellationToken) => operation switch
    {
        Operation.Scale scale => await ForeseeAsync(spot, await spot.GetAsync(cancellationToken), scale, cancellationToken),
        Operation.Restart => Foresee(await spot.GetAsync(cancellationToken)),
        Operation.Patch patch => await ForeseeAsync(spot, await spot.GetAsync(cancellationToken), patch, cancellationToken),
        _ => Foresee(spot, await spot.FindAsync(cancellationToken)),
    };

    public Task<string> MakeAsync(Spot spot, Change change, Operation operation, string? before, CancellationToken cancellationToken) =>
        Fresh.ActAsync(spot.ToString(), async () => operation switch
        {
            Operation.Scale scale => await ScaleAsync(spot, change, scale.Replicas, null, cancellationToken),
            Operation.Restart => await RestartAsync(spot, change, cancellationToken),
            Operation.Patch patch => await PatchAsync(spot, change, patch, cancellationToken),
            _ => await DeleteAsync(spot, Kept(before)?["uid"].Text(), cancellationToken),
        });

    public static Task<string> TakeBackAsync(Spot spot, Change change, Operation operation, string before, CancellationToken cancellationToken) =>
        Fresh.ActAsync(spot.ToString(), async () => operation switch
        {
            Operation.Scale => await ScaleAsync(spot, change, (int)Kept(before)!["replicas"].Number(), Kept(before)!, cancellationToken),
            Operation.Restart => "There is nothing to take back: the new pods run what the old ones ran.",
            Operation.Patch patch => await PutBackAsync(spot, change, patch, Kept(before)!, cancellationToken),
            _ => await MakeAgainAsync(spot, change, Kept(before)!, cancellationToken),
        });

    private static async Task<Foresight> ForeseeAsync(Spot spot, JsonObject now, Operation.Scale scale, CancellationToken cancellationToken)
    {
        var count = Replicas(now);
        var lines = ImmutableArray.CreateBuilder<string>();
        lines.Add(count == scale.Replicas ? $"{spot} has {Words.Count(count, "replica", "replicas")} already: nothing" : $"{spot}, spec.replicas: {count} → {scale.Replicas}");
        if (await AutoscalerAsync(spot, cancellationToken) is { } autoscaler) lines.Add(autoscaler);
        return new Foresight(lines.ToImmutable(), new JsonObject { ["uid"] = now.Uid(), ["replicas"] = count, ["set"] = scale.Replicas }.ToJsonString());
    }

    /// <summary>A sentence about what would set the count again; null where nothing does, or it may not be read.</summary>
    private static async Task<string?> AutoscalerAsync(Spot spot, CancellationToken cancellationToken)
    {
        try
        {
            var kind = await spot.Objects.FindKindAsync("autoscaling/v2", "HorizontalPodAutoscaler", cancellationToken);
            foreach (var one in await spot.Objects.ListAsync(kind, spot.Namespace, null, cancellationToken))
            {
                var of = one["spec"]?["scaleTargetRef"];
                if (of?["kind"].Text() == spot.Resource.Kind && of["name"].Text() == spot.Name)
                    return $"! the autoscaler {one.Name()} ({one["spec"]!["minReplicas"].Number()} to {one["spec"]!["maxReplicas"].Number()}) will set the count again";
            }
        }
        catch (ApiException e) when (e.IsLasting)
        {
            return e.Code == HttpStatusCode.Forbidden ? "! it can't be told whether an autoscaler will set the count again: the bot may not list horizontalpodautoscalers" : null;
        }

        return null;
    }

    private static Foresight Foresee(JsonObject now)
    {
        if (now["spec"]?["paused"]?.GetValue<bool>() == true) throw ApiException.Never("target-paused", $"Deployment {now.Name()} is paused, so its pods would not be replaced.", "Resume it first: kubectl rollout resume.");
        return new Foresight([$"the pods of {now["kind"].Text()!.ToLowerInvariant()} {now.Name()} are replaced a few at a time{(now["spec"]?["replicas"] is { } count ? $": {count}" : "")}"], "{}");
    }

    private static async Task<Foresight> ForeseeAsync(Spot spot, JsonObject now, Operation.Patch patch, CancellationToken cancellationToken)
    {
        var then = await spot.Objects.PatchAsync(spot.Resource, spot.Namespace, spot.Name, Patch.Merge(JsonNode.Parse(patch.Body)!.AsObject()), dryRun: true, cancellationToken);
        var lines = ObjectDifference.Lines(now, then, secret: false);
        var fields = new JsonArray([.. patch.Fields().Select(field => now.TryFind(field.Path, out var value)
            ? new JsonObject { ["path"] = Path(field.Path), ["had"] = value?.DeepClone() }
            : new JsonObject { ["path"] = Path(field.Path) })]);
        return new Foresight(lines.IsEmpty ? [$"{spot} is so already: nothing"] : [.. lines.Select(line => $"{spot}, {line}")], Bounded(spot, new JsonObject { ["uid"] = now.Uid(), ["fields"] = fields }));
    }

    private static JsonArray Path(string[] path) => new([.. path.Select(step => (JsonNode)step)]);

    private static Foresight Foresee(Spot spot, JsonObject? now)
    {
        if (now is null) return new Foresight([$"{spot} is not there: nothing"], null);
        var holds = now["data"] is JsonObject data ? $", with {Words.Count(data.Count, "entry", "entries")}" : now["spec"]?["replicas"] is { } count ? $", with {count} replicas" : "";
        return new Foresight([$"- {spot}{holds}"], Bounded(spot, new JsonObject { ["uid"] = now.Uid(), ["object"] = ObjectCopies.Of(now) }));
    }

    /// <param name="noted">When going back: what was noted before; the count is left alone where it is no longer what this run set.</param>
    private static async Task<string> ScaleAsync(Spot spot, Change change, int replicas, JsonObject? noted, CancellationToken cancellationToken)
    {
        var now = await spot.GetAsync(cancellationToken);
        var count = Replicas(now);
        if (count == replicas) return $"{spot} has {Words.Count(count, "replica", "replicas")}.";
        if (noted is not null && (count != noted["set"].Number() || now.Uid() != noted["uid"].Text()))
            throw Changed($"{spot} has {Words.Count(count, "replica", "replicas")} now: this run set {noted["set"]}, and somebody changed it since.", "Set the count that is right by hand, or leave it.");
        await SetAsync(spot, change, now, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, cancellationToken);
        return $"{spot} was scaled from {count} to {replicas}.";
    }

    private async Task<string> RestartAsync(Spot spot, Change change, CancellationToken cancellationToken)
    {
        var now = await spot.GetAsync(cancellationToken);
        if (now["spec"]?["template"]?["metadata"]?["annotations"]?[Marks.Operation].Text() == change.Key) return $"The pods of {spot} are being replaced.";
        Foresee(now);
        var annotations = new JsonObject { [RestartedAt] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), [Marks.Operation] = change.Key };
        await SetAsync(spot, change, now, new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } } } }, cancellationToken);
        return $"The pods of {spot} are being replaced.";
    }

    private static async Task<string> PatchAsync(Spot spot, Change change, Operation.Patch patch, CancellationToken cancellationToken)
    {
        var now = await spot.GetAsync(cancellationToken);
        if (patch.Fields().All(field => IsAt(now, field.Path, field.Value))) return $"{spot} is as wanted.";
        await SetAsync(spot, change, now, JsonNode.Parse(patch.Body)!.AsObject(), cancellationToken);
        return $"{spot} was patched.";
    }

    private static async Task<string> PutBackAsync(Spot spot, Change change, Operation.Patch patch, JsonObject before, CancellationToken cancellationToken)
    {
        var now = await spot.FindAsync(cancellationToken) ?? throw Changed($"{spot} is gone: somebody deleted it since.", "Make it again by hand, if it should be there.");
        var back = new JsonObject();
        foreach (var (path, set) in patch.Fields())
        {
            var noted = before["fields"]!.AsArray().OfType<JsonObject>().FirstOrDefault(one => one["path"]!.AsArray().Select(step => step!.GetValue<string>()).SequenceEqual(path, StringComparer.Ordinal));
            var had = noted?["had"];
            if (IsAt(now, path, had)) continue;
            if (!IsAt(now, path, set) || now.Uid() != before["uid"].Text())
                throw Changed($"{string.Join('.', path)} of {spot} is no longer what this run set: somebody changed it since.", "Set what is right by hand, or leave it.");
            back.Set(path, had);
        }

        if (back.Count == 0) return $"{spot} is as it was.";
        await SetAsync(spot, change, now, back, cancellationToken);
        return $"{spot} was set back to what it was.";
    }

    private static async Task<string> DeleteAsync(Spot spot, string? uid, CancellationToken cancellationToken)
    {
        if (uid is null || await spot.FindAsync(cancellationToken) is not { } now) return $"{spot} is gone.";
        if (now.Uid() != uid) throw Changed($"Somebody made another {spot} since it was looked at.", "Look at it, then start again.");
        await spot.Objects.DeleteAsync(spot.Resource, spot.Namespace, spot.Name, uid, cancellationToken);
        return $"{spot} was deleted.";
    }

    private static async Task<string> MakeAgainAsync(Spot spot, Change change, JsonObject before, CancellationToken cancellationToken)
    {
        if (await spot.FindAsync(cancellationToken) is { } now)
        {
            if (now.Annotation(Marks.Operation) == change.Key) return $"{spot} was made again.";
            if (now.Uid() != before["uid"].Text()) throw Changed($"Somebody made another {spot} since.", "Look at it, and leave it or mend it by hand.");

            // Its deletion was asked for and is not over: it ends by itself, and then it can be made again.
            if (now["metadata"]?["deletionTimestamp"] is not null) throw ApiException.Later($"{spot} is still being deleted.", TimeSpan.FromSeconds(2));
            return $"{spot} was never deleted.";
        }

        var again = (JsonObject)before["object"]!.DeepClone();
        var annotations = again.Map("metadata").Map("annotations");
        (annotations[Marks.Operation], annotations[Marks.Run]) = (change.Key, change.Run.ToString());
        await spot.Objects.CreateAsync(spot.Resource, spot.Namespace, again, cancellationToken);
        return $"{spot} was made again as it was.";
    }

    /// <summary>A merge patch, signed, of exactly the object that was looked at.</summary>
    private static async Task SetAsync(Spot spot, Change change, JsonObject now, JsonObject body, CancellationToken cancellationToken)
    {
        var meta = body.Map("metadata");
        meta["resourceVersion"] = now.Version();
        meta.Map("annotations")[Marks.Operation] = change.Key;
        await spot.Objects.PatchAsync(spot.Resource, spot.Namespace, spot.Name, Patch.Merge(body), dryRun: false, cancellationToken);
    }

    /// <summary>Whether a field is so; null = it is not there, or holds nothing.</summary>
    private static bool IsAt(JsonObject item, string[] path, JsonNode? value) => item.TryFind(path, out var now) ? JsonNode.DeepEquals(now, value) || now is null && value is null : value is null;

    private static int Replicas(JsonObject workload) => workload["spec"]?["replicas"] is { } count ? (int)count.Number() : 1;

    private static JsonObject? Kept(string? before) => before is null ? null : JsonNode.Parse(before)?.AsObject();

    private static ApiException Changed(string why, string next) => ApiException.Never(FaultCodes.ChangedByHand, why, next);

    private static string Bounded(Spot spot, JsonObject before) => before.ToJsonString() is { Length: <= LargestKept } text
        ? text
        : throw ApiException.Never("object-too-large", $"{spot} is too large to be kept for the way back: {LargestKept / 1024} kB at most are.", "Change it by hand, with a manual step.");
}
