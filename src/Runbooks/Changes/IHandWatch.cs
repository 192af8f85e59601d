using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Runbooks.Changes;

/// <summary>A world that is deployed to, and that tells when something other than a run changes it.</summary>
public interface IHandWatch
{
    /// <summary>Whether this one sees such a target.</summary>
    bool Serves(Target target);

    /// <summary>Watches until it is cancelled, and then returns. A place that can't be watched now is tried again by itself.</summary>
    /// <param name="tell">Keeps what was seen; when it throws, it is told again.</param>
    Task WatchAsync(ImmutableArray<WatchedPlace> places, Func<WatchedPlace, HandChange, Task> tell, CancellationToken cancellationToken);
}

public sealed record WatchedPlace(string Service, string Environment, Target Target);

/// <summary>Something that was changed past the bot.</summary>
/// <param name="Key">The same whenever it is seen again.</param>
/// <param name="What">As <see cref="SeenChange.What"/> says.</param>
/// <param name="Manager">What the target's books name as who made it: <c>kubectl-edit</c>, <c>helm</c>.</param>
public sealed record HandChange(string Key, string What, string Manager, DateTimeOffset At);
