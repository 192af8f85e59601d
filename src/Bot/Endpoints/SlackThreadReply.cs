using System.Text.Json;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Slack;

namespace ChatOps.Bot.Endpoints;

/// <summary>Somebody wrote in a thread of a channel, to everybody there.</summary>
/// <param name="Thread">The message that the thread hangs on.</param>
/// <param name="Text">In plain words.</param>
internal sealed record SlackThreadReply(string User, string Channel, string Thread, string Message, string Text)
{
    public string Delivery => $"slack:note:{Channel}:{Message}";

    /// <summary>Null for everything else: what starts a thread, what bots write, edits, what was said to the bot, and what people of other workspaces write.</summary>
    public static SlackThreadReply? Read(JsonElement callback, SlackOrigin origin)
    {
        if (SlackPayload.Text(callback, "event", "type") != "message" || SlackPayload.Text(callback, "event", "channel_type") is not ("channel" or "group")) return null;
        if (SlackPayload.Text(callback, "event", "subtype") is not null || SlackPayload.Text(callback, "event", "bot_id") is not null) return null;
        if (SlackPayload.Text(callback, "event", "thread_ts") is not { } thread || SlackPayload.Text(callback, "event", "user") is not { } user) return null;
        var (message, text) = (SlackPayload.Need(callback, "event", "ts"), SlackPayload.Text(callback, "event", "text") ?? "");
        return message == thread || SlackMention.Addresses(callback, text) ? null
            : new SlackThreadReply(origin.At(user), origin.At(SlackPayload.Need(callback, "event", "channel")), thread, message, SlackText.Fit(SlackText.Read(text), ThreadNotes.Longest));
    }
}

/// <summary>Links of ours that somebody shared.</summary>
internal sealed record SlackLinks(string Channel, string Message, IReadOnlyList<Uri> Links)
{
    private const int Most = 5;

    /// <summary>Null for any other event; and where people of other companies read along, nothing is shown.</summary>
    public static SlackLinks? Read(JsonElement callback, SlackOrigin origin)
    {
        if (SlackPayload.Text(callback, "event", "type") != "link_shared" || SlackPayload.Flag(callback, "is_ext_shared_channel")) return null;
        if (SlackPayload.Find(callback, "event", "links") is not { ValueKind: JsonValueKind.Array } links) return null;
        return new SlackLinks(
            origin.At(SlackPayload.Need(callback, "event", "channel")), SlackPayload.Need(callback, "event", "message_ts"),
            [.. links.EnumerateArray().Select(link => Uri.TryCreate(SlackPayload.Text(link, "url"), UriKind.Absolute, out var url) ? url : null).OfType<Uri>().Take(Most)]);
    }
}
