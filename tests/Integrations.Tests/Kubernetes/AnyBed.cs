using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Testing.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>A namespace of its own in a cluster of which nothing is known but the way there: the one that <see cref="Variable"/> leads to, else a stand-in that moves by itself.</summary>
/// <remarks>In it is one Deployment, <c>api</c>, with three replicas of <see cref="Old"/>. The namespace is made by the test and removed after it; nothing else of the cluster is touched.</remarks>
internal sealed class AnyBed : ClusterBed
{
    /// <summary>The kubeconfig of a cluster to run against. Not <c>KUBECONFIG</c>: that leads to whatever a developer works with, and no test should find it by accident.</summary>
    public const string Variable = "CHATOPS_TEST_KUBECONFIG";

    /// <summary>The trait of tests that run against any cluster.</summary>
    public const string Trait = "cluster";

    public const string Image = "registry.k8s.io/pause";
    public const string Old = "3.8";
    public const string New = "3.9";
    public const string Newer = "3.10";

    /// <summary>A tag that was never pushed; the stand-in knows it by its <c>bad</c>.</summary>
    public const string Broken = "0.0-bad";

    private readonly string kubeconfig;
    private readonly KubernetesStandIn? standIn;
    private readonly string? folder;
    private string uid = "";

    private AnyBed(string kubeconfig, KubernetesStandIn? standIn, string? folder, bool mayForce)
        : base(kubeconfig, standIn is null ? new KubernetesTimings() : Bed.Quick, mayForce) => (this.kubeconfig, this.standIn, this.folder) = (kubeconfig, standIn, folder);

    public static string? Given => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : null;

    public string Namespace { get; } = $"chatops-test-{Guid.NewGuid().ToString("N")[..12]}";

    public override Target.Kubernetes Own => new("main", Namespace, "api", Image);

    /// <summary>A cluster pulls images and starts pods.</summary>
    protected override TimeSpan Guard => TimeSpan.FromMinutes(standIn is null ? 3 : 0.5);

    public static async Task<AnyBed> StartAsync(int replicas = 3, bool mayForce = false)
    {
        AnyBed bed;
        if (Given is { } kubeconfig) bed = new AnyBed(kubeconfig, null, null, mayForce);
        else
        {
            var (standIn, folder) = (await KubernetesStandIn.StartAsync(), Directory.CreateTempSubdirectory("chatops-k8s-").FullName);
            standIn.WriteKubeconfig(Path.Combine(folder, "config"));
            standIn.AutoAdvance(TimeSpan.FromMilliseconds(3));
            bed = new AnyBed(Path.Combine(folder, "config"), standIn, folder, mayForce);
        }

        bed.uid = (await bed.AddAsync($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{bed.Namespace}}}"}}""")).Uid();
        await bed.AddAsync(Workload("Deployment", "api", replicas));
        await bed.UpAsync("deployment/api", replicas);
        return bed;
    }

    /// <summary>A workload of <see cref="Old"/>.</summary>
    /// <param name="replicas">Null = the kind has no number of its own.</param>
    /// <param name="labels">Of its pods, beside <c>app</c>.</param>
    public static string Workload(string kind, string name, int? replicas, string? app = null, params (string Key, string Value)[] labels)
    {
        var all = new JsonObject(labels.Prepend(("app", app ?? name)).Select(label => KeyValuePair.Create(label.Item1, (JsonNode?)label.Item2)));
        var workload = JsonNode.Parse($$"""
            {
              "apiVersion": "apps/v1", "kind": "{{kind}}", "metadata": { "name": "{{name}}" },
              "spec": {
                "selector": { "matchLabels": {{all.ToJsonString()}} },
                "template": {
                  "metadata": { "labels": {{all.ToJsonString()}} },
                  "spec": { "terminationGracePeriodSeconds": 1, "containers": [ { "name": "main", "image": "{{Image}}:{{Old}}" } ] }
                }
              }
            }
            """)!.AsObject();
        if (replicas is not null) workload["spec"]!["replicas"] = replicas;
        if (kind == "StatefulSet") (workload["spec"]!["serviceName"], workload["spec"]!["updateStrategy"]) = (name, JsonNode.Parse("""{"type":"RollingUpdate","rollingUpdate":{"partition":0}}"""));
        return workload.ToJsonString();
    }

    /// <summary>Makes an object as somebody with kubectl would.</summary>
    public async Task<JsonObject> AddAsync(string json, string manager = "kubectl-create")
    {
        var body = JsonNode.Parse(json)!.AsObject();
        var resource = await new ClusterObjects(Client).FindKindAsync(body["apiVersion"]!.GetValue<string>(), body["kind"]!.GetValue<string>(), default);
        return await Client.AskAsync(new ApiCall("main", "create", resource.Plural, Namespace, body.Name()), HttpMethod.Post, $"{resource.Path(Namespace)}?fieldManager={manager}", Patch.Whole(body), default);
    }

    /// <summary>Changes an object as somebody with kubectl would.</summary>
    /// <param name="of">As a runbook names it: <c>deployment/api</c>.</param>
    public async Task ChangeAsync(string of, string merge, string manager = "kubectl-edit")
    {
        var (resource, name) = await KindOf(of);
        await Client.AskAsync(new ApiCall("main", "patch", resource.Plural, Namespace, name), HttpMethod.Patch, $"{resource.Path(Namespace, name)}?fieldManager={manager}", Patch.Merge(JsonNode.Parse(merge)!.AsObject()), default);
    }

    public Task SetImageAsync(string of, string version, string manager = "kubectl-set") =>
        ChangeAsync(of, $$$$$"""{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"{{{{{Image}}}}}:{{{{{version}}}}}"}]}}}}""", manager);

    /// <summary>A request as it is, and the answer as it came, also where it is a no.</summary>
    public async Task<(int Code, JsonObject Answer)> SendAsync(HttpMethod method, string path, string? contentType = null, string? body = null)
    {
        var access = ClusterAccess.Read("main", new ClusterOptions { Kubeconfig = kubeconfig }, TimeProvider.System, NullLogger.Instance);
        var credential = await access.Credentials.CurrentAsync(default);
        using var http = new HttpMessageInvoker(access.Handler(credential.Certificate));
        using var request = new HttpRequestMessage(method, new Uri(access.Server, path)) { Headers = { Authorization = credential.Header } };
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, contentType!);
        using var answer = await http.SendAsync(request, default);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    public async Task DeleteAsync(string of)
    {
        var (resource, name) = await KindOf(of);
        await new ClusterObjects(Client).DeleteAsync(resource, Namespace, name, (await GetAsync(of)).Uid(), default);
    }

    public async Task<JsonObject?> FindAsync(string of)
    {
        var (resource, name) = await KindOf(of);
        return await new ClusterObjects(Client).FindAsync(resource, Namespace, name, default);
    }

    public async Task<JsonObject> GetAsync(string of) => (await FindAsync(of)).ShouldNotBeNull(of);

    /// <summary>A workload as it is now.</summary>
    public async Task<StandInDeployment> WorkloadAsync(string of = "deployment/api") => new(await GetAsync(of));

    /// <summary>Pods that are not ending.</summary>
    public async Task<List<JsonObject>> PodsAsync(string? labels = null)
    {
        var pods = await new ClusterObjects(Client).ListAsync(await new ClusterObjects(Client).FindKindAsync("v1", "Pod", default), Namespace, labels, default);
        return [.. pods.Where(pod => pod["metadata"]!["deletionTimestamp"] is null)];
    }

    /// <summary>The versions of the ready pods that a Service leads to, in order: who gets its traffic.</summary>
    public async Task<string[]> VersionsBehindAsync(string service)
    {
        var selector = (await GetAsync($"service/{service}"))["spec"]!["selector"]!.AsObject().Select(label => $"{label.Key}={label.Value}");
        var ready = (await PodsAsync(string.Join(',', selector))).Where(pod => pod["status"]!["containerStatuses"]?[0]?["ready"]?.GetValue<bool>() == true);
        return [.. ready.Select(pod => pod["spec"]!["containers"]![0]!["image"]!.GetValue<string>().Split(':')[1]).Order(StringComparer.Ordinal)];
    }

    public Task AddServiceAsync(string name, string selector) => AddAsync($$$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"{{{name}}}"},"spec":{"selector":{{{selector}}},"ports":[{"port":80,"protocol":"TCP","targetPort":8080}]}}""");

    /// <summary>Waits until so many pods of a workload are ready.</summary>
    public Task UpAsync(string of, int ready) => UntilAsync(async () => (await GetAsync(of))["status"] is { } status && (status["readyReplicas"] ?? status["numberReady"])?.GetValue<int>() == ready
        && status["observedGeneration"]?.GetValue<long>() > 0);

    /// <summary>Waits for something at the cluster that nobody can await.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Guard);
            await Task.Delay(Nudge() / 20);      // not to wear out somebody's API server
        }
    }

    public override async ValueTask DisposeAsync()
    {
        // Of a given cluster everything goes with the namespace; the cluster takes its time, and nobody waits for it.
        if (uid.Length > 0) await new ClusterObjects(Client).DeleteAsync(await new ClusterObjects(Client).FindKindAsync("v1", "Namespace", default), "", Namespace, uid, default);
        await base.DisposeAsync();
        if (standIn is not null) await standIn.DisposeAsync();
        if (folder is not null) Directory.Delete(folder, recursive: true);
    }

    protected override TimeSpan Nudge() => TimeSpan.FromSeconds(standIn is null ? 5 : 0.2);

    private async Task<(Resource Resource, string Name)> KindOf(string of)
    {
        var one = ObjectKinds.Read(of).ShouldNotBeNull(of);
        return (await new ClusterObjects(Client).FindKindAsync(one.ApiVersion, one.Kind, default), one.Name);
    }
}
