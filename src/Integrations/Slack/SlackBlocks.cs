using System.Text.Json.Nodes;

namespace ChatOps.Integrations.Slack;

/// <summary>Block Kit's parts, only those that show text literally: <c>plain_text</c> and <c>rich_text</c>, never <c>mrkdwn</c>.</summary>
internal static class SlackBlocks
{
    // Slack's limits minus a tenth: how it counts is not said anywhere.
    public const int Blocks = 45;
    public const int HeaderLength = 135;
    public const int TextLength = 2700;
    public const int LabelLength = 67;
    public const int UrlLength = 2700;

    public static JsonObject PlainText(string text) => new() { ["type"] = "plain_text", ["text"] = text, ["emoji"] = false };

    public static JsonObject Header(string text) => new() { ["type"] = "header", ["text"] = PlainText(text) };

    public static JsonObject Section(string text, JsonObject? accessory)
    {
        var section = new JsonObject { ["type"] = "section", ["text"] = PlainText(text) };
        if (accessory is not null) section["accessory"] = accessory;
        return section;
    }

    public static JsonObject Context(string text) => new() { ["type"] = "context", ["elements"] = new JsonArray(PlainText(text)) };

    public static JsonObject Actions(IEnumerable<JsonObject> elements) =>
        new() { ["type"] = "actions", ["elements"] = new JsonArray([.. elements]) };

    public static JsonObject Confirm(string title, string text, string yes, string no, bool danger)
    {
        var confirm = new JsonObject
        {
            ["title"] = PlainText(title), ["text"] = PlainText(text), ["confirm"] = PlainText(yes), ["deny"] = PlainText(no),
        };
        if (danger) confirm["style"] = "danger";
        return confirm;
    }
}

/// <summary>One <c>rich_text</c> block in the making. When its room is used up, the rest is left away and <see cref="WasCut"/> says so.</summary>
internal sealed class RichText(int room)
{
    private readonly JsonArray elements = [];
    private JsonArray? section;
    private int left = room;

    public bool WasCut { get; private set; }

    public bool IsFull => left <= 1;

    public RichText Plain(string text) => Add(text, null, left);

    public RichText Bold(string text, int atMost = int.MaxValue) => Add(text, "bold", atMost);

    public RichText Italic(string text) => Add(text, "italic", left);

    public RichText Code(string text) => Add(text, "code", left);

    /// <summary>Text of at most this many characters, so that one long value leaves room for the others.</summary>
    public RichText Short(string text, int atMost) => Add(text, null, atMost);

    /// <summary>A new line, unless nothing was written yet.</summary>
    public RichText Line() => section is { Count: > 0 } ? Add("\n", null, left) : this;

    public RichText Link(string label, Uri url)
    {
        var text = Take(label, 200);
        if (text.Length > 0) Section().Add(new JsonObject { ["type"] = "link", ["url"] = url.AbsoluteUri, ["text"] = text });
        return this;
    }

    /// <summary>A time as each reader's own clock shows it.</summary>
    public RichText Time(DateTimeOffset time)
    {
        var fallback = Take(time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture), 40);
        if (fallback.Length == 0) return this;
        Section().Add(new JsonObject
        {
            ["type"] = "date", ["timestamp"] = time.ToUnixTimeSeconds(), ["format"] = "{date_short_pretty} at {time}", ["fallback"] = fallback,
        });
        return this;
    }

    /// <summary>Text in columns, in a typeface that keeps them.</summary>
    public RichText Preformatted(string text)
    {
        var fitted = Take(text, left);
        section = null;
        if (!string.IsNullOrWhiteSpace(fitted))
            elements.Add(new JsonObject { ["type"] = "rich_text_preformatted", ["elements"] = new JsonArray(Text(fitted, null)) });
        return this;
    }

    public JsonObject Block()
    {
        if (elements.Count == 0) Section().Add(Text("–", null));
        return new JsonObject { ["type"] = "rich_text", ["elements"] = elements };
    }

    private RichText Add(string text, string? style, int atMost)
    {
        var fitted = Take(text, atMost);
        if (fitted.Length > 0) Section().Add(Text(fitted, style));
        return this;
    }

    private string Take(string text, int atMost)
    {
        if (IsFull && text.Length > 0) WasCut = true;
        if (IsFull) return "";
        var fitted = SlackText.Fit(text, Math.Min(atMost, left));
        WasCut |= fitted.EndsWith('…') && !text.EndsWith('…');
        left -= fitted.Length;
        return fitted;
    }

    private JsonArray Section()
    {
        if (section is not null) return section;
        section = [];
        elements.Add(new JsonObject { ["type"] = "rich_text_section", ["elements"] = section });
        return section;
    }

    private static JsonObject Text(string text, string? style)
    {
        var element = new JsonObject { ["type"] = "text", ["text"] = text };
        if (style is not null) element["style"] = new JsonObject { [style] = true };
        return element;
    }
}
