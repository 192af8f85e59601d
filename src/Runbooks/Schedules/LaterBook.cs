using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Schedules;

/// <summary>A command that somebody gave for later.</summary>
/// <param name="Id">A number that people say.</param>
/// <param name="Command">As it would be said now, without <c>--at</c>.</param>
/// <param name="Place">Where it was said; null = the console or the command line.</param>
public sealed record Later(long Id, string Command, Person By, DateTimeOffset At, string? Place);

/// <summary>What is to be done later, and when each schedule ran last: a fold over its events.</summary>
/// <param name="Last">The last number that was given.</param>
/// <param name="Fired">When each schedule was due last, by its name.</param>
public sealed record LaterBook(long Version, long Last, ImmutableArray<Later> All, ImmutableSortedDictionary<string, DateTimeOffset> Fired)
{
    public static readonly StreamId Stream = new("later");

    public static readonly LaterBook Empty = new(0, 0, [], ImmutableSortedDictionary<string, DateTimeOffset>.Empty);

    /// <summary>How much can wait at once.</summary>
    public const int Most = 1_000;

    public LaterBook Evolve(LaterEvent what) => what switch
    {
        LaterAsked e => this with { Version = Version + 1, Last = Math.Max(Last, e.Later.Id), All = All.Add(e.Later) },
        LaterEnded e => this with { Version = Version + 1, All = All.RemoveAll(one => one.Id == e.Id) },
        ScheduleFired e => this with { Version = Version + 1, Fired = Fired.SetItem(e.Name, e.Due) },
        _ => throw new InvalidOperationException($"What is to be done later does not know {what.GetType().Name}."),
    };
}

/// <summary>Something that happened to what is to be done later. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(LaterAsked), "later-asked")]
[JsonDerivedType(typeof(LaterEnded), "later-ended")]
[JsonDerivedType(typeof(ScheduleFired), "schedule-fired")]
public abstract record LaterEvent;

public sealed record LaterAsked(Later Later) : LaterEvent;

/// <param name="By">Who took it back; null = it was done.</param>
/// <param name="Says">What came of it.</param>
public sealed record LaterEnded(long Id, Person? By, string Says) : LaterEvent;

/// <summary>A schedule was due; or, the first time it is seen, from when on it counts.</summary>
public sealed record ScheduleFired(string Name, DateTimeOffset Due, string Says) : LaterEvent;
