using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ChatOps.Integrations.Teams;

/// <summary>A message on its way to Teams. Empty fields are left out: the connector refuses some of them when they are null.</summary>
internal sealed record SentActivity
{
    public string Type { get; init; } = "message";
    public SentAccount? From { get; init; }
    public SentConversation? Conversation { get; init; }

    /// <summary>What a notification says. A card and a text in one activity would become two messages.</summary>
    public string? Summary { get; init; }
    public string? Text { get; init; }
    public string? TextFormat { get; init; }
    public ImmutableArray<SentAttachment>? Attachments { get; init; }
    public string? ReplyToId { get; init; }
    public ImmutableArray<SentMention>? Entities { get; init; }
}

/// <param name="Text">Exactly as it stands in the message's text: <c>&lt;at&gt;Ana&lt;/at&gt;</c>.</param>
internal sealed record SentMention(string Type, string Text, SentMentioned Mentioned);

internal sealed record SentMentioned(string Id, string Name);

internal sealed record SentAccount(string Id);

internal sealed record SentConversation(string Id);

internal sealed record SentAttachment(string ContentType, JsonNode Content);

/// <summary>A chat with one person, to be opened.</summary>
internal sealed record NewConversation(bool IsGroup, SentAccount Bot, ImmutableArray<SentAccount> Members, string TenantId);

internal sealed record SentBody(string? Id);

internal sealed record MembersBody(ImmutableArray<MemberBody>? Members, string? ContinuationToken);

/// <param name="ObjectId">The Entra ID in the documents; <paramref name="AadObjectId"/> is where others send it.</param>
internal sealed record MemberBody(string Id, string? AadObjectId, string? ObjectId, string? Name, string? Email, string? UserPrincipalName, string? TenantId, string? UserRole)
{
    public string? EntraId => AadObjectId ?? ObjectId;
}

internal sealed record ChannelsBody(ImmutableArray<ChannelBody>? Conversations);

/// <param name="Name">Null for the team's first channel, General.</param>
internal sealed record ChannelBody(string Id, string? Name);

/// <summary>The connector's errors, in both of their forms.</summary>
internal sealed record ErrorBody(ErrorDetail? Error, int? ErrorCode, string? Message);

internal sealed record ErrorDetail(string? Code, string? Message);

internal sealed record TokenBody(
    [property: JsonPropertyName("access_token")] string? AccessToken, [property: JsonPropertyName("expires_in")] long ExpiresIn,
    string? Error, [property: JsonPropertyName("error_description")] string? ErrorDescription);

/// <param name="AadGroupId">The Microsoft 365 group that the team is, by which Graph knows it.</param>
internal sealed record TeamBody(string? AadGroupId);

/// <summary>A channel to be made through Graph.</summary>
internal sealed record NewChannel(string DisplayName, string Description, string MembershipType);

internal sealed record ChannelChange(string Description);

internal sealed record GraphChannelBody
{
    public string? Id { get; init; }
    public string? DisplayName { get; init; }
    public DateTimeOffset? CreatedDateTime { get; init; }
}

internal sealed record GraphChannelsBody
{
    public ImmutableArray<GraphChannelBody>? Value { get; init; }
}

internal sealed record GraphPeopleBody(ImmutableArray<GraphPersonBody>? Value, [property: JsonPropertyName("@odata.nextLink")] Uri? NextLink);

internal sealed record GraphPersonBody(string? Mail, string? UserPrincipalName, bool? AccountEnabled);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SentActivity))]
[JsonSerializable(typeof(NewConversation))]
[JsonSerializable(typeof(SentBody))]
[JsonSerializable(typeof(MemberBody))]
[JsonSerializable(typeof(MembersBody))]
[JsonSerializable(typeof(ChannelsBody))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(TeamBody))]
[JsonSerializable(typeof(NewChannel))]
[JsonSerializable(typeof(ChannelChange))]
[JsonSerializable(typeof(GraphChannelBody))]
[JsonSerializable(typeof(GraphChannelsBody))]
[JsonSerializable(typeof(GraphPeopleBody))]
[JsonSerializable(typeof(TeamsEvent))]
internal sealed partial class TeamsJson : JsonSerializerContext
{
    /// <summary>For what is sent: letters of every language as they are, rather than six bytes for each of those beyond ASCII.</summary>
    public static TeamsJson Sent => sent ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    // Made when it is asked for: what it is made from lies in the generated half, whose turn may come later.
    private static TeamsJson? sent;
}
