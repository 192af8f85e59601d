using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Http;

/// <summary>One call of a JSON API at a time, and what its answer means: for systems of which a call or two is needed. It neither loops nor sleeps.</summary>
/// <param name="system">As people call it.</param>
/// <param name="authorize">Puts on each request what it needs to be let in.</param>
internal sealed class ApiCalls(string system, Uri address, TimeSpan timeout, Action<HttpRequestMessage> authorize, TimeProvider time) : IDisposable
{
    private const int LongestAnswer = 8 << 20, LongestReason = 200;

    private readonly HttpClient http = JsonCalls.NewHttp();

    private readonly Uri root = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    /// <summary>The answer's JSON; later for what may pass, never for what a person has to mend.</summary>
    public async Task<Outcome<JsonElement>> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var request = new HttpRequestMessage(method, new Uri(root, path));
        request.Headers.UserAgent.ParseAdd("chatops");
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        authorize(request);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode) return await RefusedAsync(response, either.Token);
            if (await response.Content.ReadBoundedAsync(LongestAnswer, either.Token) is not { } bytes) return Never("too-long", $"{system}'s answer is longer than {LongestAnswer >> 20} MB.", null);
            using var document = JsonDocument.Parse(bytes.Length == 0 ? "null"u8.ToArray() : bytes);
            return new Outcome<JsonElement>.Done(document.RootElement.Clone());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Outcome<JsonElement>.Later($"{system} did not answer in time.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new Outcome<JsonElement>.Later($"{system} can't be reached: {Lost.InWords(e)}.")
            {
                Untouched = e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError },
            };
        }
        catch (JsonException)
        {
            return new Outcome<JsonElement>.Later($"{system}'s answer could not be read.");
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<Outcome<JsonElement>> RefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var why = await response.ReadStartAsync(LongestReason, cancellationToken);
        var says = $"{system} answered {(int)response.StatusCode}{(why.Length == 0 ? "" : $": {why}")}";
        return response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => new Outcome<JsonElement>.Later(says, response.Headers.RetryAfter?.Delta) { Untouched = true },
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Never("not-let-in", says, $"Check the keys of {system} in the settings."),
            _ => Never("refused", says, null),
        };
    }

    private Outcome<JsonElement>.Never Never(string code, string why, string? next) => new(new Fault($"{system.ToLowerInvariant()}-{code}", why, next));
}
