using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Makes a second Deployment from one that is there.</summary>
internal static class Clones
{
    /// <summary>Labels by which charts and people tell instances apart, before others.</summary>
    private static readonly string[] Telling = ["app.kubernetes.io/instance", "app", "app.kubernetes.io/name", "k8s-app"];

    /// <summary>A copy of what is live, with pods that the Service does not select.</summary>
    public static JsonObject Beside(JsonObject live, ColourPair pair, Target.Kubernetes target, Change change, int replicas, Dictionary<string, string?> marks)
    {
        var selector = pair.Service.Spec.Selector ?? [];
        var key = KeyOf(selector, pair.LiveColour);
        return Of(live, pair.IdleName, key, Coloured(selector[key], pair), target, change, replicas, marks);
    }

    /// <param name="key">The label by which the copy's pods differ.</param>
    public static JsonObject Of(JsonObject original, string name, string key, string value, Target.Kubernetes target, Change change, int replicas, Dictionary<string, string?> marks)
    {
        var spec = (JsonObject)original["spec"]!.DeepClone();
        if (spec["selector"]?["matchExpressions"] is JsonArray expressions && expressions.Any(one => one?["key"]?.GetValue<string>() == key))
            throw ApiException.Never("clone-unclear", $"Deployment {original["metadata"]?["name"]} can't be copied: its selector has an expression over {key}, by which the copy must differ.", $"Make a deployment {name} yourself.");
        Map(Map(spec, "selector"), "matchLabels")[key] = value;
        Map(Map(Map(spec, "template"), "metadata"), "labels")[key] = value;
        spec["replicas"] = replicas;
        spec.Remove("paused");
        foreach (var container in (spec["template"]!["spec"]!["containers"] as JsonArray ?? []).OfType<JsonObject>().Where(one => one["name"]?.GetValue<string>() == ContainerOf(original, target)))
            container["image"] = ImageReference.Named(target.Image, change.Version);
        var labels = original["metadata"]!["labels"]?.DeepClone() as JsonObject ?? [];
        if (labels.ContainsKey(key)) labels[key] = value;
        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels, ["annotations"] = Annotations(original, marks) },
            ["spec"] = spec,
        };
    }

    private static string KeyOf(Dictionary<string, string> selector, string colour) =>
        selector.Keys.Order(StringComparer.Ordinal).FirstOrDefault(key => selector[key] == colour || selector[key].EndsWith($"-{colour}", StringComparison.Ordinal))
        ?? Telling.FirstOrDefault(selector.ContainsKey)
        ?? selector.Keys.Order(StringComparer.Ordinal).First();

    private static string Coloured(string value, ColourPair pair) =>
        value == pair.LiveColour ? pair.IdleColour
        : value.EndsWith($"-{pair.LiveColour}", StringComparison.Ordinal) ? $"{value[..^(pair.LiveColour.Length + 1)]}-{pair.IdleColour}"
        : $"{value}-{pair.IdleColour}";

    private static string ContainerOf(JsonObject original, Target.Kubernetes target) =>
        Images.Choose(System.Text.Json.JsonSerializer.SerializeToElement(original["spec"]!["template"]!.AsObject(), KubernetesJson.Default.JsonObject), target).Name;

    /// <summary>What others wrote beside it, without what belongs to that one's history.</summary>
    private static JsonObject Annotations(JsonObject original, Dictionary<string, string?> marks)
    {
        var all = new JsonObject();
        foreach (var (name, value) in original["metadata"]!["annotations"] as JsonObject ?? [])
        {
            if (name.StartsWith("deployment.kubernetes.io/", StringComparison.Ordinal) || name.StartsWith("kubectl.kubernetes.io/", StringComparison.Ordinal) || name.StartsWith(Marks.Prefix, StringComparison.Ordinal)) continue;
            all[name] = value?.DeepClone();
        }

        foreach (var (name, value) in marks)
            if (value is not null) all[name] = value;
        return all;
    }

    private static JsonObject Map(JsonObject at, string name)
    {
        if (at[name] is JsonObject known) return known;
        var made = new JsonObject();
        at[name] = made;
        return made;
    }
}
