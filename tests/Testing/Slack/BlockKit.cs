using System.Text.Json.Nodes;

namespace ChatOps.Testing.Slack;

/// <summary>Slack's rules for blocks, as far as they are published: what breaks one is refused with the whole message.</summary>
/// <remarks>Lengths are UTF-16 units. Written from the documentation alone, so that it judges the bot rather than echoing it.</remarks>
public static class BlockKit
{
    /// <summary>Everything that Slack would refuse; empty when it would take them.</summary>
    public static IReadOnlyList<string> FaultsOf(JsonArray blocks, int atMost = 50)
    {
        var judge = new Judge();
        judge.Blocks(blocks, atMost);
        return judge.Faults;
    }

    /// <summary>Everything that Slack would refuse in a dialog.</summary>
    public static IReadOnlyList<string> FaultsOfView(JsonObject view)
    {
        var judge = new Judge();
        judge.View(view);
        return judge.Faults;
    }

    /// <summary>All text that a reader would see, one piece after the other.</summary>
    public static string TextOf(JsonNode? node) => node switch
    {
        JsonArray all => string.Concat(all.Select(TextOf)),
        JsonObject { } o when (string?)o["type"] is "plain_text" or "mrkdwn" => (string?)o["text"] + "\n",
        JsonObject { } o when (string?)o["type"] is "text" => (string?)o["text"] ?? "",
        JsonObject { } o when (string?)o["type"] is "link" => (string?)o["text"] ?? (string?)o["url"] ?? "",
        JsonObject { } o when (string?)o["type"] is "date" => (string?)o["fallback"] ?? "",
        JsonObject { } o when (string?)o["type"] is "rich_text" => TextOf(o["elements"]) + "\n",
        JsonObject { } o => TextOf(o["text"]) + TextOf(o["elements"]) + TextOf(o["fields"]) + TextOf(o["accessory"]) + TextOf(o["label"]),
        _ => "",
    };

    private sealed class Judge
    {
        private readonly HashSet<string> blockIds = [];
        private readonly List<string> faults = [];

        public IReadOnlyList<string> Faults => faults;

        public void Blocks(JsonArray blocks, int atMost)
        {
            if (blocks.Count > atMost) faults.Add($"no more than {atMost} items allowed [json-pointer:/blocks]");
            for (var i = 0; i < blocks.Count; i++)
            {
                if (blocks[i] is JsonObject block) Block(block, $"/blocks/{i}");
                else Fault($"/blocks/{i}", "must be an object");
            }
        }

        public void View(JsonObject view)
        {
            Only(view, "", "type", "title", "submit", "close", "blocks", "private_metadata", "callback_id", "notify_on_close", "clear_on_close", "external_id");
            PlainText(view["title"], "/title", 24, required: true);
            PlainText(view["submit"], "/submit", 24, required: view["blocks"] is JsonArray b && b.Any(x => (string?)x?["type"] == "input"));
            PlainText(view["close"], "/close", 24, required: false);
            if (((string?)view["private_metadata"])?.Length > 3000) Fault("/private_metadata", "too long");
            if (view["blocks"] is JsonArray blocks) Blocks(blocks, 100);
            else Fault("/blocks", "missing required field");
        }

        private void Block(JsonObject block, string at)
        {
            Id(block, "block_id", at, blockIds);
            switch ((string?)block["type"])
            {
                case "header":
                    Only(block, at, "type", "block_id", "text");
                    PlainText(block["text"], at + "/text", 150, required: true);
                    break;
                case "divider":
                    Only(block, at, "type", "block_id");
                    break;
                case "section":
                    Section(block, at);
                    break;
                case "context":
                    Only(block, at, "type", "block_id", "elements");
                    Each(block, at, 10, (e, where) => Text(e, where, 3000));
                    break;
                case "actions":
                    Only(block, at, "type", "block_id", "elements");
                    var ids = new HashSet<string>();
                    Each(block, at, 25, (e, where) => Element(e, where, ids));
                    break;
                case "input":
                    Input(block, at);
                    break;
                case "rich_text":
                    Only(block, at, "type", "block_id", "elements");
                    Each(block, at, int.MaxValue, RichPart);
                    break;
                case var type:
                    Fault(at, $"unsupported type: {type}");
                    break;
            }
        }

        private void Section(JsonObject block, string at)
        {
            Only(block, at, "type", "block_id", "text", "fields", "accessory", "expand");
            if (block["text"] is null && block["fields"] is null) Fault(at, "text or fields needed");
            if (block["text"] is { } text) Text(text, at + "/text", 3000);
            if (block["fields"] is JsonArray fields)
            {
                if (fields.Count is 0 or > 10) Fault(at + "/fields", "1 to 10 items");
                for (var i = 0; i < fields.Count; i++) Text(fields[i], $"{at}/fields/{i}", 2000);
            }

            if (block["accessory"] is { } accessory) Element(accessory, at + "/accessory", []);
        }

        private void Input(JsonObject block, string at)
        {
            Only(block, at, "type", "block_id", "label", "hint", "element", "optional", "dispatch_action");
            PlainText(block["label"], at + "/label", 2000, required: true);
            PlainText(block["hint"], at + "/hint", 2000, required: false);
            if (block["element"] is { } element) Element(element, at + "/element", []);
            else Fault(at, "missing required field: element");
        }

        private void Element(JsonNode? node, string at, HashSet<string> ids)
        {
            if (node is not JsonObject element)
            {
                Fault(at, "must be an object");
                return;
            }

            Id(element, "action_id", at, ids);
            switch ((string?)element["type"])
            {
                case "button":
                    Button(element, at);
                    break;
                case "checkboxes" or "radio_buttons":
                    Options(element, at, 10);
                    break;
                case "static_select":
                    Options(element, at, 100);
                    break;
                case "external_select":
                    Only(element, at, "type", "action_id", "placeholder", "initial_option", "min_query_length", "focus_on_load", "confirm");
                    PlainText(element["placeholder"], at + "/placeholder", 150, required: false);
                    if (element["initial_option"] is JsonObject chosen) Text(chosen["text"], at + "/initial_option/text", 75);
                    break;
                case "overflow":
                    Options(element, at, 5);
                    break;
                case "plain_text_input":
                    Only(element, at, "type", "action_id", "multiline", "max_length", "min_length", "placeholder", "initial_value", "focus_on_load", "dispatch_action_config");
                    if ((int?)element["max_length"] is < 1 or > 3000) Fault(at + "/max_length", "out of range");
                    break;
                case var type:
                    Fault(at, $"unsupported type: {type}");
                    break;
            }
        }

        private void Button(JsonObject button, string at)
        {
            Only(button, at, "type", "action_id", "text", "value", "url", "style", "confirm", "accessibility_label");
            PlainText(button["text"], at + "/text", 75, required: true);
            if (((string?)button["value"])?.Length > 2000) Fault(at + "/value", "must be less than 2001 characters");
            if (((string?)button["url"])?.Length > 3000) Fault(at + "/url", "must be less than 3001 characters");
            if (((string?)button["accessibility_label"])?.Length > 75) Fault(at + "/accessibility_label", "must be less than 76 characters");
            Style(button, at);
            if (button["confirm"] is not { } node) return;
            if (node is not JsonObject confirm)
            {
                Fault(at + "/confirm", "must be an object");
                return;
            }

            Only(confirm, at + "/confirm", "title", "text", "confirm", "deny", "style");
            PlainText(confirm["title"], at + "/confirm/title", 100, required: true);
            PlainText(confirm["text"], at + "/confirm/text", 300, required: true);
            PlainText(confirm["confirm"], at + "/confirm/confirm", 30, required: true);
            PlainText(confirm["deny"], at + "/confirm/deny", 30, required: true);
            Style(confirm, at + "/confirm");
        }

        private void Style(JsonObject element, string at)
        {
            if (element["style"] is { } style && (string?)style is not ("primary" or "danger")) Fault(at + "/style", "must be primary or danger");
        }

        private void Options(JsonObject element, string at, int most)
        {
            if (element["options"] is not JsonArray options || options.Count == 0 || options.Count > most)
            {
                Fault(at + "/options", $"1 to {most} items");
                return;
            }

            for (var i = 0; i < options.Count; i++)
            {
                Text(options[i]?["text"], $"{at}/options/{i}/text", 75);
                if ((string?)options[i]?["value"] is not { Length: > 0 and <= 75 }) Fault($"{at}/options/{i}/value", "1 to 75 characters");
            }
        }

        private void RichPart(JsonNode? node, string at)
        {
            switch ((string?)node?["type"])
            {
                case "rich_text_section" or "rich_text_preformatted" or "rich_text_quote":
                    Each((JsonObject)node!, at, int.MaxValue, RichElement);
                    break;
                case "rich_text_list":
                    if ((string?)node!["style"] is not ("bullet" or "ordered")) Fault(at + "/style", "must be bullet or ordered");
                    Each((JsonObject)node, at, int.MaxValue, RichPart);
                    break;
                case var type:
                    Fault(at, $"unsupported type: {type}");
                    break;
            }
        }

        private void RichElement(JsonNode? node, string at)
        {
            switch ((string?)node?["type"])
            {
                case "text":
                    if ((string?)node!["text"] is not { Length: > 0 and <= 12_000 }) Fault(at + "/text", "must be more than 0 characters");
                    break;
                case "link":
                    if (!Uri.TryCreate((string?)node!["url"], UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https" or "mailto")) Fault(at + "/url", "invalid url");
                    break;
                case "emoji":
                    if ((string?)node!["name"] is not { Length: > 0 }) Fault(at + "/name", "missing required field");
                    break;
                case "date":
                    if (node!["timestamp"] is null || (string?)node["format"] is not { Length: > 0 }) Fault(at, "missing required field");
                    break;
                case "user" or "channel" or "usergroup" or "broadcast":
                    break;
                case var type:
                    Fault(at, $"unsupported type: {type}");
                    break;
            }
        }

        private void Each(JsonObject block, string at, int most, Action<JsonNode?, string> judge)
        {
            if (block["elements"] is not JsonArray elements || elements.Count == 0 || elements.Count > most)
            {
                Fault(at + "/elements", $"1 to {most} items");
                return;
            }

            for (var i = 0; i < elements.Count; i++) judge(elements[i], $"{at}/elements/{i}");
        }

        private void Text(JsonNode? node, string at, int most)
        {
            if ((string?)node?["type"] is not ("plain_text" or "mrkdwn")) Fault(at + "/type", "must be plain_text or mrkdwn");
            else Length(node, at, most);
        }

        private void PlainText(JsonNode? node, string at, int most, bool required)
        {
            if (node is null && !required) return;
            if ((string?)node?["type"] != "plain_text") Fault(at, "must be a plain_text object");
            else Length(node, at, most);
        }

        private void Length(JsonNode? node, string at, int most)
        {
            if ((string?)node?["text"] is not { } text || string.IsNullOrWhiteSpace(text)) Fault(at + "/text", "must be more than 0 characters");
            else if (text.Length > most) Fault(at + "/text", $"must be less than {most + 1} characters");
        }

        private void Id(JsonObject of, string field, string at, HashSet<string> known)
        {
            if ((string?)of[field] is not { } id) return;
            if (id.Length is 0 or > 255) Fault($"{at}/{field}", "1 to 255 characters");
            if (!known.Add(id)) Fault($"{at}/{field}", $"{field} is not unique");
        }

        private void Only(JsonObject of, string at, params string[] fields)
        {
            foreach (var (name, _) in of)
            {
                if (!fields.Contains(name)) Fault(at, $"invalid additional property: {name}");
            }
        }

        private void Fault(string at, string what) => faults.Add($"[ERROR] {what} [json-pointer:{at}]");
    }
}
