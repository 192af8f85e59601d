using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Slack;

/// <summary>One rendering of one card: counts blocks, characters and action ids as it goes.</summary>
internal sealed class SlackPage(Card card)
{
    // All blocks of a message together; Slack says msg_blocks_too_long somewhere above.
    private const int BodyLength = 9000;
    private const int ButtonsPerRow = 5;
    private const int MostButtons = 20;
    private int actions;
    private bool shortened;

    public JsonArray Blocks()
    {
        var top = Top().ToList();
        var buttons = Buttons().ToList();
        // What stands below the body is drawn after it, since it says whether something was cut.
        const int below = 3;
        var body = Body(SlackBlocks.Blocks - top.Count - buttons.Count - below);
        return [.. top, .. body, .. Below(), .. buttons, .. Foot()];
    }

    private IEnumerable<JsonObject> Top()
    {
        var mark = card.State is null && card.Tone != Tone.Neutral ? SlackCards.MarkOf(card.Tone) + " " : "";
        yield return SlackBlocks.Header(mark + Fit(card.Title, SlackBlocks.HeaderLength - mark.Length, "Untitled"));
        if (!string.IsNullOrWhiteSpace(card.State))
            yield return new RichText(300).Plain(SlackCards.MarkOf(card.Tone) + " ").Bold(Capital(card.State)).Block();
        if (card.Facts.Length > 0) yield return Done(Facts());
    }

    private RichText Facts()
    {
        var rich = new RichText(SlackBlocks.TextLength);
        foreach (var fact in card.Facts.TakeWhile(_ => !rich.IsFull))
            rich.Line().Bold(fact.Name, 100).Plain(": ").Short(fact.Value, 400);
        return rich;
    }

    /// <summary>As much of the body as fits; the last block says so when it is not all.</summary>
    private List<JsonObject> Body(int room)
    {
        var drawn = new List<JsonObject>();
        var length = 0;
        foreach (var block in card.Body.SelectMany(Draw))
        {
            length += LengthOf(block);
            if (drawn.Count >= room || length > BodyLength)
            {
                shortened = true;
                break;
            }

            drawn.Add(block);
        }

        return drawn;
    }

    private IEnumerable<JsonObject> Draw(CardBlock block) => block switch
    {
        CardBlock.Text b => [Done(Paragraph(b))],
        CardBlock.Notice b => [Done(Rich().Plain(SlackCards.MarkOf(b.Tone) + " ").Bold(b.Value))],
        CardBlock.Steps b => [Done(Steps(b))],
        CardBlock.Checklist b => Checklist(b),
        CardBlock.Approvals b => [Done(Approvals(b))],
        CardBlock.Progress b => [Done(Progress(b))],
        CardBlock.Table b => [Done(Table(b))],
        CardBlock.List b => Lines(b),
        _ => [],
    };

    private static RichText Paragraph(CardBlock.Text block)
    {
        var rich = Rich();
        if (!string.IsNullOrWhiteSpace(block.Heading)) rich.Bold(block.Heading, 200).Line();
        return rich.Plain(block.Value);
    }

    private static RichText Steps(CardBlock.Steps block)
    {
        var rich = Rich();
        foreach (var step in block.Lines.TakeWhile(_ => !rich.IsFull))
        {
            rich.Line().Plain(SlackCards.MarkOf(step.Tone) + " ").Bold(step.Title, 200).Short(" – " + step.Mark, 60);
            if (step.Took is { } took) rich.Plain(", " + Words.Duration(took));
            if (!string.IsNullOrWhiteSpace(step.Detail)) rich.Line().Plain("      ").Short(step.Detail, 400);
        }

        return rich;
    }

    /// <summary>Items that can be clicked have a button each, the others share a block.</summary>
    private IEnumerable<JsonObject> Checklist(CardBlock.Checklist block)
    {
        var ticked = block.Items.Count(i => i.Ticked);
        var rich = Rich().Bold(block.Heading, 200).Plain($" – {ticked} of {block.Items.Length} done");
        var written = true;
        foreach (var item in block.Items)
        {
            if (item.Toggle is { } toggle && Tick(item, toggle) is { } button)
            {
                if (written) yield return Done(rich);
                (rich, written) = (Rich(), false);
                yield return SlackBlocks.Section(Fit(ItemText(item), SlackBlocks.TextLength, "–"), button);
                continue;
            }

            rich.Line().Plain(ItemText(item));
            written = true;
        }

        if (written) yield return Done(rich);
    }

    private static string ItemText(ChecklistLine item)
    {
        var by = string.IsNullOrWhiteSpace(item.By) ? "" : $" – {item.By}";
        var self = item is { Verifies: true, Ticked: false } ? " (checks itself)" : "";
        return (item.Ticked ? "☑ " : "☐ ") + SlackText.Fit(item.Text, 600) + by + self;
    }

    private JsonObject? Tick(ChecklistLine item, CardAction toggle) =>
        ButtonOf(new Button(item.Ticked ? "Untick" : "Tick", ButtonStyle.Plain, toggle));

    private static RichText Approvals(CardBlock.Approvals block)
    {
        var rich = Rich().Bold(block.Heading, 200).Line().Plain($"{block.Given.Length} of {block.Needed} approvals");
        if (block.Given.Length > 0) rich.Plain(": ").Short(string.Join(", ", block.Given.Take(40)), 800);
        if (block.Needed > block.Given.Length) rich.Line().Plain($"{block.Needed - block.Given.Length} more needed from ").Short(block.From, 300);
        if (block.Until is { } until) rich.Line().Plain("Open until ").Time(until);
        return rich;
    }

    private static RichText Progress(CardBlock.Progress block)
    {
        const int width = 20;
        var full = block.Total <= 0 ? 0 : (int)Math.Clamp((long)block.Done * width / block.Total, 0, width);
        return Rich().Bold(block.Heading, 200).Line().Code(new string('█', full) + new string('░', width - full))
            .Plain($" {SlackCards.MarkOf(block.Tone)} ").Short(block.Says, 400);
    }

    private static RichText Table(CardBlock.Table block)
    {
        const int cell = 40;
        var rows = block.Rows.Take(60).Prepend(block.Columns).Select(r => r.Take(12).Select(c => OneLine(c, cell)).ToArray()).ToList();
        var widths = Enumerable.Range(0, rows.Max(r => r.Length)).Select(i => rows.Max(r => i < r.Length ? Width(r[i]) : 0)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            if (text.Length > 0) text.Append('\n');
            text.Append(string.Join("  ", row.Select((c, i) => c + new string(' ', widths[i] - Width(c)))).TrimEnd());
        }

        return Rich().Preformatted(text.ToString());
    }

    private IEnumerable<JsonObject> Lines(CardBlock.List block)
    {
        var rich = Rich();
        var written = !string.IsNullOrWhiteSpace(block.Heading);
        if (written) rich.Bold(block.Heading!, 200);
        foreach (var line in block.Lines)
        {
            var mark = line.Tone == Tone.Neutral ? "• " : SlackCards.MarkOf(line.Tone) + " ";
            if (line.Button is { } button && ButtonOf(button) is { } drawn)
            {
                if (written) yield return Done(rich);
                (rich, written) = (Rich(), false);
                yield return SlackBlocks.Section(Fit(mark + line.Text, SlackBlocks.TextLength, "–"), drawn);
                continue;
            }

            rich.Line().Plain(mark).Short(line.Text, 600);
            written = true;
        }

        if (written) yield return Done(rich);
    }

    private IEnumerable<JsonObject> Below()
    {
        if (!string.IsNullOrWhiteSpace(card.Next)) yield return Done(new RichText(600).Bold("Next: ").Plain(card.Next));
        var links = card.Links.Where(l => l.Url.IsAbsoluteUri && l.Url.Scheme is "http" or "https" && l.Url.AbsoluteUri.Length <= SlackBlocks.UrlLength).Take(9).ToList();
        if (links.Count == 0 && !shortened) yield break;
        var rich = new RichText(SlackBlocks.TextLength);
        if (shortened) rich.Plain(links.Count > 0 ? "Shortened to fit here; in full: " : "Shortened to fit here.");
        for (var i = 0; i < links.Count; i++)
        {
            if (i > 0) rich.Plain(" · ");
            rich.Link(string.IsNullOrWhiteSpace(links[i].Label) ? "Details" : links[i].Label, links[i].Url);
        }

        yield return rich.Block();
    }

    private IEnumerable<JsonObject> Buttons()
    {
        shortened |= card.Buttons.Length > MostButtons;
        return card.Buttons.Take(MostButtons).Select(ButtonOf).OfType<JsonObject>().Chunk(ButtonsPerRow).Select(SlackBlocks.Actions);
    }

    private IEnumerable<JsonObject> Foot()
    {
        if (!string.IsNullOrWhiteSpace(card.Footer)) yield return SlackBlocks.Context(Fit(card.Footer, 600, "–"));
    }

    /// <summary>A button, or null when what it does is too long to be carried by one.</summary>
    private JsonObject? ButtonOf(Button button)
    {
        var value = button.Action.ToString();
        if (CardAction.Parse(value) is null || (value.Any(char.IsSurrogate) && SlackText.Fit(value, 1000) != value))
        {
            shortened = true;
            return null;
        }

        var drawn = new JsonObject
        {
            ["type"] = "button",
            ["action_id"] = (button.AsksReason ? SlackCards.AskPrefix : "") + Verb(button.Action.Verb) + "." + (++actions).ToString(CultureInfo.InvariantCulture),
            ["text"] = SlackBlocks.PlainText(Fit(button.Label, SlackBlocks.LabelLength, "Go")),
            ["value"] = value,
        };
        if (button.Style != ButtonStyle.Plain) drawn["style"] = button.Style == ButtonStyle.Danger ? "danger" : "primary";
        // The dialog that asks for the reason is a question of its own: two in a row would be clicked away.
        if (button is { Confirm: { } c, AsksReason: false })
            drawn["confirm"] = SlackBlocks.Confirm(
                Fit(c.Title, 90, "Are you sure?"), Fit(c.Text, 270, "This can't be taken back."), Fit(c.Yes, 27, "Yes"), Fit(c.No, 27, "No"),
                button.Style == ButtonStyle.Danger);
        return drawn;
    }

    private static RichText Rich() => new(SlackBlocks.TextLength);

    private JsonObject Done(RichText rich)
    {
        shortened |= rich.WasCut;
        return rich.Block();
    }

    private string Fit(string? text, int atMost, string otherwise)
    {
        var fitted = SlackText.Fit(text, atMost);
        shortened |= fitted.EndsWith('…') && text?.EndsWith('…') != true;
        return string.IsNullOrWhiteSpace(fitted) ? otherwise : fitted;
    }

    private static string OneLine(string text, int atMost) => SlackText.Fit(text, atMost).Replace('\n', ' ').Replace('\t', ' ');

    private static int Width(string text) => Ascii.IsValid(text) ? text.Length : new StringInfo(text).LengthInTextElements;

    private static string Verb(string verb) => new([.. verb.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-').Take(40)]);

    private static string Capital(string text) => char.IsLower(text[0]) ? char.ToUpperInvariant(text[0]) + text[1..] : text;

    private static int LengthOf(JsonNode? node) => node switch
    {
        JsonObject o => o.Sum(p => p.Key is "type" ? 0 : LengthOf(p.Value)),
        JsonArray a => a.Sum(LengthOf),
        JsonValue v when v.TryGetValue<string>(out var text) => text.Length,
        _ => 0,
    };
}
