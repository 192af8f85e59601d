using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Cards;
using static ChatOps.Integrations.Teams.TeamsElements;

namespace ChatOps.Integrations.Teams;

/// <summary>Questions as inputs: of a dialog that only the one who asked for it sees, or below a card. What is filled in comes back with the button under them.</summary>
public static class TeamsForms
{
    /// <summary>What a form's button means: the command that it was asked for, with the answers.</summary>
    public const string Verb = "fill";

    /// <summary>What the names of inputs begin with, so that none has a name that is taken.</summary>
    public const string Prefix = "in.";

    /// <summary>What the name of an input begins with that takes an answer which is not on the list beside it.</summary>
    public const string OtherPrefix = "or.";

    /// <summary>The names under which a dialog carries the field that others follow from, and the answer they were drawn for.</summary>
    public const string LeadKey = "lead", DrawnForKey = "drawn-for";

    private const int MostFields = 30, MostChoices = 100, MostOffered = 5, MostListed = 40;

    /// <summary>The card with the form below it; the card alone where the form is more than a card takes: then it says in words what to type.</summary>
    public static TeamsMessage Render(Card card, Form form) =>
        ActionOf(form.Command) is { } action && IsAsked(form) ? Below(card, [.. form.Fields.SelectMany(Field), Actions([TeamsActions.Execute("Go ahead", Verb, action)])]) : TeamsCards.Render(card, TeamsView.All);

    /// <summary>The card with a button below it that opens the form's dialog; the card alone likewise.</summary>
    public static TeamsMessage Offer(Card card, Form form) =>
        IsAsked(form) && Open("Fill it in", form.Command, form.Fields) is { } open ? Below(card, [Actions([open])]) : TeamsCards.Render(card, TeamsView.All);

    /// <summary>The dialog; null where the form is more than a dialog takes.</summary>
    /// <remarks>A field from which others follow is asked alone first: cards can't change while they are filled in.</remarks>
    /// <param name="wrong">What was wrong with what was given before, where no field says it.</param>
    public static JsonObject? Dialog(Form form, string? wrong)
    {
        if (ActionOf(form.Command) is not { } action || !IsAsked(form)) return null;
        var lead = form.Fields.FirstOrDefault(field => field.Leads);
        var alone = lead is { Value: null, Choices.Length: > 1 };
        var data = Carried(action, alone ? form.Fields.Where(field => field != lead) : []);
        if (lead is not null) (data[LeadKey], data[DrawnForKey]) = (lead.Name, lead.Value ?? "");
        var body = new List<JsonObject>();
        if (!string.IsNullOrWhiteSpace(wrong)) body.Add(Container("attention", [Line("None", Run($"{MarkOf(Tone.Bad)} {OneLine(wrong, 400)}"))]));
        body.AddRange(alone ? Field(lead!) : form.Fields.SelectMany(Asked));
        body.Add(Actions([new JsonObject { ["type"] = "Action.Submit", ["title"] = alone ? "Next" : "Go ahead", ["data"] = data }]));
        var drawn = TeamsElements.Card(body, OneLine(form.Title, 200, "What is missing?"));
        return TeamsCards.SizeOf(drawn) <= TeamsCards.MostBytes ? drawn : null;
    }

    /// <summary>A button that opens the dialog of a command's form; null where the command is too long for one.</summary>
    /// <param name="fields">What is known already.</param>
    internal static JsonObject? Open(string title, string command, IEnumerable<FormField> fields) =>
        ActionOf(command) is { } action ? TeamsActions.Open(title, Carried(action, fields)) : null;

    private static TeamsMessage Below(Card card, IReadOnlyList<JsonObject> elements)
    {
        var message = TeamsCards.Render(card, TeamsView.All);
        var drawn = (JsonObject)message.Card.DeepClone();
        foreach (var element in elements) drawn["body"]!.AsArray().Add(element);
        return TeamsCards.SizeOf(drawn) <= TeamsCards.MostBytes ? message with { Card = drawn } : message;
    }

    private static JsonObject Carried(string action, IEnumerable<FormField> fields)
    {
        var data = new JsonObject { [TeamsCards.DataKey] = action };
        foreach (var field in fields.Where(field => field.Value is { Length: > 0 and <= 500 })) data[Prefix + field.Name] = field.Value;
        return data;
    }

    private static string? ActionOf(string command) => new CardAction(Verb, null, null, command).ToString() is var action && CardAction.Parse(action) is not null ? action : null;

    private static bool IsAsked(Form form) => form.Fields.Length is > 0 and <= MostFields;

    private static IEnumerable<JsonObject> Field(FormField field)
    {
        yield return Input(field);
        foreach (var line in Under(field)) yield return line;
        if (!field.Choices.IsEmpty) yield break;
        foreach (var one in field.Suggested.Take(MostOffered)) yield return Line("None", Run($"{OneLine(one.Value, 80)} ", bold: true), Run(OneLine(one.Says, 120), subtle: true));
    }

    /// <summary>A field of a dialog: likely answers are a list, with room beside it for any other.</summary>
    private static IEnumerable<JsonObject> Asked(FormField field)
    {
        var offered = field.Choices.IsEmpty ? field.Suggested.Where(one => one.Value.Length <= 200).Take(MostListed).ToList() : [];

        // A list without a line is refused by Teams, and the whole dialog with it.
        if (offered.Count == 0) return [Input(field), .. Under(field)];
        var list = Choices([.. offered.Select(one => (one.Label, one.Value))]);
        (list["id"], list["label"]) = (Prefix + field.Name, OneLine(field.Label, 100));
        var other = new JsonObject { ["type"] = "Input.Text", ["maxLength"] = 500, ["id"] = OtherPrefix + field.Name, ["label"] = "Or another, not on the list" };
        if (field.Value is { Length: > 0 and <= 500 } value)
        {
            if (offered.Any(one => one.Value == value)) list["value"] = value;
            else other["value"] = ShownText.Fit(value, 500);
        }

        return [list, other, .. Under(field)];
    }

    private static IEnumerable<JsonObject> Under(FormField field)
    {
        if (field.Fault is { } fault) yield return Line("None", Run($"{MarkOf(Tone.Bad)} {OneLine(fault, 300)}"));
        if (field.Help.Length > 0) yield return Line("None", Run(OneLine(field.Help, 300), subtle: true));
    }

    private static JsonObject Input(FormField field)
    {
        var choices = field.Offered().Take(MostChoices + 1).ToArray();
        var input = choices.Length is > 0 and <= MostChoices ? Choices(choices) : new JsonObject { ["type"] = "Input.Text", ["maxLength"] = 500 };
        (input["id"], input["label"]) = (Prefix + field.Name, OneLine(field.Label, 100));
        if (field.Required) (input["isRequired"], input["errorMessage"]) = (true, $"{OneLine(field.Label, 100)} is needed.");
        if (field.Value is { Length: > 0 and <= 500 } value && (choices.Length is 0 or > MostChoices || choices.Any(choice => choice.Value == value))) input["value"] = ShownText.Fit(value, 500);
        return input;
    }

    private static JsonObject Choices((string Label, string Value)[] choices) => new()
    {
        ["type"] = "Input.ChoiceSet", ["style"] = "compact",
        ["choices"] = new JsonArray([.. choices.Select(choice => new JsonObject { ["title"] = OneLine(choice.Label, 100), ["value"] = choice.Value })]),
    };
}
