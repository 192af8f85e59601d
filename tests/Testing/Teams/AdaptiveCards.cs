using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Teams;

/// <summary>What Teams would not show of an Adaptive Card, and what somebody with a screen reader or on a phone could not use.</summary>
/// <remarks>Rules from the schema of Adaptive Cards 1.5 and from msteams-docs, cards-reference.md.</remarks>
public static class AdaptiveCards
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Styles = ["default", "emphasis", "accent", "good", "warning", "attention"];

    /// <summary>How large a card is as it is sent.</summary>
    public static int SizeOf(JsonNode card) => Encoding.UTF8.GetByteCount(card.ToJsonString(Relaxed));

    /// <param name="version">The newest that is taken: cards beside links have to be older ones.</param>
    public static IReadOnlyList<string> FaultsOf(JsonObject card, string version = "1.5")
    {
        var faults = new List<string>();
        if ((string?)card["type"] != "AdaptiveCard") faults.Add("not a card");
        if ((string?)card["version"] != version) faults.Add($"not version {version}");
        if (string.IsNullOrWhiteSpace((string?)card["fallbackText"])) faults.Add("no fallback text");
        if (string.IsNullOrWhiteSpace((string?)card["speak"])) faults.Add("nothing to speak");
        if (SizeOf(card) > 28 * 1024) faults.Add($"{SizeOf(card)} bytes are too many");
        if (card["refresh"] is JsonObject refresh)
        {
            if (refresh["userIds"] is not JsonArray { Count: > 0 and <= 60 }) faults.Add("a refresh for nobody, or for more than 60");
            Action(refresh["action"] as JsonObject, faults);
        }

        if (card["body"] is not JsonArray { Count: > 0 } body) faults.Add("no body");
        else foreach (var element in body) Element(element as JsonObject, faults);
        foreach (var (name, value) in All(card)) if (value is null) faults.Add($"{name} is null");
        var ids = All(card).Where(one => one.Name == "id").Select(one => (string?)one.Value).ToList();
        if (ids.Contains("chatops") || ids.Distinct().Count() != ids.Count) faults.Add("an input has a name that is taken");
        return faults;
    }

    /// <summary>All that a reader sees, in the order of reading.</summary>
    public static string TextOf(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    /// <summary>Every action that can be pressed, with the text that it stands beside.</summary>
    public static IReadOnlyList<(JsonObject Action, string Beside)> ActionsOf(JsonNode? node)
    {
        var found = new List<(JsonObject, string)>();
        Find(node, "", found);
        return found;
    }

    private static void Find(JsonNode? node, string beside, List<(JsonObject, string)> found)
    {
        switch (node)
        {
            case JsonObject o when ((string?)o["type"])?.StartsWith("Action.", StringComparison.Ordinal) == true:
                found.Add((o, beside));
                break;
            case JsonObject o when (string?)o["type"] == "ColumnSet":
                foreach (var column in o["columns"]!.AsArray()) Find(column, TextOf(o["columns"]![0]).Trim(), found);
                break;
            case JsonObject o:
                foreach (var (name, value) in o) if (name is not "refresh") Find(value, beside, found);
                break;
            case JsonArray a:
                foreach (var one in a) Find(one, beside, found);
                break;
        }
    }

    private static void Element(JsonObject? e, List<string> faults)
    {
        switch ((string?)e?["type"])
        {
            case "TextBlock":
                if (string.IsNullOrWhiteSpace((string?)e["text"])) faults.Add("an empty text");
                if ((bool?)e["wrap"] != true) faults.Add("a text that is cut on a phone");
                break;
            case "RichTextBlock":
                if (e["inlines"] is not JsonArray { Count: > 0 } runs) faults.Add("a line without text");
                else if (runs.Any(run => (string?)run!["type"] != "TextRun" || string.IsNullOrEmpty((string?)run["text"]))) faults.Add("an empty run");
                else if (string.IsNullOrWhiteSpace(string.Concat(runs.Select(run => (string?)run!["text"]))) && runs.Count > 1) faults.Add("a blank line of several runs");
                break;
            case "Container":
                if (!Styles.Contains((string?)e["style"])) faults.Add($"style {e["style"]}");
                Elements(e["items"], faults);
                break;
            case "ColumnSet":
                foreach (var column in e["columns"]!.AsArray()) Elements(column!["items"], faults);
                break;
            case "Table":
                Table(e, faults);
                break;
            case "Input.Text":
                if (string.IsNullOrWhiteSpace((string?)e["label"])) faults.Add("an input without a label");
                if ((bool?)e["isRequired"] == true && string.IsNullOrWhiteSpace((string?)e["errorMessage"])) faults.Add("an input that does not say what is wrong");
                break;
            case "Input.ChoiceSet":
                if (string.IsNullOrWhiteSpace((string?)e["label"])) faults.Add("an input without a label");
                if ((bool?)e["isRequired"] == true && string.IsNullOrWhiteSpace((string?)e["errorMessage"])) faults.Add("an input that does not say what is wrong");
                if (e["choices"] is not JsonArray { Count: > 0 } choices || choices.Any(one => string.IsNullOrWhiteSpace((string?)one!["title"]) || (string?)one["value"] is not { Length: > 0 })) faults.Add("a choice without a title or a value");
                break;
            case "ActionSet":
                if (e["actions"] is not JsonArray { Count: > 0 and <= 6 } actions) faults.Add("no actions, or more than 6 in a row");
                else foreach (var action in actions) Action(action as JsonObject, faults);
                break;
            case var type:
                faults.Add($"an element {type}");
                break;
        }
    }

    private static void Elements(JsonNode? items, List<string> faults)
    {
        if (items is not JsonArray { Count: > 0 } all) faults.Add("an empty container");
        else foreach (var one in all) Element(one as JsonObject, faults);
    }

    private static void Table(JsonObject table, List<string> faults)
    {
        var columns = table["columns"]!.AsArray().Count;
        if ((bool?)table["firstRowAsHeader"] != true) faults.Add("a table without a header");
        foreach (var row in table["rows"]!.AsArray())
        {
            if (row!["cells"]!.AsArray().Count != columns) faults.Add("a row that is not as wide as the table");
            foreach (var cell in row["cells"]!.AsArray()) Elements(cell!["items"], faults);
        }
    }

    private static void Action(JsonObject? action, List<string> faults)
    {
        var type = (string?)action?["type"];
        if (string.IsNullOrWhiteSpace((string?)action?["title"])) faults.Add($"{type} without a title");
        if (type == "Action.OpenUrl" && !Uri.TryCreate((string?)action!["url"], UriKind.Absolute, out _)) faults.Add("a link to nowhere");
        if (type is "Action.Execute" or "Action.Submit" && string.IsNullOrEmpty((string?)action!["data"]?["chatops"])) faults.Add("an action that says nothing");
        if (type == "Action.Execute" && action!["verb"] is null) faults.Add("an action without a verb");
        if (type is not ("Action.Execute" or "Action.Submit" or "Action.OpenUrl")) faults.Add($"an action {type}");
        if (action?["style"] is { } style && (string?)style is not ("positive" or "destructive")) faults.Add($"an action's style {style}");
    }

    private static IEnumerable<(string Name, JsonNode? Value)> All(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(one => All(one.Value).Prepend((one.Key, one.Value))),
        JsonArray a => a.SelectMany(All),
        _ => [],
    };

    private static void Write(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case JsonObject o when (string?)o["type"] == "RichTextBlock":
                text.Append(string.Concat(o["inlines"]!.AsArray().Select(run => (string?)run!["text"]))).Append('\n');
                break;
            case JsonObject o when (string?)o["type"] == "TextBlock":
                text.Append(Unescaped((string)o["text"]!)).Append('\n');
                break;
            case JsonObject o when ((string?)o["type"])?.StartsWith("Action.", StringComparison.Ordinal) == true:
                text.Append('[').Append((string?)o["title"]).Append("]\n");
                break;
            case JsonObject o:
                foreach (var name in (string[])["body", "items", "columns", "rows", "cells", "actions"]) Write(o[name], text);
                if (o["label"] is { } label && (string?)o["type"] == "Input.Text") text.Append((string?)label).Append('\n');
                break;
            case JsonArray a:
                foreach (var one in a) Write(one, text);
                break;
        }
    }

    private static string Unescaped(string text)
    {
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && (char.IsPunctuation(text[at + 1]) || char.IsSymbol(text[at + 1]))) at++;
            plain.Append(text[at]);
        }

        return plain.ToString();
    }
}
