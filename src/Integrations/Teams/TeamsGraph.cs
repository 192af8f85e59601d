using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

/// <summary>Calls of Microsoft Graph with the bot's own token, for what the connector can't do.</summary>
internal sealed partial class TeamsGraph(HttpClient http, BotTokens tokens, IOptionsMonitor<TeamsOptions> options, TimeProvider clock, ILogger<TeamsGraph> logger)
{
    private const int MostBytes = 8 << 20;

    /// <param name="path">Below <c>Teams:GraphUrl</c>.</param>
    /// <param name="call">What is wanted, in words for people.</param>
    public async Task<TeamsAnswer<T>> SendAsync<T>(HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type, string call, CancellationToken cancellationToken)
        where T : class, new()
    {
        var (graph, scope) = (options.CurrentValue.GraphUrl, new Uri(options.CurrentValue.GraphUrl, "/.default").AbsoluteUri);
        for (var fresh = false; ; fresh = true)
        {
            switch (await tokens.GetAsync(scope, cancellationToken))
            {
                case Outcome<string>.Never never: return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "sign-in") { SignIn = never.Fault });
                case Outcome<string>.Later later: return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "sign-in", later.After));
                case Outcome<string>.Done { Value: var token }:
                    var answer = await OnceAsync(new Uri(graph, path), method, body, token, type, call, cancellationToken);
                    if (fresh || answer is not TeamsAnswer<T>.Failed { Failure.Status: 401 }) return answer;
                    tokens.Forget(scope, token);
                    break;
                default: throw new InvalidOperationException("An outcome is one of three.");
            }
        }
    }

    private async Task<TeamsAnswer<T>> OnceAsync<T>(Uri url, HttpMethod method, byte[]? body, string token, JsonTypeInfo<T> type, string call, CancellationToken cancellationToken)
        where T : class, new()
    {
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) (request.Content = new ByteArrayContent(body)).Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.CurrentValue.Timeout);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var bytes = await response.Content.ReadBoundedAsync(MostBytes, limit.Token);
            if (response.IsSuccessStatusCode) return new TeamsAnswer<T>.Ok(bytes is null or { Length: 0 } ? new T() : JsonSerializer.Deserialize(bytes, type) ?? new T());
            var code = CodeOf(bytes ?? []);
            Log.Refused(logger, call, (int)response.StatusCode, code);
            return new TeamsAnswer<T>.Failed(new TeamsFailure(call, (int)response.StatusCode, code, Retry.After(response, clock)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "timeout"));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "unreachable"));
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            return new TeamsAnswer<T>.Failed(new TeamsFailure(call, 0, "unreadable"));
        }
    }

    private static string CodeOf(byte[] body)
    {
        try
        {
            return BoundedReads.Printable(JsonSerializer.Deserialize(body, TeamsJson.Default.ErrorBody)?.Error?.Code ?? "", 60);
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(340, LogLevel.Warning, "Microsoft Graph refused {Call}: {Status} {Code}")]
        public static partial void Refused(ILogger logger, string call, int status, string code);
    }
}
