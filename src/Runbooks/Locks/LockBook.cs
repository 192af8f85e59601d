using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Locks;

/// <summary>Every lock there is: a fold over its events.</summary>
/// <param name="Last">The last number that was given.</param>
public sealed record LockBook(long Version, long Last, ImmutableArray<Lock> All)
{
    public static readonly StreamId Stream = new("locks");

    public static readonly LockBook Empty = new(0, 0, []);

    /// <summary>Locks that hold now, the most specific first.</summary>
    public IEnumerable<Lock> At(DateTimeOffset now) => All.Where(one => one.HoldsAt(now)).OrderByDescending(one => one.Scope.Specificity).ThenBy(one => one.Kind).ThenBy(one => one.Id);

    /// <summary>The lock that speaks about a place now; null when none does. What stands in the way speaks before a warning.</summary>
    public Lock? About(Site site, DateTimeOffset now)
    {
        var all = At(now).Where(one => one.Scope.Covers(site)).ToList();
        return all.FirstOrDefault(one => one.Kind != LockKind.Warning) ?? all.FirstOrDefault();
    }

    public LockBook Evolve(LockEvent what) => what switch
    {
        LockSet e => this with { Version = Version + 1, Last = Math.Max(Last, e.Lock.Id), All = All.Add(e.Lock) },
        LockReleased e => this with { Version = Version + 1, All = All.RemoveAll(one => one.Id == e.Id) },
        _ => throw new InvalidOperationException($"Locks do not know {what.GetType().Name}."),
    };
}

/// <summary>Something that happened to a lock. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(LockSet), "lock-set")]
[JsonDerivedType(typeof(LockReleased), "lock-released")]
public abstract record LockEvent;

public sealed record LockSet(Lock Lock) : LockEvent;

/// <param name="By">Null = its time was up.</param>
/// <param name="TakenOver">Another lock of the same scope took its place.</param>
public sealed record LockReleased(long Id, Person? By, string? Reason, bool TakenOver) : LockEvent;
