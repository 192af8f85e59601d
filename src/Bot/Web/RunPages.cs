using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>One run with all there is to know about it; and the list of them.</summary>
internal static class RunPages
{
    public static Html One(Viewer viewer, RunPage page, ImmutableArray<ConversationLine> lines, Live live) => Layout.Of(page.Card.Title, "/runs", viewer, live, Html.Of($"""
        <div class="run-page"><div class="run-main">{CardOf(viewer, new ShownRun(page.Row, page.Card))}{GateChartHtml.Of(page.Charts)}{JobLogHtml.Of(page.Logs)}<div id="{ChatPage.Feed}" class="feed">{lines.Where(line => line.Beside is { } run && run.Number == page.Row.Number).Select(line => ChatPage.Line(viewer, line))}</div></div>
        <div class="run-side">{Timeline(page)}{Plan(viewer, page)}</div></div>
        """));

    public static Html CardOf(Viewer viewer, ShownRun run) => CardHtml.Of(run.Card, new Showing($"run-{run.Row.Number}", ChatPage.StampOf(run.Row), viewer.Now)
    {
        Run = new RunId(run.Row.Number),
        Token = viewer.Token,
        Heading = 1,
        ReadOnly = viewer.ReadOnly,
    });

    public static Html Timeline(RunPage page) => Html.Of($"""
        <section class="panel" id="timeline" aria-labelledby="timeline-name"><h2 id="timeline-name">Timeline {Texts.Zone}</h2><ol class="timeline">
        {page.Timeline.Select((line, number) => Html.Of($"""<li data-key="t{number}" class="{Marks.ClassOf(line.Tone)}">{Marks.Of(line.Tone)}{Texts.Time(line.At, clock: true)}<div>{Html.If(line.By is not null, () => Html.Of($"<b>{Name(line.By!)}</b> "))}{Texts.Long(line.Says)}</div></li>"""))}
        </ol></section>
        """);

    public static Html Plan(Viewer viewer, RunPage page) =>
        CardHtml.Of(page.Plan, new Showing("plan", $"plan {ChatPage.StampOf(page.Row)}", viewer.Now) { Token = viewer.Token, ReadOnly = viewer.ReadOnly });

    public static Html Many(Viewer viewer, ImmutableArray<RunRow> rows, string? service, Live live) => Layout.Of(service is null ? "Runs" : $"Runs of {service}", "/runs", viewer, live, Html.Of($"""
        <h1>{(service is null ? new Html("Runs") : Html.Of($"Runs of {Texts.Short(service)}"))}</h1>{Html.If(service is not null, () => new Html("""<p><a href="/runs">All runs</a></p>"""))}{List(rows)}
        """));

    public static Html List(ImmutableArray<RunRow> rows) => rows.IsEmpty
        ? new Html("""<section id="runs" class="empty"><h2>No run yet</h2><p>A run begins when somebody says <a href="/?say=deploy%20api%20v1.2.3%20prod"><code>deploy api v1.2.3 prod</code></a> in the <a href="/">chat</a>.</p></section>""")
        : Html.Of($"""
            <section id="runs"><table class="rows"><thead><tr>{((string[])["Run", "What", "State", "By", "Opened"]).Select(name => Html.Of($"""<th scope="col">{name}</th>"""))}</tr></thead><tbody>{rows.Select(Row)}</tbody></table></section>
            """);

    private static Html Row(RunRow row) => Html.Of($"""
        <tr data-key="row-{row.Number}" data-run="{row.Number}" data-state="{Answers.StatusOf(row)}"><td class="number"><a href="/runs/{row.Number}"><span class="unseen">Run </span>{row.Number}</a></td>
        <td class="what"><a href="/runs/{row.Number}">{What(row)}</a><div class="quiet">{Texts.Short(row.Says)}</div></td>
        <td><span class="state {Marks.ClassOf(ToneOf(row))}">{Marks.Of(ToneOf(row))}<span class="state-words">{Answers.StatusOf(row)}</span></span></td><td class="quiet by">{Name(row.By)}</td><td class="quiet">{Texts.Time(row.OpenedAt)}</td></tr>
        """);

    public static Html What(RunRow row) => row.Kind switch
    {
        "deploy" => Html.Of($"{Texts.Short(row.Service)} {Texts.Short(row.Version)} to {Texts.Short(row.Environment)}"),
        "run" => Html.Of($"{Texts.Short(row.Version)} on {Texts.Short(row.Service)} in {Texts.Short(row.Environment)}"),
        _ => Html.Of($"{Texts.Short(row.Service)} back to {Texts.Short(row.Version)} in {Texts.Short(row.Environment)}"),
    };

    public static Tone ToneOf(RunRow row) => Enum.TryParse<RunStatus>(row.Status, out var status)
        ? status switch
        {
            RunStatus.Queued or RunStatus.WaitingForChecklist or RunStatus.WaitingForApproval or RunStatus.Paused => Tone.Waiting,
            RunStatus.Running => Tone.Active,
            RunStatus.Deciding or RunStatus.RollingBack or RunStatus.RolledBack => Tone.Warning,
            RunStatus.Succeeded => Tone.Good,
            RunStatus.Failed => Tone.Bad,
            _ => Tone.Muted,
        }
        : Tone.Neutral;

    public static string Name(string email) => new Person(email).ShortName;
}
