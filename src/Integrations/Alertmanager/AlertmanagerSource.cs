using ChatOps.Runbooks.Alerts;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Alertmanager;

/// <summary>Alertmanager's webhook, version 4. It signs nothing: a token tells that it is the one.</summary>
/// <remarks>Source: prometheus/alertmanager notify/webhook/webhook.go, docs/configuration.md (http_config).</remarks>
internal sealed class AlertmanagerSource(IOptionsMonitor<AlertmanagerOptions> options) : IAlertSource
{
    public string Name => "alertmanager";

    public bool Verify(WebhookRequest request) => Signatures.IsAuthorized(options.CurrentValue.Token, request.Header("Authorization"));

    public AlertReading Read(WebhookRequest request, AlertNames names) => Payload.Read(request.Body, root => PrometheusShape.Read(root, Name, names, request.ReceivedAt));
}
