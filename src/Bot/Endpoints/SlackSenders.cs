using System.Text.Json;
using ChatOps.Integrations.Slack;

namespace ChatOps.Bot.Endpoints;

/// <summary>Which workspace a verified request says it is from.</summary>
internal static class SlackSenders
{
    public static SlackSender Of(IReadOnlyDictionary<string, string> command) => new(
        Given(command.GetValueOrDefault("team_id")), Given(command.GetValueOrDefault("enterprise_id")), command.GetValueOrDefault("is_enterprise_install") == "true");

    /// <summary>Of something clicked, filled in or looked for. By an organization's install there may be no team.</summary>
    public static SlackSender OfInteraction(JsonElement root) => new(
        SlackPayload.Text(root, "team", "id") ?? SlackPayload.Text(root, "user", "team_id"), SlackPayload.Text(root, "enterprise", "id") ?? SlackPayload.Text(root, "team", "enterprise_id"), IsTrue(root, "is_enterprise_install"));

    /// <summary>Of an event: the install that it is delivered to. In a channel shared with another company, <c>team_id</c> may be theirs.</summary>
    public static SlackSender OfEvent(JsonElement callback)
    {
        if (SlackPayload.Find(callback, "authorizations") is { ValueKind: JsonValueKind.Array } all && all.GetArrayLength() > 0
            && (SlackPayload.Text(all[0], "team_id") ?? SlackPayload.Text(all[0], "enterprise_id")) is not null)
            return new(SlackPayload.Text(all[0], "team_id"), SlackPayload.Text(all[0], "enterprise_id"), IsTrue(all[0], "is_enterprise_install"));
        return new(
            SlackPayload.Text(callback, "context_team_id") ?? SlackPayload.Text(callback, "team_id"), SlackPayload.Text(callback, "context_enterprise_id") ?? SlackPayload.Text(callback, "enterprise_id"), IsTrue(callback, "is_enterprise_install"));
    }

    /// <summary>Whether the app was uninstalled (true) or lost its bot's token (false); null for any other event. Tokens of people are none of the bot's.</summary>
    public static bool? HasLeft(JsonElement callback) => SlackPayload.Text(callback, "event", "type") switch
    {
        "app_uninstalled" => true,
        "tokens_revoked" when SlackPayload.Find(callback, "event", "tokens", "bot") is { ValueKind: JsonValueKind.Array } bots && bots.GetArrayLength() > 0 => false,
        _ => null,
    };

    private static bool IsTrue(JsonElement from, string name) => SlackPayload.Flag(from, name) || SlackPayload.Text(from, name) == "true";

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
