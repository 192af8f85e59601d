using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;
using Microsoft.AspNetCore.Authentication;

namespace ChatOps.Bot.Web;

/// <summary>The page behind the link that somebody was paged with: what is wrong, what a rollback would do, and two buttons.</summary>
/// <remarks>
/// The link is the proof of who asks, so no sign-in is needed; somebody else who is signed in is kept out. Opening it changes nothing, since chats and mail scanners open links.
/// A foreign site can't make a browser send the form: it would have to know the link.
/// </remarks>
internal static class PageLinkPages
{
    public static void MapPageLinks(this IEndpointRouteBuilder console)
    {
        console.MapGet("/page/{token}", ShowAsync).WithMetadata(new NoPage(), new ForAnybody());
        console.MapPost("/page/{token}", DoAsync).WithMetadata(new ForAnybody());
    }

    private static async Task<IResult> ShowAsync(HttpContext http, PageLinks links, LinkDesk desk, SignIn signIn, string token) =>
        await OpenAsync(http, links, signIn, token) is { } link ? Show(http, await desk.LookAsync(link, http.RequestAborted)) : await RefusedAsync(http, links, token);

    private static async Task<IResult> DoAsync(HttpContext http, PageLinks links, LinkDesk desk, SignIn signIn, string token)
    {
        if (await OpenAsync(http, links, signIn, token) is not { } link) return await RefusedAsync(http, links, token);
        var form = await PageResults.FormAsync(http);
        var view = form["do"].ToString() switch
        {
            "answer" => await desk.AnswerAsync(link, http.RequestAborted),
            "rollback" => await desk.RollBackAsync(link, form["shown"].ToString(), http.RequestAborted),
            _ => throw new BadHttpRequestException("The form is not one of this bot's."),
        };

        // What came of it is a page of its own address: reloading it asks for nothing again.
        return view.Refusal is null or { Code: RefusalCodes.LinkUsed } ? PageResults.SeeOther(http, http.Request.Path) : Show(http, view);
    }

    /// <summary>The link, where it is ours and nobody else is signed in in this browser.</summary>
    private static async Task<PageLink?> OpenAsync(HttpContext http, PageLinks links, SignIn signIn, string token)
    {
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (links.Read(token) is not { } link) return null;
        if (!signIn.On) return link;
        var found = await http.AuthenticateAsync(Session.Scheme);
        if (Session.Of(found.Principal, found.Properties) is not { } session || session.Who.Person == link.For) return link;
        http.Features.Set(session);
        return null;
    }

    private static async Task<IResult> RefusedAsync(HttpContext http, PageLinks links, string token)
    {
        var refusal = http.Features.Get<Session>() is { } session
            ? new Refusal(RefusalCodes.LinkForeign, $"This link is for {links.Read(token)!.For}, and {session.Who.Person} is signed in here.", "Do it in your own name in the console, or let them open it.")
            : new Refusal(RefusalCodes.LinkUnverified, "This link can't be verified: it was changed, cut off, or is older than the bot's key.", "Open it from the message again, whole; or answer in the chat.");
        if (http.Features.Get<Session>() is { } other)
            await http.RequestServices.GetRequiredService<RefusalLog>().NoteAsync(Caller.Unknown(other.Who.Name) with { Person = other.Who.Person }, "the link of somebody else's page", refusal, null, $"page-link:foreign:{http.TraceIdentifier}:{other.Visit}", http.RequestAborted);
        return PageResults.Page(Around(http, "Nothing was done", Sentences(refusal)), StatusCodes.Status403Forbidden);
    }

    private static IResult Show(HttpContext http, LinkView view)
    {
        var began = view.Page.Began;
        var title = view.Used is not null ? "It is being rolled back" : began is null ? "This page is past" : began.Title;
        return PageResults.Page(Around(http, title, Html.Of($"""
            {Html.If(view.Refusal is not null, () => Sentences(view.Refusal!))}
            {Html.If(view.Refusal is null && began is not null, () => What(view, began!))}
            {Html.If(view.Refusal is null or { Code: RefusalCodes.PlanChanged }, () => Back(view))}
            {Html.If(view is { MayAnswer: true, Refusal: null }, () => Answer(http))}
            {Html.If(view is { MayAnswer: false, Refusal: null, Page.Acked: not null }, () => Html.Of($"<p>{view.Page.Acked!.Name} looks after it.</p>"))}
            {More(view)}
            """)), StatusOf(view));
    }

    private static Html What(LinkView view, PageBegan began) => Html.Of($"""
        <p>{Texts.Long(began.Why)}</p>{Html.If(view.Page.Cause is not null, () => Html.Of($"<p>Likely cause: {Texts.Short(view.Page.Cause!.Says)}.</p>"))}
        <p class="quiet">You act as {view.Link.For.Email}. This link is yours alone, until {Texts.Time(view.Link.Until, clock: true)}.</p>
        """);

    private static Html Back(LinkView view)
    {
        if (view.Link.Back is not { } back) return Html.None;
        if (view.NotBack is { } no) return Html.Of($"<section><h2>It can't be rolled back by this link</h2>{Sentences(no)}</section>");
        if (!view.MayRollBack || view.Run is not { } run) return Html.None;
        return Html.Of($"""
            <section aria-labelledby="back"><h2 id="back">Roll {run.Site.Service} in {run.Site.Environment} back from {back.From} to {back.To}?</h2>
            {(view.Plan is { } plan ? Html.Of($"<ol>{plan.Steps.Select(step => Html.Of($"<li>{Texts.Short(step.Title)}: {Texts.Short(step.Says)}</li>"))}</ol>") : Html.Of($"<p>Run {run.Id} is {RunWords.Of(run.Status)}. It stops, and what it did is taken back.</p>"))}
            <form method="post"><input type="hidden" name="do" value="rollback"><input type="hidden" name="shown" value="{view.Shown}"><div class="buttons"><button class="{CardHtml.StyleOf(ButtonStyle.Danger)}" type="submit">Yes, roll back to {back.To}</button></div></form></section>
            """);
    }

    private static Html Answer(HttpContext http) => Html.Of($"""
        <section aria-labelledby="answer"><h2 id="answer">Or only say that you look after it</h2>
        <form method="post" action="{http.Request.Path}"><input type="hidden" name="do" value="answer"><div class="buttons"><button class="{CardHtml.StyleOf(ButtonStyle.Primary)}" type="submit">Acknowledge</button></div></form></section>
        """);

    /// <summary>Into the console, for those who can sign in there.</summary>
    private static Html More(LinkView view) => view.Used is { } run
        ? Html.Of($"""<p><a href="/runs/{run}">Look at run {run}</a></p>""")
        : Html.Of($"""<p><a href="/{PageCard.PathOf(view.Link.Subject)}">Look closer in the console</a></p>""");

    private static Html Sentences(Refusal refusal) => Html.Of($"""<p role="alert">{refusal.Why}{Html.If(refusal.Next is not null, () => Html.Of($" {refusal.Next}"))}</p><p class="quiet">{refusal.Code}</p>""");

    private static Html Around(HttpContext http, string title, Html body) => Layout.Of(title, null,
        new Viewer(Caller.Unknown("Whoever opened the link"), [], null, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()) { Outside = true }, null,
        Html.Of($"""<div class="plain-page"><h1>{Texts.Short(title)}</h1>{body}</div>"""));

    private static int StatusOf(LinkView view) => view.Refusal?.Code switch
    {
        null => StatusCodes.Status200OK,
        RefusalCodes.LinkUsed => StatusCodes.Status200OK,
        RefusalCodes.LinkExpired => StatusCodes.Status410Gone,
        RefusalCodes.NotAllowed or RefusalCodes.ReadOnly => StatusCodes.Status403Forbidden,
        _ => StatusCodes.Status409Conflict,
    };
}
