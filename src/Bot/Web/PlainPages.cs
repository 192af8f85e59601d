using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Web;

/// <summary>Pages of a few sentences: nothing there, something went wrong, are you sure.</summary>
internal static class PlainPages
{
    public static Html Sorry(Viewer viewer, string title, string says) => Layout.Of(title, null, viewer, null, Html.Of($"""
        <div class="plain-page"><h1>{title}</h1><p>{says}</p><p><a href="/">To the chat</a></p></div>
        """));

    /// <summary>Sends the reader on to the same address from our own page: browsers keep strict cookies back when a link of another site led here.</summary>
    public static readonly Html Arrive = new("""<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>ChatOps</title></head><body><p>One moment.</p></body></html>""");

    /// <summary>Without scripts: asks before something is done that is hard to take back, or that needs a reason.</summary>
    /// <param name="button">The button that was clicked, as the run's card has it now; null when it is not there any more.</param>
    public static Html AskFirst(Viewer viewer, CardAction action, Button? button, string delivery, string back) => Layout.Of(button?.Confirm?.Title ?? "Are you sure?", null, viewer, null, Html.Of($"""
        <form class="plain-page" method="post" action="/click" data-action="{action.Verb}"><h1>{button?.Confirm?.Title ?? "Are you sure?"}</h1><p>{button?.Confirm?.Text ?? $"This may be hard to take back: {action.Verb}{(action.Run is { } run ? $" run {run}" : "")}."}</p>
        <input type="hidden" name="action" value="{action}"><input type="hidden" name="delivery" value="{delivery}"><input type="hidden" name="sure" value="yes"><input type="hidden" name="back" value="{back}">{FormToken.Hidden(viewer.Token)}
        {Html.If(button?.AsksReason ?? false, () => new Html("""<p><label for="reason">Why? The reason is kept.</label><input id="reason" name="reason" type="text" maxlength="500" autocomplete="off" required></p>"""))}
        <div class="buttons"><a class="plain" href="{back}">{button?.Confirm?.No ?? "Not now"}</a><button class="{CardHtml.StyleOf(button?.Style ?? ButtonStyle.Danger)}" type="submit">Yes, {Lower(button?.Confirm?.Yes ?? button?.Label ?? action.Verb)}</button></div></form>
        """));

    private static string Lower(string label) => label.Length > 0 ? char.ToLowerInvariant(label[0]) + label[1..] : label;
}
