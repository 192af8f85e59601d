using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>Who looks at a page, and whom they could be.</summary>
internal sealed record Viewer(Caller Caller, ImmutableArray<Persona> Personas);

/// <summary>The console's pages.</summary>
internal static class Pages
{
    private static readonly (string Path, string Name)[] Rooms = [("/", "Chat"), ("/runs", "Runs"), ("/services", "Services")];

    public static Html Chat(Viewer viewer, IEnumerable<(RunRow Row, Card Card)> runs, Html reply, string? said) => Layout("Chat", "/", viewer, "all", Html.Of($"""
        <h1 class="unseen">Chat</h1>
        <section id="feed" aria-label="Runs and answers" data-key="feed">{runs.Select(run => Run(run.Row, run.Card))}</section>
        <div id="answers" aria-live="polite">{reply}</div>
        {Html.If(!runs.Any() && reply == Html.Nothing, Empty)}
        <form id="composer" method="post" action="/say" autocomplete="off">
        <label class="unseen" for="words">A command</label>
        <input id="words" name="text" type="text" value="{said}" placeholder="deploy api v1.2.3 prod" maxlength="2000" enterkeyhint="send" autocapitalize="off" spellcheck="false" list="hints" required>
        <datalist id="hints">{CommandWords.All.Select(command => Html.Of($"<option value=\"{command.Name} \">{command.What}</option>"))}</datalist>
        <input type="hidden" name="delivery" value="{CardHtml.NewDelivery()}">
        <button class="primary" type="submit">Say</button></form>
        """));

    /// <summary>A run as the chat shows it: whole while it is open, folded when it is over.</summary>
    public static Html Run(RunRow row, Card card) => CardHtml.Of(card, $"run-{row.Number}", new RunId(row.Number), folded: !row.Open);

    /// <summary>An answer that only its asker sees, under what they said.</summary>
    public static Html Answer(string? said, Reply reply) => Html.Of($"""
        <div class="answer" data-reply="{(reply.Refusal is { } refusal ? refusal.Code : "ok")}">{Html.If(said is not null, () => Html.Of($"<p class=\"said\"><bdi>{said}</bdi></p>"))}
        {(reply.Card is { } card ? CardHtml.Of(card, $"answer-{Guid.NewGuid():N}", reply.Run, @private: true) : Html.Nothing)}</div>
        """);

    public static Html RunPage(Viewer viewer, RunPage page) => Layout(page.Card.Title, "/runs", viewer, $"{page.Row.Number}", Html.Of($"""
        <h1 class="unseen">Run {page.Row.Number}</h1><div class="columns"><div>{CardHtml.Of(page.Card, $"run-{page.Row.Number}", new RunId(page.Row.Number))}</div>
        <div>{TimelineOf(page)}{CardHtml.Of(page.Plan, "plan", null)}</div></div>
        """));

    public static Html TimelineOf(RunPage page) => Html.Of($"""
        <section class="panel" id="timeline" data-key="timeline"><h2>What happened</h2><ol class="timeline">
        {page.Timeline.Select((line, at) => Html.Of($"<li data-key=\"t{at}\" class=\"{CardHtml.ToneOf(line.Tone)}\">{CardHtml.Time(line.At)} {CardHtml.Mark(line.Tone)} <span>{(line.By is { } by ? Html.Of($"<b>{new Person(by).ShortName}</b> ") : Html.Nothing)}<bdi>{line.Says}</bdi></span></li>"))}
        </ol></section>
        """);

    public static Html Runs(Viewer viewer, ImmutableArray<RunRow> rows) => Layout("Runs", "/runs", viewer, "all", Html.Of($"""
        <h1>Runs</h1>{RunsTable(rows)}
        """));

    public static Html RunsTable(ImmutableArray<RunRow> rows) => Html.Of($"""
        <section id="runs" data-key="runs">{(rows.IsEmpty ? Html.Of($"<p class=\"quiet\">No run yet. Say one in the chat.</p>") : Html.Of($"""
        <div class="scroll" tabindex="0" role="region" aria-label="Runs"><table><thead><tr><th scope="col">Run</th><th scope="col">What</th><th scope="col">State</th><th scope="col">By</th><th scope="col">When</th></tr></thead><tbody>
        {rows.Select(row => Html.Of($"<tr data-key=\"r{row.Number}\"><td data-label=\"Run\"><a href=\"/runs/{row.Number}\">{row.Number}</a></td><td data-label=\"What\">{row.Service} {(row.Kind == "deploy" ? "" : "back to ")}{row.Version} in {row.Environment}</td><td data-label=\"State\">{Answers.StatusOf(row)}</td><td data-label=\"By\">{new Person(row.By).ShortName}</td><td data-label=\"When\">{CardHtml.Time(row.OpenedAt)}</td></tr>"))}
        </tbody></table></div>
        """))}</section>
        """);

    public static Html Services(Viewer viewer, ImmutableArray<BoardLine> board) => Layout("Services", "/services", viewer, "all", Html.Of($"""
        <h1>What is live where</h1>{Board(board)}
        """));

    public static Html Board(ImmutableArray<BoardLine> board)
    {
        var environments = board.Select(line => line.Environment).Distinct().ToList();
        return Html.Of($"""
            <section id="board" data-key="board"><div class="scroll" tabindex="0" role="region" aria-label="Services by environment"><table class="board"><thead><tr><th scope="col">Service</th>{environments.Select(name => Html.Of($"<th scope=\"col\">{name}</th>"))}</tr></thead><tbody>
            {board.GroupBy(line => line.Service).Select(service => Html.Of($"<tr data-key=\"s-{service.Key}\"><th scope=\"row\">{service.Key}</th>{environments.Select(name => Cell(name, service.FirstOrDefault(line => line.Environment == name)))}</tr>"))}
            </tbody></table></div></section>
            """);
    }

    public static Html Sorry(Viewer viewer, string title, string says) => Layout(title, "", viewer, "none", Html.Of($"<h1>{title}</h1><p>{says}</p><p><a href=\"/\">Back to the chat</a></p>"));

    /// <summary>Without scripts: asks before it does something that is hard to take back.</summary>
    public static Html AskFirst(Viewer viewer, CardAction action, bool reason, string delivery) => Layout("Are you sure?", "", viewer, "none", Html.Of($"""
        <h1>Are you sure?</h1><form class="panel" method="post" action="/click"><input type="hidden" name="action" value="{action}"><input type="hidden" name="delivery" value="{delivery}"><input type="hidden" name="sure" value="yes">
        <p>You are about to {action.Verb}{(action.Run is { } run ? $" run {run}" : "")}.</p>
        {Html.If(reason, () => Html.Of($"<p><label for=\"reason\">Why?</label> <input id=\"reason\" name=\"reason\" maxlength=\"500\" required></p>"))}
        <button class="danger" type="submit">Yes, {action.Verb}</button> <a href="/">Not now</a></form>
        """));

    private static Html Cell(string environment, BoardLine? line) => line is null
        ? Html.Of($"<td data-label=\"{environment}\" class=\"quiet\">–</td>")
        : Html.Of($"""
            <td data-label="{environment}" data-key="c-{line.Service}-{environment}"><b class="version"><bdi>{line.Live ?? "not known"}</bdi></b>
            <span class="quiet">{(line.Ready is { } ready ? $"{ready} of {line.Replicas} ready" : line.Says)}</span>
            {(line is { By: { } by, Since: { } since } ? Html.Of($"<span class=\"quiet\">{new Person(by).ShortName}, {CardHtml.Time(since)}</span>") : Html.Nothing)}
            {Html.If(line.Open is not null, () => Html.Of($"<a href=\"/runs/{line.Open!.Number}\">Run {line.Open.Number}: {Answers.StatusOf(line.Open)}</a>"))}
            {Html.If(line.ByHand is not null, () => Html.Of($"<span class=\"notice tone-warning\">{CardHtml.Mark(Tone.Warning)} {line.ByHand}</span>"))}
            <span class="tags">{Html.If(line.Protected, () => Html.Of($"<span class=\"tag\">protected</span>"))}{Html.If(line.Simulated, () => Html.Of($"<span class=\"tag\">simulated</span>"))}</span></td>
            """);

    private static Html Empty() => Html.Of($"""
        <section class="empty panel" id="empty"><h2>Say what you want done</h2><p>Type a command as you would in Slack. The words come in any order.</p>
        <div class="buttons">{((string[])["deploy api v1.2.3 prod", "status", "help"]).Select(example => Html.Of($"<button type=\"button\" class=\"plain\" data-fill=\"{example}\">{example}</button>"))}</div></section>
        """);

    private static Html Layout(string title, string here, Viewer viewer, string live, Html body) => Html.Of($"""
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"><meta name="color-scheme" content="light dark">
        <title>{title} · ChatOps</title><link rel="stylesheet" href="/assets/console.css"><link rel="icon" href="/assets/icon.svg" type="image/svg+xml"><script type="module" src="/assets/console.js"></script></head>
        <body data-live="{live}"><a class="skip" href="#main">To the content</a>
        <header class="top"><strong class="brand">ChatOps</strong><nav aria-label="Pages">{Rooms.Select(room => Html.Of($"<a href=\"{room.Path}\"{(room.Path == here ? Html.Of($" aria-current=\"page\"") : Html.Nothing)}>{room.Name}</a>"))}</nav>{Who(viewer)}</header>
        <main id="main" tabindex="-1">{body}</main>
        <dialog id="ask" aria-labelledby="ask-title"><form method="dialog"><h2 id="ask-title"></h2><p id="ask-text"></p><p id="ask-why"><label for="ask-reason">Why?</label><input id="ask-reason" maxlength="500"></p><div class="buttons"><button value="yes" class="danger" id="ask-yes"></button><button value="no" class="plain" id="ask-no" formnovalidate></button></div></form></dialog>
        </body></html>
        """);

    private static Html Who(Viewer viewer) => viewer.Personas.IsEmpty
        ? Html.Of($"<p class=\"who quiet\">The console only reads until sign-in exists.</p>")
        : Html.Of($"""
            <form class="who" method="post" action="/be"><label for="who">You are</label> <select id="who" name="person" data-submits>
            {Html.If(viewer.Caller.Person is null, () => Html.Of($"<option value=\"\" selected>nobody in particular</option>"))}
            {viewer.Personas.Select(one => Html.Of($"<option value=\"{one.Person.Email}\"{(one.Person == viewer.Caller.Person ? Html.Of($" selected") : Html.Nothing)}>{one.Name}, {one.Role}</option>"))}</select>
            <noscript><button type="submit">Be</button></noscript></form>
            """);
}
