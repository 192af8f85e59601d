using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;

namespace ChatOps.Bot.Endpoints;

/// <summary>A message that somebody used a shortcut on, as Slack hands it over; and as the dialog that asks for its incident carries it along.</summary>
/// <param name="Thread">The message that its thread hangs on; null outside of one.</param>
/// <param name="Author">The account that wrote it; null where none did.</param>
/// <param name="Text">In plain words, at most <see cref="IncidentDecider.LongestText"/>.</param>
internal sealed record SlackChosen(string Channel, string Message, string? Thread, string? Author, string Text)
{
    /// <summary>The dialog's name.</summary>
    public const string Callback = "keep";

    // What a dialog carries; and a text of which each letter takes six of those characters.
    private const int MostCarried = 3_000, Shortened = 400;

    private static readonly SlackChosenJson Carrying = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <exception cref="MalformedRequestException">Something without which it means nothing is missing.</exception>
    public static SlackChosen Read(JsonElement root, SlackOrigin origin) => new(
        origin.At(SlackPayload.Need(root, "channel", "id")), SlackPayload.Need(root, "message_ts"), SlackPayload.Text(root, "message", "thread_ts"),
        SlackPayload.Text(root, "message", "user") is { } author ? origin.At(author) : null, SlackText.Fit(SlackText.Read(SlackPayload.Text(root, "message", "text")), IncidentDecider.LongestText));

    /// <exception cref="MalformedRequestException">The dialog does not carry one.</exception>
    public static SlackChosen Carried(string? metadata)
    {
        try
        {
            return JsonSerializer.Deserialize(metadata ?? "null", SlackChosenJson.Default.SlackChosen) ?? throw new MalformedRequestException("The dialog does not say which message it is about.");
        }
        catch (JsonException)
        {
            throw new MalformedRequestException("The dialog does not say which message it is about.");
        }
    }

    /// <summary>For the desk.</summary>
    /// <param name="account">Who keeps it.</param>
    /// <param name="author">Who wrote it, for people.</param>
    public ChosenMessage For(string account, string author) => new(Message, Thread, Text, author, Author == account, SlackText.TimeOf(Message), null);

    /// <summary>The dialog that asks for which incident; null where there is none to choose from.</summary>
    public JsonObject? View(Form form)
    {
        var chosen = form with { Fields = [.. form.Fields.Select(field => field with { Choices = [.. field.Suggested.Select(one => one.Value)], Required = true })] };
        if (SlackForms.View(chosen, Channel) is not { } view) return null;
        var carried = JsonSerializer.Serialize(this, Carrying.SlackChosen);
        if (carried.Length > MostCarried) carried = JsonSerializer.Serialize(this with { Text = SlackText.Fit(Text, Shortened) }, Carrying.SlackChosen);
        (view["callback_id"], view["private_metadata"]) = (Callback, carried);
        return view;
    }
}

[JsonSerializable(typeof(SlackChosen))]
internal sealed partial class SlackChosenJson : JsonSerializerContext;
