using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ChatOps.Integrations.Http;

/// <summary>What came of one call.</summary>
/// <param name="Value">The body, of a refusal too where it could be read; null when there is none that could be.</param>
/// <param name="Status">Zero when nothing answered.</param>
/// <param name="Why">What went wrong, in a sentence; null for a 2xx whose body was read.</param>
internal sealed record JsonAnswer<T>(T? Value, int Status, string? Why)
    where T : class;

/// <summary>Calls of one server that the settings name: one try each, bounded in time and size, and every failure a sentence. While the server asks for quiet, it doesn't call.</summary>
/// <param name="who">What it is called in sentences.</param>
internal sealed class JsonCalls(HttpClient http, string who, TimeSpan timeout, TimeProvider time)
{
    private const int BodyLimit = 4 << 20;
    private static readonly TimeSpan UsualQuiet = TimeSpan.FromSeconds(30), LongestQuiet = TimeSpan.FromMinutes(15);
    private long quietUntil;

    /// <summary>No cookies and no redirects: secrets go where the settings say, and nowhere else.</summary>
    public static HttpClient NewHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        MaxResponseHeadersLength = 64,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task<JsonAnswer<T>> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (Interlocked.Read(ref quietUntil) is var until && until > time.GetUtcNow().UtcTicks) return new(null, 0, $"{who} asked for a pause, until {new DateTimeOffset(until, TimeSpan.Zero).ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC.");
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            if (request.Headers.UserAgent.Count == 0) request.Headers.UserAgent.ParseAdd("chatops");
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if ((int)response.StatusCode == 429) return Quieten<T>(response);
            var body = await response.Content.ReadBoundedAsync(BodyLimit, either.Token);
            if (body is null) return new(null, (int)response.StatusCode, $"{who} answered more than {BodyLimit >> 20} MB.");
            var value = Read(body, type);
            return new(value, (int)response.StatusCode, !response.IsSuccessStatusCode ? $"{who} answered {(int)response.StatusCode}." : value is null ? $"{who} answered something that can't be read." : null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, 0, string.Create(CultureInfo.InvariantCulture, $"{who} did not answer within {timeout.TotalSeconds:0.#} s."));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(null, 0, $"{who} can't be reached: {Lost.InWords(e)}.");
        }
    }

    private JsonAnswer<T> Quieten<T>(HttpResponseMessage response)
        where T : class
    {
        // Seconds until a new allowance, as Datadog says it; Retry-After, as everybody else does.
        var asked = response.Headers.RetryAfter?.Delta
            ?? (response.Headers.TryGetValues("X-RateLimit-Reset", out var reset) && int.TryParse(reset.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < LongestQuiet.TotalSeconds ? TimeSpan.FromSeconds(seconds) : UsualQuiet);
        var pause = asked > LongestQuiet ? LongestQuiet : asked;
        Interlocked.Exchange(ref quietUntil, (time.GetUtcNow() + pause).UtcTicks);
        return new(null, 429, string.Create(CultureInfo.InvariantCulture, $"{who} asks for a pause of {pause.TotalSeconds:0} s."));
    }

    private static T? Read<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
