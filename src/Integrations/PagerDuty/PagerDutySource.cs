using System.Text.Json;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Paging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.PagerDuty;

/// <summary>How PagerDuty proves who it is, and how it is reached.</summary>
public sealed class PagerDutyOptions
{
    public const string Section = "PagerDuty";

    /// <summary>The secret of the webhook subscription; while it is being replaced, both, with a comma between.</summary>
    public string WebhookSecret { get; set; } = "";

    public Uri ApiUrl { get; set; } = new("https://api.pagerduty.com/");

    /// <summary>A REST API key that may acknowledge incidents.</summary>
    public string ApiToken { get; set; } = "";

    /// <summary>The address of a user there, for those who have no account: writes need one.</summary>
    public string From { get; set; } = "";

    /// <summary>Where events are sent; in the EU service region <c>https://events.eu.pagerduty.com/</c>.</summary>
    public Uri EventsUrl { get; set; } = new("https://events.pagerduty.com/");

    /// <summary>The integration key of an Events API v2 integration; empty = the bot pages by itself.</summary>
    public string RoutingKey { get; set; } = "";

    /// <summary>The integration key that change events are sent to; empty = <see cref="RoutingKey"/>.</summary>
    public string ChangeKey { get; set; } = "";

    /// <summary>How long PagerDuty has to take a page before the bot pages by itself.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether its incidents carry the link to the one-click rollback. Whoever can read an incident can use it, in the name of whoever is on call.</summary>
    public bool RollbackLink { get; set; } = true;

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>PagerDuty's webhooks v3: incidents that begin, get worse and end.</summary>
/// <remarks>Source: PagerDuty/developer-docs docs/webhooks. One signature per secret; one match is enough. Never answered 4xx once it is verified: three refusals switch the subscription off.</remarks>
internal sealed class PagerDutySource(IOptionsMonitor<PagerDutyOptions> options) : IAlertSource
{
    private const int MostSignatures = 10;

    public string Name => "pagerduty";

    public bool Verify(WebhookRequest request)
    {
        if (request.Header("X-PagerDuty-Signature") is not { Length: > 0 and <= 2_000 } header) return false;
        var right = false;
        var body = request.Body;
        foreach (var given in header.Split(',', StringSplitOptions.TrimEntries).Where(one => one.StartsWith("v1=", StringComparison.Ordinal)).Take(MostSignatures))
        {
            foreach (var secret in options.CurrentValue.WebhookSecret.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) right |= Signatures.IsHmac(secret, body.Span, given[3..]);
        }

        return right;
    }

    public AlertReading Read(WebhookRequest request, AlertNames names) => Payload.Read(request.Body, root =>
    {
        if (Payload.Text(root, "event", "event_type") is not { } type || Payload.Find(root, "event", "data") is not { } data) return new AlertReading.Unreadable("It has no event.", Again: false);
        if (PageKeys.Read(Payload.Text(data, "incident_key")) is { } ours) return OfPage(request, root, type, ours.Subject, ours.Round);
        if (Payload.Text(data, "type") != "incident" || Payload.Text(data, "id") is not { } id || type is not ("incident.triggered" or "incident.reopened" or "incident.resolved" or "incident.priority_updated" or "incident.escalated"))
            return new AlertReading.Nothing($"{AlertShaper.Line(type, 60)} is no alert.");
        var firing = type != "incident.resolved" && Payload.Text(data, "status") != "resolved";
        var labels = new[] { ("service", Payload.Text(data, "service", "summary")), ("urgency", Payload.Text(data, "urgency")), ("priority", Payload.Text(data, "priority", "summary")), ("team", Payload.List(data, "teams").Select(team => Payload.Text(team, "summary")).FirstOrDefault()) };
        var at = Payload.Time(root, "event", "occurred_at");
        var alert = AlertShaper.Shape(
            names, Name, id, Payload.Text(data, "title"), firing, labels.Where(label => label.Item2 is not null).Select(label => KeyValuePair.Create(label.Item1, label.Item2!)),
            Payload.Time(data, "reopened_at") ?? Payload.Time(data, "created_at"), at, request.ReceivedAt,
            names.SeverityOf(Payload.Text(data, "priority", "summary")) ?? (Payload.Text(data, "urgency") == "low" ? Severity.Warning : Severity.Critical)) with
        {
            Links = AlertShaper.Links(("PagerDuty", Payload.Text(data, "html_url"))),
            Silence = new SilenceBy(Name, id),
        };
        var key = request.Header("X-Webhook-Id") is { Length: > 0 and <= 100 } given ? given : Payload.Text(root, "event", "id") ?? Signatures.Digest(id, type, alert.At.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new AlertReading.Taken($"{Name}:{Signatures.Bounded(key)}", [alert]);
    });

    /// <summary>An incident that the bot itself opened is no alert: it would page for its own page.</summary>
    private AlertReading OfPage(WebhookRequest request, JsonElement root, string type, string subject, int round)
    {
        var who = Payload.Text(root, "event", "agent", "type") == "user_reference" ? Payload.Text(root, "event", "agent", "summary") : null;
        PageCommand? what = (type, who) switch
        {
            ("incident.acknowledged", { } name) => new PageCommand.Acknowledge(null, AlertShaper.Line(name, 60), "PagerDuty", round),
            ("incident.resolved", { } name) => new PageCommand.End($"{AlertShaper.Line(name, 60)} resolved it in PagerDuty", round),
            _ => null,
        };
        if (what is null) return new AlertReading.Nothing("It is about a page of the bot, and nobody's answer.");
        var key = request.Header("X-Webhook-Id") is { Length: > 0 and <= 100 } given ? given : Payload.Text(root, "event", "id") ?? Signatures.Digest(subject, type);
        return new AlertReading.OfPage($"{Name}:{Signatures.Bounded(key)}", subject, what);
    }
}

public static class PagerDutyServices
{
    /// <summary>PagerDuty as a sender of alerts, and with a key as one whose incidents are acknowledged.</summary>
    public static IServiceCollection AddPagerDuty(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(PagerDutyOptions.Section);
        services.AddOptions<PagerDutyOptions>().Bind(section)
            .Validate(options => BaseAddress.Fault("PagerDuty:EventsUrl", options.EventsUrl, secret: true) is null, "PagerDuty:EventsUrl must be a full address, and https unless it is on this machine: a secret goes there.")
            .Validate(options => !options.RoutingKey.Any(char.IsWhiteSpace), "PagerDuty:RoutingKey contains white space: copy it again.")
            .Validate(options => options.Patience > TimeSpan.Zero && options.Patience <= TimeSpan.FromMinutes(10), "PagerDuty:Patience must be more than nothing and at most 10 minutes.")
            .ValidateOnStart();
        if (!string.IsNullOrEmpty(section["RoutingKey"]) || !string.IsNullOrEmpty(section["ChangeKey"])) services.AddSingleton<IDeploymentMarker, PagerDutyMarker>();
        if (!string.IsNullOrEmpty(section["RoutingKey"])) services.AddSingleton<IPager, PagerDutyPager>();
        services.AddSingleton<IAlertSource, PagerDutySource>();
        services.AddSingleton<ICheckUp, PagerDutyCheckUp>();
        return string.IsNullOrEmpty(section["ApiToken"]) ? services : services.AddSingleton<ISilencer, PagerDutyAcknowledgements>();
    }
}
