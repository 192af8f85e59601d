using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>What is live where: a table of services and environments, on a phone one card per service.</summary>
internal static class ServicesPage
{
    public static Html Of(Viewer viewer, ImmutableArray<BoardLine> board, ImmutableArray<LiveRow> brought, Live live) => Layout.Of("Services", "/services", viewer, live, Html.Of($"""
        <h1>What is live where</h1>{Board(board, brought)}
        """));

    public static Html Board(ImmutableArray<BoardLine> board, ImmutableArray<LiveRow> brought)
    {
        if (board.IsEmpty) return new Html("""<section id="board" class="empty"><h2>No service yet</h2><p>Each file in the folder <code>services/</code> of the configuration describes one; it appears here when it is saved.</p></section>""");
        var environments = board.Select(line => line.Environment).Distinct().ToList();
        var runs = brought.ToDictionary(row => new Site(row.Service, row.Environment));
        return Html.Of($"""
            <section id="board"><div class="scroll" tabindex="0" role="region" aria-label="What is live where"><table class="board"><thead><tr><th scope="col">Service</th>{environments.Select(name => Html.Of($"""<th scope="col">{Texts.Short(name)}</th>"""))}</tr></thead>
            <tbody>{board.GroupBy(line => line.Service).Select(service => Html.Of($"""<tr data-key="service-{service.Key}"><th scope="row"><a href="/runs?service={Uri.EscapeDataString(service.Key)}">{Texts.Short(service.Key)}</a></th>{environments.Select(name => Cell(name, service.FirstOrDefault(line => line.Environment == name), runs))}</tr>"""))}</tbody></table></div></section>
            """);
    }

    private static Html Cell(string environment, BoardLine? line, Dictionary<Site, LiveRow> brought)
    {
        if (line is null) return Html.Of($"""<td class="none" data-label="{environment}"><span aria-hidden="true">–</span><span class="unseen">not there</span></td>""");
        var run = line.By is null ? null : brought.GetValueOrDefault(new Site(line.Service, line.Environment));
        return Html.Of($"""
            <td data-label="{environment}" data-key="c-{line.Service}-{line.Environment}" data-site="{line.Service}/{line.Environment}" data-version="{line.Live}"><div class="cell-head"><b class="version">{Texts.Short(line.Live ?? "not known")}</b>{Tags(line)}</div>
            <p class="quiet">{(line is { Live: not null, Ready: { } ready } ? Html.Of($"{ready} of {line.Replicas} ready") : Texts.Short(line.Says))}{Brought(line, run)}</p>
            {Html.If(line.ByHand is not null, () => Html.Of($"""<div class="notice tone-warning" data-notice="by-hand">{Marks.Of(Tone.Warning)}<div><b>Changed by hand.</b> {Texts.Long(line.ByHand!)}</div></div>"""))}
            {Html.If(line.WatchedUntil is not null, () => Html.Of($"""<p class="quiet">watched until {Texts.Time(line.WatchedUntil!.Value, clock: true)}</p>"""))}
            {line.Failed.Take(1).Select(failed => Html.Of($"""<p class="quiet"><b>{Texts.Short(failed.Version)} failed here</b>, in <a href="/runs/{failed.Run}">run {failed.Run}</a>: {Texts.Long(failed.Why)}</p>"""))}
            {(line.Open is { } open ? Html.Of($"""<p class="open"><a href="/runs/{open.Number}" class="state {Marks.ClassOf(RunPages.ToneOf(open))}">{Marks.Of(RunPages.ToneOf(open))}<span>Run {open.Number} to {Texts.Short(open.Version)}: {Answers.StatusOf(open)}</span></a></p>""") : Html.None)}</td>
            """);
    }

    private static Html Brought(BoardLine line, LiveRow? run) => line is { By: { } by, Since: { } since }
        ? Html.Of($", since {Texts.Time(since)} by {RunPages.Name(by)}{(run is null ? Html.None : Html.Of($"""<span class="nowrap">, <a href="/runs/{run.Run}">run {run.Run}</a></span>"""))}")
        : Html.None;

    private static Html Tags(BoardLine line) => Html.Of($"""
        {Html.If(line.Protected, () => new Html("""<span class="tag">protected</span>"""))}{Html.If(line.Simulated, () => new Html("""<span class="tag">simulated</span>"""))}
        """);
}
