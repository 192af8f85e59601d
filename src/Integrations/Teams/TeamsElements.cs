using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Integrations.Teams;

/// <summary>Elements of Adaptive Cards 1.5, as few kinds as the cards need.</summary>
/// <remarks>What people and systems wrote stands in text runs, which are shown as they are; only the title is a text block, and escaped, since no other element can be a heading.</remarks>
internal static class TeamsElements
{
    public static JsonObject Heading(string text) => new()
    {
        ["type"] = "TextBlock", ["text"] = Escape(text), ["style"] = "heading", ["size"] = "Large", ["weight"] = "Bolder", ["wrap"] = true,
    };

    public static JsonObject Line(string spacing, params IEnumerable<JsonObject> runs) => new()
    {
        ["type"] = "RichTextBlock", ["inlines"] = new JsonArray([.. runs]), ["spacing"] = spacing,
    };

    public static JsonObject Run(string text, bool bold = false, bool subtle = false, bool code = false)
    {
        var run = new JsonObject { ["type"] = "TextRun", ["text"] = text };
        if (bold) run["weight"] = "Bolder";
        if (subtle) run["isSubtle"] = true;
        if (code) run["fontType"] = "Monospace";
        return run;
    }

    public static JsonObject Container(string style, IEnumerable<JsonObject> items) => new() { ["type"] = "Container", ["style"] = style, ["items"] = new JsonArray([.. items]) };

    /// <summary>Something that is read, and beside it something to press.</summary>
    public static JsonObject Beside(JsonObject read, JsonObject action) => new()
    {
        ["type"] = "ColumnSet",
        ["spacing"] = "Small",
        ["columns"] = new JsonArray(
            new JsonObject { ["type"] = "Column", ["width"] = "stretch", ["verticalContentAlignment"] = "Center", ["items"] = new JsonArray(read) },
            new JsonObject { ["type"] = "Column", ["width"] = "auto", ["items"] = new JsonArray(Actions([action])) }),
    };

    public static JsonObject Actions(IEnumerable<JsonObject> actions) => new() { ["type"] = "ActionSet", ["actions"] = new JsonArray([.. actions]) };

    public static JsonObject Table(IReadOnlyList<IReadOnlyList<string>> rows) => new()
    {
        ["type"] = "Table",
        ["firstRowAsHeader"] = true,
        ["columns"] = new JsonArray([.. rows[0].Select(_ => new JsonObject { ["width"] = 1 })]),
        ["rows"] = new JsonArray([.. rows.Select((row, at) => new JsonObject
        {
            ["type"] = "TableRow",
            ["cells"] = new JsonArray([.. row.Select(cell => new JsonObject { ["type"] = "TableCell", ["items"] = new JsonArray(Line("None", Run(cell, bold: at == 0))) })]),
        })]),
    };

    public static JsonObject Card(IEnumerable<JsonObject> body, string fallback) => new()
    {
        ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json", ["type"] = "AdaptiveCard", ["version"] = "1.5", ["fallbackText"] = fallback, ["speak"] = fallback,
        ["msteams"] = new JsonObject { ["width"] = "Full" }, ["body"] = new JsonArray([.. body]),
    };

    /// <summary>The container's colours: each of them keeps text on it readable in every theme of Teams. The mark and the words beside it say the same.</summary>
    public static string StyleOf(Tone tone) => tone switch
    {
        Tone.Waiting or Tone.Active => "accent",
        Tone.Good => "good",
        Tone.Warning => "warning",
        Tone.Bad => "attention",
        _ => "emphasis",
    };

    /// <summary>One mark per tone; it never stands alone.</summary>
    public static string MarkOf(Tone tone) => tone switch
    {
        Tone.Waiting => "⏳",
        Tone.Active => "🔵",
        Tone.Good => "✅",
        Tone.Warning => "⚠️",
        Tone.Bad => "❌",
        Tone.Muted => "➖",
        _ => "▫️",
    };

    /// <summary>One line of at most so many characters; never empty, since an empty text is refused.</summary>
    public static string OneLine(string? text, int atMost, string otherwise = "–")
    {
        var fitted = ShownText.Fit(text, atMost).Replace('\n', ' ').Replace('\t', ' ');
        return string.IsNullOrWhiteSpace(fitted) ? otherwise : fitted;
    }

    /// <summary>Text that a text block shows literally: its Markdown would format, link or number it, and <c>{{</c> would be a date.</summary>
    /// <remarks>Only what would do something is escaped: Teams on phones shows the backslashes (microsoft/AdaptiveCards issue 5590). What counts is CommonMark 0.31, sections 2.4 to 2.5, 4 and 6.</remarks>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        for (var at = 0; at < text.Length; at++)
        {
            if (Means(text, at)) escaped.Append('\\');
            escaped.Append(text[at]);
        }

        return escaped.ToString();
    }

    private static bool Means(string text, int at)
    {
        var (before, after) = (at > 0 ? text[at - 1] : ' ', at + 1 < text.Length ? text[at + 1] : ' ');
        return text[at] switch
        {
            '`' or '*' or '<' => true,
            '\\' => char.IsPunctuation(after) || char.IsSymbol(after),
            '_' => !(char.IsLetterOrDigit(before) && char.IsLetterOrDigit(after)),
            '(' => before == ']',
            '~' or '{' => before == text[at] || after == text[at],
            '&' => after == '#' || char.IsAsciiLetter(after),
            '#' or '>' or '-' or '+' or '[' or '=' => string.IsNullOrWhiteSpace(text[..at]),
            '.' or ')' => after == ' ' && char.IsAsciiDigit(before) && text[..at].TrimStart().All(char.IsAsciiDigit),
            _ => false,
        };
    }
}
