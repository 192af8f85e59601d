using System.Collections.Immutable;
using System.Text.Json;
using ChatOps.Runbooks.Changes;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Where a sender of changes says what: a path into its JSON for each thing, with dots (<c>flag.name</c>).</summary>
/// <param name="List">Where the list of changes is; null = the message is one change.</param>
/// <param name="What">What changed.</param>
public sealed record ChangeShape(string Name, ChangeKind Kind, string? List, string What)
{
    /// <summary>More changes in one message are not read: nobody looks at so many.</summary>
    public const int MostChanges = 100;

    /// <summary>How it stands now, put behind what changed: <c>on</c>.</summary>
    public string? Now { get; init; }
    public string? By { get; init; }
    public string? Service { get; init; }
    public string? Environment { get; init; }

    /// <summary>The service where the message names none.</summary>
    public string? About { get; init; }
    public string? At { get; init; }
    public string? Link { get; init; }

    /// <summary>A header whose value is the same when the message is sent again; null = the message itself is compared.</summary>
    public string? DeliveryHeader { get; init; }

    public AlertReading Read(WebhookRequest request, AlertNames names) => Payload.Read(request.Body, root =>
    {
        var found = List is null ? [root] : Payload.List(root, List.Split('.')).Take(MostChanges).ToList();
        var changes = found.Select(one => ChangeOf(one, request.ReceivedAt, names)).OfType<SeenChange>().ToImmutableArray();
        if (changes.IsEmpty) return new AlertReading.Unreadable($"Nothing in it is where the mapping of {Name} in alerts.yaml says ({List ?? What}).", Again: false);
        return new AlertReading.OfChange($"changes/{Name}:{GenericShape.KeyOf(request, DeliveryHeader)}", changes);
    });

    private SeenChange? ChangeOf(JsonElement one, DateTimeOffset now, AlertNames names)
    {
        string? Of(string? path, int longest) => path is not null && AlertShaper.Line(Payload.Text(one, path.Split('.')), longest) is { Length: > 0 } text ? text : null;
        if (Of(What, SeenChange.LongestWhat) is not { } what) return null;
        var at = Payload.Time(Of(At, 40));
        return new SeenChange(
            Name, Kind, AlertShaper.Line(Of(Now, 60) is { } state ? $"{Words(Kind)}{what} is now {state}" : $"{Words(Kind)}{what}", SeenChange.LongestWhat), Of(By, SeenChange.LongestBy) ?? Name,
            Of(Service, AlertShaper.LongestName) ?? About, names.EnvironmentOf(Of(Environment, AlertShaper.LongestName)), AlertShaper.Believed(at, now))
        {
            Link = AlertShaper.Links(("", Link is null ? null : Payload.Text(one, Link.Split('.')))).FirstOrDefault()?.Url,
        };
    }

    private static string Words(ChangeKind kind) => kind == ChangeKind.Flag ? "flag " : "";
}
