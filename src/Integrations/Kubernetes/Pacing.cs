using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>How many replicas are replaced at a time: what a run sets, and what has to be put back.</summary>
internal static class Pacing
{
    /// <summary>Kubernetes' own defaults.</summary>
    private const string Usual = "25%";

    /// <summary>Longer than any bot is away, where the Deployment's own deadline lets it be so long.</summary>
    private const int LongestGuard = 1800;

    /// <summary>The deadline that a Deployment has where it states none.</summary>
    private const int UsualDeadline = 600;

    /// <summary>What a part may replace at a time, so that the first wave alone is never more than the part.</summary>
    /// <remarks>
    /// The controller starts surge and unavailable together before the first new replica has to be available, so the two together are held to what the part still lacks. Behind that
    /// wave it goes on only as replicas become available, and the rollout is paused as soon as enough were started: those that were come up while it is paused. Where the first wave
    /// is the whole part, no new replica counts as available for as long as the deadline allows (<c>minReadySeconds</c>), so that nothing goes on by itself while the bot is away.
    /// </remarks>
    /// <param name="lacks">Replicas that the part still lacks, at least 1.</param>
    /// <param name="first">Whether no replica runs the version yet. Later the guard would hold up those that do, and with them the rollout.</param>
    public static JsonObject Within(JsonObject pace, Deployment deployment, int lacks, bool first)
    {
        var replicas = deployment.Spec.Replicas ?? 1;
        var surge = Math.Min(Number(pace["maxSurge"], replicas, up: true), lacks);
        var fewer = Math.Min(Number(pace["maxUnavailable"], replicas, up: false), lacks - surge);
        if (surge == 0 && fewer == 0) surge = 1;
        var own = pace["minReadySeconds"]!.GetValue<int>();
        var guard = first && surge + fewer == lacks ? Math.Max(own, Math.Min(LongestGuard, (deployment.Spec.ProgressDeadlineSeconds ?? UsualDeadline) - 1)) : own;
        return Of(JsonValue.Create(surge), JsonValue.Create(fewer), guard);
    }

    /// <summary>What the Deployment says now.</summary>
    public static JsonObject Now(Deployment deployment) =>
        Of(deployment.Spec.Strategy?.RollingUpdate?.MaxSurge, deployment.Spec.Strategy?.RollingUpdate?.MaxUnavailable, deployment.Spec.MinReadySeconds);

    /// <summary>Writes it into a Deployment's spec.</summary>
    public static void Put(JsonObject pace, JsonObject spec)
    {
        spec["strategy"] = new JsonObject { ["rollingUpdate"] = Rolling(pace) };
        spec["minReadySeconds"] = pace["minReadySeconds"]!.DeepClone();
    }

    /// <summary>The part of it that is the strategy's.</summary>
    public static JsonObject Rolling(JsonObject pace) => new() { ["maxSurge"] = pace["maxSurge"]!.DeepClone(), ["maxUnavailable"] = pace["maxUnavailable"]!.DeepClone() };

    /// <summary>What it said before a run changed it; where somebody changed it since, what they wrote.</summary>
    public static JsonObject Before(Deployment deployment) => ToPutBack(deployment) ?? Now(deployment);

    /// <summary>What a run has to put back; null where it changed nothing, or somebody changed it since.</summary>
    public static JsonObject? ToPutBack(Deployment deployment) =>
        Read(deployment) is { } kept && kept["was"] is JsonObject was && JsonNode.DeepEquals(kept["is"], Now(deployment)) ? (JsonObject)was.DeepClone() : null;

    /// <summary>The mark that remembers what was before; null where nothing is changed.</summary>
    public static string? Mark(JsonObject was, JsonObject now) =>
        JsonNode.DeepEquals(was, now) ? null : new JsonObject { ["was"] = was.DeepClone(), ["is"] = now.DeepClone() }.ToJsonString();

    /// <summary>With what the runbook says in place of what the Deployment says.</summary>
    public static JsonObject With(JsonObject pace, Pace? wanted) => Of(Written(wanted?.Surge) ?? pace["maxSurge"], Written(wanted?.Unavailable) ?? pace["maxUnavailable"], pace["minReadySeconds"]!.GetValue<int>());

    /// <summary>Takes from a change whatever an earlier run left held or changed, and says it in the same patch.</summary>
    public static void Release(Deployment deployment, JsonObject spec, Dictionary<string, string?> marks)
    {
        if (deployment.Metadata.Annotation(Marks.Held) is not null && deployment.Spec.Paused) spec["paused"] = false;
        if (ToPutBack(deployment) is { } back) Put(back, spec);
        marks[Marks.Held] = null;
        marks[Marks.Pace] = null;
    }

    private static JsonObject? Read(Deployment deployment)
    {
        try
        {
            return deployment.Metadata.Annotation(Marks.Pace) is { } mark ? JsonNode.Parse(mark) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;      // somebody wrote there by hand: nothing to go by
        }
    }

    private static JsonObject Of(JsonNode? surge, JsonNode? fewer, int ready) =>
        new() { ["maxSurge"] = (surge ?? Usual).DeepClone(), ["maxUnavailable"] = (fewer ?? Usual).DeepClone(), ["minReadySeconds"] = ready };

    private static JsonNode? Written(string? amount) => amount is null ? null : amount.EndsWith('%') ? amount : int.Parse(amount, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>A share of surge is rounded up, one of unavailable down, as the controller does.</summary>
    private static int Number(JsonNode? amount, int replicas, bool up)
    {
        var text = amount?.ToString() ?? Usual;
        if (!text.EndsWith('%')) return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var share = int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? percent : 0;
        return ((replicas * share) + (up ? 99 : 0)) / 100;
    }
}
