using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Teams;

/// <summary>A channel, group chat or personal chat that the bot is in, with what it takes to write there first.</summary>
/// <param name="Id">Its id, of a channel without the thread's part (<c>;messageid=</c>).</param>
/// <param name="Kind"><c>channel</c>, <c>groupChat</c> or <c>personal</c>.</param>
/// <param name="ServiceUrl">Where the connector is for it, as its newest activity said.</param>
/// <param name="Bot">Our own id there, <c>28:…</c>.</param>
/// <param name="Team">The id of its team, which is that of the team's first channel; null outside teams.</param>
/// <param name="Name">Its name where it was said.</param>
public sealed record TeamsConversation(string Id, string Kind, Uri ServiceUrl, string Bot, string? Team = null, string? TeamName = null, string? Name = null)
{
    [JsonIgnore]
    public bool HasThreads => Kind == "channel";
}

/// <summary>Where the bot is installed: a fold over what Teams said about it.</summary>
public sealed record TeamsBook(long Version, ImmutableDictionary<string, TeamsConversation> Conversations)
{
    public static readonly StreamId Stream = new("teams-places");

    public static readonly TeamsBook Empty = new(0, ImmutableDictionary<string, TeamsConversation>.Empty);

    public TeamsConversation? Find(string id) => Conversations.GetValueOrDefault(id);

    /// <summary>One conversation of each team that the bot is in.</summary>
    public IEnumerable<TeamsConversation> Teams => Conversations.Values.Where(one => one.Team is not null).OrderBy(one => one.Id, StringComparer.Ordinal).DistinctBy(one => one.Team);

    /// <summary>What a sighting adds to what is known; null when it adds nothing.</summary>
    public TeamsConversation? News(TeamsConversation seen)
    {
        var before = Find(seen.Id);
        var now = before is null ? seen : seen with { Team = seen.Team ?? before.Team, TeamName = seen.TeamName ?? before.TeamName, Name = seen.Name ?? before.Name };
        return now == before ? null : now;
    }

    public TeamsBook Evolve(TeamsEvent what) => what switch
    {
        ConversationSeen e => this with { Version = Version + 1, Conversations = Conversations.SetItem(e.Conversation.Id, e.Conversation) },
        ConversationLost e => this with { Version = Version + 1, Conversations = Conversations.Remove(e.Id) },
        TeamLost e => this with { Version = Version + 1, Conversations = Conversations.RemoveRange(Conversations.Values.Where(one => one.Team == e.Id).Select(one => one.Id)) },
        _ => throw new InvalidOperationException($"The book of Teams does not know {what.GetType().Name}."),
    };

    public static NewEvent Write(TeamsEvent what) => new(what switch
    {
        ConversationSeen => "conversation-seen",
        ConversationLost => "conversation-lost",
        _ => "team-lost",
    }, JsonSerializer.Serialize(what, TeamsJson.Default.TeamsEvent));

    public static TeamsEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, TeamsJson.Default.TeamsEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}

/// <summary>Something that Teams said about where the bot is. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(ConversationSeen), "conversation-seen")]
[JsonDerivedType(typeof(ConversationLost), "conversation-lost")]
[JsonDerivedType(typeof(TeamLost), "team-lost")]
public abstract record TeamsEvent;

/// <summary>The bot is in a conversation, or something about it changed.</summary>
public sealed record ConversationSeen(TeamsConversation Conversation) : TeamsEvent;

/// <summary>The bot was removed from a conversation, or it was deleted.</summary>
public sealed record ConversationLost(string Id) : TeamsEvent;

/// <summary>The bot was removed from a team, with all its channels.</summary>
public sealed record TeamLost(string Id) : TeamsEvent;

/// <summary>What outlives the process: where the bot is, and what it posted lately.</summary>
public interface ITeamsPlaces
{
    ValueTask<TeamsBook> NowAsync(CancellationToken cancellationToken);

    /// <summary>Keeps that the bot is in a conversation, and what is known of it.</summary>
    Task SeeAsync(TeamsConversation seen, CancellationToken cancellationToken);

    /// <summary>The id of the message that was posted with this key within the last day; null when none is known.</summary>
    Task<string?> FindPostedAsync(string key, CancellationToken cancellationToken);

    Task KeepPostedAsync(string key, string message, CancellationToken cancellationToken);
}
