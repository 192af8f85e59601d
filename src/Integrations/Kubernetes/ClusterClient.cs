using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Integrations.Http;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>The calls we make to one cluster's API.</summary>
/// <remarks>Every method throws <see cref="ApiException"/> when the cluster says no or nothing; none waits or tries again, save once with fresh credentials after a 401.</remarks>
internal sealed partial class ClusterClient(ClusterAccess access, KubernetesTimings timings, TimeProvider time) : IDisposable
{
    /// <summary>The name under which the API server books our changes in <c>managedFields</c>.</summary>
    public const string Manager = "chatops";

    private const int ObjectLimit = 8 * 1024 * 1024;      // the API's own limit for an object is about 1.5 MiB
    private const int PageLimit = 64 * 1024 * 1024;
    private const int PageSize = 250;

    private readonly Lock gate = new();
    private Line? line;

    public string Name => access.Name;

    /// <summary>How the API calls the kinds that were asked for so far.</summary>
    public ConcurrentDictionary<(string ApiVersion, string Kind), Resource> Kinds { get; } = [];

    /// <summary>One request about an object of any kind.</summary>
    public Task<JsonObject> AskAsync(ApiCall call, HttpMethod method, string path, Patch? body, CancellationToken cancellationToken) =>
        ReadAsync(call, method, path, body, KubernetesJson.Default.JsonObject, ObjectLimit, cancellationToken);

    public async Task<Deployment> GetDeploymentAsync(string @namespace, string name, CancellationToken cancellationToken) =>
        await ReadAsync(
            new ApiCall(Name, "get", "deployments", @namespace, name), HttpMethod.Get, Paths.Deployment(@namespace, name), null,
            KubernetesJson.Default.Deployment, ObjectLimit, cancellationToken);

    public async Task<Deployment> PatchDeploymentAsync(string @namespace, string name, Patch patch, CancellationToken cancellationToken) =>
        await ReadAsync(
            new ApiCall(Name, "patch", "deployments", @namespace, name), HttpMethod.Patch,
            $"{Paths.Deployment(@namespace, name)}?fieldManager={Manager}", patch, KubernetesJson.Default.Deployment, ObjectLimit, cancellationToken);

    public async Task<Service> GetServiceAsync(string @namespace, string name, CancellationToken cancellationToken) =>
        await ReadAsync(new ApiCall(Name, "get", "services", @namespace, name), HttpMethod.Get, Paths.Service(@namespace, name), null, KubernetesJson.Default.Service, ObjectLimit, cancellationToken);

    public async Task<Service> PatchServiceAsync(string @namespace, string name, Patch patch, CancellationToken cancellationToken) =>
        await ReadAsync(
            new ApiCall(Name, "patch", "services", @namespace, name), HttpMethod.Patch,
            $"{Paths.Service(@namespace, name)}?fieldManager={Manager}", patch, KubernetesJson.Default.Service, ObjectLimit, cancellationToken);

    /// <summary>Whether we may do something in a namespace. Asking changes nothing, and keeps nothing.</summary>
    /// <param name="resource">With its part after a slash where it is one: <c>pods/log</c>.</param>
    public async Task<bool> MayAsync(string verb, string group, string resource, string @namespace, CancellationToken cancellationToken)
    {
        var parts = resource.Split('/');
        var asked = new JsonObject { ["namespace"] = @namespace, ["verb"] = verb, ["group"] = group, ["resource"] = parts[0] };
        if (parts.Length > 1) asked["subresource"] = parts[1];
        var body = new JsonObject { ["apiVersion"] = "authorization.k8s.io/v1", ["kind"] = "SelfSubjectAccessReview", ["spec"] = new JsonObject { ["resourceAttributes"] = asked } };
        var answer = await ReadAsync(
            new ApiCall(Name, "create", "selfsubjectaccessreviews", @namespace), HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", Patch.Whole(body),
            KubernetesJson.Default.JsonObject, ObjectLimit, cancellationToken);
        return answer["status"]?["allowed"]?.GetValueKind() == JsonValueKind.True;
    }

    /// <summary>A Deployment with everything in it, to make another from.</summary>
    public async Task<JsonObject> GetWholeDeploymentAsync(string @namespace, string name, CancellationToken cancellationToken) =>
        await ReadAsync(new ApiCall(Name, "get", "deployments", @namespace, name), HttpMethod.Get, Paths.Deployment(@namespace, name), null, KubernetesJson.Default.JsonObject, ObjectLimit, cancellationToken);

    public async Task<Deployment> CreateDeploymentAsync(string @namespace, string name, JsonObject body, CancellationToken cancellationToken) =>
        await ReadAsync(
            new ApiCall(Name, "create", "deployments", @namespace, name), HttpMethod.Post,
            $"{Paths.Deployments(@namespace)}?fieldManager={Manager}", Patch.Whole(body), KubernetesJson.Default.Deployment, ObjectLimit, cancellationToken);

    public async Task<Job> GetJobAsync(string @namespace, string name, CancellationToken cancellationToken) =>
        await ReadAsync(new ApiCall(Name, "get", "jobs", @namespace, name), HttpMethod.Get, Paths.Job(@namespace, name), null, KubernetesJson.Default.Job, ObjectLimit, cancellationToken);

    public async Task<Job> CreateJobAsync(string @namespace, string name, JsonObject body, CancellationToken cancellationToken) =>
        await ReadAsync(
            new ApiCall(Name, "create", "jobs", @namespace, name), HttpMethod.Post,
            $"{Paths.Jobs(@namespace)}?fieldManager={Manager}", Patch.Whole(body), KubernetesJson.Default.Job, ObjectLimit, cancellationToken);

    /// <summary>Ends a job and its pods. The API's own default would leave the pods.</summary>
    public async Task DeleteJobAsync(string @namespace, string name, CancellationToken cancellationToken) =>
        await ReadAsync(
            new ApiCall(Name, "delete", "jobs", @namespace, name), HttpMethod.Delete,
            $"{Paths.Job(@namespace, name)}?propagationPolicy=Background", null, KubernetesJson.Default.JsonObject, ObjectLimit, cancellationToken);

    /// <summary>The last lines that a container of a pod wrote.</summary>
    /// <param name="lines">At most so many.</param>
    /// <param name="bytes">At most so many; may cut a line.</param>
    public async Task<string> ReadLogAsync(string @namespace, string pod, string container, int lines, int bytes, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timings.Request, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var call = new ApiCall(Name, "get", "pods/log", @namespace, pod);
        try
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{Paths.Pods(@namespace)}/{Uri.EscapeDataString(pod)}/log?container={Uri.EscapeDataString(container)}&tailLines={lines}&limitBytes={bytes}");
            using var response = await SendAsync(call, HttpMethod.Get, path, null, either.Token);
            return await response.Content.ReadBoundedAsync(bytes * 2, either.Token) is { } body ? Encoding.UTF8.GetString(body) : "";
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ApiException.Unreachable(call, $"no answer within {timings.Request.TotalSeconds:0} s");
        }
        catch (IOException e)
        {
            throw ApiException.Unreachable(call, Lost.InWords(e));
        }
    }

    /// <summary>Everything that a path lists, page by page, and the version that a watch goes on from.</summary>
    public async Task<(List<T> Items, string Version)> ListAsync<T>(
        ApiCall call, string path, JsonTypeInfo<ObjectList<T>> type, CancellationToken cancellationToken)
    {
        var items = new List<T>();
        string? next = null;
        while (true)
        {
            var page = Paths.With(path, $"limit={PageSize}{(next is null ? "" : $"&continue={Uri.EscapeDataString(next)}")}");
            var list = await ReadAsync(call, HttpMethod.Get, page, null, type, PageLimit, cancellationToken);
            items.AddRange(list.Items ?? []);
            next = list.Metadata?.Continue;
            if (string.IsNullOrEmpty(next)) return (items, list.Metadata?.ResourceVersion ?? "");
        }
    }

    /// <summary>The lines of a watch until the server ends it.</summary>
    /// <param name="opened">Called when the server has accepted the watch.</param>
    public async IAsyncEnumerable<WatchLine> WatchAsync(
        ApiCall call, string path, string version, Action opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Random, so that all watches do not end together. A peer that says nothing at all for longer is gone.
        var asked = timings.WatchFor * (1 + Random.Shared.NextDouble());
        using var limit = new CancellationTokenSource(asked + timings.WatchGrace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var query = $"watch=true&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(version)}&timeoutSeconds={Math.Ceiling(asked.TotalSeconds).ToString(CultureInfo.InvariantCulture)}";
        using var response = await SendAsync(call, HttpMethod.Get, Paths.With(path, query), null, either.Token);
        opened();
        var pipe = PipeReader.Create(await response.Content.ReadAsStreamAsync(either.Token));
        while (true)
        {
            var (parsed, ended) = await NextLinesAsync(call, pipe, either.Token);
            foreach (var one in parsed) yield return one;
            if (ended) break;
        }
        await pipe.CompleteAsync();
    }

    public void Dispose() => line?.Http.Dispose();

    private static async Task<(List<WatchLine> Lines, bool Ended)> NextLinesAsync(ApiCall call, PipeReader pipe, CancellationToken cancellationToken)
    {
        try
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var (rest, lines) = (read.Buffer, new List<WatchLine>());
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var text = rest.Slice(0, end);
                rest = rest.Slice(rest.GetPosition(1, end));
                if (!text.IsEmpty) lines.Add(ParseLine(text));
            }
            if (rest.Length > ObjectLimit) throw ApiException.Unreachable(call, "it sent a line longer than any object");
            pipe.AdvanceTo(rest.Start, rest.End);
            return (lines, read.IsCompleted);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
        {
            throw ApiException.Unreachable(call, e is JsonException ? "it sent something that is not a watch" : Lost.InWords(e));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ApiException.Unreachable(call, "the connection was closed");
        }
    }

    private static WatchLine ParseLine(ReadOnlySequence<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        return JsonSerializer.Deserialize(ref reader, KubernetesJson.Default.WatchLine) ?? throw new JsonException("null");
    }

    private async Task<T> ReadAsync<T>(
        ApiCall call, HttpMethod method, string path, Patch? patch, JsonTypeInfo<T> type, int most, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timings.Request, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var response = await SendAsync(call, method, path, patch, either.Token);
            var body = await response.Content.ReadBoundedAsync(most, either.Token)
                ?? throw ApiException.Never("answer-too-long", $"The cluster {Name} answered for {call} with more than {most / (1024 * 1024)} MB.");
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ApiException.Unreachable(call, $"no answer within {timings.Request.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw ApiException.Unreachable(call, e is JsonException ? "it answered with something that is not its API's" : Lost.InWords(e));
        }
    }

    /// <summary>Sends; after a 401 once more with fresh credentials, where there may be any.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        ApiCall call, HttpMethod method, string path, Patch? patch, CancellationToken cancellationToken)
    {
        for (var refreshed = false; ; refreshed = true)
        {
            var credential = await CredentialAsync(cancellationToken);
            var response = await SendOnceAsync(call, credential, method, path, patch, cancellationToken);
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && access.Credentials.Forget(credential) && !refreshed) continue;
                throw await ApiException.ReadAsync(call, response, cancellationToken);
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        ApiCall call, Credential credential, HttpMethod method, string path, Patch? patch, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(access.Server, path));
        request.Headers.Authorization = credential.Header;
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.ParseAdd(Manager);
        // The handler takes the name for SNI and for the certificate's check from here; the API server does not look at it.
        if (access.TlsServerName is { } host) request.Headers.Host = host;
        foreach (var (name, value) in access.Impersonation) request.Headers.TryAddWithoutValidation(name, value);
        if (patch is not null)
        {
            request.Content = new StringContent(patch.Body.ToJsonString(), Encoding.UTF8);
            request.Content.Headers.ContentType = new(patch.ContentType);
        }
        try
        {
            return await LineFor(credential).SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw ApiException.Unreachable(call, Lost.InWords(e));
        }
        catch (Exception e) when ((e is OperationCanceledException or ObjectDisposedException) && !cancellationToken.IsCancellationRequested)
        {
            // The connection's own time limit, or connections given up for a new client certificate in the middle of this.
            throw ApiException.Unreachable(call, "no connection in time");
        }
    }

    private async ValueTask<Credential> CredentialAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await access.Credentials.CurrentAsync(cancellationToken);
        }
        catch (ClusterConfigException e)
        {
            throw ApiException.Misconfigured(Name, e.Message);
        }
    }

    /// <summary>Connections are bound to a client certificate: another one needs other connections.</summary>
    private HttpMessageInvoker LineFor(Credential credential)
    {
        lock (gate)
        {
            if (line is not null && ReferenceEquals(line.Certificate, credential.Certificate)) return line.Http;
            var old = line;
            line = new Line(credential.Certificate, new HttpMessageInvoker(access.Handler(credential.Certificate), disposeHandler: true));
            old?.Http.Dispose();
            return line.Http;
        }
    }

    private sealed record Line(ClientCertificate? Certificate, HttpMessageInvoker Http);
}
