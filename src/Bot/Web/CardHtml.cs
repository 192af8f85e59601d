using System.Globalization;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>Shows a card as a page does. The only place of the console that knows what a card looks like.</summary>
internal static class CardHtml
{
    /// <summary>Texts longer than this are folded.</summary>
    private const int Fold = 600;

    /// <param name="id">The element's id: the same for the same card, so that it can be changed in place.</param>
    /// <param name="folded">What happened is one click away rather than on the screen: for runs that are over.</param>
    /// <param name="heading">2 or 3: where it stands on its page.</param>
    /// <param name="private">It is shown to the one who asked, and nobody else.</param>
    public static Html Of(Card card, string id, RunId? run, bool folded = false, bool @private = false, int heading = 2)
    {
        var tone = ToneOf(card.Tone);
        return Html.Of($"""
            <article class="card {tone}" id="{id}" data-key="{id}" data-run="{run?.ToString()}" data-state="{card.State}" aria-labelledby="{id}-title">
            <header class="card-head"><h{heading} id="{id}-title"><bdi>{card.Title}</bdi></h{heading}>{State(card)}</header>
            {Html.If(@private, () => Html.Of($"<p class=\"only-you\">Only you see this.</p>"))}
            {(folded ? Html.Of($"<p class=\"text\">{card.Fallback}</p><details class=\"more\"><summary>What happened</summary>{Inside(card, id)}</details>") : Inside(card, id))}
            {Html.If(card.Next is not null, () => Html.Of($"<p class=\"next\"><span class=\"quiet\">Next:</span> {card.Next}</p>"))}
            {Html.If(!card.Buttons.IsEmpty, () => Html.Of($"<div class=\"buttons\">{card.Buttons.Select((button, at) => Button(button, $"{id}-b{at}"))}</div>"))}
            <footer class="card-foot">{Html.If(card.Footer is not null, () => Html.Of($"<bdi>{card.Footer}</bdi>"))}{card.Links.Select(link => Html.Of($" <a href=\"{link.Url}\">{link.Label}</a>"))}{Html.If(run is not null, () => Html.Of($" <a href=\"/runs/{run}\">History</a>"))}</footer>
            </article>
            """);
    }

    private static Html Inside(Card card, string id) => Html.Of($"""
        {Html.If(!card.Facts.IsEmpty, () => Html.Of($"<dl class=\"facts\">{card.Facts.Select(fact => Html.Of($"<div><dt>{fact.Name}</dt><dd>{Text(fact.Value)}</dd></div>"))}</dl>"))}
        {card.Body.Select((block, at) => Block(block, $"{id}-{at}"))}
        """);

    public static string ToneOf(Tone tone) => "tone-" + tone.ToString().ToLowerInvariant();

    /// <summary>A mark for a tone. It never stands without words, so a screen reader skips it.</summary>
    public static Html Mark(Tone tone) => Html.Of($"<span class=\"mark {ToneOf(tone)}\" aria-hidden=\"true\">{tone switch
    {
        Tone.Good => "✓",
        Tone.Bad => "✕",
        Tone.Warning => "!",
        Tone.Waiting => "…",
        Tone.Active => "▸",
        Tone.Muted => "–",
        _ => "·",
    }}</span>");

    /// <summary>A moment: exact in the markup, relative on the screen.</summary>
    public static Html Time(DateTimeOffset at) =>
        Html.Of($"<time datetime=\"{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}\" title=\"{at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}\">{at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}</time>");

    public static Html Button(Button button, string id)
    {
        var style = button.Style switch { ButtonStyle.Primary => "primary", ButtonStyle.Danger => "danger", _ => "plain" };
        var asks = button.Confirm is not null || button.AsksReason;
        return Html.Of($"""
            <form class="act" method="post" action="/click" data-key="{id}" data-verb="{button.Action.Verb}">
            <input type="hidden" name="action" value="{button.Action}"><input type="hidden" name="delivery" value="{CardHtml.NewDelivery()}">
            {Html.If(asks, () => Html.Of($"<input type=\"hidden\" name=\"asks\" value=\"{(button.AsksReason ? "reason" : "yes")}\" data-title=\"{button.Confirm?.Title ?? button.Label}\" data-text=\"{button.Confirm?.Text}\" data-yes=\"{button.Confirm?.Yes ?? button.Label}\" data-no=\"{button.Confirm?.No ?? "Not now"}\">"))}
            <button class="{style}" type="submit">{button.Label}</button></form>
            """);
    }

    /// <summary>Names one sending of a form: sent twice, it is done once.</summary>
    public static string NewDelivery() => Guid.NewGuid().ToString("N");

    private static Html State(Card card) => card.State is null
        ? Html.Nothing
        : Html.Of($"<p class=\"state {ToneOf(card.Tone)}\" role=\"status\">{Mark(card.Tone)} {card.State}</p>");

    private static Html Block(CardBlock block, string id) => block switch
    {
        CardBlock.Text b => Html.Of($"{Heading(b.Heading)}<p class=\"text\">{Text(b.Value)}</p>"),
        CardBlock.Notice b => Html.Of($"<p class=\"notice {ToneOf(b.Tone)}\" role=\"note\">{Mark(b.Tone)} {Text(b.Value)}</p>"),
        CardBlock.Steps b => Html.Of($"<ol class=\"steps\">{b.Lines.Select((line, at) => Step(line, $"{id}-{at}"))}</ol>"),
        CardBlock.Checklist b => Html.Of($"<fieldset class=\"checklist\"><legend>{b.Heading}</legend><ul>{b.Items.Select((item, at) => Item(item, $"{id}-{at}"))}</ul></fieldset>"),
        CardBlock.Approvals b => Approvals(b),
        CardBlock.Progress b => Html.Of($"""
            <div class="progress"><span>{b.Heading}</span><span class="bar" role="progressbar" aria-label="{b.Heading}" aria-valuemin="0" aria-valuemax="{b.Total}" aria-valuenow="{b.Done}" aria-valuetext="{b.Says}">{Enumerable.Range(0, Math.Clamp(b.Total, 1, 40)).Select(at => Html.Of($"<i class=\"{(at < b.Done ? ToneOf(b.Tone) : "")}\"></i>"))}</span><span class="count">{b.Says}</span></div>
            """),
        CardBlock.Table b => Html.Of($"""
            <div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>{b.Columns.Select(column => Html.Of($"<th scope=\"col\">{column}</th>"))}</tr></thead>
            <tbody>{b.Rows.Select(row => Html.Of($"<tr>{row.Select((cell, at) => Html.Of($"<td data-label=\"{(at < b.Columns.Length ? b.Columns[at] : "")}\">{Text(cell)}</td>"))}</tr>"))}</tbody></table></div>
            """),
        CardBlock.List b => Html.Of($"{Heading(b.Heading)}<ul class=\"lines\">{b.Lines.Select((line, at) => Html.Of($"<li>{Html.If(line.Tone != Tone.Neutral, () => Mark(line.Tone))} {Text(line.Text)} {(line.Button is null ? Html.Nothing : Button(line.Button, $"{id}-l{at}"))}</li>"))}</ul>"),
        _ => throw new InvalidOperationException($"Nothing shows {block.GetType().Name}."),
    };

    private static Html Heading(string? heading) => heading is null ? Html.Nothing : Html.Of($"<p class=\"heading\">{heading}</p>");

    private static Html Step(StepLine line, string id) => Html.Of($"""
        <li class="step {ToneOf(line.Tone)}" data-key="{id}">{Mark(line.Tone)}<span class="step-title"><bdi>{line.Title}</bdi></span>
        <span class="step-mark">{line.Mark}</span><span class="took" data-took="{(line.Mark is "running" or "waiting" && line.Took is { } since ? $"{since.TotalSeconds:0}" : "")}">{(line.Took is { } took ? Words.Duration(took) : "")}</span>
        {Html.If(line.Detail is not null, () => Html.Of($"<span class=\"detail\">{Text(line.Detail!)}</span>"))}</li>
        """);

    private static Html Item(ChecklistLine item, string id)
    {
        var by = item.By is null ? Html.Nothing : Html.Of($"<span class=\"by\">{item.By}</span>");
        if (item.Toggle is not { } toggle) return Html.Of($"<li class=\"item\" data-key=\"{id}\"><span class=\"box\" aria-hidden=\"true\">{(item.Ticked ? "✓" : "")}</span> {Text(item.Text)} {by}</li>");
        return Html.Of($"""
            <li class="item" data-key="{id}"><form class="act" method="post" action="/click" data-verb="{toggle.Verb}">
            <input type="hidden" name="action" value="{toggle}"><input type="hidden" name="delivery" value="{CardHtml.NewDelivery()}">
            <button class="tick" type="submit" role="checkbox" aria-checked="{(item.Ticked ? "true" : "false")}"><span class="box" aria-hidden="true">{(item.Ticked ? "✓" : "")}</span> {Text(item.Text)}</button> {by}</form></li>
            """);
    }

    private static Html Approvals(CardBlock.Approvals b) => Html.Of($"""
        <div class="approvals"><p class="heading">{b.Heading}</p>
        <p>{b.Given.Length} of {b.Needed} from {b.From}{(b.Until is { } until ? Html.Of($", until {Time(until)}") : Html.Nothing)}</p>
        {Html.If(!b.Given.IsEmpty, () => Html.Of($"<ul class=\"lines\">{b.Given.Select(given => Html.Of($"<li>{Mark(Tone.Good)} {given}</li>"))}</ul>"))}</div>
        """);

    /// <summary>Text from anybody: isolated, so that its direction stays its own, and folded when it is long.</summary>
    private static Html Text(string text)
    {
        if (text.Length <= Fold) return Html.Of($"<bdi>{text}</bdi>");
        var at = char.IsHighSurrogate(text[Fold - 1]) ? Fold - 1 : Fold;
        return Html.Of($"<details class=\"fold\"><summary><bdi>{text[..at]}…</bdi></summary><bdi>{text}</bdi></details>");
    }
}
