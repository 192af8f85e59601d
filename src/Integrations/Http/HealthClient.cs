using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Evidence;
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
        foreach (var (name, value) in probe.Headers ?? ImmutableSortedDictionary<string, string>.Empty) request.Headers.TryAddWithoutValidation(name, value);
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
            return JsonFields.Wrong(json.RootElement, probe.Json);
        }
        catch (JsonException)
        {
            return "an answer that is not JSON";
        }
    }

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
