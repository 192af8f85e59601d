using System.Text;
using System.Text.Json;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatOps.Bot.Endpoints;

/// <summary>A body from Slack that makes no sense. The message says what was missing, and nothing of what was sent.</summary>
internal sealed class MalformedRequestException(string message) : Exception(message)
{
    public MalformedRequestException() : this("malformed") { }
}

/// <summary>A slash command as Slack sends it. Here as in all that is read, accounts and channels are named with their workspace.</summary>
/// <param name="Words">What the desk hears: the command's own name first, except for <c>/chatops</c>.</param>
/// <param name="AnswerAt">Where an answer may be sent later; null when none was given.</param>
/// <param name="Trigger">Opens a dialog, once and within 3 seconds.</param>
internal sealed record SlackCommand(string User, string Channel, string Words, string Delivery, Uri? AnswerAt, string Trigger)
{
    /// <summary>Null for the certificate probe, which wants nothing.</summary>
    public static SlackCommand? Read(IReadOnlyDictionary<string, string> form, SlackOrigin origin)
    {
        if (form.GetValueOrDefault("ssl_check") == "1") return null;
        var command = SlackForm.Need(form, "command").TrimStart('/').ToLowerInvariant();
        var text = SlackText.Read(form.GetValueOrDefault("text"));
        var words = command == "chatops" ? (text.Length > 0 ? text : "help") : $"{command} {text}".TrimEnd();
        return new SlackCommand(
            origin.At(SlackForm.Need(form, "user_id")), origin.At(SlackForm.Need(form, "channel_id")), words,
            $"slack:cmd:{SlackForm.Need(form, "trigger_id")}", SlackForm.Address(form.GetValueOrDefault("response_url")), SlackForm.Need(form, "trigger_id"));
    }
}

/// <summary>A form, read from bytes that were verified before.</summary>
internal static class SlackForm
{
    public static Dictionary<string, string> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            using var reader = new FormReader(Encoding.UTF8.GetString(body.Span)) { ValueCountLimit = 100, ValueLengthLimit = SlackRequest.MostBytes };
            while (reader.ReadNextPair() is { } pair) fields[pair.Key] = pair.Value;
            return fields;
        }
        catch (InvalidDataException e)
        {
            throw new MalformedRequestException($"The form can't be read ({e.GetType().Name}).");
        }
    }

    /// <summary>The fields that came as a JSON object: what is not text is left away.</summary>
    public static Dictionary<string, string> Read(JsonElement fields) => SlackPayload.Members(fields)
        .Where(field => field.Value.ValueKind == JsonValueKind.String)
        .GroupBy(field => field.Key, StringComparer.Ordinal)
        .ToDictionary(same => same.Key, same => SlackPayload.Text(fields, same.Key) ?? "", StringComparer.Ordinal);

    public static string Need(IReadOnlyDictionary<string, string> form, string field) =>
        form.GetValueOrDefault(field) is { Length: > 0 } value ? value : throw new MalformedRequestException($"The field {field} is missing.");

    public static Uri? Address(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : null;
}

/// <summary>Something that was clicked or chosen in a message.</summary>
/// <param name="AsksReason">The button wants a reason first.</param>
/// <param name="Channel">Where the message is; on the Home tab and in dialogs there is none, and it is the person: what is for them goes to them directly.</param>
/// <param name="InReply">True when the click was on a message that only this person sees.</param>
/// <param name="Thread">The thread that the message is in.</param>
internal sealed record SlackClick(
    string User, string Channel, CardAction? Action, string Label, bool AsksReason, bool InReply, string Delivery, string? Trigger, Uri? AnswerAt, string? Thread)
{
    /// <summary>Every action of a <c>block_actions</c> payload; buttons that only open a link carry nothing and are left out.</summary>
    public static IEnumerable<SlackClick> Read(JsonElement payload, SlackOrigin origin)
    {
        var user = origin.At(SlackPayload.Need(payload, "user", "id"));
        var channel = (SlackPayload.Text(payload, "channel", "id") ?? SlackPayload.Text(payload, "container", "channel_id")) is { } place ? origin.At(place) : user;
        if (SlackPayload.Find(payload, "actions") is not { ValueKind: JsonValueKind.Array } actions) throw new MalformedRequestException("The actions are missing.");
        foreach (var action in actions.EnumerateArray())
        {
            var id = SlackPayload.Need(action, "action_id");
            if (ValueOf(action) is not { } value) continue;
            yield return new SlackClick(
                user, channel, CardAction.Parse(value), SlackPayload.Text(action, "text", "text") ?? "Go ahead",
                id.StartsWith(SlackCards.AskPrefix, StringComparison.Ordinal), SlackPayload.Flag(payload, "container", "is_ephemeral"),
                $"slack:act:{user}:{SlackPayload.Need(action, "action_ts")}:{id}", SlackPayload.Text(payload, "trigger_id"),
                SlackForm.Address(SlackPayload.Text(payload, "response_url")), SlackPayload.Text(payload, "container", "thread_ts"));
        }
    }

    private static string? ValueOf(JsonElement action) =>
        SlackPayload.Text(action, "value") ?? SlackPayload.Text(action, "selected_option", "value") ?? OnlyOption(action);

    // Which of several was ticked last isn't said: only one is clear.
    private static string? OnlyOption(JsonElement action) =>
        SlackPayload.Find(action, "selected_options") is { ValueKind: JsonValueKind.Array } options && options.GetArrayLength() == 1 ? SlackPayload.Text(options[0], "value") : null;
}

/// <summary>A message to the bot: a mention in a channel, or a direct message.</summary>
internal sealed record SlackMention(string User, string Channel, string Words, string Ts, string? Thread)
{
    public string Delivery => $"slack:msg:{Channel}:{Ts}";

    /// <summary>Null for everything that nobody said to the bot: other bots, edits, messages between others.</summary>
    public static SlackMention? Read(JsonElement callback, SlackOrigin origin)
    {
        if (SlackPayload.Find(callback, "event") is not { ValueKind: JsonValueKind.Object } said) throw new MalformedRequestException("The event is missing.");
        var type = SlackPayload.Text(said, "type");
        var direct = type == "message" && SlackPayload.Text(said, "channel_type") == "im";
        if (type != "app_mention" && !direct) return null;
        if (SlackPayload.Text(said, "bot_id") is not null || SlackPayload.Text(said, "subtype") is not null) return null;
        if (SlackPayload.Text(said, "user") is not { } user) return null;
        var words = SlackText.Read(WithoutBot(SlackPayload.Text(said, "text") ?? "", BotOf(callback))).TrimStart('/');
        return new SlackMention(
            origin.At(user), origin.At(SlackPayload.Need(said, "channel")), words.Length > 0 ? words : "help", SlackPayload.Need(said, "ts"), SlackPayload.Text(said, "thread_ts"));
    }

    /// <summary>Whether a text mentions the bot.</summary>
    public static bool Addresses(JsonElement callback, string text) => BotOf(callback) is { } bot && text.Contains($"<@{bot}", StringComparison.Ordinal);

    private static string? BotOf(JsonElement callback) =>
        SlackPayload.Find(callback, "authorizations") is { ValueKind: JsonValueKind.Array } all && all.GetArrayLength() > 0
            ? SlackPayload.Text(all[0], "user_id") : null;

    /// <summary>The text without the bot's own mentions; when it isn't known who the bot is, without the first one at the start.</summary>
    private static string WithoutBot(string text, string? bot)
    {
        var start = text.TrimStart();
        if (bot is null) return start.StartsWith("<@", StringComparison.Ordinal) && start.IndexOf('>', StringComparison.Ordinal) is var end and > 0 ? start[(end + 1)..] : text;
        while (text.IndexOf("<@" + bot, StringComparison.Ordinal) is var at and >= 0 && text.IndexOf('>', at) is var close and > 0)
            text = string.Concat(text.AsSpan(0, at), " ", text.AsSpan(close + 1));
        return text;
    }
}

/// <summary>Reads JSON that came from outside: what is missing or of another kind is null, not an exception.</summary>
internal static class SlackPayload
{
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            throw new MalformedRequestException("The payload is not an object.");
        }
        catch (JsonException)
        {
            throw new MalformedRequestException("The payload is not JSON.");
        }
    }

    public static string? Text(JsonElement from, params ReadOnlySpan<string> path) =>
        Find(from, path) is { ValueKind: JsonValueKind.String } found && Decoded(found) is { Length: > 0 } text ? text : null;

    public static bool Flag(JsonElement from, params ReadOnlySpan<string> path) => Find(from, path) is { ValueKind: JsonValueKind.True };

    public static string Need(JsonElement from, params ReadOnlySpan<string> path) =>
        Text(from, path) ?? throw new MalformedRequestException($"The field {string.Join('.', path.ToArray())} is missing.");

    /// <summary>What is there, of whatever kind; null for what is not.</summary>
    /// <exception cref="MalformedRequestException">A name has half a character in it.</exception>
    public static JsonElement? Find(JsonElement from, params ReadOnlySpan<string> path)
    {
        try
        {
            foreach (var name in path)
            {
                if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out from)) return null;
            }

            return from;
        }
        catch (InvalidOperationException)
        {
            // Looking for one name reads those beside it.
            throw new MalformedRequestException("A name has half a character in it.");
        }
    }

    /// <summary>The members of an object; none of anything else.</summary>
    /// <exception cref="MalformedRequestException">A name has half a character in it.</exception>
    public static IEnumerable<KeyValuePair<string, JsonElement>> Members(JsonElement from) =>
        from.ValueKind == JsonValueKind.Object ? from.EnumerateObject().Select(member => KeyValuePair.Create(NameOf(member), member.Value)) : [];

    private static string? Decoded(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            throw new MalformedRequestException("A text has half a character in it.");
        }
    }

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new MalformedRequestException("A name has half a character in it.");
        }
    }
}
