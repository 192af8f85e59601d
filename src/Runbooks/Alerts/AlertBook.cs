using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Which groups are open, and which alerts belong to which: a fold over its events.</summary>
/// <param name="Last">The last number that was given.</param>
public sealed record AlertBook(long Version, long Last, ImmutableDictionary<string, AlertId> Keys, ImmutableSortedDictionary<long, OpenGroup> Open, ImmutableArray<Promise> Promises)
{
    /// <summary>How many promises the report goes back.</summary>
    public const int MostPromises = 200;

    public static readonly StreamId Stream = new("alerts");

    public static readonly AlertBook Empty = new(0, 0, ImmutableDictionary.Create<string, AlertId>(StringComparer.Ordinal), ImmutableSortedDictionary<long, OpenGroup>.Empty, []);

    public AlertId? Of(string key) => Keys.TryGetValue(key, out var id) ? id : null;

    /// <summary>The group that took in all kinds of alerts of a place since this moment; null when there is none.</summary>
    public OpenGroup? StormOf(string place, DateTimeOffset since) => Open.Values.LastOrDefault(group => group.Storm && group.Place == place && group.At >= since);

    /// <summary>How many groups began at a place since a moment.</summary>
    public int BegunAt(string place, DateTimeOffset since) => Open.Values.Reverse().TakeWhile(group => group.At >= since).Count(group => !group.Storm && group.Place == place);

    public AlertBook Evolve(BookEvent what, DateTimeOffset at) => what switch
    {
        GroupOpened e => this with { Version = Version + 1, Last = Math.Max(Last, e.Id.Number), Keys = Keys.SetItem(e.Key, e.Id), Open = Open.SetItem(e.Id.Number, new OpenGroup(e.Id, at, e.Place, e.Storm, [e.Key])) },
        KeyJoined e => Open.TryGetValue(e.Id.Number, out var group)
            ? this with { Version = Version + 1, Keys = Keys.SetItem(e.Key, e.Id), Open = Open.SetItem(e.Id.Number, group with { Keys = group.Keys.Add(e.Key) }) }
            : this with { Version = Version + 1 },
        GroupLeft e => this with
        {
            Version = Version + 1,
            Keys = Open.TryGetValue(e.Id.Number, out var gone) ? Keys.RemoveRange(gone.Keys.Where(key => Of(key) == e.Id)) : Keys,
            Open = Open.Remove(e.Id.Number),
            Promises = e.Promise is { } promise ? [.. Promises.TakeLast(MostPromises - 1), promise] : Promises,
        },
        _ => throw new InvalidOperationException($"The book of alerts does not know {what.GetType().Name}."),
    };
}

/// <param name="Place">Where its card goes; empty for nowhere.</param>
/// <param name="Keys">What belongs to it.</param>
public sealed record OpenGroup(AlertId Id, DateTimeOffset At, string Place, bool Storm, ImmutableList<string> Keys);

/// <summary>What was promised about a group, and what came of it.</summary>
/// <param name="Took">Until somebody answered; null when nobody did before it was over.</param>
public sealed record Promise(AlertId Id, Severity Severity, TimeSpan Within, TimeSpan? Took, bool Kept);

/// <summary>Something that happened to the book of alerts. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(GroupOpened), "alert-opened")]
[JsonDerivedType(typeof(KeyJoined), "alert-joined")]
[JsonDerivedType(typeof(GroupLeft), "alert-left")]
public abstract record BookEvent;

public sealed record GroupOpened(AlertId Id, string Key, string Place, bool Storm) : BookEvent;

/// <summary>Other alerts belong to a group too.</summary>
public sealed record KeyJoined(AlertId Id, string Key) : BookEvent;

/// <summary>The group is over: what fires again is another one.</summary>
public sealed record GroupLeft(AlertId Id, Promise? Promise) : BookEvent;
