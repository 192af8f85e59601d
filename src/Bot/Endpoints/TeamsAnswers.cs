using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Http;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Endpoints;

/// <summary>The bodies that an invoke is answered with. They go to the one who pressed, and to nobody else.</summary>
internal static class TeamsAnswers
{
    private static readonly JsonSerializerOptions AsSent = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A card that takes the place of the one that was pressed, for this person.</summary>
    public static IResult Card(JsonObject card) => Action("application/vnd.microsoft.card.adaptive", card);

    /// <summary>A few words under the card.</summary>
    public static IResult Message(string words) => Action("application/vnd.microsoft.activity.message", JsonValue.Create(Fit(words)));

    /// <summary>A dialog that asks before something acts.</summary>
    public static IResult Dialog(TeamsQuestion question, string action, string? wrong) => Dialog(question.Title, "small", TeamsCards.Dialog(question, action, wrong));

    /// <summary>A form's dialog; in words where the form is more than a dialog takes.</summary>
    /// <param name="wrong">What was wrong with what was given before, where no field says it.</param>
    public static IResult Dialog(Form form, string? wrong) =>
        TeamsForms.Dialog(form, wrong) is { } card ? Dialog(form.Title, "large", card) : Close("This asks for more than a dialog takes. Say it in words: help shows how.");

    /// <summary>Closes the dialog, with a few words where there are any.</summary>
    public static IResult Close(string? words) => words is null ? Results.Ok() : Json(new JsonObject { ["task"] = new JsonObject { ["type"] = "message", ["value"] = Fit(words) } });

    /// <summary>What a link shows beside it; null = nothing, and it stays a link.</summary>
    public static IResult Preview(Card? card) => Json(new JsonObject
    {
        ["composeExtension"] = new JsonObject
        {
            ["type"] = "result", ["attachmentLayout"] = "list", ["attachments"] = card is null ? new JsonArray() : new JsonArray(new JsonObject
            {
                ["contentType"] = "application/vnd.microsoft.card.adaptive", ["content"] = TeamsCards.Preview(card),

                // What stands in for it where there is no room. Of these two, neither is read as markup.
                ["preview"] = new JsonObject
                {
                    ["contentType"] = "application/vnd.microsoft.card.thumbnail",
                    ["content"] = new JsonObject { ["title"] = ShownText.Fit(card.Title, 150), ["subtitle"] = ShownText.Fit(card.State ?? card.Fallback, 200) },
                },
            }),
        },
    });

    /// <summary>A refusal in one line: why, and what to do.</summary>
    public static string Why(Reply reply) => reply.Refusal is { } no ? $"{no.Why} {no.Next}".Trim() : reply.Card?.Fallback ?? "";

    private static IResult Dialog(string title, string height, JsonObject card) => Json(new JsonObject
    {
        ["task"] = new JsonObject
        {
            ["type"] = "continue",
            ["value"] = new JsonObject
            {
                ["title"] = ShownText.Fit(title, 60), ["height"] = height, ["width"] = "medium",
                ["card"] = new JsonObject { ["contentType"] = "application/vnd.microsoft.card.adaptive", ["content"] = card },
            },
        },
    });

    private static IResult Action(string type, JsonNode value) => Json(new JsonObject { ["statusCode"] = 200, ["type"] = type, ["value"] = value });

    private static string Fit(string words) => ShownText.Fit(words, 400) is { Length: > 0 } fitted ? fitted : "Done.";

    private static IResult Json(JsonObject body) => Results.Content(body.ToJsonString(AsSent), "application/json", Encoding.UTF8);
}
