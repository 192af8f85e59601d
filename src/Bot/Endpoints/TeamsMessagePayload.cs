using System.Globalization;
using System.Text.Json;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Http;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Incidents;

namespace ChatOps.Bot.Endpoints;

/// <summary>Reads the message that an action was taken on. It comes from the client of whoever took it: the words and their author are theirs to answer for, and who that is was verified.</summary>
/// <remarks>Source: msteams-docs, messaging-extensions/how-to/action-commands/create-task-module.md.</remarks>
internal static class TeamsMessagePayload
{
    private const int LongestId = 200, LongestLink = 1_000, LongestName = 80;

    /// <summary>Where Teams' own links lead, by host or by the end of one.</summary>
    private static readonly string[] Hosts = ["teams.microsoft.com", "teams.cloud.microsoft", ".teams.microsoft.us"];

    /// <summary>Null when the action was not taken on a message.</summary>
    public static ChosenMessage? Read(TeamsActivity activity)
    {
        if (SlackPayload.Find(activity.Root, "value", "messagePayload") is not { ValueKind: JsonValueKind.Object } payload) return null;
        if (SlackPayload.Text(payload, "id") is not { Length: <= LongestId } id) return null;
        var writer = SlackPayload.Text(payload, "from", "user", "id");
        var name = SlackPayload.Text(payload, "from", "user", "displayName") ?? SlackPayload.Text(payload, "from", "application", "displayName");
        return new ChosenMessage(
            id, SlackPayload.Text(payload, "replyToId") ?? activity.Thread, TextOf(payload), ShownText.Fit(name, LongestName) is { Length: > 0 } author ? author.ReplaceLineEndings(" ") : "somebody",
            writer is not null && writer.Equals(SlackPayload.Text(activity.Root, "from", "aadObjectId"), StringComparison.OrdinalIgnoreCase), TimeOf(payload), LinkOf(payload));
    }

    /// <summary>Empty for what was deleted, and for what has no words.</summary>
    private static string TextOf(JsonElement payload)
    {
        if (SlackPayload.Flag(payload, "deleted")) return "";
        var body = SlackPayload.Text(payload, "body", "content");
        return SlackPayload.Text(payload, "body", "contentType") == "text" ? ShownText.Fit(body, IncidentDecider.LongestText).Trim() : TeamsText.Read(body, IncidentDecider.LongestText);
    }

    private static DateTimeOffset? TimeOf(JsonElement payload) =>
        DateTimeOffset.TryParse(SlackPayload.Text(payload, "createdDateTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    private static Uri? LinkOf(JsonElement payload) =>
        SlackPayload.Text(payload, "linkToMessage") is { Length: <= LongestLink } text && Uri.TryCreate(text, UriKind.Absolute, out var link) && link.Scheme == Uri.UriSchemeHttps && link.UserInfo.Length == 0
        && Hosts.Any(host => host.StartsWith('.') ? link.IdnHost.EndsWith(host, StringComparison.OrdinalIgnoreCase) : link.IdnHost.Equals(host, StringComparison.OrdinalIgnoreCase)) ? link : null;
}
