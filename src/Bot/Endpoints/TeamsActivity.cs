using System.Net;
using System.Text;
using System.Text.Json;
using ChatOps.Integrations.Slack;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Endpoints;

/// <summary>An activity as Teams sends it: what the bot reads of it. Unknown fields, types and entities are passed over.</summary>
/// <param name="Conversation">Without the thread's part.</param>
/// <param name="Thread">The message that starts the thread; null outside of one.</param>
/// <param name="From">The sender's id towards this bot: <c>29:…</c>.</param>
/// <param name="Known">Whether the sender has an Entra account; anonymous guests have none.</param>
internal sealed record TeamsActivity(
    string Type, string Id, string ChannelId, string ServiceUrl, string Conversation, string? Thread, string Kind, string? Tenant, string From, bool Known, string Bot, JsonElement Root)
{
    private const string ThreadMark = ";messageid=";

    // Around a mentioned person's id, while what people typed is made plain: from a range that nobody types.
    private const char Opens = '\uE000', Closes = '\uE001';

    /// <exception cref="MalformedRequestException">Something without which it means nothing is missing.</exception>
    public static TeamsActivity Read(JsonElement root)
    {
        var conversation = SlackPayload.Need(root, "conversation", "id");
        var at = conversation.IndexOf(ThreadMark, StringComparison.Ordinal);
        if (conversation.Length > 500) throw new MalformedRequestException("The conversation's id is too long.");
        var type = SlackPayload.Need(root, "type");
        return new TeamsActivity(
            type, type is "message" or "invoke" ? SlackPayload.Need(root, "id") : SlackPayload.Text(root, "id") ?? "", SlackPayload.Need(root, "channelId"), SlackPayload.Need(root, "serviceUrl"),
            at < 0 ? conversation : conversation[..at], at < 0 ? null : conversation[(at + ThreadMark.Length)..], KindOf(root),
            SlackPayload.Text(root, "conversation", "tenantId") ?? SlackPayload.Text(root, "channelData", "tenant", "id"),
            SlackPayload.Text(root, "from", "id") ?? "", SlackPayload.Text(root, "from", "aadObjectId") is not null, SlackPayload.Text(root, "recipient", "id") ?? "", root);
    }

    public string? Name => SlackPayload.Text(Root, "name");

    public string? Action => SlackPayload.Text(Root, "action");

    public string? EventType => SlackPayload.Text(Root, "channelData", "eventType");

    public string? ReplyTo => SlackPayload.Text(Root, "replyToId");

    /// <summary>Whether it is for the message extension, which people use where the bot is not too.</summary>
    public bool IsExtension => Type == "invoke" && Name?.StartsWith("composeExtension/", StringComparison.Ordinal) == true;

    /// <summary>Whether people of other companies may read along: the channel is shared beyond its team.</summary>
    public bool IsShared => SlackPayload.Text(Root, "channelData", "channel", "type")?.Equals("shared", StringComparison.OrdinalIgnoreCase) == true;

    public string? Team => SlackPayload.Text(Root, "channelData", "team", "id");

    /// <summary>The sender's own name for this delivery: edits keep the message's id, so the kind is part of it.</summary>
    public string Delivery => $"teams:{Type}:{Conversation}:{Id}";

    /// <summary>What this says about where the bot is; null where the address can't be one.</summary>
    public TeamsConversation? Place => !Uri.TryCreate(ServiceUrl, UriKind.Absolute, out var url) ? null
        : Kind != "channel" ? new TeamsConversation(Conversation, Kind, url, Bot, Name: SlackPayload.Text(Root, "conversation", "name"))
        : new TeamsConversation(Channel, Kind, url, Bot, Team, SlackPayload.Text(Root, "channelData", "team", "name"), ChannelName);

    /// <summary>The channel that this is about: news of a channel come by way of the team's first one.</summary>
    private string Channel => EventType is "channelCreated" or "channelRenamed" or "channelRestored" ? SlackPayload.Text(Root, "channelData", "channel", "id") ?? Conversation : Conversation;

    private string? ChannelName => Channel == Team ? "General"
        : Channel == SlackPayload.Text(Root, "channelData", "channel", "id") && SlackPayload.Text(Root, "channelData", "channel", "name") is { } name ? name
        : Channel == Conversation ? SlackPayload.Text(Root, "conversation", "name") : null;

    /// <summary>Whether one of these members is the bot itself.</summary>
    public bool Names(string members) => SlackPayload.Find(Root, members) is { ValueKind: JsonValueKind.Array } all && all.EnumerateArray().Any(one => SlackPayload.Text(one, "id") == Bot);

    /// <summary>What somebody said to the bot, in plain words; null when it was not said to the bot.</summary>
    public string? Words()
    {
        var text = SlackPayload.Text(Root, "text") ?? "";
        var meant = Kind == "personal";
        foreach (var (said, id) in Mentions())
        {
            // The bot's own mention is no word of the command; others become the word that finds the person.
            meant |= id == Bot;
            text = text.Replace(said, id == Bot ? " " : $" {Opens}{id}{Closes} ", StringComparison.Ordinal);
        }

        if (!meant) return null;
        var words = SlackText.Read(WebUtility.HtmlDecode(text).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal));
        return Collapse(words).Replace($"{Opens}", "<@", StringComparison.Ordinal).Replace($"{Closes}", ">", StringComparison.Ordinal).TrimStart('/');
    }

    /// <summary>What somebody said to others, in plain words: people by their names.</summary>
    public string Said()
    {
        var text = SlackPayload.Text(Root, "text") ?? "";
        foreach (var (said, _) in Mentions()) text = text.Replace(said, $"@{TeamsText.Read(said, 80).TrimStart('@')}", StringComparison.Ordinal);
        return Collapse(WebUtility.HtmlDecode(text));
    }

    private IEnumerable<(string Said, string Id)> Mentions()
    {
        if (SlackPayload.Find(Root, "entities") is not { ValueKind: JsonValueKind.Array } entities) yield break;
        foreach (var entity in entities.EnumerateArray())
        {
            if (SlackPayload.Text(entity, "type") == "mention" && SlackPayload.Text(entity, "mentioned", "id") is { } id && SlackPayload.Text(entity, "text") is { } said) yield return (said, id);
        }
    }

    private static string KindOf(JsonElement root) => SlackPayload.Text(root, "conversation", "conversationType") is { } kind and ("personal" or "groupChat" or "channel") ? kind : "personal";

    private static string Collapse(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (!char.IsWhiteSpace(letter)) plain.Append(letter);
            else if (plain.Length > 0 && plain[^1] != ' ') plain.Append(' ');
        }

        return plain.ToString().TrimEnd();
    }
}

/// <summary>Something that was pressed in a card or a dialog.</summary>
/// <param name="Action">Null where it is not one of the bot's, or too old to be read.</param>
/// <param name="Question">What a dialog is to ask first.</param>
internal sealed record TeamsClick(CardAction? Action, TeamsQuestion Question, string? Reason)
{
    /// <summary>What was filled in, by the fields' names.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Answers { get; private init; } = [];

    /// <summary>The field from which others of the dialog follow, and the answer that they were drawn for; null where none follows from another.</summary>
    public KeyValuePair<string, string>? DrawnFor { get; private init; }

    /// <summary>Whether the fields that follow from another have to be drawn anew: its answer is not the one they were drawn for.</summary>
    public bool Outdated => DrawnFor is { } drawn && Answers.Any(one => one.Key == drawn.Key && one.Value != drawn.Value);

    public static TeamsClick Read(JsonElement data) => new(
        CardAction.Parse(SlackPayload.Text(data, TeamsCards.DataKey)),
        TeamsQuestion.Read(SlackPayload.Find(data, "ask") ?? default),
        SlackPayload.Text(data, TeamsCards.ReasonKey)?.Trim())
    {
        Answers = Filled(data),
        DrawnFor = SlackPayload.Text(data, TeamsForms.LeadKey) is { } lead ? KeyValuePair.Create(lead, SlackPayload.Text(data, TeamsForms.DrawnForKey) ?? "") : null,
    };

    /// <summary>What was typed beside a list of likely answers takes the place of what was chosen there.</summary>
    private static List<KeyValuePair<string, string>> Filled(JsonElement data)
    {
        List<KeyValuePair<string, string>> Named(string prefix) =>
        [
            .. SlackPayload.Members(data).Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal) && one.Value.ValueKind == JsonValueKind.String)
                .Select(one => KeyValuePair.Create(one.Key[prefix.Length..], string.Join(' ', (SlackPayload.Text(one.Value) ?? "").Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)).Trim())),
        ];
        var typed = Named(TeamsForms.OtherPrefix).Where(one => one.Value.Length > 0).ToDictionary();
        return [.. Named(TeamsForms.Prefix).Where(one => !typed.ContainsKey(one.Key)), .. typed];
    }

    /// <summary>What an activity brings: in <c>value.action.data</c>, <c>value.data</c> or <c>value</c> itself.</summary>
    public static TeamsClick Of(TeamsActivity activity, params ReadOnlySpan<string> path) => Read(SlackPayload.Find(activity.Root, ["value", .. path]) ?? default);
}
