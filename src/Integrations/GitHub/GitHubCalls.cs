using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.GitHub;

/// <summary>One page of an answer.</summary>
/// <param name="Next">Where the next one is; null for the last.</param>
internal sealed record Page<T>(T Value, Uri? Next);

/// <summary>Single calls of GitHub's REST API, and what their answers mean. It neither loops nor sleeps; while GitHub asks for quiet, it doesn't call.</summary>
internal sealed partial class GitHubCalls(HttpClient http, IOptions<GitHubOptions> options, TimeProvider time, ILogger<GitHubCalls> logger)
{
    private const int BodyLimit = 16 << 20, Moves = 2;
    private long quietUntil;

    /// <summary>What is asked for isn't there, or the bot may not see it.</summary>
    public const string NotFound = "github-not-found";

    /// <summary>The repository is there and can be read, and no such commit or tag is in it.</summary>
    public const string NoCommit = "github-no-commit";

    /// <summary>GitHub does not know who is asking.</summary>
    public const string NotSignedIn = "github-not-signed-in";

    public Uri Address(string path) => new(options.Value.ApiUrl, path);

    public async Task<Outcome<Page<T>>> SendAsync<T>(HttpMethod method, Uri url, string token, JsonTypeInfo<T> type, CancellationToken cancellationToken, JsonObject? body = null)
    {
        var now = time.GetUtcNow();
        if (new DateTimeOffset(Interlocked.Read(ref quietUntil), TimeSpan.Zero) is var until && until > now) return new Outcome<Page<T>>.Later("GitHub has asked for a pause.", until - now);
        using var limit = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await FollowAsync(method, url, token, body, type, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Outcome<Page<T>>.Later("GitHub did not answer in time.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            Log.Unreachable(logger, url.AbsolutePath, Lost.InWords(e));
            return new Outcome<Page<T>>.Later($"GitHub can't be reached: {Lost.InWords(e)}.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            Log.Unreadable(logger, url.AbsolutePath, e.GetType().Name);
            return new Outcome<Page<T>>.Later("GitHub's answer could not be read.");
        }
    }

    // The token goes along by hand, since .NET drops it when it follows; a renamed repository answers 301, at the same origin.
    private async Task<Outcome<Page<T>>> FollowAsync<T>(HttpMethod method, Uri url, string token, JsonObject? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        for (var moves = 0; ; moves++)
        {
            using var request = NewRequest(method, url, token, body);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            Log.Answered(logger, url.AbsolutePath, (int)response.StatusCode);
            if ((int)response.StatusCode is not (301 or 302 or 307 or 308)) return await ReadAsync(url, response, type, cancellationToken);
            if (moves == Moves || response.Headers.Location is not { } to || !Uri.TryCreate(url, to, out var target) || Ours(target) is not { } next)
                return new Outcome<Page<T>>.Never(new Fault("github-moved", "GitHub sends the bot on to another address.", "Check whether the repository was renamed, and GitHub:ApiUrl."));
            url = next;
        }
    }

    private async Task<Outcome<Page<T>>> ReadAsync<T>(Uri url, HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            var refused = Refusals.Judge<Page<T>>(response, await MessageAsync(response, cancellationToken), time.GetUtcNow());
            if (refused is Outcome<Page<T>>.Later { After: { } pause } && (int)response.StatusCode is 403 or 429) Interlocked.Exchange(ref quietUntil, (time.GetUtcNow() + pause).UtcTicks);
            return refused;
        }

        if (await response.Content.ReadBoundedAsync(BodyLimit, cancellationToken) is not { } body)
            return new Outcome<Page<T>>.Never(new Fault("github-too-long", $"GitHub's answer is longer than {BodyLimit >> 20} MB."));
        return JsonSerializer.Deserialize(body, type) is { } value
            ? new Outcome<Page<T>>.Done(new Page<T>(value, Next(url, response)))
            : throw new JsonException("null");
    }

    private static async Task<string> MessageAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var (body, _) = await response.Content.ReadAtMostAsync(64 * 1024, cancellationToken);
            return JsonSerializer.Deserialize(body, GitHubJson.Default.ErrorBody)?.Message ?? "";
        }
        catch (JsonException)
        {
            return "";       // the status says enough
        }
    }

    private Uri? Next(Uri url, HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var links)) return null;
        var next = links.SelectMany(link => link.Split(',')).FirstOrDefault(link => link.Contains("rel=\"next\"", StringComparison.Ordinal));
        var (from, to) = (next?.IndexOf('<', StringComparison.Ordinal) ?? -1, next?.IndexOf('>', StringComparison.Ordinal) ?? -1);
        return from >= 0 && to > from && Uri.TryCreate(url, next![(from + 1)..to], out var target) ? Ours(target) : null;
    }

    /// <summary>Null for an address that is not the API's own: the token must not go there.</summary>
    private Uri? Ours(Uri url) => url.GetLeftPart(UriPartial.Authority) == options.Value.ApiUrl.GetLeftPart(UriPartial.Authority) ? url : null;

    private static HttpRequestMessage NewRequest(HttpMethod method, Uri url, string token, JsonObject? body)
    {
        var request = new HttpRequestMessage(method, url);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.UserAgent.ParseAdd("chatops");
        request.Headers.Accept.ParseAdd("application/vnd.github+json");
        request.Headers.Add("X-GitHub-Api-Version", "2022-11-28");
        return request;
    }

    private static partial class Log
    {
        [LoggerMessage(700, LogLevel.Debug, "GitHub answered {Path} with {Status}")]
        public static partial void Answered(ILogger logger, string path, int status);

        [LoggerMessage(701, LogLevel.Warning, "GitHub can't be reached for {Path}: {Problem}")]
        public static partial void Unreachable(ILogger logger, string path, string problem);

        [LoggerMessage(702, LogLevel.Warning, "GitHub's answer to {Path} could not be read: {Problem}")]
        public static partial void Unreadable(ILogger logger, string path, string problem);
    }
}
