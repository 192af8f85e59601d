using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing;

/// <summary>A registry of container images on loopback: it has the images that the test names, and lets in who holds a token that it handed out for that repository.</summary>
public sealed class RegistryStandIn : IAsyncDisposable
{
    public const string User = "puller", Password = "pull-secret-1";

    private readonly WebApplication app;

    private RegistryStandIn(WebApplication app) => this.app = app;

    /// <summary><c>api:v1.2.3</c>, <c>shop/api@sha256:…</c>.</summary>
    public ConcurrentDictionary<string, bool> Images { get; } = new();

    public Uri Address { get; private set; } = null!;

    /// <summary>How it asks who comes: <c>Bearer</c>, <c>Basic</c>, or nothing.</summary>
    public string Scheme { get; set; } = "Bearer";

    /// <summary>Where it says that tokens are; left alone, its own.</summary>
    public string? Realm { get; set; }

    /// <summary>Answered instead of anything else; null = nothing.</summary>
    public int? Instead { get; set; }

    /// <summary>Every request: method, path and what it was authorized by.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    private string Basic => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    public static async Task<RegistryStandIn> StartAsync()
    {
        var it = await Loopback.StartAsync(app => new RegistryStandIn(app), (it, context) => it.AnswerAsync(context));
        it.Address = new Uri(it.app.Urls.First() + "/");
        return it;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var pass = request.Headers.Authorization.ToString();
        Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString} {pass.Split(' ')[0]}".TrimEnd());
        var parts = request.Path.Value!.Split("/manifests/");
        var repository = parts[0].Replace("/v2/", "", StringComparison.Ordinal);
        if (Instead is { } status)
        {
            response.StatusCode = status;
            response.Headers.RetryAfter = "7";
        }
        else if (request.Path == "/token")
        {
            response.StatusCode = pass == Basic ? 200 : 401;
            if (pass == Basic) await response.WriteAsync($$"""{"access_token":"for:{{request.Query["scope"]}}","expires_in":300}""");
        }
        else if (Scheme == "Bearer" && pass != $"Bearer for:{ScopeOf(repository)}")
        {
            response.StatusCode = 401;
            response.Headers.WWWAuthenticate = $"Bearer realm=\"{Realm ?? $"{Address}token"}\",service=\"stand-in\"" + (ScopeOf(repository) is { Length: > 0 } scope ? $",scope=\"{scope}\"" : "");
        }
        else if (Scheme == "Basic" && pass != Basic)
        {
            response.StatusCode = 401;
            response.Headers.WWWAuthenticate = "Basic realm=\"stand-in\"";
        }
        else if (parts is [_, var reference])
        {
            var accepted = request.Headers.Accept.ToString().Contains("image.index", StringComparison.Ordinal);
            response.StatusCode = accepted && (Images.ContainsKey($"{repository}:{reference}") || Images.ContainsKey($"{repository}@{reference}")) ? 200 : 404;
        }
        else
        {
            response.StatusCode = request.Path == "/v2/" ? 200 : 404;
        }
    }

    private static string ScopeOf(string repository) => repository.Length == 0 ? "" : $"repository:{repository}:pull";
}
