using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text.Json;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Alertmanager;

/// <summary>Asks Alertmanager's API v2 which alerts it knows to fire: silenced, it says neither that they fire nor that they are over.</summary>
/// <remarks>Source: prometheus/alertmanager notify (MuteStage drops resolved alerts too), api/v2/openapi.yaml. An alert's fingerprint is the one of its webhooks.</remarks>
internal sealed class AlertmanagerFiring(IOptions<AlertmanagerOptions> options, TimeProvider time) : IFiring, IDisposable
{
    private readonly ApiCalls calls = new("Alertmanager", options.Value.Url!, options.Value.Timeout, request =>
    {
        if (options.Value.ApiToken.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Value.ApiToken);
    }, time);

    public string System => "alertmanager";

    public async Task<Outcome<ImmutableHashSet<string>>> AskAsync(string alert, CancellationToken cancellationToken)
    {
        var filter = $"alertname=\"{alert.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        return await calls.SendAsync(HttpMethod.Get, $"api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true&filter={Uri.EscapeDataString(filter)}", null, cancellationToken) switch
        {
            Outcome<JsonElement>.Done { Value: { ValueKind: JsonValueKind.Array } list } => new Outcome<ImmutableHashSet<string>>.Done([.. list.EnumerateArray().Select(one => Payload.Text(one, "fingerprint")).OfType<string>()]),
            Outcome<JsonElement>.Later later => new Outcome<ImmutableHashSet<string>>.Later(later.Why, later.After),
            Outcome<JsonElement>.Never never => new Outcome<ImmutableHashSet<string>>.Never(never.Fault),
            _ => new Outcome<ImmutableHashSet<string>>.Later("Alertmanager's answer is no list."),
        };
    }

    public void Dispose() => calls.Dispose();
}
