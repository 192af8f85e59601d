using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>Which incidents there are, where they are talked about, and which alerts belong to them: a fold over its events.</summary>
/// <param name="Last">The last number that was given.</param>
/// <param name="Names">Names of channels that were wanted: no two incidents want the same.</param>
/// <param name="Open">Those that are open.</param>
/// <param name="Rooms">By place, <c>surface:channel</c>.</param>
/// <param name="Alerts">The open incident that an alert belongs to.</param>
public sealed record IncidentBook(
    long Version, long Last, ImmutableHashSet<string> Names, ImmutableSortedSet<long> Open, ImmutableDictionary<string, IncidentId> Rooms, ImmutableDictionary<AlertId, IncidentId> Alerts)
{
    public static readonly StreamId Stream = new("incidents");

    public static readonly IncidentBook Empty = new(
        0, 0, ImmutableHashSet.Create<string>(StringComparer.OrdinalIgnoreCase), [], ImmutableDictionary.Create<string, IncidentId>(StringComparer.Ordinal), ImmutableDictionary<AlertId, IncidentId>.Empty);

    public IEnumerable<IncidentId> OpenOnes => Open.Select(number => new IncidentId(number));

    /// <summary>The newest numbers, open or not.</summary>
    public IEnumerable<IncidentId> Newest(int count) => Enumerable.Range(0, (int)Math.Min(count, Last)).Select(at => new IncidentId(Last - at));

    public IncidentBook Evolve(IncidentBookEvent what) => what switch
    {
        IncidentEntered e => this with { Version = Version + 1, Last = Math.Max(Last, e.Id.Number), Names = e.Name is { } name ? Names.Add(name) : Names, Open = Open.Add(e.Id.Number), Alerts = e.Alert is { } alert ? Alerts.SetItem(alert, e.Id) : Alerts },
        RoomEntered e => this with { Version = Version + 1, Rooms = Rooms.SetItem(e.Place, e.Id), Names = Names.Add(e.Name) },
        AlertEntered e => this with { Version = Version + 1, Alerts = Alerts.SetItem(e.Alert, e.Id) },
        IncidentLeft e => this with { Version = Version + 1, Open = Open.Remove(e.Id.Number), Alerts = Alerts.RemoveRange(Alerts.Where(one => one.Value == e.Id).Select(one => one.Key)) },
        IncidentBack e => this with { Version = Version + 1, Open = Open.Add(e.Id.Number) },
        _ => throw new InvalidOperationException($"The book of incidents does not know {what.GetType().Name}."),
    };

    /// <summary>What the book is to keep of an incident's events.</summary>
    public static IEnumerable<IncidentBookEvent> Of(IncidentId id, IEnumerable<IncidentEvent> events) => events.Select(what => (IncidentBookEvent?)(what switch
    {
        IncidentDeclared e => new IncidentEntered(id, e.Room?.Name, e.Alert),
        RoomMade e => new RoomEntered(id, e.Place, e.Name),
        LinkAdded { Link: { Kind: "alert", What: var word } } when AlertId.TryParse(word, out var alert) => new AlertEntered(id, alert),
        IncidentResolved => new IncidentLeft(id),
        IncidentReopened => new IncidentBack(id),
        _ => null,
    })).OfType<IncidentBookEvent>();
}

/// <summary>Something that happened to the book of incidents. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(IncidentEntered), "incident-entered")]
[JsonDerivedType(typeof(RoomEntered), "incident-room-entered")]
[JsonDerivedType(typeof(AlertEntered), "incident-alert-entered")]
[JsonDerivedType(typeof(IncidentLeft), "incident-left")]
[JsonDerivedType(typeof(IncidentBack), "incident-back")]
public abstract record IncidentBookEvent;

public sealed record IncidentEntered(IncidentId Id, string? Name, AlertId? Alert) : IncidentBookEvent;

public sealed record RoomEntered(IncidentId Id, string Place, string Name) : IncidentBookEvent;

public sealed record AlertEntered(IncidentId Id, AlertId Alert) : IncidentBookEvent;

public sealed record IncidentLeft(IncidentId Id) : IncidentBookEvent;

public sealed record IncidentBack(IncidentId Id) : IncidentBookEvent;
