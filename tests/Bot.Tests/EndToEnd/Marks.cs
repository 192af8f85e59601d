using System.Text.Json.Nodes;
using ChatOps.Testing.Slack;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The texts of a message in which Slack looks for mentions, links and bold letters: the only ones where a stranger's words could call somebody.</summary>
internal static class Marks
{
    public static IEnumerable<string> In(KeptMessage message) => In(message.Blocks).Append(message.Text);

    private static IEnumerable<string> In(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(In),
        JsonObject one when (string?)one["type"] == "mrkdwn" => [(string)one["text"]!],
        JsonObject one => one.SelectMany(member => In(member.Value)),
        _ => [],
    };
}
