using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What shares traffic out between two Services, as it was found.</summary>
/// <param name="Percent">Of the traffic goes to the canary's Service.</param>
/// <param name="NotLive">Why what it says is not carried out yet; null = it is.</param>
internal sealed record Split(TrafficMeans Means, string Name, ObjectMeta Metadata, string Stable, string Canary, int Percent, string? NotLive, JsonObject Whole)
{
    public const string Prefix = "nginx.ingress.kubernetes.io/";
    private const string IsCanary = Prefix + "canary", Weight = Prefix + "canary-weight", Total = Prefix + "canary-weight-total";

    public string Resource => Means == TrafficMeans.Nginx ? "ingresses" : "httproutes";

    public override string ToString() => $"{(Means == TrafficMeans.Nginx ? "Ingress" : "HTTPRoute")} {Name}";

    /// <summary>What an HTTPRoute says of the two; null where no rule of it leads to both.</summary>
    /// <exception cref="ApiException">A rule leads to a third one too: whose share the canary would take is unclear.</exception>
    public static Split? OfRoute(JsonObject route, string stable, string canary)
    {
        var rules = Rules(route, stable, canary);
        if (rules.Count == 0) return null;
        var meta = Meta(route);
        foreach (var others in rules.Select(rule => Backends(rule).Where(backend => Is(backend, stable) is false && Is(backend, canary) is false && WeightOf(backend) > 0)))
        {
            if (others.FirstOrDefault() is { } third)
                throw ApiException.Never("route-unclear", $"HTTPRoute {meta.Name} leads to {third["name"]} beside {stable} and {canary} in one rule.", "Give that one a rule of its own, or the weight 0.");
        }

        var (to, all) = (Backends(rules[0]).Where(backend => Is(backend, canary)).Sum(WeightOf), Backends(rules[0]).Sum(WeightOf));
        return new Split(TrafficMeans.Gateway, meta.Name, meta, stable, canary, all == 0 ? 0 : (int)Math.Round(to * 100d / all), NotTaken(route, meta), route);
    }

    /// <summary>What a canary Ingress says; null where it is none, or leads elsewhere.</summary>
    /// <remarks>ingress-nginx tells nowhere when it carries it out: it takes a few seconds.</remarks>
    public static Split? OfIngress(JsonObject ingress, string stable, string canary)
    {
        var meta = Meta(ingress);
        if (meta.Annotation(IsCanary) != "true" || !LeadsTo(ingress, canary)) return null;
        return new Split(TrafficMeans.Nginx, meta.Name, meta, stable, canary, (int)Math.Round(Number(meta, Weight, 0) * 100d / Math.Max(1, Number(meta, Total, 100))), null, ingress);
    }

    /// <summary>A patch that gives the canary so much, signed, and guarded by the version that was read.</summary>
    public Patch To(int percent, Change change)
    {
        var annotations = new JsonObject
        {
            [Marks.Run] = change.Run.ToString(), [Marks.Key] = change.Key, [Marks.By] = change.By.ToString(), [Marks.Weight] = percent.ToString(CultureInfo.InvariantCulture),
        };
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = Metadata.ResourceVersion, ["annotations"] = annotations } };
        if (Means == TrafficMeans.Nginx)
        {
            annotations[Weight] = ((int)Math.Round(percent * Math.Max(1, Number(Metadata, Total, 100)) / 100d)).ToString(CultureInfo.InvariantCulture);
            return Patch.Merge(patch);
        }

        // A list without a merge key: it is written whole, as it was read but for the weights.
        var spec = (JsonObject)Whole["spec"]!.DeepClone();
        var copy = new JsonObject { ["spec"] = spec };
        foreach (var backend in Rules(copy, Stable, Canary).SelectMany(Backends))
        {
            if (Is(backend, Canary)) backend["weight"] = percent;
            else if (Is(backend, Stable)) backend["weight"] = 100 - percent;
        }

        patch["spec"] = new JsonObject { ["rules"] = spec["rules"]!.DeepClone() };
        return Patch.Merge(patch);
    }

    private static List<JsonObject> Rules(JsonObject route, string stable, string canary) =>
        [.. (route["spec"]?["rules"] as JsonArray ?? []).OfType<JsonObject>().Where(rule => Backends(rule).Any(one => Is(one, stable)) && Backends(rule).Any(one => Is(one, canary)))];

    private static IEnumerable<JsonObject> Backends(JsonObject rule) => (rule["backendRefs"] as JsonArray ?? []).OfType<JsonObject>();

    private static bool Is(JsonObject backend, string service) => (string?)backend["name"] == service && (string?)backend["kind"] is null or "Service" && backend["namespace"] is null;

    private static int WeightOf(JsonObject backend) => backend["weight"]?.GetValue<int>() ?? 1;

    private static bool LeadsTo(JsonObject ingress, string service)
    {
        var paths = (ingress["spec"]?["rules"] as JsonArray ?? []).SelectMany(rule => rule?["http"]?["paths"] as JsonArray ?? []).Select(path => path?["backend"]).Append(ingress["spec"]?["defaultBackend"]);
        return paths.Any(backend => (string?)backend?["service"]?["name"] == service);
    }

    /// <summary>A route is carried out when each Gateway that it belongs to has accepted it as it is now.</summary>
    private static string? NotTaken(JsonObject route, ObjectMeta meta)
    {
        var parents = (route["status"]?["parents"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (parents.Count == 0) return "no Gateway has taken it up";
        foreach (var condition in parents.SelectMany(parent => parent["conditions"] as JsonArray ?? []).OfType<JsonObject>().Where(one => (string?)one["type"] is "Accepted" or "ResolvedRefs"))
        {
            if ((string?)condition["status"] != "True") return $"its Gateway says {condition["type"]} is {condition["status"]}: {condition["reason"]}";
            if ((condition["observedGeneration"]?.GetValue<long>() ?? 0) < meta.Generation) return "its Gateway has not taken notice of the change yet";
        }

        return null;
    }

    private static ObjectMeta Meta(JsonObject whole) => whole["metadata"].Deserialize(KubernetesJson.Default.ObjectMeta) ?? new ObjectMeta();

    private static int Number(ObjectMeta meta, string annotation, int otherwise) =>
        int.TryParse(meta.Annotation(annotation), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
