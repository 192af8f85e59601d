using System.Text.Json.Nodes;

namespace ChatOps.Bot.Web;

/// <summary>Draws Block Kit about as Slack does, so that cards can be looked at without a workspace. Only the kinds of block that the bot sends.</summary>
internal static class BlockKitHtml
{
    public static Html Of(JsonArray blocks) => Html.Of($"""<div class="slack">{blocks.OfType<JsonObject>().Select(Block)}</div>""");

    private static Html Block(JsonObject block) => (string?)block["type"] switch
    {
        "header" => Html.Of($"""<p class="slack-header">{Text(block["text"])}</p>"""),
        "section" => Html.Of($"""<div class="slack-section"><div>{Text(block["text"])}</div>{(block["accessory"] is JsonObject accessory ? Button(accessory) : Html.None)}</div>"""),
        "context" => Html.Of($"""<p class="slack-context">{Each(block["elements"]).Select(one => Text(one))}</p>"""),
        "actions" => Html.Of($"""<div class="buttons">{Each(block["elements"]).Select(Button)}</div>"""),
        "rich_text" => Html.Join(Each(block["elements"]).Select(RichText)),
        "divider" => new Html("<hr>"),
        var other => Html.Of($"""<p class="slack-context">[{other}]</p>"""),
    };

    private static Html RichText(JsonObject part) => (string?)part["type"] == "rich_text_preformatted"
        ? Html.Of($"""<pre>{Each(part["elements"]).Select(Inline)}</pre>""")
        : Html.Of($"""<p class="slack-text">{Each(part["elements"]).Select(Inline)}</p>""");

    private static Html Inline(JsonObject element)
    {
        var text = Html.Of($"{(string?)element["text"] ?? (string?)element["fallback"]}");
        if ((string?)element["type"] == "link") return Html.Of($"""<a href="{(string?)element["url"]}">{text}</a>""");
        var style = element["style"];
        if (style?["bold"] is not null) text = Html.Of($"<b>{text}</b>");
        if (style?["italic"] is not null) text = Html.Of($"<i>{text}</i>");
        return style?["code"] is not null ? Html.Of($"<code>{text}</code>") : text;
    }

    /// <summary>Drawn only: it does nothing.</summary>
    private static Html Button(JsonObject button) => Html.Of($"""<button type="button" class="{((string?)button["style"]) switch { "primary" => "primary", "danger" => "danger", _ => "plain" }}">{Text(button["text"])}</button>""");

    private static Html Text(JsonNode? text) => Html.Of($"{(string?)text?["text"]}");

    private static IEnumerable<JsonObject> Each(JsonNode? list) => (list as JsonArray)?.OfType<JsonObject>() ?? [];
}
