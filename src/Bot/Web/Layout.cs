namespace ChatOps.Bot.Web;

/// <summary>What every page has around it.</summary>
internal static class Layout
{
    private static readonly (string Path, string Name)[] Rooms = [("/", "Chat"), ("/waiting", "Waiting"), ("/runs", "Runs"), ("/services", "Services"), ("/alerts", "Alerts"), ("/incidents", "Incidents"), ("/runbooks", "Runbooks"), ("/reports", "Reports"), ("/audit", "Audit"), ("/settings", "Settings")];

    /// <param name="here">The room of the header that this page is in.</param>
    /// <param name="live">What the page listens to, and since when; null = it stands still.</param>
    public static Html Of(string title, string? here, Viewer viewer, Live? live, Html body) => Html.Of($"""
        <!doctype html>
        <html lang="en" data-now="{viewer.Now.ToUnixTimeMilliseconds()}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"><meta name="color-scheme" content="light dark">
        <title>{title} · ChatOps</title><link rel="stylesheet" href="{Assets.Path("console.css")}"><link rel="icon" href="{Assets.Path("icon.svg")}" type="image/svg+xml"><script type="module" src="{Assets.Path("console.js")}"></script></head>
        <body data-topic="{live?.Topic}" data-since="{live?.Since}" data-person="{viewer.Caller.Person}"><a class="skip" href="#main">To the content</a>
        <header class="top"><a class="brand" href="/">ChatOps</a>{(viewer.Outside ? Html.None : Html.Of($"""<nav aria-label="Pages">{Rooms.Select(room => Html.Of($"""<a href="{room.Path}"{(room.Path == here ? new Html(" aria-current=\"page\"") : Html.None)}>{room.Name}</a>"""))}</nav>{Who(viewer)}"""))}</header>
        <p class="cut" role="status"><span>The connection to the bot was lost. Trying again; what you see may be old.</span></p>
        <main id="main" tabindex="-1">{body}</main>{Dialog}</body></html>
        """);

    private static readonly Html Dialog = new("""
        <dialog id="ask" aria-labelledby="ask-title" aria-describedby="ask-text"><form method="dialog"><h2 id="ask-title"></h2><p id="ask-text"></p>
        <p id="ask-why"><label for="ask-reason">Why? The reason is kept.</label><input id="ask-reason" type="text" maxlength="500" autocomplete="off"></p>
        <div class="buttons"><button id="ask-no" class="plain" type="button"></button><button id="ask-yes" type="submit" value="yes"></button></div></form></dialog>
        """);

    /// <summary>The button that ends a sign-in.</summary>
    public static Html SignOut(Viewer viewer) => Html.Of($"""<form method="post" action="/signout">{FormToken.Hidden(viewer.Token)}<button class="plain" type="submit">Sign out</button></form>""");

    private static Html Who(Viewer viewer) => viewer.SignedIn ? Html.Of($"""<div class="who"><span title="{viewer.Caller.Person}">{viewer.Caller.Name}</span>{SignOut(viewer)}</div>""")
        : viewer.Personas.IsEmpty ? new Html("""<p class="who quiet">Read only: sign-in is not set up</p>""")
        : Html.Of($"""
            <form class="who" method="post" action="/be">{FormToken.Hidden(viewer.Token)}<label for="who">You are</label><select id="who" name="person">{viewer.Personas.Select(one => Html.Of($"""<option value="{one.Person.Email}"{(one.Person == viewer.Caller.Person ? new Html(" selected") : Html.None)}>{one.Name}, {one.Role}</option>"""))}</select><noscript><button type="submit">Switch</button></noscript></form>
            """);
}

/// <param name="Topic"><c>chat</c>, <c>waiting</c>, <c>runs</c>, <c>services</c>, or a run's number.</param>
/// <param name="Since">Where the count of changes stood before the page was made.</param>
internal sealed record Live(string Topic, string Since);
