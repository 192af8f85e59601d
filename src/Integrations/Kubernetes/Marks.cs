using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What we write beside a change, so that it is found again by looking. A contract: see <c>docs/kubernetes.md</c>.</summary>
internal static class Marks
{
    public const string Prefix = "chatops.dev/";
    public const string Run = Prefix + "run";
    public const string Key = Prefix + "key";
    public const string By = Prefix + "by";
    public const string Version = Prefix + "version";
    public const string FromVersion = Prefix + "from-version";
    public const string FromRevision = Prefix + "from-revision";

    /// <summary>Present when the target ran the version already, so that nothing was rolled out.</summary>
    public const string Unchanged = Prefix + "unchanged";

    /// <summary>On a Service: the Deployment that a run sent the traffic to. Another one there: it was switched by hand.</summary>
    public const string Live = Prefix + "live";

    /// <summary>On a route: the percent of traffic that a run gave its canary. Another one there: it was changed by hand.</summary>
    public const string Weight = Prefix + "weight";

    /// <summary>How many replicas were replaced at a time before a run changed that, and what it changed it to: to put it back, unless somebody else changed it since.</summary>
    public const string Pace = Prefix + "pace";

    /// <summary>Present while a run holds, or is about to hold, the rollout at a part: what is paused then was paused by a run.</summary>
    public const string Held = Prefix + "held";

    /// <summary>On objects that a step changed, made or restarted: run, step and attempt. Another one than <see cref="Key"/>, so that rollouts are not disturbed.</summary>
    public const string Operation = Prefix + "operation";

    public const string ChangeCause = "kubernetes.io/change-cause";
    public const string Revision = "deployment.kubernetes.io/revision";

    private const int CauseLimit = 400;

    /// <summary>Every mark of a change; null where an older one must go.</summary>
    /// <param name="verb">How the change cause begins: <c>deploy</c>, <c>rollback</c>.</param>
    public static Dictionary<string, string?> For(Change change, string verb, string version, RolloutBegun begun)
    {
        var cause = $"Run {change.Run}: {verb} {version} by {change.By}{(string.IsNullOrWhiteSpace(change.Reason) ? "" : $": {change.Reason}")}";
        return new(StringComparer.Ordinal)
        {
            [Run] = change.Run.ToString(),
            [Key] = change.Key,
            [By] = change.By.ToString(),
            [Version] = version,
            [FromVersion] = begun.FromVersion,
            [FromRevision] = begun.FromRevision?.ToString(),
            [Unchanged] = begun.Unchanged ? "true" : null,
            [ChangeCause] = BoundedReads.Printable(cause, CauseLimit),
        };
    }

    /// <summary>A merge patch that sets the number of replicas and signs it; what runs there keeps its own marks.</summary>
    public static JsonObject ScaleTo(Deployment deployment, int replicas, Change change) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["resourceVersion"] = deployment.Metadata.ResourceVersion,
            ["annotations"] = new JsonObject { [Key] = change.Key, [Run] = change.Run.ToString(), [By] = change.By.ToString(), [ChangeCause] = $"Run {change.Run}: scale to {replicas}" },
        },
        ["spec"] = new JsonObject { ["replicas"] = replicas, ["paused"] = false },
    };

    public static JsonObject ToJson(Dictionary<string, string?> marks) =>
        new(marks.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)(m.Value is null ? null : JsonValue.Create(m.Value)))));

    public static bool AreOf(ObjectMeta meta, Change change) => meta.Annotation(Key) == change.Key;

    /// <summary>What a change that is found done had begun with.</summary>
    public static RolloutBegun Begun(Deployment deployment) => Begun(deployment.Metadata, RevisionNow(deployment));

    /// <param name="revision">The revision of what is asked for now.</param>
    public static RolloutBegun Begun(ObjectMeta meta, long? revision) =>
        new(meta.Annotation(FromVersion), Number(meta.Annotation(FromRevision)), revision, meta.Annotation(Unchanged) == "true");

    /// <summary>The revision of what the Deployment asks for now; null until the controller has seen it: then it is still that of the one before.</summary>
    public static long? RevisionNow(Deployment deployment) =>
        deployment.Status.ObservedGeneration >= deployment.Metadata.Generation ? RevisionOf(deployment.Metadata) : null;

    public static long? RevisionOf(ObjectMeta meta) => Number(meta.Annotation(Revision));

    public static RunId? RunOf(ObjectMeta meta) => RunId.TryParse(meta.Annotation(Run), out var run) ? run : null;

    private static long? Number(string? text) =>
        long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
}
