using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Endpoints;

/// <summary>The app's Home tab.</summary>
internal static class SlackHome
{
    /// <summary>Who opened the tab; null for any other event, and for the app's other tabs.</summary>
    public static string? OpenedBy(JsonElement callback, SlackOrigin origin) =>
        SlackPayload.Text(callback, "event", "type") == "app_home_opened" && SlackPayload.Text(callback, "event", "tab") == "home" ? origin.At(SlackPayload.Need(callback, "event", "user")) : null;

    public static JsonObject View(Card card) => new() { ["type"] = "home", ["blocks"] = SlackCards.Render(card).Blocks.DeepClone() };
}
