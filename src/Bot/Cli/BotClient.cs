using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ChatOps.Bot.Endpoints;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Cli;

/// <summary>Speaks to a running bot through its API.</summary>
internal sealed class BotClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpClient http;

    /// <param name="token">Says who asks; null where the demo's persona does.</param>
    public BotClient(Uri address, string? token)
    {
        // A proxy can't reach this machine's own loopback, and a redirect must not carry the token to somebody else.
        var handler = new SocketsHttpHandler { UseProxy = !address.IsLoopback, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) };
        http = new HttpClient(handler) { BaseAddress = address, Timeout = Patience, MaxResponseContentBufferSize = 4 << 20 };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Says a command. It is sent once more when the connection broke: under the same delivery it is done once.</summary>
    public async Task<Asked<ApiReply>> SayAsync(ApiCommand request, CancellationToken cancellationToken)
    {
        var first = await SendAsync();
        return first is Asked<ApiReply>.Unreachable { Broken: true } ? await SendAsync() : first;

        Task<Asked<ApiReply>> SendAsync() => AskAsync(
            () => http.PostAsJsonAsync("api/v1/commands", request, ApiJson.Default.ApiCommand, cancellationToken), ApiJson.Default.ApiReply, cancellationToken);
    }

    /// <summary>How a run stands.</summary>
    public Task<Asked<ApiRun>> LookAsync(RunId run, CancellationToken cancellationToken) =>
        AskAsync(() => http.GetAsync($"api/v1/runs/{run}", cancellationToken), ApiJson.Default.ApiRun, cancellationToken);

    public void Dispose() => http.Dispose();

    private async Task<Asked<T>> AskAsync<T>(Func<Task<HttpResponseMessage>> ask, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await ask();
            if (response.IsSuccessStatusCode && await response.Content.ReadFromJsonAsync(type, cancellationToken) is { } answer) return new Asked<T>.Answered(answer);
            return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge
                ? new Asked<T>.Rejected((int)response.StatusCode, await WhyAsync(response, cancellationToken))
                : new Asked<T>.Unreachable($"{http.BaseAddress} answered {(int)response.StatusCode} {response.ReasonPhrase}, not as a bot does.", Broken: false);
        }
        catch (HttpRequestException fault)
        {
            return new Asked<T>.Unreachable($"{http.BaseAddress} can't be reached: {fault.Message}", fault.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.Unknown);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Asked<T>.Unreachable($"{http.BaseAddress} did not answer within {Words.Duration(Patience)}.", Broken: false);
        }
        catch (JsonException)
        {
            return new Asked<T>.Unreachable($"{http.BaseAddress} did not answer as a bot of this version does.", Broken: false);
        }
    }

    /// <summary>What the bot gave as its reason: an <see cref="ApiProblem"/> or a short text.</summary>
    private static async Task<string> WhyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            if (JsonSerializer.Deserialize(body, ApiJson.Default.ApiProblem) is { Problem: { Length: > 0 } problem }) return problem;
        }
        catch (JsonException)
        {
            // Then it is a text.
        }

        return body.Length is > 0 and < 500 ? body : response.ReasonPhrase ?? "";
    }
}

/// <summary>What came of asking the bot.</summary>
internal abstract record Asked<T>
{
    private Asked() { }

    public sealed record Answered(T Answer) : Asked<T>;

    /// <summary>The bot is there, and would not take the request.</summary>
    public sealed record Rejected(int Status, string Why) : Asked<T>;

    /// <param name="Broken">The connection broke on the way: the bot may or may not have heard.</param>
    public sealed record Unreachable(string Why, bool Broken) : Asked<T>;
}
