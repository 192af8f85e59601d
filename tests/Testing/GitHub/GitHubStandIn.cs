using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ChatOps.Testing.GitHub;

/// <summary>A GitHub of our own on a free port of this machine: it says what it was told to, and else what GitHub says to the unknown.</summary>
public sealed class GitHubStandIn : IAsyncDisposable
{
    public const string Repo = "/repos/octocat/Hello-World", Token = "stand-in-token";

    /// <summary>The commit of the recorded answers.</summary>
    public const string Sha = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

    private readonly ConcurrentDictionary<string, (int Status, string Body, (string Name, string Value)[] Headers)> answers = new();
    private readonly ConcurrentQueue<(string Call, string Authorization)> calls = new();
    private readonly WebApplication app;

    private GitHubStandIn(WebApplication app) => this.app = app;

    public Uri ApiUrl { get; private set; } = null!;

    /// <summary>What the bot has to be told to find us, by configuration key.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["GitHub:ApiUrl"] = ApiUrl.AbsoluteUri, ["GitHub:Token"] = Token };

    /// <summary>Method and path of each call, in order.</summary>
    public IReadOnlyList<string> Calls => [.. calls.Select(call => call.Call)];

    /// <summary>What each call was signed in with.</summary>
    public IReadOnlyList<string> Authorizations => [.. calls.Select(call => call.Authorization)];

    /// <summary>Answers before anything else does, by method, path and body; null = the usual answer.</summary>
    public Func<string, string, string, (int Status, string Body)?>? Also { get; set; }

    /// <summary>What was written to the repository.</summary>
    public GitHubWrites Writes { get; } = new();

    /// <summary>Every connection breaks.</summary>
    public bool IsUnreachable { get; set; }

    /// <summary>What a call waits for before it is answered.</summary>
    public Task Held { get; set; } = Task.CompletedTask;

    public static async Task<GitHubStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var standIn = new GitHubStandIn(server);
        server.Run(standIn.AnswerAsync);
        await server.StartAsync();
        standIn.ApiUrl = new Uri(server.Urls.First() + "/");
        return standIn;
    }

    public static string Recorded(string name) => File.ReadAllText(Path.Combine(Repository.Root, "tests", "Testing", "Recorded", "github", name + ".json"));

    /// <summary>What a path answers from now on; of the query only the page counts, written like <c>…?page=2</c>.</summary>
    public GitHubStandIn Say(string path, string body, int status = 200, params (string Name, string Value)[] headers)
    {
        answers[path] = (status, body, headers);
        return this;
    }

    /// <summary>A tag, with the recorded commit or one of another hash.</summary>
    public GitHubStandIn Tag(string tag, string sha = Sha) => Say($"{Repo}/commits/tags%2F{tag}", Commit(sha));

    public static string Commit(string sha = Sha) => Recorded("commit").Replace(Sha, sha, StringComparison.Ordinal);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (IsUnreachable)
        {
            context.Abort();
            return;
        }

        await Held;
        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body);
        var asked = await reader.ReadToEndAsync();
        context.Request.Body.Position = 0;
        var query = context.Request.Query;
        var path = context.Request.Path.Value + (query["page"].ToString() is { Length: > 0 } page ? $"?page={page}" : query["ref"].ToString() is { Length: > 0 } reference ? $"?ref={reference}" : "");
        calls.Enqueue(($"{context.Request.Method} {path}", context.Request.Headers.Authorization.ToString()));
        if (await Writes.AnswerAsync(context)) return;
        var also = Also?.Invoke(context.Request.Method, context.Request.Path.Value!, asked);
        var unknown = path.StartsWith($"{Repo}/commits/", StringComparison.Ordinal) && !path[$"{Repo}/commits/".Length..].Contains('/', StringComparison.Ordinal)
            ? (422, $$"""{"message":"No commit found for SHA: {{path.Split('/')[^1]}}","status":"422"}""", [])
            : (404, """{"message":"Not Found","status":"404"}""", Array.Empty<(string, string)>());
        var (status, body, headers) = also is { } own ? (own.Status, own.Body, []) : answers.GetValueOrDefault(path, unknown);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        await context.Response.WriteAsync(body);
    }
}
