using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Registry;

/// <summary>Asks one registry whether it has a manifest. It neither loops nor sleeps.</summary>
/// <remarks>
/// Sources: the OCI distribution specification 1.1, "Checking if content exists in the registry"; the token protocol of
/// distribution.github.io/distribution/spec/auth/token. No library that speaks it restores, hence these few lines.
/// </remarks>
internal sealed class RegistryClient(RegistryOptions options, TimeProvider time) : IDisposable
{
    private const int LongestToken = 64 * 1024;

    /// <summary>Without these a registry answers in a form of 2015, or not at all where only an index is kept.</summary>
    private static readonly string[] Forms =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly HttpClient http = JsonCalls.NewHttp();

    public Task<Outcome<ImageSeen>> FindAsync(ImageReference image, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Head, $"v2/{image.Repository}/manifests/{image.Reference}", cancellationToken);

    /// <summary>Whether it lets us in at all. The image is said to be there when it does.</summary>
    public Task<Outcome<ImageSeen>> KnockAsync(CancellationToken cancellationToken) => AskAsync(HttpMethod.Get, "v2/", cancellationToken);

    public void Dispose() => http.Dispose();

    private async Task<Outcome<ImageSeen>> AskAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var first = await SendAsync(method, path, null, either.Token);
            if (first.StatusCode != HttpStatusCode.Unauthorized) return Judge(first);
            if (await AnswerAsync(first, either.Token) is not { } pass) return Never("not-let-in", "does not let us in, and asks for it in a way that is not understood", $"It has to ask for Basic or Bearer, with tokens from {options.TokensFrom}; else set TokenHost.");
            using var second = await SendAsync(method, path, pass, either.Token);
            return Judge(second);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Outcome<ImageSeen>.Later($"{options.Host} did not answer in time.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new Outcome<ImageSeen>.Later($"{options.Host} can't be reached: {Lost.InWords(e)}.");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, AuthenticationHeaderValue? pass, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(options.Api, path));
        request.Headers.UserAgent.ParseAdd("chatops");
        foreach (var form in Forms) request.Headers.Accept.ParseAdd(form);
        request.Headers.Authorization = pass;
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private Outcome<ImageSeen> Judge(HttpResponseMessage answer) => answer.StatusCode switch
    {
        HttpStatusCode.OK => new Outcome<ImageSeen>.Done(new ImageSeen(true)),
        HttpStatusCode.NotFound => new Outcome<ImageSeen>.Done(new ImageSeen(false)),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Never("not-let-in", $"answered {(int)answer.StatusCode}", "Check its User and Password under Registries: they must be allowed to pull."),
        var status => new Outcome<ImageSeen>.Later($"{options.Host} answered {(int)status}.", answer.Headers.RetryAfter?.Delta),
    };

    /// <summary>What the second request carries; null when there is nothing that may be.</summary>
    private async Task<AuthenticationHeaderValue?> AnswerAsync(HttpResponseMessage refusal, CancellationToken cancellationToken)
    {
        foreach (var challenge in refusal.Headers.WwwAuthenticate)
        {
            if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && Basic is { } basic) return basic;
            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && await TokenAsync(challenge.Parameter ?? "", cancellationToken) is { } token) return new AuthenticationHeaderValue("Bearer", token);
        }

        return null;
    }

    private AuthenticationHeaderValue? Basic => options.User.Length == 0 ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}")));

    private async Task<string?> TokenAsync(string challenge, CancellationToken cancellationToken)
    {
        var asked = Parameters(challenge);
        if (!asked.TryGetValue("realm", out var realm) || !Uri.TryCreate(realm, UriKind.Absolute, out var at) || !MayBeTold(at)) return null;
        var query = string.Join('&', asked.Where(pair => pair.Key is "service" or "scope").Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(at) { Query = query }.Uri);
        request.Headers.UserAgent.ParseAdd("chatops");
        request.Headers.Authorization = Basic;
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode || await answer.Content.ReadBoundedAsync(LongestToken, cancellationToken) is not { } body) return null;
        try
        {
            using var read = JsonDocument.Parse(body);
            return read.Text("token") ?? read.Text("access_token");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The refusal of a registry names where the password is to be taken: only where the settings say.</summary>
    private bool MayBeTold(Uri realm) =>
        (realm.Scheme == "https" || (realm.IsLoopback && options.Api.IsLoopback)) && realm.UserInfo.Length == 0
        && (realm.Host.Equals(options.TokensFrom, StringComparison.OrdinalIgnoreCase) || realm.Host.Equals(options.Api.Host, StringComparison.OrdinalIgnoreCase));

    /// <summary><c>realm="…",service="…"</c>: quoted texts, without escapes, as every registry writes them.</summary>
    private static Dictionary<string, string> Parameters(string challenge)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var rest = challenge.AsSpan(); rest.IndexOf('=') is var equals and > 0 && equals + 1 < rest.Length && rest[equals + 1] == '"';)
        {
            var value = rest[(equals + 2)..];
            if (value.IndexOf('"') is not (>= 0 and var end)) break;
            found[rest[..equals].Trim(" ,").ToString()] = value[..end].ToString();
            rest = value[(end + 1)..];
        }

        return found;
    }

    private Outcome<ImageSeen>.Never Never(string code, string why, string next) => new(new Fault($"registry-{code}", $"{options.Host} {why}.", next));
}
