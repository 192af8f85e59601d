using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using static ChatOps.Testing.Kubernetes.StandInShapes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>A Kubernetes API server with one Deployment controller and one node, on a free port of loopback.</summary>
/// <remarks>
/// It moves only when told to (<see cref="Advance"/>), or by itself after <see cref="AutoAdvance"/>. What a version does is in its name:
/// see <see cref="StandInController"/>. It lives in the test's process, so the bot may be killed and started again beside it.
/// </remarks>
public sealed class KubernetesStandIn : IAsyncDisposable
{
    private readonly StandInStore store = new();
    private readonly StandInController controller;
    private readonly ConcurrentQueue<StandInRequest> requests = new();
    private readonly ConcurrentQueue<StandInChange> changes = new();
    private readonly ConcurrentDictionary<string, (CancellationTokenSource Close, bool Bookmark)> watches = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stop = new();
    private WebApplication? app;
    private Task moving = Task.CompletedTask;

    private KubernetesStandIn()
    {
        controller = new StandInController(store);
        Faults.WatchesClosed = () => { foreach (var (close, _) in watches.Values) close.Cancel(); };
        Faults.HistoryForgotten = store.Forget;
    }

    public static async Task<KubernetesStandIn> StartAsync(StandInOptions? options = null)
    {
        options ??= new StandInOptions();
        var standIn = new KubernetesStandIn();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, options.Port, listen =>
        {
            if (options.Certificate is null) return;
            listen.UseHttps(options.Certificate, https =>
            {
                https.ClientCertificateMode = options.ClientCertificates ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => standIn.Meet(certificate);
            });
        }));
        var api = new StandInApi(standIn, standIn.store);
        standIn.app = builder.Build();
        standIn.app.Run(api.HandleAsync);
        await standIn.app.StartAsync();
        var address = standIn.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        standIn.Url = new Uri(address);
        return standIn;
    }

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>The bearer token it asks for; null = it lets everybody in. May change while it runs.</summary>
    public string? Token { get; set; } = "stand-in-token";

    public StandInFaults Faults { get; } = new();

    /// <summary>Every request so far, watches included.</summary>
    public IReadOnlyCollection<StandInRequest> Requests => requests;

    /// <summary>Every patch that was applied.</summary>
    public IReadOnlyCollection<StandInChange> Changes => changes;

    /// <summary>How often each change's key (<c>chatops.dev/key</c>) brought the cluster to do something. Each must be 1.</summary>
    public IReadOnlyDictionary<string, int> Effects => changes
        .Where(c => c.Effective && c.Key is not null)
        .GroupBy(c => c.Key!, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);

    public int OpenWatches => watches.Count;

    /// <summary>Who came with a client certificate, by its subject.</summary>
    public ConcurrentQueue<string> Visitors { get; } = new();

    /// <summary>Steps without progress until a rollout has exceeded its deadline.</summary>
    public int DeadlineSteps
    {
        get => controller.DeadlineSteps;
        set => controller.DeadlineSteps = value;
    }

    /// <summary>Adds a Deployment that is rolled out already.</summary>
    /// <param name="labels">Its pods' labels, and what it selects; null = <c>app</c> alone.</param>
    public StandInDeployment AddDeployment(string @namespace, string name, string image, int replicas = 3, string manager = "kubectl-client-side-apply", Dictionary<string, string>? labels = null)
    {
        var deployment = StandInShapes.Deployment(@namespace, name, image, replicas);
        if (labels is not null) (deployment["spec"]!["selector"]!["matchLabels"], deployment["spec"]!["template"]!["metadata"]!["labels"]) = (StandInShapes.Labels(labels), StandInShapes.Labels(labels));
        Own(deployment, manager, ["name"], []);
        store.Put("deployments", @namespace, deployment);
        for (var i = 0; i < (replicas * 3) + 6; i++) controller.Advance();
        return Deployment(@namespace, name);
    }

    /// <summary>Adds many Deployments at once that are rolled out already.</summary>
    public void AddDeployments(string @namespace, IEnumerable<string> names, string image, int replicas)
    {
        foreach (var name in names)
        {
            var deployment = StandInShapes.Deployment(@namespace, name, image, replicas);
            Own(deployment, "kubectl-client-side-apply", ["name"], []);
            store.Put("deployments", @namespace, deployment);
        }

        for (var i = 0; i < (replicas * 3) + 6; i++) controller.Advance();
    }

    /// <summary>What the pods of jobs write, by the beginning of the job's name.</summary>
    public Dictionary<string, string[]> Logs { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<JsonObject> Jobs(string @namespace) => store.List("jobs", @namespace);

    internal IEnumerable<string> LogOf(JsonObject pod) => Logs.FirstOrDefault(one => StandInShapes.Name(pod).StartsWith(one.Key, StringComparison.Ordinal)).Value ?? ["began", "ended"];

    /// <summary>Deletes an object; its pods with it only where that is asked for, as the API server leaves a job's pods otherwise.</summary>
    internal void Delete(string resource, string @namespace, JsonObject gone, bool background)
    {
        lock (store.Gate)
        {
            store.Remove(resource, @namespace, StandInShapes.Name(gone));
            if (!background) return;
            foreach (var pod in store.List("pods", @namespace).Where(pod => IsOwnedBy(pod, Uid(gone)))) store.Remove("pods", @namespace, StandInShapes.Name(pod));
        }
    }

    /// <summary>Adds a Service.</summary>
    public void AddService(string @namespace, string name, Dictionary<string, string> selector) => store.Put("services", @namespace, StandInShapes.Service(@namespace, name, selector));

    /// <summary>Whether the kinds of the Gateway API are installed.</summary>
    public bool KnowsGateways { get; set; } = true;

    /// <summary>Whether the Gateway takes notice of changed routes at once; else when <see cref="TakeNotice"/> is called.</summary>
    public bool GatewayIsQuick { get; set; } = true;

    /// <summary>Adds an HTTPRoute with one rule that leads to Services by weight, accepted by its Gateway.</summary>
    public void AddRoute(string @namespace, string name, params (string Service, int Weight)[] backends) => store.Put("httproutes", @namespace, Accepted(StandInTraffic.Route(@namespace, name, backends)));

    /// <summary>Adds a canary Ingress of ingress-nginx.</summary>
    public void AddCanaryIngress(string @namespace, string name, string service, int weight = 0) => store.Put("ingresses", @namespace, StandInTraffic.Ingress(@namespace, name, service, weight));

    /// <summary>The share that a canary gets: its Service's weight in an HTTPRoute, or a canary Ingress's.</summary>
    public string WeightOf(string @namespace, string name) => StandInTraffic.Weights(store.Find("httproutes", @namespace, name) ?? store.Find("ingresses", @namespace, name)!);

    /// <summary>The Gateway accepts a route as it is now.</summary>
    public void TakeNotice(string @namespace, string name) => store.Put("httproutes", @namespace, Accepted(store.Find("httproutes", @namespace, name)!));

    /// <summary>Changes a route or an Ingress as somebody with kubectl would.</summary>
    public void ChangeRouteByHand(string resource, string @namespace, string name, Action<JsonObject> change, string manager = "kubectl-edit")
    {
        lock (store.Gate)
        {
            var before = store.Find(resource, @namespace, name)!;
            var after = (JsonObject)before.DeepClone();
            change(after);
            Settle(resource, @namespace, before, after, manager);
        }
    }

    private static JsonObject Accepted(JsonObject route) => StandInTraffic.Accepted(route);

    /// <summary>What a Service selects, as <c>k=v</c> in the order of the keys.</summary>
    public string SelectorOf(string @namespace, string name) => string.Join(',', Selector(store.Find("services", @namespace, name)!).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}"));

    /// <summary>The versions of the ready pods that a Service leads to: who gets its traffic.</summary>
    public IReadOnlyList<string> VersionsBehind(string @namespace, string name)
    {
        lock (store.Gate)
        {
            var selector = Selector(store.Find("services", @namespace, name)!);
            return [.. store.List("pods", @namespace)
                .Where(pod => selector.All(wanted => pod["metadata"]!["labels"]![wanted.Key]?.GetValue<string>() == wanted.Value?.GetValue<string>()))
                .Where(pod => pod["status"]!["containerStatuses"]?[0]?["ready"]?.GetValue<bool>() == true)
                .Select(pod => pod["spec"]!["containers"]![0]!["image"]!.GetValue<string>()).Select(image => image[(image.LastIndexOf(':') + 1)..])];
        }
    }

    /// <summary>Changes a Service as somebody with kubectl would.</summary>
    public void SwitchByHand(string @namespace, string name, Dictionary<string, string> selector, string manager = "kubectl-patch")
    {
        lock (store.Gate)
        {
            var before = store.Find("services", @namespace, name)!;
            var after = (JsonObject)before.DeepClone();
            after["spec"]!["selector"] = StandInShapes.Labels(selector);
            Settle("services", @namespace, before, after, manager);
        }
    }

    public StandInDeployment Deployment(string @namespace, string name) => new(
        store.Find("deployments", @namespace, name) ?? throw new InvalidOperationException($"The stand-in has no deployment {name} in {@namespace}."));

    public bool HasDeployment(string @namespace, string name) => store.Find("deployments", @namespace, name) is not null;

    public IReadOnlyList<JsonObject> Pods(string @namespace) => store.List("pods", @namespace);

    public IReadOnlyList<JsonObject> ReplicaSets(string @namespace) => store.List("replicasets", @namespace);

    /// <summary>Moves the controller and every pod by one step, or several.</summary>
    public void Advance(int steps = 1)
    {
        for (var i = 0; i < steps; i++) controller.Advance();
    }

    /// <summary>Moves by itself from now on, one step each time.</summary>
    public void AutoAdvance(TimeSpan each) => moving = MoveAsync(each);

    /// <summary>Puts any object in the place of one of its name, as a recording has it or a test wants it.</summary>
    public void Put(string resource, string @namespace, JsonObject item) => store.Put(resource, @namespace, item);

    public void Remove(string resource, string @namespace, string name) => store.Remove(resource, @namespace, name);

    /// <summary>Sends a bookmark to every open watch.</summary>
    public void Bookmark()
    {
        foreach (var (id, watch) in watches) watches.TryUpdate(id, watch with { Bookmark = true }, watch);
        store.Wake();
    }

    /// <summary>Changes a Deployment as somebody with kubectl would.</summary>
    public void ChangeByHand(string @namespace, string name, Action<JsonObject> change, string manager = "kubectl-edit")
    {
        lock (store.Gate)
        {
            var before = store.Find("deployments", @namespace, name)!;
            var after = (JsonObject)before.DeepClone();
            change(after);
            Settle("deployments", @namespace, before, after, manager);
        }
    }

    public void SetImageByHand(string @namespace, string name, string image, string manager = "kubectl-set") =>
        ChangeByHand(@namespace, name, d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = image, manager);

    /// <summary>A kubeconfig that leads here.</summary>
    public void WriteKubeconfig(string path) => File.WriteAllText(path, $"""
        apiVersion: v1
        kind: Config
        current-context: stand-in
        clusters: [{"{"} name: stand-in, cluster: {"{"} server: "{Url.AbsoluteUri.TrimEnd('/')}" {"}"} {"}"}]
        users: [{"{"} name: bot, user: {"{"} token: "{Token}" {"}"} {"}"}]
        contexts: [{"{"} name: stand-in, context: {"{"} cluster: stand-in, user: bot {"}"} {"}"}]
        """);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Faults.CloseWatches();
        await moving;
        if (app is not null)
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await app.StopAsync(soon.Token);
            await app.DisposeAsync();
        }
        stop.Dispose();
    }

    internal void Note(HttpRequest request, string verb, string resource) =>
        requests.Enqueue(new StandInRequest(verb, resource, $"{request.Path}{request.QueryString}"));

    internal CancellationToken Watching(HttpContext context)
    {
        var close = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        watches[context.TraceIdentifier] = (close, false);
        return close.Token;
    }

    internal void Watched(HttpContext context) => watches.TryRemove(context.TraceIdentifier, out _);

    internal bool BookmarkDue(HttpContext context) =>
        watches.TryGetValue(context.TraceIdentifier, out var watch) && watch.Bookmark
        && watches.TryUpdate(context.TraceIdentifier, watch with { Bookmark = false }, watch);

    /// <summary>Changes an object's version and nothing that matters.</summary>
    internal void Touch(string resource, string @namespace, string name)
    {
        lock (store.Gate)
        {
            var before = store.Find(resource, @namespace, name)!;
            var after = (JsonObject)before.DeepClone();
            (after["metadata"]!["annotations"] as JsonObject ?? (JsonObject)(after["metadata"]!["annotations"] = new JsonObject()))["stand-in/touched"] = Guid.NewGuid().ToString();
            Settle(resource, @namespace, before, after, "somebody");
        }
    }

    /// <summary>Makes an object as the API server would.</summary>
    internal (int Code, JsonObject Answer) Create(string resource, string @namespace, JsonObject body, string manager)
    {
        lock (store.Gate)
        {
            var name = body["metadata"]!["name"]!.GetValue<string>();
            if (store.Find(resource, @namespace, name) is not null)
                return (409, Status(409, "AlreadyExists", $"{Qualified(resource)} \"{name}\" already exists", Details(resource, name)));
            var item = (JsonObject)body.DeepClone();
            var meta = item["metadata"]!.AsObject();
            foreach (var (key, value) in new (string, JsonNode)[] { ("namespace", @namespace), ("uid", Guid.NewGuid().ToString()), ("generation", 1L), ("creationTimestamp", Now), ("managedFields", new JsonArray()) }) meta[key] = value;
            meta["annotations"] ??= new JsonObject();
            item["status"] = new JsonObject();
            if (resource == "jobs") StandInShapes.Complete(item);
            if (resource == "deployments")
            {
                if (Unselected(item) is { } wrong) return (422, Status(422, "Invalid", $"Deployment.apps \"{name}\" is invalid: {wrong}", Details(resource, name)));
                Own(item, manager, ["name"], []);
            }

            var stored = store.Put(resource, @namespace, item);
            changes.Enqueue(new StandInChange(@namespace, name, manager, Annotation(stored, "chatops.dev/key"), resource == "deployments" ? new StandInDeployment(stored).Image : "", true, "application/json", body.DeepClone()) { Resource = resource });
            return (201, stored);
        }
    }

    private static string? Unselected(JsonObject deployment) =>
        deployment["spec"]!["selector"]!["matchLabels"]!.AsObject().Any(label => !JsonNode.DeepEquals(label.Value, deployment["spec"]!["template"]!["metadata"]!["labels"]?[label.Key]))
            ? "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`" : null;

    /// <summary>Applies a patch as the API server would; the status code and the body to answer with.</summary>
    internal (int Code, JsonObject Answer) Apply(string resource, string @namespace, string name, string contentType, JsonNode body, string manager)
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
            if (!JsonNode.DeepEquals(after["metadata"]!["resourceVersion"], before["metadata"]!["resourceVersion"]))
                return (409, Status(409, "Conflict", $"Operation cannot be fulfilled on {Qualified(resource)} \"{name}\": the object has been modified; please apply your changes to the latest version and try again", Details(resource, name)));
            if (resource == "deployments" && Invalid(after) is { } field)
                return (422, Status(422, "Invalid", $"Deployment.apps \"{name}\" is invalid: {field}", new JsonObject { ["name"] = name, ["group"] = "apps", ["kind"] = "Deployment", ["causes"] = new JsonArray(new JsonObject { ["reason"] = "FieldValueInvalid", ["message"] = field, ["field"] = field.Split(':')[0] }) }));
            var stored = Settle(resource, @namespace, before, after, manager);
            var effective = !JsonNode.DeepEquals(stored["spec"], before["spec"]) || StandInTraffic.Weights(stored) != StandInTraffic.Weights(before);
            var key = body.ToJsonString().Contains("chatops.dev/key", StringComparison.Ordinal) ? Annotation(stored, "chatops.dev/key") : null;
            changes.Enqueue(new StandInChange(@namespace, name, manager, key, resource == "deployments" ? new StandInDeployment(stored).Image : "", effective, contentType, body.DeepClone()) { Resource = resource });
            return (200, stored);
        }
    }

    private static JsonObject Details(string resource, string name) => new() { ["name"] = name, ["group"] = resource switch { "deployments" => "apps", "jobs" => "batch", _ => "" }, ["kind"] = resource };

    private static string Qualified(string resource) => resource switch { "deployments" => "deployments.apps", "jobs" => "jobs.batch", _ => resource };

    private static JsonObject Selector(JsonObject service) => service["spec"]!["selector"]!.AsObject();

    private static string? Annotation(JsonObject item, string key) => item["metadata"]!["annotations"]?[key]?.GetValue<string>();

    private static string? Invalid(JsonObject deployment)
    {
        if (deployment["spec"]!["replicas"]?.GetValue<int>() < 0) return "spec.replicas: Invalid value: must be greater than or equal to 0";
        var containers = deployment["spec"]!["template"]?["spec"]?["containers"] as JsonArray ?? [];
        return containers.Any(c => string.IsNullOrEmpty(c!["image"]?.GetValue<string>())) ? "spec.template.spec.containers[0].image: Required value" : null;
    }

    /// <summary>What the API server does with every write: a new generation when the spec changed, and its books of who changed what.</summary>
    private JsonObject Settle(string resource, string @namespace, JsonObject before, JsonObject after, string manager)
    {
        if (resource is "httproutes" or "ingresses")
        {
            if (JsonNode.DeepEquals(before, after)) return before;
            if (!JsonNode.DeepEquals(before["spec"], after["spec"])) after["metadata"]!["generation"] = before["metadata"]!["generation"]!.GetValue<long>() + 1;
            after["metadata"]!["managedFields"]!.AsArray().Add(new JsonObject { ["manager"] = manager, ["operation"] = "Update", ["time"] = Now, ["fieldsV1"] = new JsonObject() });
            return store.Put(resource, @namespace, resource == "httproutes" && GatewayIsQuick ? Accepted(after) : after);
        }

        if (resource != "deployments")
        {
            if (!JsonNode.DeepEquals(before["spec"]!["selector"], after["spec"]!["selector"])) OwnSelector(after, manager);
            return store.Put(resource, @namespace, after);
        }

        if (!JsonNode.DeepEquals(before["spec"], after["spec"]))
            after["metadata"]!["generation"] = before["metadata"]!["generation"]!.GetValue<long>() + 1;
        var changed = Containers(after).Where(a => !Containers(before).Any(b => JsonNode.DeepEquals(a["name"], b["name"]) && JsonNode.DeepEquals(a["image"], b["image"])))
            .Select(c => c["name"]!.GetValue<string>()).ToArray();
        if (!JsonNode.DeepEquals(before, after)) Own(after, manager, [], changed);
        return store.Put("deployments", @namespace, after);
    }

    private static IEnumerable<JsonObject> Containers(JsonObject deployment) => deployment["spec"]!["template"]!["spec"]!["containers"]!.AsArray().OfType<JsonObject>();

    /// <summary>Books a Service's selector to a manager.</summary>
    private static void OwnSelector(JsonObject service, string manager)
    {
        var books = service["metadata"]!["managedFields"]!.AsArray();
        foreach (var book in books) (book!["fieldsV1"]!["f:spec"] as JsonObject)?.Remove("f:selector");
        books.Add(new JsonObject { ["manager"] = manager, ["operation"] = "Update", ["apiVersion"] = "v1", ["time"] = Now, ["fieldsType"] = "FieldsV1", ["fieldsV1"] = new JsonObject { ["f:spec"] = new JsonObject { ["f:selector"] = new JsonObject() } } });
    }

    /// <summary>Books fields to a manager, and the images that it changed away from every other.</summary>
    private static void Own(JsonObject deployment, string manager, string[] all, string[] images)
    {
        var books = deployment["metadata"]!["managedFields"]!.AsArray();
        if (all.Length > 0) images = [.. Containers(deployment).Select(c => c["name"]!.GetValue<string>())];
        foreach (var container in books.Select(b => b!["fieldsV1"]!["f:spec"]?["f:template"]?["f:spec"]?["f:containers"] as JsonObject).OfType<JsonObject>())
            foreach (var image in images) (container[$$"""k:{"name":"{{image}}"}"""] as JsonObject)?.Remove("f:image");
        var mine = books.OfType<JsonObject>().FirstOrDefault(b => b["manager"]!.GetValue<string>() == manager);
        if (mine is null) books.Add(mine = new JsonObject { ["manager"] = manager, ["operation"] = "Update", ["apiVersion"] = "apps/v1", ["fieldsType"] = "FieldsV1", ["fieldsV1"] = new JsonObject() });
        mine["time"] = Now;
        foreach (var image in images)
        {
            var at = mine["fieldsV1"]!.AsObject();
            foreach (var step in new[] { "f:spec", "f:template", "f:spec", "f:containers", $$"""k:{"name":"{{image}}"}""" })
                at = (at[step] ??= new JsonObject()).AsObject();
            at["f:image"] = new JsonObject();
        }
    }

    private bool Meet(X509Certificate2 certificate)
    {
        Visitors.Enqueue(certificate.Subject);
        return true;
    }

    private async Task MoveAsync(TimeSpan each)
    {
        using var timer = new PeriodicTimer(each);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token)) controller.Advance();
        }
        catch (OperationCanceledException)
        {
            // The stage is taken down.
        }
    }
}

/// <param name="Port">0 = any free one. A port is for a stand-in that must come back where it was.</param>
/// <param name="Certificate">Speaks TLS with it.</param>
/// <param name="ClientCertificates">Asks for one, and notes whose it is.</param>
public sealed record StandInOptions(int Port = 0, X509Certificate2? Certificate = null, bool ClientCertificates = false);

/// <param name="Verb">As permissions name it: get, list, watch, patch.</param>
public sealed record StandInRequest(string Verb, string Resource, string PathAndQuery);

/// <summary>A patch that was applied.</summary>
/// <param name="Key">The key of the bot's change, where the patch carried one.</param>
/// <param name="Effective">Whether it changed what the cluster does (a new generation), and not just annotations.</param>
public sealed record StandInChange(
    string Namespace, string Name, string Manager, string? Key, string Image, bool Effective, string ContentType, JsonNode Body)
{
    public string Resource { get; init; } = "deployments";
}

/// <summary>A Deployment at the stand-in, as it was when asked for.</summary>
public sealed record StandInDeployment(JsonObject Json)
{
    public string Image => Json["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>();

    public string Version => Image[(Image.LastIndexOf(':') + 1)..];

    public bool Paused => Json["spec"]!["paused"]?.GetValue<bool>() == true;

    public int Replicas => Json["spec"]!["replicas"]?.GetValue<int>() ?? 1;

    public IReadOnlyDictionary<string, string> PodLabels => Json["spec"]!["template"]!["metadata"]!["labels"]!.AsObject().ToDictionary(label => label.Key, label => label.Value!.GetValue<string>());

    public long Generation => Json["metadata"]!["generation"]!.GetValue<long>();

    public long? Revision => Annotation("deployment.kubernetes.io/revision") is { } r ? long.Parse(r, CultureInfo.InvariantCulture) : null;

    public int Updated => Json["status"]!["updatedReplicas"]?.GetValue<int>() ?? 0;

    public int Available => Json["status"]!["availableReplicas"]?.GetValue<int>() ?? 0;

    public string? Annotation(string key) => Json["metadata"]!["annotations"]?[key]?.GetValue<string>();
}
