using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Cards;
using static ChatOps.Integrations.Teams.TeamsElements;

namespace ChatOps.Integrations.Teams;

/// <summary>Questions as inputs of a card: what is filled in comes back with the button below them.</summary>
public static class TeamsForms
{
    /// <summary>What a form's button means: the command that it was asked for, with the answers.</summary>
    public const string Verb = "fill";

    /// <summary>What the names of inputs begin with, so that none has a name that is taken.</summary>
    public const string Prefix = "in.";

    private const int MostFields = 30, MostChoices = 100, MostOffered = 5;

    /// <summary>The card with the form below it; the card alone where the form is more than a card takes: then it says in words what to type.</summary>
    public static TeamsMessage Render(Card card, Form form)
    {
        var message = TeamsCards.Render(card, TeamsView.All);
        var action = new CardAction(Verb, null, null, form.Command).ToString();
        if (form.Fields.IsEmpty || form.Fields.Length > MostFields || CardAction.Parse(action) is null) return message;
        var drawn = (JsonObject)message.Card.DeepClone();
        var body = drawn["body"]!.AsArray();
        foreach (var element in form.Fields.SelectMany(Field).Append(Actions([TeamsActions.Execute("Go ahead", Verb, action)]))) body.Add(element);
        return TeamsCards.SizeOf(drawn) <= TeamsCards.MostBytes ? message with { Card = drawn } : message;
    }

    private static IEnumerable<JsonObject> Field(FormField field)
    {
        yield return Input(field);
        if (field.Fault is { } fault) yield return Line("None", Run($"{MarkOf(Tone.Bad)} {OneLine(fault, 300)}"));
        if (field.Help.Length > 0) yield return Line("None", Run(OneLine(field.Help, 300), subtle: true));
        foreach (var one in field.Suggested.Take(MostOffered)) yield return Line("None", Run($"{OneLine(one.Value, 80)} ", bold: true), Run(OneLine(one.Says, 120), subtle: true));
    }

    private static JsonObject Input(FormField field)
    {
        (string Label, string Value)[] choices = field.Type == "flag" ? [("yes", "true"), ("no", "false")] : [.. field.Choices.Take(MostChoices + 1).Select(choice => (choice, choice))];
        var input = choices.Length is > 0 and <= MostChoices
            ? new JsonObject { ["type"] = "Input.ChoiceSet", ["style"] = "compact", ["choices"] = new JsonArray([.. choices.Select(choice => new JsonObject { ["title"] = OneLine(choice.Label, 100), ["value"] = choice.Value })]) }
            : new JsonObject { ["type"] = "Input.Text", ["maxLength"] = 500 };
        (input["id"], input["label"]) = (Prefix + field.Name, OneLine(field.Name, 100));
        if (field.Required) (input["isRequired"], input["errorMessage"]) = (true, $"{OneLine(field.Name, 100)} is needed.");
        if (field.Value is { Length: > 0 and <= 500 } value && (choices.Length is 0 or > MostChoices || choices.Any(choice => choice.Value == value))) input["value"] = ShownText.Fit(value, 500);
        return input;
    }
}
