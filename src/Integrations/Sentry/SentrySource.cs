using System.Text.Json;
using ChatOps.Runbooks.Alerts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Sentry;

/// <summary>How Sentry proves who it is.</summary>
public sealed class SentryOptions
{
    public const string Section = "Sentry";

    /// <summary>The client secret of the internal integration: it signs its webhooks with it.</summary>
    public string ClientSecret { get; set; } = "";
}

/// <summary>Webhooks of Sentry's integration platform: issues, issue alerts, metric alerts.</summary>
/// <remarks>Source: getsentry/sentry-docs, integration-platform/webhooks. Signed over the raw body; its time is not signed.</remarks>
internal sealed class SentrySource(IOptionsMonitor<SentryOptions> options) : IAlertSource
{
    public string Name => "sentry";

    public bool Verify(WebhookRequest request) => Signatures.IsHmac(options.CurrentValue.ClientSecret, request.Body.Span, request.Header("Sentry-Hook-Signature"));

    public AlertReading Read(WebhookRequest request, AlertNames names) => Payload.Read(request.Body, root =>
    {
        var action = Payload.Text(root, "action");
        if (action is null || Payload.Find(root, "data") is not { } data) return new AlertReading.Unreadable("It has no action or no data.", Again: false);
        var alert = request.Header("Sentry-Hook-Resource") switch
        {
            "metric_alert" => Metric(data, action, request, names),
            "event_alert" => Event(data, request, names),
            "issue" => Issue(data, action, request, names),
            _ => null,
        };
        if (alert is null) return new AlertReading.Nothing($"{AlertShaper.Line(request.Header("Sentry-Hook-Resource"), 40)} {AlertShaper.Line(action, 40)} is no alert.");
        var key = request.Header("Request-ID") is { Length: > 0 and <= 100 } id ? id : Signatures.Digest(alert.Identity, action, alert.At.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new AlertReading.Taken($"{Name}:{key}", [alert]);
    });

    private Alert? Metric(JsonElement data, string action, WebhookRequest request, AlertNames names)
    {
        if (Payload.Find(data, "metric_alert") is not { } metric || Payload.Text(metric, "id") is not { } id) return null;
        var firing = action != "resolved";
        var labels = Labels(("environment", Payload.Text(metric, "alert_rule", "environment")), ("service", Payload.List(metric, "projects").Select(project => Payload.Text(project)).FirstOrDefault()));
        var at = firing ? Payload.Time(metric, "date_started") : Payload.Time(metric, "date_closed") ?? request.ReceivedAt;
        return AlertShaper.Shape(names, Name, $"metric:{id}", Payload.Text(metric, "alert_rule", "name") ?? Payload.Text(metric, "title"), firing, labels, Payload.Time(metric, "date_started"), at, request.ReceivedAt, action == "critical" ? Severity.Critical : Severity.Warning) with
        {
            Summary = AlertShaper.Summary(Payload.Text(data, "description_text") ?? Payload.Text(data, "description_title")),
            Links = AlertShaper.Links(("Sentry", Payload.Text(data, "web_url"))),
        };
    }

    /// <summary>An issue alert fires for each event that its rule matches, and never says that it is over: the issue does.</summary>
    private Alert? Event(JsonElement data, WebhookRequest request, AlertNames names)
    {
        if (Payload.Find(data, "event") is not { } what || Payload.Text(what, "issue_id") is not { } issue) return null;
        var tags = Payload.List(what, "tags").Where(pair => pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2)
            .Select(pair => (Name: Payload.Text(pair[0]) ?? "", Value: Payload.Text(pair[1]))).Where(tag => tag.Name.Length > 0).Take(AlertShaper.MostLabels).ToList();
        var labels = Labels([.. tags.Where(tag => tag.Name != "level"), ("rule", Payload.Text(data, "triggered_rule")), ("release", Payload.Text(what, "release"))]);
        return AlertShaper.Shape(names, Name, $"issue:{issue}", Payload.Text(what, "title") ?? Payload.Text(data, "triggered_rule"), true, labels, Payload.Time(what, "datetime") ?? Payload.Time(what, "timestamp"), null, request.ReceivedAt, LevelOf(Payload.Text(what, "level"))) with
        {
            Summary = AlertShaper.Summary(Payload.Text(what, "culprit")),
            Links = AlertShaper.Links(("Sentry", Payload.Text(what, "web_url"))),
            Ends = false,
        };
    }

    private Alert? Issue(JsonElement data, string action, WebhookRequest request, AlertNames names)
    {
        if (action == "assigned" || Payload.Find(data, "issue") is not { } issue || Payload.Text(issue, "id") is not { } id) return null;
        var firing = action is "created" or "unresolved";
        return AlertShaper.Shape(
            names, Name, $"issue:{id}", Payload.Text(issue, "title"), firing, Labels(("service", Payload.Text(issue, "project", "slug"))), Payload.Time(issue, "firstSeen"),
            firing ? Payload.Time(issue, "lastSeen") : request.ReceivedAt, request.ReceivedAt, LevelOf(Payload.Text(issue, "level"))) with
        {
            Summary = AlertShaper.Summary(Payload.Text(issue, "culprit")),
            Links = AlertShaper.Links(("Sentry", Payload.Text(issue, "web_url") ?? Payload.Text(issue, "permalink"))),
            Ends = false,
        };
    }

    /// <summary>An error in a program is a warning to whoever is on call; only what is fatal is more.</summary>
    private static Severity LevelOf(string? level) => level switch { "fatal" => Severity.Critical, "info" or "debug" => Severity.Info, _ => Severity.Warning };

    private static IEnumerable<KeyValuePair<string, string>> Labels(params IEnumerable<(string Name, string? Value)> labels) =>
        labels.Where(label => !string.IsNullOrEmpty(label.Value)).Select(label => KeyValuePair.Create(label.Name, label.Value!));
}

public static class SentryServices
{
    /// <summary>Sentry as a sender of alerts.</summary>
    public static IServiceCollection AddSentry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SentryOptions>().Bind(configuration.GetSection(SentryOptions.Section));
        return services.AddSingleton<IAlertSource, SentrySource>();
    }
}
