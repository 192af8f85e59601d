using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>Who may change a site, and who waits to: a fold over its events. The first in line holds it.</summary>
public sealed record SiteQueue(Site Site, long Version, ImmutableArray<RunId> Line)
{
    public static SiteQueue Empty(Site site) => new(site, 0, []);

    public static StreamId StreamOf(Site site) => new($"queue-{site}");

    public RunId? Holder => Line.IsEmpty ? null : Line[0];

    /// <summary>The runs before <paramref name="run"/>; all of them when it is not in line.</summary>
    public ImmutableArray<RunId> Before(RunId run) => Line.IndexOf(run) is var at and >= 0 ? Line[..at] : Line;

    public SiteQueue Evolve(QueueEvent what) => what switch
    {
        RunJoined e => this with { Version = Version + 1, Line = e.First ? Line.Insert(0, e.Run) : Line.Add(e.Run) },
        RunLeft e => this with { Version = Version + 1, Line = Line.Remove(e.Run) },
        _ => throw new InvalidOperationException($"A queue does not know {what.GetType().Name}."),
    };
}

/// <summary>Something that happened to a site's queue. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(RunJoined), "run-joined")]
[JsonDerivedType(typeof(RunLeft), "run-left")]
public abstract record QueueEvent;

/// <param name="First">It went ahead of everybody: a rollback, past a run that had changed nothing yet.</param>
public sealed record RunJoined(RunId Run, bool First) : QueueEvent;

public sealed record RunLeft(RunId Run) : QueueEvent;
