using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ChatOps.Integrations.Http;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Datadog;

/// <summary>Whether Datadog takes the keys, and lets them read metrics.</summary>
/// <remarks>Source: docs.datadoghq.com/api/latest, "Validate API key" (v1; 403 = no such key) and "Query timeseries points" (v1; <c>timeseries_query</c>).</remarks>
internal sealed class DatadogCheckUp(IOptions<DatadogMetricsOptions> options, TimeProvider time) : ICheckUp
{
    public string System => "Datadog";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        var current = options.Value;
        if (current.ApiKey.Length == 0) return [new Symptom(System, "keys", Health.Off, "No key is set: gates can't ask it, monitors are not muted and it is not told of deployments.", "Set Datadog:ApiKey and Datadog:AppKey (docs/gates.md).")];
        var answer = await AskAsync(current, "api/v1/validate", cancellationToken);

        // Here 403 means that there is no such key.
        var key = (answer with { Status = answer.Status == 403 ? 401 : answer.Status }).Judge(System, "API key", "The API key is good.", "Datadog:ApiKey and Datadog:ApiUrl, which is the site's own", "more rights");
        ImmutableArray<Symptom> found = [key, .. answer.Clocks(System, time.GetUtcNow())];
        if (key.Health != Health.Good) return found;
        return found.Add(current.AppKey.Length == 0
            ? new Symptom(System, "metrics", Health.Off, "No application key is set: gates can't ask it, and monitors are not muted.", "Set Datadog:AppKey (docs/gates.md).")
            : await MetricsAsync(current, cancellationToken));
    }

    private async Task<Symptom> MetricsAsync(DatadogMetricsOptions current, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var answer = await AskAsync(current, string.Create(CultureInfo.InvariantCulture, $"api/v1/query?from={now - 60}&to={now}&query={Uri.EscapeDataString("avg:system.load.1{*}")}"), cancellationToken);
        var metrics = answer.Judge(System, "metrics", "It answers queries.", "Datadog:AppKey", "the permission timeseries_query; for silences monitors_downtime too");

        // A query can fail with 200; what it says is not shown, since what matters is that it may be asked.
        return metrics.Health == Health.Good && Status(answer.Start) == "error" ? metrics with { Health = Health.Weak, Says = "It takes queries, but failed to answer one.", Mend = "Look again in a minute." } : metrics;
    }

    private static Task<ProbeAnswer> AskAsync(DatadogMetricsOptions current, string path, CancellationToken cancellationToken) => Probe.AskAsync(HttpMethod.Get, new Uri(current.ApiUrl, path), request =>
    {
        request.Headers.TryAddWithoutValidation("DD-API-KEY", current.ApiKey);
        if (current.AppKey.Length > 0) request.Headers.TryAddWithoutValidation("DD-APPLICATION-KEY", current.AppKey);
    }, cancellationToken);

    private static string? Status(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, DatadogMetricsJson.Default.DatadogSeriesAnswer)?.Status;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
