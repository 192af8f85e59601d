using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>A channel that was made for an incident.</summary>
/// <param name="Channel">Its id.</param>
/// <param name="Name">Its name, which may have got a number where somebody else's had the one that was wanted.</param>
public sealed record Room(string Channel, string Name);

/// <param name="Why">In a few words: <c>no account in Slack</c>.</param>
public sealed record NotInvited(Person Person, string Why);

/// <summary>A message as somebody wrote it.</summary>
/// <param name="Author">For people.</param>
public sealed record WrittenMessage(string Text, string Author, DateTimeOffset At);

/// <summary>A chat in which channels can be made. Everything is safe to repeat: what was done before is found.</summary>
public interface IRooms
{
    /// <summary>As <see cref="Place.Surface"/> says.</summary>
    string Surface { get; }

    /// <summary>Makes a channel, or finds the one that was made under this name by an earlier try.</summary>
    /// <param name="names">The first that is free is taken: each is this incident's alone.</param>
    /// <param name="since">When it was first wanted: an older channel of that name is somebody else's.</param>
    /// <param name="near">The channel it belongs beside, where channels lie in teams or workspaces; null = none is known.</param>
    Task<Outcome<Room>> MakeAsync(ImmutableArray<string> names, bool isPrivate, DateTimeOffset since, string? near, CancellationToken cancellationToken);

    /// <summary>Invites people; whoever is in already stays.</summary>
    /// <returns>Who could not be.</returns>
    Task<Outcome<ImmutableArray<NotInvited>>> InviteAsync(string channel, ImmutableArray<Person> people, CancellationToken cancellationToken);

    /// <param name="topic">At most 250 characters.</param>
    Task<Outcome<Nothing>> SetTopicAsync(string channel, string topic, CancellationToken cancellationToken);

    Task<Outcome<Nothing>> PinAsync(string channel, string message, CancellationToken cancellationToken);

    /// <summary>Reads one message; null when it is gone.</summary>
    Task<Outcome<WrittenMessage?>> ReadAsync(string channel, string message, CancellationToken cancellationToken);
}
