using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Does one kind of work, or a few that belong together. Safe to repeat: what was done before is found, not done again.</summary>
internal interface IWorkHandler
{
    ImmutableArray<string> Kinds { get; }

    /// <summary>Whether it mostly waits for news: such work does not take the place of quick work.</summary>
    bool Waits => false;

    Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken);
}

/// <summary>What became of a piece of work.</summary>
internal abstract record Done
{
    private Done() { }

    /// <summary>It is done, and that is kept already: the transaction that kept its result completed it.</summary>
    public sealed record Kept : Done;

    /// <summary>It is done or no longer wanted; the worker completes it.</summary>
    public sealed record Finished : Done;

    /// <summary>To be tried again.</summary>
    /// <param name="After">When the other side said so; null = growing delays.</param>
    /// <param name="Untried">True when nothing was attempted, so that the attempt does not count.</param>
    public sealed record Again(TimeSpan? After, bool Untried = false) : Done;
}
