using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using static ChatOps.Testing.Kubernetes.StandInShapes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>What the stand-in does with every write: validation, versions, generations, and the books of who owns which field.</summary>
internal sealed class StandInWrites(StandInStore store, StandInKinds kinds, ConcurrentQueue<StandInChange> changes)
{
    private static readonly string[] Keys = ["chatops.dev/key", "chatops.dev/operation"];

    /// <summary>Makes an object as the API server would.</summary>
    public (int Code, JsonObject Answer) Create(string resource, string @namespace, JsonObject body, string manager, bool dryRun)
    {
        lock (store.Gate)
        {
            var name = body["metadata"]!["name"]!.GetValue<string>();
            if (Homeless(resource, @namespace) is { } homeless) return homeless;
            if (store.Find(resource, @namespace, name) is not null)
                return (409, Status(409, "AlreadyExists", $"{Qualified(resource)} \"{name}\" already exists", Details(resource, name)));
            var (item, wrong) = Born(resource, @namespace, body);
            if (wrong is not null) return (422, wrong);
            StandInFields.Own(null, item, manager);
            return (201, Kept(resource, @namespace, name, manager, "application/json", body, null, item, dryRun));
        }
    }

    /// <summary>Applies a patch as the API server would; the status code and the body to answer with.</summary>
    public (int Code, JsonObject Answer) Patch(string resource, string @namespace, string name, string contentType, JsonNode body, string manager, bool dryRun)
    {
        lock (store.Gate)
        {
            var before = store.Find(resource, @namespace, name)!;
            var after = (JsonObject)before.DeepClone();
            switch (contentType, body)
            {
                case ("application/strategic-merge-patch+json", JsonObject patch): JsonPatches.Strategic(after, patch); break;
                case ("application/merge-patch+json", JsonObject patch): JsonPatches.Merge(after, patch); break;
                case ("application/json-patch+json", JsonArray operations) when JsonPatches.Apply(after, operations) is { } wrong:
                    return (422, Status(422, "Invalid", "the server rejected our request due to an error in our request: " + wrong));
                case ("application/json-patch+json", JsonArray): break;
                default: return (415, Status(415, "UnsupportedMediaType", "415: Unsupported Media Type", new JsonObject()));
            }

            if (!JsonNode.DeepEquals(after["metadata"]!["resourceVersion"], before["metadata"]!["resourceVersion"])) return Stale(resource, name);
            if (Refused(resource, name, after) is { } invalid) return (422, invalid);
            StandInFields.Own(before, after, manager);
            return (200, Kept(resource, @namespace, name, manager, contentType, body, before, after, dryRun));
        }
    }

    /// <summary>Server-side apply: what is wanted is put over what is there, what was wanted before and is no more is taken out, and whoever wants otherwise is asked first.</summary>
    public (int Code, JsonObject Answer) ServerSideApply(string resource, string @namespace, string name, JsonObject body, string manager, bool force, bool dryRun)
    {
        lock (store.Gate)
        {
            if (Homeless(resource, @namespace) is { } homeless) return homeless;
            if (body["metadata"]?["managedFields"] is not null) return (400, Status(400, "BadRequest", "metadata.managedFields must be nil"));
            var (before, wanted) = (store.Find(resource, @namespace, name), StandInFields.Of(body));
            if (before is null)
            {
                var (item, wrong) = Born(resource, @namespace, body);
                if (wrong is not null) return (422, wrong);
                StandInFields.Keep(item, manager, "Apply", wanted, true);
                return (201, Kept(resource, @namespace, name, manager, "application/apply-patch+yaml", body, null, item, dryRun));
            }

            if (body["metadata"]!["resourceVersion"] is { } version && !JsonNode.DeepEquals(version, before["metadata"]!["resourceVersion"])) return Stale(resource, name);
            var others = StandInFields.Books(before).Where(book => book.Manager != manager || book.Operation != "Apply").ToList();
            var conflicts = others.SelectMany(book => wanted.Where(field => book.Fields.Contains(field) && !field.EndsWith("\n.", StringComparison.Ordinal) && !JsonNode.DeepEquals(StandInFields.ValueOf(before, field), StandInFields.ValueOf(body, field))), (book, field) => (book, field)).ToList();
            if (conflicts.Count > 0 && !force) return (409, Conflict(conflicts));
            var after = (JsonObject)before.DeepClone();
            var asked = (JsonObject)body.DeepClone();
            asked["metadata"]!.AsObject().Remove("resourceVersion");
            StandInFields.Merge(after, asked);
            foreach (var book in others.Where(book => conflicts.Any(one => one.book == book))) StandInFields.Keep(after, book.Manager, book.Operation, book.Fields.Except(conflicts.Select(one => one.field)), false);
            var mine = StandInFields.Books(before).Find(book => book.Manager == manager && book.Operation == "Apply")?.Fields ?? [];
            foreach (var given in mine.Except(wanted).Where(field => !others.Exists(book => book.Fields.Contains(field))).OrderByDescending(field => field.Length)) StandInFields.Remove(after, given);
            if (Refused(resource, name, after) is { } invalid) return (422, invalid);
            StandInFields.Keep(after, manager, "Apply", wanted, true);
            return (200, Kept(resource, @namespace, name, manager, "application/apply-patch+yaml", body, before, after, dryRun));
        }
    }

    /// <summary>Deletes an object; its pods with it only where that is asked for, as the API server leaves a job's pods otherwise.</summary>
    public void Delete(string resource, string @namespace, JsonObject gone, bool background)
    {
        lock (store.Gate)
        {
            changes.Enqueue(new StandInChange(@namespace, Name(gone), "", null, "", true, "delete", new JsonObject()) { Resource = resource });
            store.Remove(resource, @namespace, Name(gone));
            if (resource == "namespaces") store.Clear(Name(gone));
            if (!background) return;
            foreach (var pod in store.List("pods", @namespace).Where(pod => IsOwnedBy(pod, Uid(gone)))) store.Remove("pods", @namespace, Name(pod));
        }
    }

    /// <summary>A change by somebody's hand.</summary>
    public JsonObject Settle(string resource, string @namespace, JsonObject before, JsonObject after, string manager)
    {
        StandInFields.Own(before, after, manager);
        return store.Put(resource, @namespace, Noticed(resource, Counted(before, after)));
    }

    /// <summary>Whether a Gateway takes notice of changed routes at once.</summary>
    public bool GatewayIsQuick { get; set; } = true;

    private JsonObject Noticed(string resource, JsonObject after) => resource == "httproutes" && GatewayIsQuick ? StandInTraffic.Accepted(after) : after;

    private JsonObject Kept(string resource, string @namespace, string name, string manager, string contentType, JsonNode body, JsonObject? before, JsonObject after, bool dryRun)
    {
        if (before is not null) after = Counted(before, after);
        if (dryRun) return after;
        var stored = store.Put(resource, @namespace, Noticed(resource, after));
        if (resource == "customresourcedefinitions") kinds.Learn(stored);
        var effective = before is null || !JsonNode.DeepEquals(stored["spec"], before["spec"]) || !JsonNode.DeepEquals(stored["data"], before["data"]) || StandInTraffic.Weights(stored) != StandInTraffic.Weights(before);
        var key = Keys.Where(key => body.ToJsonString().Contains(key, StringComparison.Ordinal)).Select(key => Annotation(stored, key) ?? stored["spec"]?["template"]?["metadata"]?["annotations"]?[key]?.GetValue<string>()).FirstOrDefault(key => key is not null);
        changes.Enqueue(new StandInChange(@namespace, name, manager, key, resource is "deployments" or "statefulsets" or "daemonsets" ? new StandInDeployment(stored).Image : "", effective, contentType, body.DeepClone()) { Resource = resource });
        return stored;
    }

    /// <summary>A new generation where the spec changed.</summary>
    private static JsonObject Counted(JsonObject before, JsonObject after)
    {
        if (before["metadata"]!["generation"] is { } generation && !JsonNode.DeepEquals(before["spec"], after["spec"])) after["metadata"]!["generation"] = generation.GetValue<long>() + 1;
        return after;
    }

    /// <summary>What the server adds to an object that is new, or why it does not take it.</summary>
    private (JsonObject Item, JsonObject? Wrong) Born(string resource, string @namespace, JsonObject body)
    {
        var item = (JsonObject)body.DeepClone();
        var meta = item["metadata"]!.AsObject();
        if (kinds.Find(resource)!.Namespaced) meta["namespace"] = @namespace;
        foreach (var (key, value) in new (string, JsonNode)[] { ("uid", Guid.NewGuid().ToString()), ("creationTimestamp", Now), ("managedFields", new JsonArray()) }) meta[key] = value;
        if (item["spec"] is not null) meta["generation"] = 1L;
        meta["annotations"] ??= new JsonObject();
        if (item["spec"] is not null) item["status"] = new JsonObject();
        if (resource == "jobs") Complete(item);
        if (resource is "deployments" or "statefulsets") item["spec"]!["replicas"] ??= 1;
        return resource == "deployments" && Unselected(item) is { } wrong
            ? (item, Status(422, "Invalid", $"Deployment.apps \"{Name(item)}\" is invalid: {wrong}", Details(resource, Name(item))))
            : (item, Refused(resource, Name(item), item));
    }

    /// <summary>Objects need their namespace, once anybody has made one by the API.</summary>
    private (int, JsonObject)? Homeless(string resource, string @namespace) => kinds.Find(resource)!.Namespaced && @namespace.StartsWith("new-", StringComparison.Ordinal) && store.Find("namespaces", "", @namespace) is null
        ? (404, Status(404, "NotFound", $"namespaces \"{@namespace}\" not found", new JsonObject { ["name"] = @namespace, ["kind"] = "namespaces" }))
        : null;

    private static JsonObject Conflict(List<(StandInFields.Book Book, string Field)> conflicts)
    {
        string With(StandInFields.Book book) => $"with \"{book.Manager}\"{(book.Operation == "Update" ? $" using {book.ApiVersion}" : "")}";
        var told = conflicts.GroupBy(one => one.Book).Select(group => group.Count() == 1
            ? $"conflict {With(group.Key)}: {StandInFields.InWords(group.First().Field)}"
            : $"conflicts {With(group.Key)}:\n{string.Join('\n', group.Select(one => $"- {StandInFields.InWords(one.Field)}"))}");
        var causes = conflicts.Select(one => (JsonNode)new JsonObject { ["reason"] = "FieldManagerConflict", ["message"] = $"conflict {With(one.Book)}", ["field"] = StandInFields.InWords(one.Field) });
        return Status(409, "Conflict", $"Apply failed with {conflicts.Count} conflict{(conflicts.Count == 1 ? "" : "s")}: {string.Join('\n', told)}", new JsonObject { ["causes"] = new JsonArray([.. causes]) });
    }

    private (int, JsonObject) Stale(string resource, string name) =>
        (409, Status(409, "Conflict", $"Operation cannot be fulfilled on {Qualified(resource)} \"{name}\": the object has been modified; please apply your changes to the latest version and try again", Details(resource, name)));

    private static JsonObject? Refused(string resource, string name, JsonObject item) => resource == "deployments" && Invalid(item) is { } field
        ? Status(422, "Invalid", $"Deployment.apps \"{name}\" is invalid: {field}", new JsonObject { ["name"] = name, ["group"] = "apps", ["kind"] = "Deployment", ["causes"] = new JsonArray(new JsonObject { ["reason"] = "FieldValueInvalid", ["message"] = field, ["field"] = field.Split(':')[0] }) })
        : null;

    private static string? Unselected(JsonObject deployment) =>
        deployment["spec"]!["selector"]!["matchLabels"]!.AsObject().Any(label => !JsonNode.DeepEquals(label.Value, deployment["spec"]!["template"]!["metadata"]!["labels"]?[label.Key]))
            ? "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`" : null;

    private static string? Invalid(JsonObject deployment)
    {
        if (deployment["spec"]!["replicas"]?.GetValue<int>() < 0) return "spec.replicas: Invalid value: must be greater than or equal to 0";
        var containers = deployment["spec"]!["template"]?["spec"]?["containers"] as JsonArray ?? [];
        return containers.Any(c => string.IsNullOrEmpty(c!["image"]?.GetValue<string>())) ? "spec.template.spec.containers[0].image: Required value" : null;
    }

    private JsonObject Details(string resource, string name) => new() { ["name"] = name, ["group"] = kinds.Find(resource)!.Group, ["kind"] = resource };

    private string Qualified(string resource) => kinds.Find(resource)!.Qualified;

    private static string? Annotation(JsonObject item, string key) => item["metadata"]!["annotations"]?[key]?.GetValue<string>();
}
