using System.Collections.Immutable;
using System.Text.Json;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Reads the message that Alertmanager made and Grafana took over. Unknown fields are ignored.</summary>
/// <remarks>Source: prometheus/alertmanager notify/webhook/webhook.go, template/template.go; grafana/alerting receivers/webhook.</remarks>
public static class PrometheusShape
{
    /// <summary>More alerts in one message are counted, not read.</summary>
    public const int MostAlerts = 20_000;

    public static AlertReading Read(JsonElement root, string source, AlertNames names, DateTimeOffset now)
    {
        if (Payload.Text(root, "version") is null || Payload.Find(root, "alerts") is not { ValueKind: JsonValueKind.Array } list)
            return new AlertReading.Unreadable("It has no version or no alerts: a template seems to have replaced the usual message.", Again: false);
        var external = Payload.Text(root, "externalURL");
        var alerts = ImmutableArray.CreateBuilder<Alert>();
        foreach (var one in list.EnumerateArray().Take(MostAlerts))
        {
            if (AlertOf(one, source, external, names, now) is { } alert) alerts.Add(alert);
        }

        var left = list.GetArrayLength() - Math.Min(list.GetArrayLength(), MostAlerts) + (int.TryParse(Payload.Text(root, "truncatedAlerts"), out var cut) ? Math.Max(0, cut) : 0);
        if (alerts.Count == 0) return new AlertReading.Nothing("It has no alert in it.");
        var parts = alerts.SelectMany(alert => new[] { alert.Identity, alert.Firing ? "f" : "r", alert.Since.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        return new AlertReading.Taken($"{source}:{Signatures.Digest([Payload.Text(root, "groupKey") ?? "", Payload.Text(root, "status") ?? "", .. parts])}", alerts.ToImmutable(), left);
    }

    private static Alert? AlertOf(JsonElement one, string source, string? external, AlertNames names, DateTimeOffset now)
    {
        if (one.ValueKind != JsonValueKind.Object) return null;
        var labels = Payload.Pairs(one, "labels").ToList();
        string? Label(string name) => labels.Where(label => label.Key == name).Select(label => label.Value).FirstOrDefault();
        var firing = Payload.Text(one, "status") != "resolved";
        var identity = Payload.Text(one, "fingerprint") ?? Signatures.Digest(labels.OrderBy(label => label.Key, StringComparer.Ordinal).SelectMany(label => new[] { label.Key, label.Value }));
        var since = Payload.Time(one, "startsAt");

        // What stands as the end of a firing alert means nothing.
        var at = firing ? since : Payload.Time(one, "endsAt") ?? now;
        return AlertShaper.Shape(names, source, identity, Label("alertname") is "DatasourceNoData" or "DatasourceError" ? Label("rulename") ?? Label("alertname") : Label("alertname"), firing, labels, since, at, now) with
        {
            Summary = AlertShaper.Summary(Payload.Text(one, "annotations", "summary") ?? Payload.Text(one, "annotations", "description") ?? Payload.Text(one, "annotations", "message")),
            Links = AlertShaper.Links(
                ("Runbook", Payload.Text(one, "annotations", "runbook_url")), ("Dashboard", Payload.Text(one, "dashboardURL") ?? Payload.Text(one, "annotations", "dashboard_url")),
                ("Panel", Payload.Text(one, "panelURL")), ("Query", Payload.Text(one, "generatorURL")), ("Silence there", Payload.Text(one, "silenceURL")), (source == "grafana" ? "Grafana" : "Alertmanager", external)),
            Silence = source == "alertmanager" ? new SilenceBy(source, null) : null,
        };
    }
}
