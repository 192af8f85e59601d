using System.Globalization;
using System.Text.Json;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Changes;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Tells what something other than the bot changed in what a Deployment asks for, by the API server's own books. Pure.</summary>
internal static class HandChanges
{
    private const string RestartedAt = "kubectl.kubernetes.io/restartedAt";

    /// <summary>What was changed before the bot began to look is told when it is no older than this.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromHours(12);

    /// <summary>The change between two looks; null where there is none, or a run or the cluster's own controllers made it.</summary>
    /// <param name="before">Null at the first look: then only an image that no run put there can be told.</param>
    public static HandChange? Of(Deployment? before, Deployment now, Target.Kubernetes target, DateTimeOffset at)
    {
        var container = Images.Find(now.Spec.Template, target);
        if (before is null || before.Metadata.Uid != now.Metadata.Uid) return AtFirst(now, container, at);
        if (before.Metadata.Generation == now.Metadata.Generation) return null;
        var hand = (now.Metadata.ManagedFields ?? []).Where(entry => IsHand(entry) && Find(entry.FieldsV1, "f:spec") is not null && !(before.Metadata.ManagedFields ?? []).Exists(known => IsSame(known, entry))).MaxBy(entry => entry.Time);
        return hand is null ? null : Change(now.Metadata, hand, Words.List(What(before, now, target, container, hand)), at);
    }

    private static HandChange? AtFirst(Deployment now, ContainerImage? container, DateTimeOffset at) =>
        container is not null && Hands.ByHand(now, container) is not null && Hands.OwnerOfImage(now.Metadata, container.Name) is { Time: { } time } owner && IsHand(owner) && at - time <= Oldest
            ? Change(now.Metadata, owner, $"image changed to {Images.VersionOf(container.Image)}", at) : null;

    private static HandChange Change(ObjectMeta meta, ManagedFields hand, string what, DateTimeOffset at) => new(
        string.Create(CultureInfo.InvariantCulture, $"kubernetes:{meta.Uid}:{hand.Manager}:{hand.Time?.ToUnixTimeSeconds() ?? meta.Generation}"), what, hand.Manager!, hand.Time ?? at);

    /// <summary>What is scaled by an autoscaler, and what the cluster writes beside an object, is nobody's hand.</summary>
    private static bool IsHand(ManagedFields entry) => entry is { Manager: { } manager, Subresource: not "status" } && manager != ClusterClient.Manager && !manager.StartsWith("kube-", StringComparison.Ordinal);

    /// <summary>Whoever changes something gets a new time; whoever only loses a field to somebody else does not.</summary>
    private static bool IsSame(ManagedFields known, ManagedFields entry) => (known.Manager, known.Subresource, known.Time) == (entry.Manager, entry.Subresource, entry.Time);

    /// <summary>What differs of that which this manager owns, or nobody: two looks may have several managers' changes between them.</summary>
    private static List<string> What(Deployment before, Deployment now, Target.Kubernetes target, ContainerImage? container, ManagedFields hand)
    {
        bool Its(params string[] path)
        {
            var owners = (now.Metadata.ManagedFields ?? []).Where(entry => entry.Subresource != "status" && Find(entry.FieldsV1, path) is not null).ToList();
            return owners.Count == 0 || owners.Contains(hand);
        }

        var what = new List<string>();
        var was = Images.Find(before.Spec.Template, target);
        string[] inside = ["f:spec", "f:template", "f:spec", "f:containers", $$"""k:{"name":"{{container?.Name}}"}"""];
        if (was is not null && container is not null && was.Image != container.Image && Its([.. inside, "f:image"]))
            what.Add(Images.RepositoryOf(was.Image) == Images.RepositoryOf(container.Image) ? $"image changed from {Images.VersionOf(was.Image)} to {Images.VersionOf(container.Image)}" : $"image changed from {was.Image} to {container.Image}");
        if ((before.Spec.Replicas ?? 1) != (now.Spec.Replicas ?? 1) && Its("f:spec", "f:replicas")) what.Add(string.Create(CultureInfo.InvariantCulture, $"replicas changed from {before.Spec.Replicas ?? 1} to {now.Spec.Replicas ?? 1}"));
        if (before.Spec.Paused != now.Spec.Paused && Its("f:spec", "f:paused")) what.Add(now.Spec.Paused ? "rollout paused" : "rollout resumed");
        var (then, since) = (ContainerOf(before.Spec.Template, was?.Name), ContainerOf(now.Spec.Template, container?.Name));
        if ((Differs(then, since, "env") && Its([.. inside, "f:env"])) || (Differs(then, since, "envFrom") && Its([.. inside, "f:envFrom"]))) what.Add("environment variables changed");
        if (Differs(then, since, "resources") && Its([.. inside, "f:resources"])) what.Add("resources changed");
        if (Text(before.Spec.Template, "metadata", "annotations", RestartedAt) != Text(now.Spec.Template, "metadata", "annotations", RestartedAt)) what.Add("pods restarted");
        if (what.Count == 0) what.Add(Images.SameTemplate(before.Spec.Template, now.Spec.Template) || !Its("f:spec", "f:template") ? "settings changed" : "pod template changed");
        return what;
    }

    private static JsonElement ContainerOf(JsonElement template, string? name) => name is not null && Find(template, "spec", "containers") is { ValueKind: JsonValueKind.Array } all
        ? all.EnumerateArray().FirstOrDefault(one => Text(one, "name") == name) : default;

    private static bool Differs(JsonElement before, JsonElement now, string name) => (Find(before, name), Find(now, name)) switch
    {
        (null, null) => false,
        ({ } one, { } other) => !JsonElement.DeepEquals(one, other),
        _ => true,
    };

    private static string? Text(JsonElement from, params ReadOnlySpan<string> path) => Find(from, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? Find(JsonElement from, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out from)) return null;
        }

        return from;
    }
}
