using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ChatOps.Integrations.Slack;

/// <summary>What every answer of the Web API has; the HTTP status is 200 for nearly every error.</summary>
internal record SlackBody
{
    public bool Ok { get; init; }
    public string? Error { get; init; }

    /// <summary>The scope that was missing.</summary>
    public string? Needed { get; init; }
    public ResponseMetadata? ResponseMetadata { get; init; }
}

/// <param name="Messages">Which argument or block is bad.</param>
internal sealed record ResponseMetadata(string? NextCursor, ImmutableArray<string>? Messages);

internal sealed record PostMessage(string Channel, string Text)
{
    public JsonArray? Blocks { get; init; }
    public string? ThreadTs { get; init; }
    public Metadata? Metadata { get; init; }

    // Off, so that what people wrote is neither formatted nor turned into links and mentions.
    public string Parse { get; init; } = "none";
    public bool Mrkdwn { get; init; }
    public bool UnfurlLinks { get; init; }
    public bool UnfurlMedia { get; init; }
}

internal sealed record UpdateMessage(string Channel, string Ts, string Text)
{
    public JsonArray? Blocks { get; init; }
    public string Parse { get; init; } = "none";
}

internal sealed record PostEphemeral(string Channel, string User, string Text)
{
    public JsonArray? Blocks { get; init; }
    public string? ThreadTs { get; init; }
    public string Parse { get; init; } = "none";
}

/// <summary>An answer to one person, as the body of a slash command's answer or posted to a <c>response_url</c>.</summary>
public sealed record SlackReply(string Text)
{
    public JsonArray? Blocks { get; init; }
    public string ResponseType { get; init; } = "ephemeral";

    /// <summary>True replaces the message that was clicked; left out for the answer to a command.</summary>
    public bool? ReplaceOriginal { get; init; }

    public static SlackReply Of(SlackMessage message) => new(message.Text) { Blocks = message.Blocks };

    public string ToJson() => JsonSerializer.Serialize(this, SlackJson.Default.SlackReply);
}

internal sealed record JoinChannel(string Channel);

internal sealed record OpenDirect(string Users);

internal sealed record DirectBody(ChannelBody? Channel) : SlackBody;

internal sealed record OpenView(string TriggerId, JsonObject View);

/// <param name="Hash">Left out, whatever the view is now is replaced.</param>
internal sealed record UpdateView(string ViewId, string? Hash, JsonObject View);

internal sealed record AddReaction(string Channel, string Timestamp, string Name);

internal sealed record UnfurlLinks(string Channel, string Ts, JsonObject Unfurls);

internal sealed record PublishView(string UserId, JsonObject View);

internal sealed record Metadata(string? EventType, JsonObject? EventPayload);

internal sealed record PostedBody(string? Channel, string? Ts) : SlackBody;

internal sealed record HistoryBody(ImmutableArray<HistoryMessage>? Messages) : SlackBody;

internal sealed record HistoryMessage(string? Ts, Metadata? Metadata, string? User, string? Text);

internal sealed record ChannelsBody(ImmutableArray<ChannelBody>? Channels) : SlackBody;

/// <param name="Creator">The account that made it.</param>
/// <param name="Created">Seconds since 1970.</param>
internal sealed record ChannelBody(string Id, string? Name, string? Creator, long Created);

internal sealed record CreateChannel(string Name, bool IsPrivate, string? TeamId);

internal sealed record ChannelMadeBody(ChannelBody? Channel) : SlackBody;

internal sealed record InvitePeople(string Channel, string Users);

internal sealed record SetTopic(string Channel, string Topic);

internal sealed record PinMessage(string Channel, string Timestamp);

internal sealed record UserBody(SlackUserBody? User) : SlackBody;

internal sealed record SlackUserBody(
    string Id, string? TeamId, EnterpriseUserBody? EnterpriseUser, string? Name, string? RealName, bool Deleted, bool IsBot, bool IsRestricted, bool IsUltraRestricted, bool IsStranger, ProfileBody? Profile);

internal sealed record EnterpriseUserBody(string? EnterpriseId);

internal sealed record ProfileBody(string? Email, string? DisplayName, string? RealName);

internal sealed record UserGroupsBody(ImmutableArray<UserGroupBody>? Usergroups) : SlackBody;

internal sealed record UserGroupBody(string Id, string? Handle, long DateDelete);

internal sealed record GroupUsersBody(ImmutableArray<string>? Users) : SlackBody;

/// <param name="Url">Where to connect, once: it lets anybody who has it in, and is never logged.</param>
internal sealed record ConnectionBody(Uri? Url) : SlackBody;

internal sealed record AuthBody(Uri? Url, string? Team, string? TeamId, string? EnterpriseId, bool IsEnterpriseInstall, string? UserId) : SlackBody;

internal sealed record TeamBody(string Id, string Name);

internal sealed record TeamsBody(IReadOnlyList<TeamBody>? Teams) : SlackBody;

/// <summary>The answer to a code: the token, and where it is for. With token rotation it expires.</summary>
internal sealed record AccessBody(
    string? AccessToken, string? BotUserId, string? AppId, string? Scope, PlaceBody? Team, PlaceBody? Enterprise, bool IsEnterpriseInstall, string? RefreshToken, int? ExpiresIn) : SlackBody;

internal sealed record PlaceBody(string? Id, string? Name);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SlackBody))]
[JsonSerializable(typeof(PostMessage))]
[JsonSerializable(typeof(UpdateMessage))]
[JsonSerializable(typeof(PostEphemeral))]
[JsonSerializable(typeof(SlackReply))]
[JsonSerializable(typeof(JoinChannel))]
[JsonSerializable(typeof(OpenDirect))]
[JsonSerializable(typeof(CreateChannel))]
[JsonSerializable(typeof(ChannelMadeBody))]
[JsonSerializable(typeof(InvitePeople))]
[JsonSerializable(typeof(SetTopic))]
[JsonSerializable(typeof(PinMessage))]
[JsonSerializable(typeof(DirectBody))]
[JsonSerializable(typeof(OpenView))]
[JsonSerializable(typeof(AddReaction))]
[JsonSerializable(typeof(UnfurlLinks))]
[JsonSerializable(typeof(UpdateView))]
[JsonSerializable(typeof(PublishView))]
[JsonSerializable(typeof(PostedBody))]
[JsonSerializable(typeof(HistoryBody))]
[JsonSerializable(typeof(ChannelsBody))]
[JsonSerializable(typeof(UserBody))]
[JsonSerializable(typeof(UserGroupsBody))]
[JsonSerializable(typeof(GroupUsersBody))]
[JsonSerializable(typeof(AuthBody))]
[JsonSerializable(typeof(TeamsBody))]
[JsonSerializable(typeof(AccessBody))]
[JsonSerializable(typeof(ConnectionBody))]
internal sealed partial class SlackJson : JsonSerializerContext;
