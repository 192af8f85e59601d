using System.Text.Json.Nodes;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using static ChatOps.Integrations.Teams.TeamsElements;

namespace ChatOps.Integrations.Teams;

/// <summary>One drawing of one card, with a given amount of detail. The order is that of reading: what, how it stands, the facts, the rest, what is next, what can be done.</summary>
internal sealed class TeamsPage(Card card, TeamsView view, Detail detail)
{
    private const int ButtonsPerRow = 6;
    private const int MostButtons = 12;
    private bool shortened;

    public JsonObject Draw()
    {
        var top = Top().ToList();
        var body = detail.Body ? card.Body.SelectMany(Draw).ToList() : [];
        if (!detail.Body) shortened |= card.Body.Length > 0;
        if (body.Count > 0) body[0]["separator"] = true;
        var buttons = Buttons().ToList();
        var drawn = TeamsElements.Card([.. top, .. body, .. Next(), .. buttons, .. Below()], OneLine(card.Fallback, 600, OneLine(card.Title, 200, "News")));
        if (view is { Run: { } run, Refreshes.IsEmpty: false })
        {
            drawn["refresh"] = new JsonObject
            {
                ["action"] = TeamsActions.Execute("Refresh", TeamsCards.ViewVerb, new CardAction(TeamsCards.ViewVerb, run, null, null).ToString()),
                ["userIds"] = new JsonArray([.. view.Refreshes.Take(TeamsView.MostViewers).Select(id => JsonValue.Create(id))]),
            };
        }

        return drawn;
    }

    private IEnumerable<JsonObject> Top()
    {
        var mark = card.State is null && card.Tone != Tone.Neutral ? MarkOf(card.Tone) + " " : "";
        yield return Heading(mark + Fit(card.Title, 150, "Untitled"));
        if (!string.IsNullOrWhiteSpace(card.State))
            yield return Container(StyleOf(card.Tone), [Line("None", Run($"{MarkOf(card.Tone)} {Capital(Fit(card.State, 100))}", bold: true))]);
        foreach (var fact in Some(card.Facts, 12)) yield return Line("Small", Run(Fit(fact.Name, 40) + ": ", bold: true), Run(Fit(fact.Value, Math.Min(detail.Text, 300))));
    }

    private IEnumerable<JsonObject> Draw(CardBlock block) => block switch
    {
        CardBlock.Text b => Paragraph(b.Heading, b.Value),
        CardBlock.Notice b => [Container(StyleOf(b.Tone), Lines(b.Value).Select((line, at) => Line("None", Run((at == 0 ? MarkOf(b.Tone) + " " : "") + line, bold: at == 0))))],
        CardBlock.Steps b => Some(b.Lines, detail.Items).SelectMany((step, at) => Step(step, at == 0)),
        CardBlock.Checklist b => Checklist(b),
        CardBlock.Approvals b => Approvals(b),
        CardBlock.Progress b => Progress(b),
        CardBlock.Table b => Table(b),
        CardBlock.List b => Listed(b),
        _ => [],
    };

    private IEnumerable<JsonObject> Paragraph(string? heading, string text)
    {
        if (!string.IsNullOrWhiteSpace(heading)) yield return Title(heading);
        foreach (var line in Lines(text)) yield return Line("Small", Run(line));
    }

    /// <summary>A text's lines, each to be an element of its own: inside of one, breaks are not kept everywhere.</summary>
    private IEnumerable<string> Lines(string text)
    {
        var left = detail.Text;
        foreach (var line in Some(text.Split('\n'), detail.Items))
        {
            if (left <= 0)
            {
                shortened = true;
                yield break;
            }

            var fitted = Fit(line, left, " ");
            left -= fitted.Length;
            yield return fitted;
        }
    }

    private IEnumerable<JsonObject> Step(StepLine step, bool first)
    {
        var took = step.Took is { } time ? $", {Words.Duration(time)}" : "";
        yield return Line(first ? "Medium" : "Small", Run($"{MarkOf(step.Tone)} "), Run(Fit(step.Title, 120), bold: true), Run($" – {Fit(step.Mark, 40)}{took}"));
        if (string.IsNullOrWhiteSpace(step.Detail)) yield break;
        if (detail.Aside > 0) yield return Line("None", Run($"\u2003\u2003{Fit(step.Detail, detail.Aside)}", subtle: true));
        else shortened = true;
    }

    private IEnumerable<JsonObject> Checklist(CardBlock.Checklist block)
    {
        yield return Line("Medium", Run(Fit(block.Heading, 120), bold: true), Run($" – {block.Items.Count(item => item.Ticked)} of {block.Items.Length} done"));
        foreach (var item in Some(block.Items, Math.Min(detail.Items, 40)))
        {
            var by = string.IsNullOrWhiteSpace(item.By) ? "" : $" – {Fit(item.By, 80)}";
            var read = Line("Small", Run($"{(item.Ticked ? "☑" : "☐")} {Fit(item.Text, Math.Min(detail.Text, 400))}{by}{(item is { Verifies: true, Ticked: false } ? " (checks itself)" : "")}"));
            var label = item.Ticked ? "Untick" : "Tick";
            yield return item.Toggle is { } toggle && ActionOf(new Button(label, ButtonStyle.Plain, toggle), $"{label}: {OneLine(item.Text, 80)}") is { } press ? Beside(read, press) : read;
        }
    }

    private IEnumerable<JsonObject> Approvals(CardBlock.Approvals block)
    {
        yield return Title(block.Heading);
        var given = block.Given.Length > 0 ? $": {Fit(string.Join(", ", block.Given.Take(40)), Math.Min(detail.Text, 600))}" : "";
        yield return Line("Small", Run($"{block.Given.Length} of {block.Needed} approvals{given}"));
        if (block.Needed > block.Given.Length) yield return Line("Small", Run($"{block.Needed - block.Given.Length} more needed from {Fit(block.From, 200)}"));
        if (block.Until is { } until) yield return Line("Small", Run($"Open until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC"));
    }

    private IEnumerable<JsonObject> Progress(CardBlock.Progress block)
    {
        const int width = 20;
        var full = block.Total <= 0 ? 0 : (int)Math.Clamp((long)block.Done * width / block.Total, 0, width);
        yield return Title(block.Heading);
        yield return Line("Small", Run(new string('█', full) + new string('░', width - full), code: true), Run($" {MarkOf(block.Tone)} {Fit(block.Says, Math.Min(detail.Text, 300))}"));
    }

    private IEnumerable<JsonObject> Table(CardBlock.Table block)
    {
        const int columns = 8;
        if (block.Columns.IsEmpty) yield break;
        shortened |= block.Columns.Length > columns;
        var rows = Some(block.Rows, Math.Min(detail.Items, 30)).Prepend(block.Columns);
        var cell = Math.Min(detail.Text, 80);
        yield return TeamsElements.Table([.. rows.Select(row => Enumerable.Range(0, Math.Min(block.Columns.Length, columns)).Select(at => Fit(at < row.Length ? row[at] : "", cell)).ToList())]);
    }

    private IEnumerable<JsonObject> Listed(CardBlock.List block)
    {
        if (!string.IsNullOrWhiteSpace(block.Heading)) yield return Title(block.Heading);
        foreach (var line in Some(block.Lines, detail.Items))
        {
            var read = Line("Small", Run($"{(line.Tone == Tone.Neutral ? "•" : MarkOf(line.Tone))} {Fit(line.Text, Math.Min(detail.Text, 400))}"));
            yield return line.Button is { } button && view.Shows(button) && ActionOf(button, $"{OneLine(button.Label, 40)}: {OneLine(line.Text, 80)}") is { } press ? Beside(read, press) : read;
        }
    }

    private IEnumerable<JsonObject> Next()
    {
        if (!string.IsNullOrWhiteSpace(card.Next)) yield return Line("Medium", Run("Next: ", bold: true), Run(Fit(card.Next, Math.Min(detail.Text, 400))));
    }

    private IEnumerable<JsonObject> Buttons() =>
        Some([.. card.Buttons.Where(view.Shows)], detail.Body ? MostButtons : ButtonsPerRow).Select(button => ActionOf(button, null)).OfType<JsonObject>().Chunk(ButtonsPerRow).Select(Actions);

    private IEnumerable<JsonObject> Below()
    {
        var links = card.Links.Where(link => link.Url.IsAbsoluteUri && link.Url.Scheme is "http" or "https" && link.Url.AbsoluteUri.Length <= 1000).Take(4).ToList();
        if (shortened) yield return Line("Medium", Run(links.Count > 0 ? "Shortened to fit here: the whole is behind the link below." : "Shortened to fit here.", subtle: true));
        if (links.Count > 0)
            yield return Actions(links.Select(link => new JsonObject { ["type"] = "Action.OpenUrl", ["title"] = OneLine(link.Label, 40, "Details"), ["url"] = link.Url.AbsoluteUri }));
        if (!string.IsNullOrWhiteSpace(card.Footer)) yield return Line("Small", Run(Fit(card.Footer, 200), subtle: true));
    }

    /// <summary>A button, or null when what it does is too long to be carried by one.</summary>
    private JsonObject? ActionOf(Button button, string? tooltip)
    {
        var value = button.Action.ToString();
        if (CardAction.Parse(value) is null || (!detail.Body && value.Length > 200) || Http.ShownText.Fit(value, 1000) != value)
        {
            shortened = true;
            return null;
        }

        var label = OneLine(button.Label, 60, "Go");
        var drawn = button.Asks is { } asks && TeamsForms.Open(label, asks, []) is { } form ? form
            : TeamsQuestion.Of(button, Math.Min(detail.Text, 300)) is { } question ? TeamsActions.Ask(label, value, question) : TeamsActions.Execute(label, button.Action.Verb, value);
        if (button.Style != ButtonStyle.Plain) drawn["style"] = button.Style == ButtonStyle.Danger ? "destructive" : "positive";
        if (tooltip is not null) drawn["tooltip"] = tooltip;
        return drawn;
    }

    private JsonObject Title(string text) => Line("Medium", Run(Fit(text, 120), bold: true));

    private string Fit(string? text, int atMost, string otherwise = "–")
    {
        var fitted = OneLine(text, atMost, otherwise);
        shortened |= fitted.EndsWith('…') && text?.EndsWith('…') != true;
        return fitted;
    }

    private IEnumerable<T> Some<T>(IReadOnlyCollection<T> all, int atMost)
    {
        shortened |= all.Count > atMost;
        return all.Take(atMost);
    }

    private static string Capital(string text) => char.IsLower(text[0]) ? char.ToUpperInvariant(text[0]) + text[1..] : text;
}

/// <summary>The kinds of buttons: one that acts at once, and two that open a dialog first.</summary>
internal static class TeamsActions
{
    /// <summary>Acts at once. The verb is for Teams; what is done stands in the data, which old cards bring back too.</summary>
    public static JsonObject Execute(string title, string verb, string action) => new()
    {
        ["type"] = "Action.Execute", ["title"] = title, ["verb"] = Plain(verb), ["data"] = new JsonObject { [TeamsCards.DataKey] = action },

        // Clients that don't know it send the same data as a message.
        ["fallback"] = "Action.Submit",
    };

    /// <summary>Opens the dialog that asks first.</summary>
    public static JsonObject Ask(string title, string action, TeamsQuestion question) => new()
    {
        ["type"] = "Action.Submit",
        ["title"] = title,
        ["data"] = new JsonObject { ["msteams"] = new JsonObject { ["type"] = "task/fetch" }, [TeamsCards.DataKey] = action, ["ask"] = question.ToJson() },
    };

    /// <summary>Opens the dialog of a form.</summary>
    /// <param name="data">What is brought back with the click, beside what makes it open a dialog.</param>
    public static JsonObject Open(string title, JsonObject data)
    {
        data["msteams"] = new JsonObject { ["type"] = "task/fetch" };
        return new JsonObject { ["type"] = "Action.Submit", ["title"] = title, ["data"] = data };
    }

    private static string Plain(string verb) => new([.. verb.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-').Take(40)]);
}
