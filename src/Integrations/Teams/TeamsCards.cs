using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Teams;

/// <summary>A card as Teams takes it.</summary>
/// <param name="Summary">For notifications and wherever the card can't be shown; never empty.</param>
public sealed record TeamsMessage(string Summary, JsonObject Card);

/// <summary>For whom a card is drawn.</summary>
/// <param name="Shows">Which buttons they see.</param>
public sealed record TeamsView(Func<Button, bool> Shows)
{
    /// <summary>For whoever reads along: all buttons.</summary>
    public static TeamsView All { get; } = new(_ => true);

    /// <summary>Whose clients ask for a view of their own when they show the card, by their ids (<c>29:…</c>): at most <see cref="MostViewers"/>.</summary>
    public ImmutableArray<string> Refreshes { get; init; } = [];

    /// <summary>The run that such a view is asked for; null = nobody asks.</summary>
    public RunId? Run { get; init; }

    /// <summary>How many ids Teams takes.</summary>
    public const int MostViewers = 60;
}

/// <summary>Draws a card as an Adaptive Card 1.5, within what Teams takes whatever the card says. Pure.</summary>
public static class TeamsCards
{
    /// <summary>The name under which our actions travel in a button's data. No input has it.</summary>
    public const string DataKey = "chatops";

    /// <summary>The verb of the question for one's own view of a card.</summary>
    public const string ViewVerb = "view";

    /// <summary>The input of the dialog that asks for a reason.</summary>
    public const string ReasonKey = "reason";

    /// <summary>How large a card may be, as UTF-8. Teams' pages name limits from 28 KB to 100 KB for a message with all around it.</summary>
    public const int MostBytes = 25_000;

    private static readonly JsonSerializerOptions AsSent = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Draws with as much detail as fits: what is left out is one click away, on the run's page.</summary>
    public static TeamsMessage Render(Card card, TeamsView view)
    {
        foreach (var detail in Detail.All)
        {
            var drawn = new TeamsPage(card, view, detail).Draw();
            if (detail == Detail.All[^1] || SizeOf(drawn) <= MostBytes) return new TeamsMessage(SummaryOf(card), drawn);
        }

        throw new InvalidOperationException("The least detail always fits.");
    }

    /// <summary>The card beside a link that somebody shares: Teams takes those up to version 1.3. What is newer in it (a heading's style) is passed over.</summary>
    public static JsonObject Preview(Card card)
    {
        var drawn = Render(card with { Buttons = [], Body = [] }, TeamsView.All).Card;
        drawn["version"] = "1.3";
        return drawn;
    }

    /// <summary>The dialog that asks before something destructive, or for a reason.</summary>
    /// <param name="wrong">What was wrong with what was given before.</param>
    public static JsonObject Dialog(TeamsQuestion question, string action, string? wrong)
    {
        var body = new List<JsonObject>();
        if (!string.IsNullOrWhiteSpace(wrong)) body.Add(TeamsElements.Container("attention", [TeamsElements.Line("None", TeamsElements.Run($"{TeamsElements.MarkOf(Tone.Bad)} {TeamsElements.OneLine(wrong, 400)}"))]));
        if (!string.IsNullOrWhiteSpace(question.Text)) body.Add(TeamsElements.Line("Default", TeamsElements.Run(TeamsElements.OneLine(question.Text, 400))));
        if (question.AsksReason)
        {
            body.Add(new JsonObject
            {
                ["type"] = "Input.Text", ["id"] = ReasonKey, ["label"] = "Why? It is kept with the run, for everybody to read.", ["isMultiline"] = true, ["maxLength"] = 500,
                ["isRequired"] = true, ["errorMessage"] = "Say why in a few words.",
            });
        }

        var data = new JsonObject { [DataKey] = action, ["ask"] = question.ToJson() };
        body.Add(TeamsElements.Actions([new JsonObject { ["type"] = "Action.Submit", ["title"] = TeamsElements.OneLine(question.Yes, 60, "Yes"), ["data"] = data }]));
        return TeamsElements.Card(body, TeamsElements.OneLine(question.Title, 200, "Are you sure?"));
    }

    internal static int SizeOf(JsonNode drawn) => System.Text.Encoding.UTF8.GetByteCount(drawn.ToJsonString(AsSent));

    private static string SummaryOf(Card card)
    {
        var text = ShownText.Fit(string.IsNullOrWhiteSpace(card.Fallback) ? card.Title : card.Fallback, 1000);
        return string.IsNullOrWhiteSpace(text) ? "There is news from the deployment bot." : text;
    }
}

/// <summary>What a dialog asks before a button acts. It travels in the button's data: it decides what is shown, and nothing else.</summary>
public sealed record TeamsQuestion(string Title, string Text, string Yes, bool AsksReason)
{
    internal static TeamsQuestion? Of(Button button, int atMost) => button switch
    {
        { Confirm: { } c } => new(TeamsElements.OneLine(c.Title, 80, "Are you sure?"), TeamsElements.OneLine(c.Text, atMost, ""), TeamsElements.OneLine(c.Yes, 40, "Yes"), button.AsksReason),
        { AsksReason: true } => new("Give a reason", "", TeamsElements.OneLine(button.Label, 40, "Go"), true),
        _ => null,
    };

    internal JsonObject ToJson() => new() { ["title"] = Title, ["text"] = Text, ["yes"] = Yes, ["reason"] = AsksReason };

    /// <summary>Reads what came back; a plain question where something is missing.</summary>
    public static TeamsQuestion Read(JsonElement ask)
    {
        string Text(string name) => Payload.Text(ask, name) ?? "";
        var reason = Payload.Find(ask, "reason") is { ValueKind: JsonValueKind.True };
        return new TeamsQuestion(TeamsElements.OneLine(Text("title"), 80, "Are you sure?"), TeamsElements.OneLine(Text("text"), 400, ""), TeamsElements.OneLine(Text("yes"), 40, "Yes"), reason);
    }
}

/// <summary>How much of a card is drawn.</summary>
/// <param name="Text">The longest text.</param>
/// <param name="Aside">The longest line about a step; 0 = none.</param>
/// <param name="Items">How many lines of a kind.</param>
/// <param name="Body">Whether the body is drawn at all.</param>
internal sealed record Detail(int Text, int Aside, int Items, bool Body)
{
    public static ImmutableArray<Detail> All { get; } = [new(2000, 300, 60, true), new(500, 100, 40, true), new(160, 0, 20, true), new(100, 0, 8, true), new(100, 0, 8, false)];
}
