using System.Globalization;
using System.Text.Json;
using ChatOps.Runbooks.Catalog;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ChatOps.Integrations.Http;

/// <summary>Asks a service over HTTP whether it is well: once, without cookies, redirects or secrets.</summary>
internal sealed class HealthClient(TimeProvider time) : IDisposable
{
    private const int BodyLimit = 256 * 1024;

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,           // a redirect to a login page answers 200 and would pass for health
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>What came back, against what the probe expects. A service that can't be reached is an answer, not an exception.</summary>
    public async Task<HealthAnswer> AskAsync(HealthProbe probe, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var limit = new CancellationTokenSource(probe.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        string? wrong;
        try
        {
            wrong = await FindWrongAsync(probe, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            wrong = $"no answer within {probe.Timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s";
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            wrong = $"no connection: {Lost.InWords(e)}";
        }
        return new HealthAnswer(wrong is null, wrong ?? Healthy(probe), time.GetElapsedTime(began));
    }

    public void Dispose() => http.Dispose();

    private async Task<string?> FindWrongAsync(HealthProbe probe, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, probe.Url);
        request.Headers.UserAgent.ParseAdd("chatops-health");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if ((int)response.StatusCode != probe.Status) return $"{(int)response.StatusCode}, expected {probe.Status}";
        if (probe.Json.IsEmpty) return null;
        var body = await response.Content.ReadBoundedAsync(BodyLimit, cancellationToken);
        return body is null ? $"an answer of more than {BodyLimit / 1024} kB" : FindWrongField(probe, body);
    }

    private static string? FindWrongField(HealthProbe probe, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var wrong = probe.Json
                .Select(f => (Path: f.Key, Wanted: f.Value, Found: Field(json.RootElement, f.Key)))
                .Where(f => f.Found != f.Wanted)
                .Select(f => f.Found is null
                    ? $"{f.Path} is missing, expected {f.Wanted}"
                    : $"{f.Path} is {BoundedReads.Printable(f.Found, 60)}, expected {f.Wanted}")
                .ToList();
            return wrong.Count == 0 ? null : string.Join("; ", wrong);
        }
        catch (JsonException)
        {
            return "an answer that is not JSON";
        }
    }

    /// <summary>A field by dotted path, as text: <c>db.status</c>, <c>checks.0.ok</c>. A name that itself has dots is found too.</summary>
    private static string? Field(JsonElement at, string path)
    {
        if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(path, out var whole)) return Text(whole);
        var (name, rest) = path.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? (path[..dot], path[(dot + 1)..]) : (path, null);
        JsonElement? inner = at.ValueKind switch
        {
            JsonValueKind.Object when at.TryGetProperty(name, out var value) => value,
            JsonValueKind.Array when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < at.GetArrayLength() => at[i],
            _ => null,
        };
        return (inner, rest) switch
        {
            (null, _) => null,
            ({ } value, null) => Text(value),
            ({ } value, _) => Field(value, rest),
        };
    }

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static string Healthy(HealthProbe probe) =>
        probe.Json.IsEmpty ? $"{probe.Status}" : $"{probe.Status}, {string.Join(", ", probe.Json.Select(f => $"{f.Key} is {f.Value}"))}";
}

/// <summary>Wiring of what the folders share.</summary>
public static class HttpServices
{
    /// <summary>Adds the client that asks health questions. Safe to call more than once.</summary>
    public static IServiceCollection AddHealthProbes(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<HealthClient>();
        return services;
    }
}
