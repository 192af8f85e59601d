using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Forms as Slack's dialogs, and what comes back from them.</summary>
internal static class SlackForms
{
    public const string Callback = "form";

    /// <summary>What the names of fields that change with another end with: Slack keeps what was chosen as long as a field's name stays.</summary>
    public const char Mark = '~';

    private const string Answer = "value", Offers = "offers";

    // Slack's limits: of blocks in a dialog, of options, of an option's value, and of what a dialog carries along.
    private const int MostFields = 90, MostChoices = 100, LongestChoice = 75, LongestMetadata = 3000;

    /// <summary>Null when the form is more than a dialog takes: then it is said in words.</summary>
    public static JsonObject? View(Form form, string channel)
    {
        var metadata = new ReasonFor(channel, form.Command).ToText();
        if (form.Fields.IsEmpty || form.Fields.Length > MostFields || metadata.Length > LongestMetadata) return null;
        return new JsonObject
        {
            ["type"] = "modal",
            ["callback_id"] = Callback,
            ["private_metadata"] = metadata,
            ["title"] = Plain(form.Title, 24),
            ["submit"] = Plain("Go ahead", 24),
            ["close"] = Plain("Cancel", 24),
            ["blocks"] = new JsonArray([.. form.Fields.Select(Block)]),
        };
    }

    /// <summary>The answers by field; an empty one is empty.</summary>
    /// <exception cref="MalformedRequestException">There are none.</exception>
    public static List<KeyValuePair<string, string>> Answers(JsonElement root)
    {
        if (SlackPayload.Find(root, "view", "state", "values") is not { ValueKind: JsonValueKind.Object } values) throw new MalformedRequestException("The dialog has no answers.");
        return [.. SlackPayload.Members(values).Select(field => KeyValuePair.Create(NameOf(field.Key), OneLine(AnswerIn(field.Value))))];
    }

    /// <summary>The field that a block asks.</summary>
    public static string NameOf(string block) => block.Split(Mark)[0];

    /// <summary>What is wrong, beside the fields where it is; at the first one what belongs to none.</summary>
    /// <param name="blocks">The dialog's blocks that ask something, by their own names.</param>
    public static string Errors(Refusal refusal, Form? form, IReadOnlyList<string> blocks)
    {
        var errors = new JsonObject();
        foreach (var field in form?.Fields ?? [])
        {
            if (field.Fault is { } fault && blocks.FirstOrDefault(block => NameOf(block) == field.Name) is { } block) errors[block] = SlackText.Fit(fault, 300);
        }

        var about = CommandFields.OfRefusal(refusal.Code, blocks.Select(NameOf));
        if (errors.Count == 0 && blocks.Count > 0) errors[blocks.FirstOrDefault(block => NameOf(block) == about) ?? blocks[0]] = SlackText.Fit($"{refusal.Why} {refusal.Next}".Trim(), 300);
        return new JsonObject { ["response_action"] = "errors", ["errors"] = errors }.ToJsonString();
    }

    public static List<string> BlocksOf(JsonElement root) =>
        SlackPayload.Find(root, "view", "state", "values") is { } values ? [.. SlackPayload.Members(values).Select(field => field.Key)] : [];

    /// <summary>Suggestions as Slack wants them, at most as many as it takes.</summary>
    public static string Options(IEnumerable<Suggestion> suggestions) => new JsonObject
    {
        ["options"] = new JsonArray([.. suggestions.Where(one => one.Value.Length is > 0 and <= LongestChoice).Take(MostChoices).Select(one => (JsonNode)Option(one.Label, one.Value))]),
    }.ToJsonString();

    private static string AnswerIn(JsonElement field)
    {
        foreach (var element in SlackPayload.Members(field))
        {
            if ((SlackPayload.Text(element.Value, "value") ?? SlackPayload.Text(element.Value, "selected_option", "value")) is { } answer) return answer;
        }

        return "";
    }

    private static JsonNode Block(FormField field)
    {
        var block = new JsonObject
        {
            ["type"] = "input",
            ["block_id"] = field.Under is null ? field.Name : $"{field.Name}{Mark}{field.Under}",
            ["label"] = Plain(field.Label, 200),
            ["optional"] = !field.Required,
            ["element"] = Element(field),
        };
        if (field.Leads) block["dispatch_action"] = true;
        if (Hint(field) is { Length: > 0 } hint) block["hint"] = Plain(hint, 1000);
        return block;
    }

    private static string Hint(FormField field) => string.Join(' ', new[] { field.Fault, field.Help, field.Type == "number" ? "A number." : null }.Where(part => !string.IsNullOrEmpty(part)));

    private static JsonObject Element(FormField field)
    {
        if (field.Offered().ToArray() is { Length: > 0 and <= MostChoices } choices && choices.All(choice => choice.Value.Length is > 0 and <= LongestChoice)) return Select(field, choices);
        if (field is { Choices.IsEmpty: true, Suggested.IsEmpty: false }) return Offered(field);
        var input = new JsonObject { ["type"] = "plain_text_input", ["action_id"] = Answer, ["max_length"] = 500 };
        if (field.Value is { Length: > 0 and <= 500 } value) input["initial_value"] = value;
        return input;
    }

    private static JsonObject Select(FormField field, (string Label, string Value)[] choices)
    {
        var select = new JsonObject { ["type"] = "static_select", ["action_id"] = Answer, ["options"] = new JsonArray([.. choices.Select(choice => (JsonNode)Option(choice.Label, choice.Value))]) };
        if (choices.FirstOrDefault(choice => choice.Value == field.Value) is { Value: not null } chosen) select["initial_option"] = Option(chosen.Label, chosen.Value);
        return select;
    }

    /// <summary>A list that is looked through while typing: it takes what is typed too, so nobody is kept to it.</summary>
    private static JsonObject Offered(FormField field)
    {
        var select = new JsonObject { ["type"] = "external_select", ["action_id"] = Offers, ["min_query_length"] = 0, ["placeholder"] = Plain("Choose, or type", 150) };
        if (field.Value is { Length: > 0 and <= LongestChoice } value) select["initial_option"] = Option((field.Suggested.FirstOrDefault(one => one.Value == value) ?? new Suggestion(value, "")).Label, value);
        return select;
    }

    private static JsonObject Option(string label, string value) => new() { ["text"] = Plain(label, LongestChoice), ["value"] = value };

    private static JsonObject Plain(string text, int atMost) => new() { ["type"] = "plain_text", ["text"] = SlackText.Fit(text, atMost), ["emoji"] = false };

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)).Trim();
}
