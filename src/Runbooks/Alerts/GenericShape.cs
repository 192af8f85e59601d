using System.Collections.Immutable;
using System.Text.Json;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Where a sender of one's own says what: a path into its JSON for each thing, with dots (<c>check.name</c>).</summary>
/// <param name="List">Where the list of alerts is; null = the message is one alert.</param>
/// <param name="Resolved">Values of <paramref name="Status"/> that say that it is over.</param>
public sealed record GenericShape(string Name, string? List, string Alert, string? Status, ImmutableArray<string> Resolved)
{
    public string? Id { get; init; }
    public string? Severity { get; init; }
    public string? Service { get; init; }
    public string? Environment { get; init; }
    public string? Since { get; init; }
    public string? Summary { get; init; }
    public string? Link { get; init; }

    /// <summary>An object whose members are labels.</summary>
    public string? Labels { get; init; }

    /// <summary>A header whose value is the same when the message is sent again; null = the message itself is compared.</summary>
    public string? DeliveryHeader { get; init; }

    public AlertReading Read(WebhookRequest request, AlertNames names) => Payload.Read(request.Body, root =>
    {
        var found = List is null ? [root] : Payload.List(root, List.Split('.')).Take(PrometheusShape.MostAlerts).ToList();
        var alerts = found.Select(one => AlertOf(one, request.ReceivedAt, names)).OfType<Alert>().ToImmutableArray();
        if (alerts.IsEmpty) return new AlertReading.Unreadable($"Nothing in it is where the mapping of {Name} in alerts.yaml says ({List ?? Alert}).", Again: false);
        return new AlertReading.Taken($"generic/{Name}:{KeyOf(request, DeliveryHeader)}", alerts);
    });

    /// <summary>What is the same when a message is sent again: a header, or else the message itself.</summary>
    internal static string KeyOf(WebhookRequest request, string? header) =>
        header is not null && request.Header(header) is { Length: > 0 } given ? Signatures.Bounded(given) : Signatures.Digest(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(request.Body.Span)));

    private Alert? AlertOf(JsonElement one, DateTimeOffset now, AlertNames names)
    {
        string? At(string? path) => path is null ? null : Payload.Text(one, path.Split('.'));
        if (At(Alert) is not { } what) return null;
        var labels = Labels is null ? [] : Payload.Pairs(one, Labels.Split('.')).ToList();
        var firing = At(Status) is not { } status || !Resolved.Contains(status, StringComparer.OrdinalIgnoreCase);
        var identity = At(Id) ?? Signatures.Digest(labels.OrderBy(label => label.Key, StringComparer.Ordinal).SelectMany(label => new[] { label.Key, label.Value }).Prepend(At(Environment) ?? "").Prepend(At(Service) ?? "").Prepend(what));
        var shaped = AlertShaper.Shape(names, $"generic/{Name}", identity, what, firing, labels, Payload.Time(At(Since)), null, now, names.SeverityOf(At(Severity)));
        return shaped with
        {
            // What is sent again as it was has the time at which it began; its end has none but now.
            At = firing ? shaped.Since : now,
            Service = AlertShaper.Line(At(Service), 100) is { Length: > 0 } service ? service : shaped.Service,
            Environment = names.EnvironmentOf(AlertShaper.Line(At(Environment), 100) is { Length: > 0 } environment ? environment : shaped.Environment),
            Summary = AlertShaper.Summary(At(Summary)),
            Links = AlertShaper.Links(("Open", At(Link))),
            Ends = Status is not null,
        };
    }
}
