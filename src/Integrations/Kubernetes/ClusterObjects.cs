using System.Text.Json.Nodes;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What a kind of object is called in the API.</summary>
/// <param name="Base">The path of its group and version.</param>
/// <param name="Plural">As paths and permissions name it.</param>
internal sealed record Resource(string Base, string Plural, string Kind, bool Namespaced)
{
    public string Path(string @namespace) => Namespaced ? $"{Base}/namespaces/{Uri.EscapeDataString(@namespace)}/{Plural}" : $"{Base}/{Plural}";

    public string Path(string @namespace, string name) => $"{Path(@namespace)}/{Uri.EscapeDataString(name)}";
}

/// <summary>Reads and changes objects of any kind in one cluster.</summary>
/// <remarks>Every method throws <see cref="ApiException"/> when the cluster says no or nothing.</remarks>
internal sealed class ClusterObjects(ClusterClient client)
{
    public ClusterClient Client => client;

    /// <summary>How the API calls a kind; what it answers is remembered, what it does not know is not.</summary>
    public async Task<Resource> FindKindAsync(string apiVersion, string kind, CancellationToken cancellationToken)
    {
        if (client.Kinds.TryGetValue((apiVersion, kind), out var known)) return known;
        var at = apiVersion.Contains('/', StringComparison.Ordinal) ? $"apis/{apiVersion}" : $"api/{apiVersion}";
        var list = await Fresh.FindAsync(client.AskAsync(new ApiCall(client.Name, "get", apiVersion, "-"), HttpMethod.Get, at, null, cancellationToken));
        foreach (var resource in (list?["resources"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (resource["kind"]?.GetValue<string>() != kind || resource["name"]?.GetValue<string>() is not { } name || name.Contains('/', StringComparison.Ordinal)) continue;
            return client.Kinds[(apiVersion, kind)] = new Resource(at, name, kind, resource["namespaced"]?.GetValue<bool>() == true);
        }

        throw ApiException.Never(ApiException.KindUnknown, $"The cluster {client.Name} knows no {kind} of {apiVersion}.", "Check the kind, or install what defines it.");
    }

    /// <summary>The object, or null where there is none.</summary>
    public Task<JsonObject?> FindAsync(Resource resource, string @namespace, string name, CancellationToken cancellationToken) =>
        Fresh.FindAsync(client.AskAsync(Call("get", resource, @namespace, name), HttpMethod.Get, resource.Path(@namespace, name), null, cancellationToken));

    public Task<JsonObject> GetAsync(Resource resource, string @namespace, string name, CancellationToken cancellationToken) =>
        client.AskAsync(Call("get", resource, @namespace, name), HttpMethod.Get, resource.Path(@namespace, name), null, cancellationToken);

    /// <param name="dryRun">Everything but keeping it: what comes back is what it would be.</param>
    public Task<JsonObject> PatchAsync(Resource resource, string @namespace, string name, Patch patch, bool dryRun, CancellationToken cancellationToken) =>
        client.AskAsync(Call("patch", resource, @namespace, name), HttpMethod.Patch, $"{resource.Path(@namespace, name)}?fieldManager={ClusterClient.Manager}{(dryRun ? "&dryRun=All" : "")}", patch, cancellationToken);

    /// <summary>Server-side apply: what is in the body is wanted by us from now on, and what is no more in it is given up.</summary>
    /// <exception cref="ApiException">409 with <see cref="ApiException.Conflicts"/>: others own fields and want them otherwise.</exception>
    public Task<JsonObject> ApplyAsync(Resource resource, string @namespace, string name, JsonObject body, bool force, bool dryRun, CancellationToken cancellationToken) =>
        client.AskAsync(Call("patch", resource, @namespace, name), HttpMethod.Patch, $"{resource.Path(@namespace, name)}?fieldManager={ClusterClient.Manager}{(force ? "&force=true" : "")}{(dryRun ? "&dryRun=All" : "")}", Patch.Apply(body), cancellationToken);

    public Task<JsonObject> CreateAsync(Resource resource, string @namespace, JsonObject body, CancellationToken cancellationToken) =>
        client.AskAsync(Call("create", resource, @namespace, body["metadata"]?["name"]?.GetValue<string>()), HttpMethod.Post, $"{resource.Path(@namespace)}?fieldManager={ClusterClient.Manager}", Patch.Whole(body), cancellationToken);

    /// <summary>Deletes exactly the object that was looked at, and what it owns; one that is gone is deleted already.</summary>
    /// <exception cref="ApiException">409: there is another one of that name.</exception>
    public async Task DeleteAsync(Resource resource, string @namespace, string name, string uid, CancellationToken cancellationToken)
    {
        var options = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1", ["propagationPolicy"] = "Background", ["preconditions"] = new JsonObject { ["uid"] = uid } };
        await Fresh.FindAsync(client.AskAsync(Call("delete", resource, @namespace, name), HttpMethod.Delete, resource.Path(@namespace, name), Patch.Whole(options), cancellationToken));
    }

    public async Task<List<JsonObject>> ListAsync(Resource resource, string @namespace, string? labels, CancellationToken cancellationToken)
    {
        var path = labels is null ? resource.Path(@namespace) : $"{resource.Path(@namespace)}?labelSelector={Uri.EscapeDataString(labels)}";
        return (await client.ListAsync(Call("list", resource, @namespace, null), path, KubernetesJson.Default.ObjectListJsonObject, cancellationToken)).Items;
    }

    private ApiCall Call(string verb, Resource resource, string @namespace, string? name) => new(client.Name, verb, resource.Plural, @namespace, name);
}

/// <summary>Parts of objects that are read as they are.</summary>
internal static class ObjectParts
{
    public static string? Text(this JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static long Number(this JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : 0;

    public static string Name(this JsonObject item) => item["metadata"]?["name"].Text() ?? "";

    public static string Uid(this JsonObject item) => item["metadata"]?["uid"].Text() ?? "";

    public static string? Version(this JsonObject item) => item["metadata"]?["resourceVersion"].Text();

    public static string? Annotation(this JsonObject item, string key) => item["metadata"]?["annotations"]?[key].Text();

    /// <summary>The mapping under a name, made where there is none.</summary>
    public static JsonObject Map(this JsonObject at, string name)
    {
        if (at[name] is JsonObject known) return known;
        var made = new JsonObject();
        at[name] = made;
        return made;
    }

    /// <summary>What stands at the end of a way; false where there is nothing.</summary>
    public static bool TryFind(this JsonObject item, IReadOnlyList<string> path, out JsonNode? value)
    {
        JsonNode? at = item;
        value = null;
        foreach (var step in path)
        {
            if (at is not JsonObject mapping || !mapping.TryGetPropertyValue(step, out at)) return false;
        }

        value = at;
        return true;
    }

    /// <summary>A mapping with one value at the end of a way, put into another one.</summary>
    public static void Set(this JsonObject item, IReadOnlyList<string> path, JsonNode? value)
    {
        var at = item;
        foreach (var step in path.SkipLast(1)) at = at.Map(step);
        at[path[^1]] = value?.DeepClone();
    }
}
