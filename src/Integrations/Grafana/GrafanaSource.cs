using System.Globalization;
using ChatOps.Runbooks.Alerts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Grafana;

/// <summary>How Grafana's webhook contact point proves who it is.</summary>
public sealed class GrafanaOptions
{
    public const string Section = "Grafana";

    /// <summary>The secret of its HMAC signature; preferred.</summary>
    public string WebhookSecret { get; set; } = "";

    /// <summary>A bearer token, or the password of basic authentication, where it signs nothing.</summary>
    public string Token { get; set; } = "";

    public string SignatureHeader { get; set; } = "X-Grafana-Alerting-Signature";

    /// <summary>The header with the time that is signed too; empty = none is, and what was recorded can be told from its delivery only.</summary>
    public string TimestampHeader { get; set; } = "";
}

/// <summary>Grafana Alerting's webhook: Alertmanager's message with a few fields more.</summary>
/// <remarks>Source: grafana/alerting receivers/webhook/v1/webhook.go, http/hmac.go.</remarks>
internal sealed class GrafanaSource(IOptionsMonitor<GrafanaOptions> options) : IAlertSource
{
    /// <summary>How far a signed time may be from our clock, both ways.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    public string Name => "grafana";

    public bool Verify(WebhookRequest request)
    {
        var o = options.CurrentValue;
        if (o.WebhookSecret.Length == 0) return Signatures.IsAuthorized(o.Token, request.Header("Authorization"));
        if (o.TimestampHeader.Length == 0) return Signatures.IsHmac(o.WebhookSecret, request.Body.Span, request.Header(o.SignatureHeader));
        return request.Header(o.TimestampHeader) is { Length: > 0 and <= 20 } time && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs((decimal)request.ReceivedAt.ToUnixTimeSeconds() - seconds) <= (decimal)Window.TotalSeconds
            && Signatures.IsHmac(o.WebhookSecret, request.Body.Span, request.Header(o.SignatureHeader), time + ":");
    }

    public AlertReading Read(WebhookRequest request, AlertNames names) => Payload.Read(request.Body, root => PrometheusShape.Read(root, Name, names, request.ReceivedAt));
}

public static class GrafanaServices
{
    /// <summary>Grafana as a sender of alerts.</summary>
    public static IServiceCollection AddGrafana(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GrafanaOptions>().Bind(configuration.GetSection(GrafanaOptions.Section));
        return services.AddSingleton<IAlertSource, GrafanaSource>();
    }
}
