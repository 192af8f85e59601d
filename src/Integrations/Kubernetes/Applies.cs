using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Applies manifests by server-side apply, in waves of kinds; prunes what it applied before; takes that back.</summary>
/// <remarks>
/// A field that somebody else owns and wants otherwise is left to them, and the step fails with who that is, unless the step says <c>force</c> and the settings permit it. What the bot
/// itself set otherwise, by a rollout or a patch, is no conflict: it takes it over.
/// </remarks>
internal sealed class Applies(IOptionsMonitor<KubernetesOptions> options)
{
    private const int LargestKept = 512 * 1024;
    private const int MostConflicts = 6;

    /// <summary>On objects that were applied: by which run, last.</summary>
    private const string Run = Marks.Prefix + "applied-run";

    /// <summary>On objects that were applied: by which step of which place, so that it finds what it no longer wants.</summary>
    private const string Set = Marks.Prefix + "set";

    public async Task<Foresight> ForeseeAsync(ClusterObjects all, Target.Kubernetes target, Operation.Apply apply, CancellationToken cancellationToken)
    {
        var (lines, before) = (new List<string>(), new List<AppliedBefore>());
        var items = Items(apply);
        foreach (var item in items)
        {
            var (noted, shows) = await ForeseeAsync(all, target, apply, item, items, cancellationToken);
            before.Add(noted);
            lines.AddRange(shows);
        }

        foreach (var gone in await PrunedAsync(all, target, apply, items, cancellationToken))
        {
            before.Add(gone);
            lines.Add($"- {gone}, which is no longer in {apply.Folder}");
        }

        var kept = AppliedBefore.Write(before);
        if (kept.Length > LargestKept) throw ApiException.Never("object-too-large", $"What is there of {apply.Folder} is too large to be kept for the way back: {LargestKept / 1024} kB at most are.", "Split the folder.");
        return new Foresight(lines.Count == 0 ? [$"everything in {apply.Folder} is so already: nothing"] : [.. lines], kept);
    }

    public async Task<string> MakeAsync(ClusterObjects all, Target.Kubernetes target, Change change, Operation.Apply apply, string? before, CancellationToken cancellationToken)
    {
        var items = Items(apply);
        foreach (var item in items)
        {
            var place = await KnownAsync(all, target, apply, item, items, cancellationToken);
            var live = await place.FindAsync(cancellationToken);
            await ApplyAsync(place, Wanted(item, place, apply, change.Run.ToString()), apply.Force && MayForce(target), live, dryRun: false, cancellationToken);
        }

        var pruned = AppliedBefore.Read(before).Where(one => one.Pruned).ToList();
        foreach (var gone in pruned)
        {
            var kind = await all.FindKindAsync(gone.ApiVersion, gone.Kind, cancellationToken);
            await DeleteAsync(all, kind, gone, gone.Uid!, cancellationToken);
        }

        return $"{Words.Count(items.Count, "object was", "objects were")} applied{(pruned.Count == 0 ? "" : $", {pruned.Count} deleted")}.";
    }

    public static async Task<string> TakeBackAsync(ClusterObjects all, Target.Kubernetes target, Change change, string before, CancellationToken cancellationToken)
    {
        var (done, left) = (0, new List<string>());
        foreach (var one in AppliedBefore.Read(before).AsEnumerable().Reverse())
        {
            var place = new Spot(all, await all.FindKindAsync(one.ApiVersion, one.Kind, cancellationToken), one.Namespace, one.Name);
            var live = await place.FindAsync(cancellationToken);
            if (one.Pruned)
            {
                if (live is null) await all.CreateAsync(place.Resource, one.Namespace, one.Back!, cancellationToken);
                done += live is null ? 1 : 0;
                continue;
            }

            // What this run never applied, or took back already, carries no mark of it.
            if (live is null || live.Annotation(Run) != change.Run.ToString()) continue;
            if (one.Existed ? one.Back is null : ObjectKinds.IsForGood(one.Kind)) left.Add(one.ToString());
            else if (!one.Existed) await DeleteAsync(all, place.Resource, one, live.Uid(), cancellationToken);
            else if (live.Uid() != one.Uid) throw ApiException.Never(FaultCodes.ChangedByHand, $"Somebody made another {one} since.", "Look at it, and mend it by hand.");
            else await ApplyAsync(place, (JsonObject)one.Back!.DeepClone(), force: false, live, dryRun: false, cancellationToken, FaultCodes.ChangedByHand);
            done++;
        }

        return $"{Words.Count(done - left.Count, "object is", "objects are")} as before{(left.Count == 0 ? "" : $"; {Words.List(left)} {(left.Count == 1 ? "is" : "are")} left as it is, since nothing of it is kept")}.";
    }

    /// <summary>The objects in the order in which they are applied.</summary>
    internal static List<JsonObject> Items(Operation.Apply apply) =>
        [.. JsonNode.Parse(apply.Manifests ?? throw new InvalidOperationException("The manifests were not read."))!.AsArray().OfType<JsonObject>().OrderBy(item => KindOrder.Of(item["kind"].Text()!))];

    private async Task<(AppliedBefore Noted, IEnumerable<string> Shows)> ForeseeAsync(ClusterObjects all, Target.Kubernetes target, Operation.Apply apply, JsonObject item, List<JsonObject> items, CancellationToken cancellationToken)
    {
        var (version, kind, name) = (item["apiVersion"].Text()!, item["kind"].Text()!, item.Name());
        AppliedBefore New(string @namespace) => new(version, kind, @namespace, name, null, false, false, null);
        Spot place;
        try
        {
            place = await PlaceAsync(all, target, apply, item, cancellationToken);
        }
        catch (ApiException e) when (e.FaultCode == ApiException.KindUnknown && Defines(items, kind))
        {
            return (New(item["metadata"]?["namespace"].Text() ?? target.Namespace), [$"+ {kind.ToLowerInvariant()} {name}, of a kind that is new here"]);
        }

        var live = await place.FindAsync(cancellationToken);
        if (live is null && place.Resource.Namespaced && items.Exists(one => one["kind"].Text() == "Namespace" && one.Name() == place.Namespace) && await IsNewAsync(all, place.Namespace, cancellationToken))
            return (New(place.Namespace), [$"+ {place}, in the new namespace {place.Namespace}"]);
        var force = apply.Force && MayForce(target);
        if (apply.Force && !force) throw ApiException.Never("force-not-permitted", $"{apply.Folder} is to be applied with force, and the settings do not permit that on {target.Cluster}.", $"Set Kubernetes:Clusters:{target.Cluster}:MayForce, or take force out of the step.");
        var (then, taken) = await ApplyAsync(place, Wanted(item, place, apply, null), force, live, dryRun: true, cancellationToken);
        var secret = ObjectKinds.IsSecret(version, kind);
        var shows = live is null ? [$"+ {place}"] : ObjectDifference.Lines(live, then, secret).Select(line => $"{place}, {line}");
        var back = live is null || secret ? null : Back(live, then, item, place);
        return (new AppliedBefore(version, kind, place.Namespace, name, live?.Uid(), live is not null, false, back), shows.Concat(taken.Select(one => $"! {place}, {one}")));
    }

    /// <summary>Fields that the bot owned, and those that it changes, as they are.</summary>
    private static JsonObject Back(JsonObject live, JsonObject then, JsonObject item, Spot place)
    {
        var fields = FieldSets.Union(FieldSets.Applied(live), FieldSets.Differing(live, then, FieldSets.Applied(then)));
        var back = fields.Count == 0 ? [] : (JsonObject)FieldSets.Project(live, fields)!;
        (back["apiVersion"], back["kind"]) = (item["apiVersion"]!.DeepClone(), item["kind"]!.DeepClone());
        var meta = back.Map("metadata");
        meta["name"] = place.Name;
        if (place.Resource.Namespaced) meta["namespace"] = place.Namespace;
        return back;
    }

    /// <summary>Applies one object; where others want fields otherwise, asks for permission to take them.</summary>
    /// <returns>What it is then, and what was taken from whom.</returns>
    private static async Task<(JsonObject Then, ImmutableArray<string> Taken)> ApplyAsync(Spot place, JsonObject wanted, bool force, JsonObject? live, bool dryRun, CancellationToken cancellationToken, string? code = null)
    {
        try
        {
            return (await SendAsync(place, wanted, false, dryRun, cancellationToken), []);
        }
        catch (ApiException e) when (e.Conflicts.Count > 0)
        {
            var others = e.Conflicts.Where(conflict => !IsOurs(conflict)).ToList();
            var told = others.Take(MostConflicts).Select(conflict => $"{conflict.Field} is {Owner(conflict)}'s").ToList();
            if (others.Count > MostConflicts) told.Add($"{others.Count - MostConflicts} more");
            if (others.Count > 0 && !force)
                throw ApiException.Never(code ?? "apply-conflict", $"{place} can't be applied: {Words.List(told)}.", "Take the fields out of the manifest, set them as their owner does, or apply with force: true.");

            // Exactly the object whose conflicts were looked at: whoever comes in between is not overrun.
            wanted.Map("metadata")["resourceVersion"] = live?.Version();
            return (await SendAsync(place, wanted, true, dryRun, cancellationToken), [.. others.Select(conflict => $"takes {conflict.Field} from {Owner(conflict)}")]);
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.Conflict)
        {
            throw ApiException.Later($"{place} changed at the same time.", TimeSpan.FromSeconds(1));
        }
    }

    private static Task<JsonObject> SendAsync(Spot place, JsonObject wanted, bool force, bool dryRun, CancellationToken cancellationToken) => place.Objects.ApplyAsync(place.Resource, place.Namespace, place.Name, wanted, force, dryRun, cancellationToken);

    private static bool IsOurs(StatusCause conflict) => Owner(conflict) == ClusterClient.Manager;

    /// <summary>From <c>conflict with "kubectl-edit" using apps/v1</c>.</summary>
    private static string Owner(StatusCause conflict) => conflict.Message?.Split('"') is [_, var owner, ..] ? owner : "somebody else";

    private static JsonObject Wanted(JsonObject item, Spot place, Operation.Apply apply, string? run)
    {
        var wanted = (JsonObject)item.DeepClone();
        var meta = wanted.Map("metadata");
        if (place.Resource.Namespaced) meta["namespace"] = place.Namespace;
        else meta.Remove("namespace");
        meta.Map("labels")[Set] = apply.Set;
        if (run is not null) meta.Map("annotations")[Run] = run;
        return wanted;
    }

    /// <summary>Where an object belongs. What comes from a service's repository stays in its own namespace: whoever may push there is not whoever keeps the configuration.</summary>
    private static async Task<Spot> PlaceAsync(ClusterObjects all, Target.Kubernetes target, Operation.Apply apply, JsonObject item, CancellationToken cancellationToken)
    {
        var kind = await all.FindKindAsync(item["apiVersion"].Text()!, item["kind"].Text()!, cancellationToken);
        var @namespace = kind.Namespaced ? item["metadata"]?["namespace"].Text() ?? target.Namespace : "";
        if (apply.IsFromRepository && (!kind.Namespaced || @namespace != target.Namespace))
            throw ApiException.Never("manifest-outside", $"{kind.Kind} {item.Name()} of the repository is {(kind.Namespaced ? $"for namespace {@namespace}" : "for the whole cluster")}, and what a repository holds is applied in {target.Namespace} alone.", "Put it into manifests/ of the configuration.");
        return new Spot(all, kind, @namespace, item.Name());
    }

    /// <summary>A kind that was just defined is known to the API server a moment later.</summary>
    private static async Task<Spot> KnownAsync(ClusterObjects all, Target.Kubernetes target, Operation.Apply apply, JsonObject item, List<JsonObject> items, CancellationToken cancellationToken)
    {
        try
        {
            return await PlaceAsync(all, target, apply, item, cancellationToken);
        }
        catch (ApiException e) when (e.FaultCode == ApiException.KindUnknown && Defines(items, item["kind"].Text()!))
        {
            throw ApiException.Later($"The cluster does not know {item["kind"].Text()} yet, which was just defined.", TimeSpan.FromSeconds(1));
        }
    }

    private static bool Defines(List<JsonObject> items, string kind) => items.Exists(one => one["kind"].Text() == "CustomResourceDefinition" && one["spec"]?["names"]?["kind"].Text() == kind);

    private static async Task<bool> IsNewAsync(ClusterObjects all, string @namespace, CancellationToken cancellationToken) =>
        await all.FindAsync(await all.FindKindAsync("v1", "Namespace", cancellationToken), "", @namespace, cancellationToken) is null;

    /// <summary>What this step applied before and no longer wants, of the kinds that it may prune: by its label, and by the server's books.</summary>
    private static async Task<List<AppliedBefore>> PrunedAsync(ClusterObjects all, Target.Kubernetes target, Operation.Apply apply, List<JsonObject> items, CancellationToken cancellationToken)
    {
        var gone = new List<AppliedBefore>();
        foreach (var of in apply.Prune.Select(word => ObjectKinds.Read($"{word}/x")!))
        {
            var kind = await all.FindKindAsync(of.ApiVersion, of.Kind, cancellationToken);
            foreach (var one in await all.ListAsync(kind, target.Namespace, $"{Set}={apply.Set}", cancellationToken))
            {
                var wanted = items.Exists(item => item["kind"].Text() == of.Kind && item.Name() == one.Name() && (item["metadata"]?["namespace"].Text() ?? target.Namespace) == target.Namespace);
                if (wanted || FieldSets.Applied(one).Count == 0 || one["metadata"]?["deletionTimestamp"] is not null) continue;

                // An entry of a list says neither.
                (one["apiVersion"], one["kind"]) = (of.ApiVersion, of.Kind);
                gone.Add(new AppliedBefore(of.ApiVersion, of.Kind, target.Namespace, one.Name(), one.Uid(), true, true, ObjectCopies.Of(one)));
            }
        }

        return gone;
    }

    private static async Task DeleteAsync(ClusterObjects all, Resource kind, AppliedBefore one, string uid, CancellationToken cancellationToken)
    {
        try
        {
            await all.DeleteAsync(kind, one.Namespace, one.Name, uid, cancellationToken);
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // Somebody made another one of its name: that is theirs.
        }
    }

    private bool MayForce(Target.Kubernetes target) => options.CurrentValue.Clusters.TryGetValue(target.Cluster, out var cluster) && cluster.MayForce;
}
