using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>HTTPRoutes and canary Ingresses, in the shapes that the Gateway API and ingress-nginx document.</summary>
internal static class StandInTraffic
{
    private const string Weight = "nginx.ingress.kubernetes.io/canary-weight";

    public static JsonObject Route(string @namespace, string name, (string Service, int Weight)[] backends) => new()
    {
        ["apiVersion"] = "gateway.networking.k8s.io/v1", ["kind"] = "HTTPRoute", ["metadata"] = Meta(@namespace, name),
        ["spec"] = new JsonObject
        {
            ["parentRefs"] = new JsonArray(new JsonObject { ["name"] = "public" }), ["hostnames"] = new JsonArray("api.example.com"),
            ["rules"] = new JsonArray(new JsonObject
            {
                ["matches"] = new JsonArray(new JsonObject { ["path"] = new JsonObject { ["type"] = "PathPrefix", ["value"] = "/" } }),
                ["backendRefs"] = new JsonArray([.. backends.Select(backend => new JsonObject { ["name"] = backend.Service, ["port"] = 80, ["weight"] = backend.Weight })]),
            }),
        },
        ["status"] = new JsonObject(),
    };

    public static JsonObject Ingress(string @namespace, string name, string service, int weight)
    {
        var meta = Meta(@namespace, name);
        meta["annotations"] = new JsonObject { ["nginx.ingress.kubernetes.io/canary"] = "true", [Weight] = weight.ToString(CultureInfo.InvariantCulture) };
        return new JsonObject
        {
            ["apiVersion"] = "networking.k8s.io/v1", ["kind"] = "Ingress", ["metadata"] = meta,
            ["spec"] = JsonNode.Parse($$"""{ "ingressClassName": "nginx", "rules": [ { "host": "api.example.com", "http": { "paths": [ { "path": "/", "pathType": "Prefix", "backend": { "service": { "name": "{{service}}", "port": { "number": 80 } } } } ] } } ] }"""),
            ["status"] = new JsonObject(),
        };
    }

    public static JsonObject Accepted(JsonObject route)
    {
        var generation = route["metadata"]!["generation"]!.GetValue<long>();
        JsonObject True(string type) => new() { ["type"] = type, ["status"] = "True", ["reason"] = type, ["observedGeneration"] = generation };
        route["status"] = new JsonObject { ["parents"] = new JsonArray(new JsonObject { ["parentRef"] = new JsonObject { ["name"] = "public" }, ["controllerName"] = "example.com/gateway", ["conditions"] = new JsonArray(True("Accepted"), True("ResolvedRefs")) }) };
        return route;
    }

    /// <summary><c>api=95,api-canary=5</c>, or the number of a canary Ingress; empty for anything else.</summary>
    public static string Weights(JsonObject item) => item["spec"]?["rules"] is JsonArray { Count: > 0 } rules && rules[0]!["backendRefs"] is JsonArray backends
        ? string.Join(',', backends.Select(backend => $"{backend!["name"]}={backend["weight"]}"))
        : item["metadata"]!["annotations"]?[Weight]?.ToString() ?? "";

    private static JsonObject Meta(string @namespace, string name) => new()
    {
        ["name"] = name, ["namespace"] = @namespace, ["uid"] = Guid.NewGuid().ToString(), ["generation"] = 1L, ["creationTimestamp"] = StandInShapes.Now, ["annotations"] = new JsonObject(), ["managedFields"] = new JsonArray(),
    };
}
