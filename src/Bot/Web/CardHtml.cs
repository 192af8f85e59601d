using System.Security.Cryptography;
using System.Text;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>Where and for whom a card is shown.</summary>
/// <param name="Id">The element's id: the same for the same card, so that it can be changed in place.</param>
/// <param name="Stamp">
/// Names what is shown, and changes when that does. A click's delivery is made of it: the same click on the same sight is the same delivery,
/// however often, from however many windows.
/// </param>
/// <param name="Now">What running clocks count from.</param>
internal sealed record Showing(string Id, string Stamp, DateTimeOffset Now)
{
    public RunId? Run { get; init; }

    /// <summary>What its forms carry so that they are believed: <see cref="Viewer.Token"/>.</summary>
    public required string? Token { get; init; }

    /// <summary>What happened is one click away rather than on the screen: for runs that are over.</summary>
    public bool Folded { get; init; }

    /// <summary>It is shown to the one who asked, and nobody else.</summary>
    public bool OnlyYou { get; init; }

    /// <summary>Nothing on it can be clicked: its reader may only read.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Where its title stands among the headings of its page.</summary>
    public int Heading { get; init; } = 2;
}

/// <summary>Shows a card on a page. With <see cref="BlockHtml"/> the only place of the console that knows what one looks like.</summary>
internal static class CardHtml
{
    /// <summary>What fits into a column of facts in two or three lines.</summary>
    private const int WideFact = 60;

    public static Html Of(Card card, Showing at) => Html.Of($"""
        <article class="card {Marks.ClassOf(card.Tone)}" id="{at.Id}" data-card{Html.If(at.Run is not null, () => Html.Of($" data-run=\"{at.Run}\""))}{Html.If(card.State is not null, () => Html.Of($" data-state=\"{card.State}\""))} data-tone="{Marks.NameOf(card.Tone)}" aria-labelledby="{at.Id}-title">
        <header class="card-head"><h{at.Heading} id="{at.Id}-title" tabindex="-1">{Title(card, at)}</h{at.Heading}>{State(card)}</header>{Texts.Rest(card.Title)}
        {Html.If(at.OnlyYou, () => new Html("""<p class="only-you">Only you see this</p>"""))}
        {(at.Folded ? Folded(card, at) : Inside(card, at))}
        {Html.If(card.Next is not null, () => Html.Of($"""<div class="next">{Html.If(card.State is not null, () => new Html("""<span class="quiet">Next</span> """))}{Texts.Long(card.Next!)}</div>"""))}
        {Buttons(card, at)}
        {Foot(card, at)}
        </article>
        """);

    /// <summary>A button, as a form that works without scripts.</summary>
    /// <param name="key">Its own among its siblings, and bound to what it does: a button never turns into another under a finger.</param>
    public static Html Button(Button button, string key, Showing at) => at.ReadOnly ? Html.None : Html.Of($"""
        <form class="act" method="post" action="/click" data-key="{key}" data-action="{button.Action.Verb}"{Asks(button)}>{Hidden(button.Action, at)}{Html.If(NeedsAsking(button), () => new Html("""<input type="hidden" name="ask" value="first">"""))}<button class="{StyleOf(button.Style)}" type="submit">{Texts.Short(button.Label)}</button></form>
        """);

    /// <summary>The fields by which a form says what was clicked on what.</summary>
    public static Html Hidden(CardAction action, Showing at) =>
        Html.Of($"""<input type="hidden" name="action" value="{action}"><input type="hidden" name="delivery" value="{DeliveryOf(action, at.Stamp)}">{FormToken.Hidden(at.Token)}""");

    /// <summary>What is hard to take back is asked about, even where the card forgot to say how.</summary>
    public static bool NeedsAsking(Button button) => button.Confirm is not null || button.AsksReason || button.Style == ButtonStyle.Danger;

    public static string StyleOf(ButtonStyle style) => style switch { ButtonStyle.Primary => "primary", ButtonStyle.Danger => "danger", _ => "plain" };

    private static string DeliveryOf(CardAction action, string stamp) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{stamp}\n{action}")))[..32];

    private static Html Title(Card card, Showing at) =>
        at is { Run: { } run, OnlyYou: false, Heading: > 1 } ? Html.Of($"""<a href="/runs/{run}">{Texts.Short(card.Title)}</a>""") : Texts.Short(card.Title);

    /// <summary>The one part that is read out when it changes, with its title so that it makes sense alone.</summary>
    private static Html State(Card card) => card.State is not { } state
        ? Html.None
        : Html.Of($"""<p class="state {Marks.ClassOf(card.Tone)}" role="status">{Marks.Of(card.Tone)}<span class="unseen">{Texts.Short(card.Title)}: </span><span class="state-words">{state}</span></p>""");

    private static Html Folded(Card card, Showing at) => Html.Of($"""
        <div class="text">{Texts.Long(card.Fallback)}</div><details class="more"><summary>Steps and details</summary>{Inside(card, at)}</details>
        """);

    private static Html Inside(Card card, Showing at) => Html.Of($"""
        {Html.If(!card.Facts.IsEmpty, () => Html.Of($"""<dl class="facts">{card.Facts.Select(Fact)}</dl>"""))}
        {card.Body.Select((block, number) => BlockHtml.Of(block, $"{at.Id}-{number}", at))}
        """);

    /// <summary>A fact that says much gets the width for it, so that it doesn't push what can be done off the screen.</summary>
    private static Html Fact(Fact fact) => Html.Of($"""
        <div{Html.If(fact.Value.Length > WideFact, () => new Html(" class=\"wide\""))}><dt>{fact.Name}</dt><dd>{Texts.Long(fact.Value, WideFact * 5)}</dd></div>
        """);

    private static Html Buttons(Card card, Showing at)
    {
        if (card.Buttons.IsEmpty || at.ReadOnly) return Html.None;
        var said = new Dictionary<string, int>(StringComparer.Ordinal);
        return Html.Of($"""<div class="buttons" data-key="{at.Id}-buttons">{card.Buttons.Select(button =>
        {
            var nth = said[button.Action.Verb] = said.GetValueOrDefault(button.Action.Verb) + 1;
            return Button(button, $"{at.Id}-{button.Action.Verb}-{nth}", at);
        })}</div>""");
    }

    /// <summary>What a script asks before it sends; without one, the answer is a page that asks.</summary>
    private static Html Asks(Button button) => !NeedsAsking(button) ? Html.None : Html.Of($"""
         data-asks="{(button.AsksReason ? "reason" : "sure")}" data-title="{button.Confirm?.Title ?? button.Label}" data-text="{button.Confirm?.Text ?? "This may be hard to take back."}" data-yes="{button.Confirm?.Yes ?? button.Label}" data-no="{button.Confirm?.No ?? "Not now"}" data-style="{StyleOf(button.Style)}"
        """);

    private static Html Foot(Card card, Showing at)
    {
        var links = card.Links.Where(link => link.Url.Scheme is "http" or "https" && !(at.Run is { } run && link.Url.AbsolutePath.EndsWith($"/runs/{run}", StringComparison.Ordinal))).ToList();
        return card.Footer is null && links.Count == 0
            ? Html.None
            : Html.Of($"""<footer class="card-foot">{Html.If(card.Footer is not null, () => Texts.Short(card.Footer!))}{links.Select(link => Html.Of($""" <a href="{link.Url.AbsoluteUri}" rel="noopener">{Texts.Short(link.Label)}</a>"""))}</footer>""");
    }
}
