using System.Collections.Concurrent;
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

namespace ChatOps.Testing.Kubernetes;

/// <summary>A Kubernetes API server with one Deployment controller and one node, on a free port of loopback.</summary>
/// <remarks>
/// It moves only when told to (<see cref="Advance"/>), or by itself after <see cref="AutoAdvance"/>. What a version does is in its name:
/// see <see cref="StandInController"/>. It lives in the test's process, so the bot may be killed and started again beside it.
/// </remarks>
public sealed partial class KubernetesStandIn : IAsyncDisposable
{
    private readonly StandInStore store = new();
    private readonly StandInController controller;
    private readonly StandInKinds kinds = new();
    private readonly StandInWrites writes;
    private readonly ConcurrentQueue<StandInRequest> requests = new();
    private readonly ConcurrentQueue<StandInChange> changes = new();
    private readonly ConcurrentDictionary<string, (CancellationTokenSource Close, bool Bookmark)> watches = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stop = new();
    private WebApplication? app;
    private Task moving = Task.CompletedTask;

    private KubernetesStandIn()
    {
        controller = new StandInController(store);
        writes = new StandInWrites(store, kinds, changes);
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
        var api = new StandInApi(standIn, standIn.store, standIn.kinds, standIn.writes);
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
        StandInFields.Own(null, deployment, manager);
        store.Put("deployments", @namespace, deployment);
        for (var i = 0; i < (replicas * 3) + 6; i++) controller.Advance();
        return Deployment(@namespace, name);
    }

    /// <summary>What the pods of jobs write, by the beginning of the job's name.</summary>
    public Dictionary<string, string[]> Logs { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<JsonObject> Jobs(string @namespace) => store.List("jobs", @namespace);

    internal IEnumerable<string> LogOf(JsonObject pod) => Logs.FirstOrDefault(one => StandInShapes.Name(pod).StartsWith(one.Key, StringComparison.Ordinal)).Value ?? ["began", "ended"];

    /// <summary>Adds a Service.</summary>
    public void AddService(string @namespace, string name, Dictionary<string, string> selector) => store.Put("services", @namespace, StandInShapes.Service(@namespace, name, selector));

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
            writes.Settle("services", @namespace, before, after, manager);
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
    public void ChangeByHand(string @namespace, string name, Action<JsonObject> change, string manager = "kubectl-edit") => ChangeByHand("deployments", @namespace, name, change, manager);

    /// <summary>Changes an object of any kind as somebody with kubectl would.</summary>
    public void ChangeByHand(string resource, string @namespace, string name, Action<JsonObject> change, string manager = "kubectl-edit")
    {
        lock (store.Gate)
        {
            var before = store.Find(resource, @namespace, name)!;
            var after = (JsonObject)before.DeepClone();
            change(after);
            writes.Settle(resource, @namespace, before, after, manager);
        }
    }

    /// <summary>Makes an object as somebody with kubectl would.</summary>
    public JsonObject Add(string resource, string @namespace, string json, string manager = "kubectl-create") => writes.Create(resource, @namespace, JsonNode.Parse(json)!.AsObject(), manager, dryRun: false).Answer;

    /// <summary>An object of any kind; null when there is none.</summary>
    public JsonObject? Find(string resource, string @namespace, string name) => store.Find(resource, @namespace, name);

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
            writes.Settle(resource, @namespace, before, after, "somebody");
        }
    }

    private static JsonObject Selector(JsonObject service) => service["spec"]!["selector"]!.AsObject();

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
