using System.Text.Json;
using ChatOps.Runbooks.Alerts;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Datadog;

/// <summary>A monitor's webhook, with the payload that <c>docs/alerts.md</c> tells to paste. Datadog signs nothing: a header of one's own carries the token.</summary>
/// <remarks>Source: docs.datadoghq.com/integrations/webhooks. A variable that could not be filled in stays as <c>$NAME</c>.</remarks>
internal sealed class DatadogSource(IOptionsMonitor<DatadogOptions> options) : IAlertSource
{
    public const string Header = "X-ChatOps-Token";

    public string Name => "datadog";

    public bool Verify(WebhookRequest request) =>
        Signatures.Same(options.CurrentValue.WebhookToken, request.Header(Header)) | Signatures.IsAuthorized(options.CurrentValue.WebhookToken, request.Header("Authorization"));

    public AlertReading Read(WebhookRequest request, AlertNames names) => Payload.Read(request.Body, root =>
    {
        if (Value(root, "transition") is not { } transition || (Value(root, "cycle") ?? Value(root, "aggreg_key") ?? Value(root, "monitor")) is not { } cycle)
            return new AlertReading.Unreadable("It has no transition or no cycle: the webhook's payload is another than docs/alerts.md says.", Again: false);
        if (transition is "Renotify") return new AlertReading.Nothing("Nothing has changed: it is a reminder.");
        var firing = transition != "Recovered";
        var labels = Tags(Value(root, "tags")).Concat(Tags(Value(root, "scope"))).ToList();
        if (Value(root, "service") is { } service) labels.Insert(0, KeyValuePair.Create("service", service));
        if (Value(root, "env") is { } environment) labels.Insert(0, KeyValuePair.Create("env", environment));
        var at = Payload.Time(Value(root, "date"));
        var monitor = Value(root, "monitor");
        var alert = AlertShaper.Shape(
            names, Name, cycle, Value(root, "alert_title") ?? Value(root, "title"), firing, labels.Where(label => label.Key is not ("severity" or "priority" or "level")), at, at, request.ReceivedAt, SeverityOf(root, transition, names)) with
        {
            Summary = AlertShaper.Summary(Value(root, "status") ?? Value(root, "message")),
            Links = AlertShaper.Links(("Datadog", Value(root, "link")), ("Snapshot", Value(root, "snapshot"))),
            Silence = monitor is not null && long.TryParse(monitor, out _) ? new SilenceBy(Name, monitor) : null,
        };
        return new AlertReading.Taken($"{Name}:{Signatures.Bounded($"{Value(root, "id") ?? Signatures.Digest(cycle, Value(root, "date") ?? "")}:{transition}")}", [alert]);
    });

    private static Severity? SeverityOf(JsonElement root, string transition, AlertNames names) =>
        transition.Contains("Warn", StringComparison.Ordinal) ? Severity.Warning : names.SeverityOf(Value(root, "priority")) ?? (Value(root, "type") == "error" ? Severity.Critical : Severity.Warning);

    /// <summary>What was filled in; null for what was not.</summary>
    private static string? Value(JsonElement root, string name) => Payload.Text(root, name) is { } text && !(text.StartsWith('$') && text.Skip(1).All(c => char.IsAsciiLetterUpper(c) || c is '_' or '[' or ']' || char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))) ? text : null;

    private static IEnumerable<KeyValuePair<string, string>> Tags(string? list) => (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(tag => tag.Split(':', 2)).Where(tag => tag.Length == 2).Select(tag => KeyValuePair.Create(tag[0], tag[1]));
}
