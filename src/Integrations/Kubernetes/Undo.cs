using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Going back, as <c>kubectl rollout undo</c> does it, with our marks in the same patch.</summary>
/// <remarks>Source: kubectl's <c>polymorphichelpers/rollback.go</c>, 1.36. The guard on the version is ours.</remarks>
internal static class Undo
{
    private const string History = "deployment.kubernetes.io/revision-history";

    /// <summary>Annotations that stay the Deployment's own; every other one comes from the replica set.</summary>
    private static readonly string[] Kept =
    [
        "kubectl.kubernetes.io/last-applied-configuration", Marks.Revision, History,
        "deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to",
    ];

    /// <summary>The revision asked for, else the newest that ran the version; null when it is gone.</summary>
    public static ReplicaSet? Choose(IEnumerable<ReplicaSet> history, Target.Kubernetes target, string version, long? toRevision)
    {
        var newestFirst = history.OrderByDescending(r => Marks.RevisionOf(r.Metadata) ?? 0).ToList();
        if (toRevision is not { } wanted)
            return newestFirst.FirstOrDefault(r => Images.Find(r.Spec.Template, target) is { } c && Images.IsOf(c.Image, version));
        // A replica set that was gone back to before has a new number and remembers the old ones.
        return newestFirst.FirstOrDefault(r => Marks.RevisionOf(r.Metadata) == wanted)
            ?? newestFirst.FirstOrDefault(r => (r.Metadata.Annotation(History) ?? "").Split(',').Contains(wanted.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal));
    }

    public static Decided To(ReplicaSet chosen, Deployment deployment, Target.Kubernetes target, Change change)
    {
        var from = Images.Choose(deployment.Spec.Template, target);
        var to = Images.Find(chosen.Spec.Template, target);
        var unchanged = Images.SameTemplate(chosen.Spec.Template, deployment.Spec.Template);
        var revision = Marks.RevisionNow(deployment);
        var begun = new RolloutBegun(Images.VersionOf(from.Image), revision, unchanged ? revision : null, unchanged);
        var version = to is null ? change.Version : Images.IsOf(to.Image, change.Version) ? change.Version : Images.VersionOf(to.Image);
        var operations = new JsonArray(Operation("test", "/metadata/resourceVersion", deployment.Metadata.ResourceVersion));
        // The same template stays as it is, as kubectl skips it; the marks and the held rollout are still ours to mend.
        if (!unchanged) operations.Add(Operation("replace", "/spec/template", Images.WithoutHash(chosen.Spec.Template)));
        operations.Add(Operation("add", "/metadata/annotations", Annotations(chosen, deployment, Marks.For(change, "rollback", version, begun))));
        if (Pacing.ToPutBack(deployment) is { } pace)
        {
            operations.Add(Operation("replace", "/spec/strategy/rollingUpdate", Pacing.Rolling(pace)));
            operations.Add(Operation("add", "/spec/minReadySeconds", pace["minReadySeconds"]!.DeepClone()));
        }

        if (deployment.Spec.Paused) operations.Add(Operation("add", "/spec/paused", false));
        return new Decided(begun, Patch.Json(operations));
    }

    public static string Known(IEnumerable<ReplicaSet> history)
    {
        var known = history.Select(r => Marks.RevisionOf(r.Metadata)).OfType<long>().Order().ToList();
        return known.Count == 0 ? "none" : string.Join(", ", known);
    }

    private static JsonObject Annotations(ReplicaSet chosen, Deployment deployment, Dictionary<string, string?> marks)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in deployment.Metadata.Annotations ?? [])
            if (Kept.Contains(key, StringComparer.Ordinal)) all[key] = value;
        foreach (var (key, value) in chosen.Metadata.Annotations ?? [])
            if (!Kept.Contains(key, StringComparer.Ordinal) && !key.StartsWith(Marks.Prefix, StringComparison.Ordinal)) all[key] = value;
        foreach (var (key, value) in marks)
            if (value is not null) all[key] = value;
        return new(all.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)JsonValue.Create(a.Value))));
    }

    private static JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };
}
