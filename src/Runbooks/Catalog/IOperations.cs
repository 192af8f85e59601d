using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Catalog;

/// <summary>The world that operations are done in.</summary>
/// <remarks>
/// Before anything is done, it is looked at what would be done (<see cref="ForeseeAsync"/>), and what is needed to take it back is kept. Making it is safe to
/// repeat: what is there already as wanted, or carries the change's key, is not done again.
/// </remarks>
public interface IOperations
{
    bool Serves(Target target, Operation operation);

    /// <summary>What it would change, by a dry run or by reading what is there. Changes nothing.</summary>
    Task<Outcome<Foresight>> ForeseeAsync(Target target, Operation operation, CancellationToken cancellationToken);

    /// <summary>Does it, or finds it done.</summary>
    /// <param name="before">What <see cref="ForeseeAsync"/> noted; null where it noted nothing.</param>
    /// <param name="moved">Told what it is at, while it takes long.</param>
    /// <returns>What was done, in a sentence.</returns>
    Task<Outcome<string>> MakeAsync(Target target, Change change, Operation operation, string? before, Func<string, Task> moved, CancellationToken cancellationToken);

    /// <summary>How what was done stands. Returns at once when it differs from <paramref name="last"/> (null = never seen), else when it changes, at the latest after <paramref name="atMost"/>.</summary>
    /// <param name="before">What was noted before it.</param>
    Task<Outcome<OperationSighting>> ObserveAsync(Target target, Operation operation, string? before, OperationSighting? last, TimeSpan atMost, CancellationToken cancellationToken);
}

/// <summary>What an operation would change.</summary>
/// <param name="Shows">Lines for people, no secrets: <c>spec.replicas: 3 → 5</c>.</param>
/// <param name="Before">What is needed to take it back, as JSON that only whoever made it reads; never a Secret's data. Null = there is nothing to keep.</param>
public sealed record Foresight(ImmutableArray<string> Shows, string? Before);

/// <param name="Says">A sentence: what it waits for, or how it ended.</param>
/// <param name="Trouble">Why it does not come to an end; may pass while <see cref="Phase"/> is progressing.</param>
public sealed record OperationSighting(OperationPhase Phase, string Says, Fault? Trouble);

public enum OperationPhase
{
    Progressing,
    Complete,

    /// <summary>It will not complete as it is.</summary>
    Failed,
}
