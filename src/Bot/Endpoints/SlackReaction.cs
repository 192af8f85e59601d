using System.Text.Json;
using ChatOps.Integrations.Slack;

namespace ChatOps.Bot.Endpoints;

/// <summary>Somebody put a reaction to a message.</summary>
/// <param name="Reaction">Its name without colons; with a skin tone, without that.</param>
internal sealed record SlackReaction(string Channel, string Message, string User, string Reaction, string Delivery)
{
    /// <summary>Null for any other event, and for reactions to what is no message.</summary>
    public static SlackReaction? Read(JsonElement callback, SlackOrigin origin)
    {
        if (SlackPayload.Text(callback, "event", "type") != "reaction_added" || SlackPayload.Text(callback, "event", "item", "type") != "message") return null;
        return new SlackReaction(
            origin.At(SlackPayload.Need(callback, "event", "item", "channel")), SlackPayload.Need(callback, "event", "item", "ts"), origin.At(SlackPayload.Need(callback, "event", "user")),
            SlackPayload.Need(callback, "event", "reaction").Split("::")[0], $"slack:react:{SlackPayload.Need(callback, "event_id")}");
    }
}
