using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>Where a card is shown: a channel of a chat.</summary>
/// <param name="Surface"><c>slack</c>, <c>teams</c>.</param>
/// <param name="Channel">A channel's id, or a name with <c>#</c>, or a person's address with <c>@</c> for a message to them alone: the surface resolves it.</param>
public readonly record struct Place(string Surface, string Channel)
{
    /// <summary>What is done in one channel is done in order.</summary>
    public string Lane => $"{Surface}:{Channel}";

    public override string ToString() => Lane;
}

/// <summary>A message that was posted, by the names its surface gave it.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Message">The message's id there (in Slack its <c>ts</c>).</param>
public sealed record Posted(string Surface, string Channel, string Message, Uri? Permalink);

/// <summary>A chat that cards are posted to: Slack, Teams. Posting is safe to repeat with the same key.</summary>
public interface IChat
{
    /// <summary>The surface's name, as in <see cref="Place.Surface"/>.</summary>
    string Surface { get; }

    /// <summary>Posts a card, or finds the one that was posted before with this key.</summary>
    /// <param name="key">Kept with the message, and looked for when <paramref name="maybeSince"/> is set.</param>
    /// <param name="maybeSince">When an earlier try may have got through unseen: since when to look. Null on the first try.</param>
    /// <param name="thread">The message to answer under; null = a message of its own.</param>
    Task<Outcome<Posted>> PostAsync(Place place, Card card, string key, DateTimeOffset? maybeSince, Posted? thread, CancellationToken cancellationToken);

    /// <summary>Whether two places of this chat are seen by the same people: false where they are in different workspaces, or that can't be told.</summary>
    Task<bool> AreTogetherAsync(Place one, Place other, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>Replaces what a posted message shows.</summary>
    Task<Outcome<Nothing>> UpdateAsync(Posted message, Card card, CancellationToken cancellationToken);
}

/// <summary>Fault codes of chats that something depends on; the others are for people.</summary>
public static class ChatFaults
{
    /// <summary>The message to be updated is gone: it can only be posted again.</summary>
    public const string MessageGone = "message-gone";
}
