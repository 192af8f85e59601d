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
    public static Html Of(Viewer viewer, BoardView view, Live live) => Layout.Of("Services", "/services", viewer, live, Html.Of($"""
        <h1>What is live where</h1>{Board(view)}
        """));

    public static Html Board(BoardView view)
    {
        var board = view.Lines;
        if (board.IsEmpty) return new Html("""<section id="board" class="empty"><h2>No service yet</h2><p>Each file in the folder <code>services/</code> of the configuration describes one; it appears here when it is saved.</p></section>""");
        var environments = board.Select(line => line.Environment).Distinct().ToList();
        var runs = view.Brought.ToDictionary(row => new Site(row.Service, row.Environment));
        return Html.Of($"""
            <section id="board"><p class="lead">{Sum(view)}</p><div class="scroll" tabindex="0" role="region" aria-label="What is live where"><table class="board"><thead><tr><th scope="col">Service</th>{environments.Select(name => Html.Of($"""<th scope="col">{Texts.Short(name)}</th>"""))}</tr></thead>
            <tbody>{board.GroupBy(line => line.Service).Select(service => Html.Of($"""<tr data-key="service-{service.Key}"><th scope="row"><a href="/runs?service={Uri.EscapeDataString(service.Key)}">{Texts.Short(service.Key)}</a></th>{environments.Select(name => Cell(name, service.FirstOrDefault(line => line.Environment == name), runs, view.Held))}</tr>"""))}</tbody></table></div></section>
            """);
    }

    private static Html Cell(string environment, BoardLine? line, Dictionary<Site, LiveRow> brought, ImmutableDictionary<Site, Held> held)
    {
        if (line is null) return Html.Of($"""<td class="none" data-label="{environment}"><span aria-hidden="true">–</span><span class="unseen">not there</span></td>""");
        var site = new Site(line.Service, line.Environment);
        var run = line.By is null ? null : brought.GetValueOrDefault(site);
        return Html.Of($"""
            <td data-label="{environment}" data-key="c-{line.Service}-{line.Environment}" data-site="{line.Service}/{line.Environment}" data-version="{line.Live}"><div class="cell-head"><b class="version">{Texts.Short(line.Live ?? "not known")}</b>{Tags(line)}</div>
            <p class="quiet health {Marks.ClassOf(HealthOf(line))}" data-health="{Marks.NameOf(HealthOf(line))}">{Marks.Of(HealthOf(line))}<span>{(line is { Live: not null, Ready: { } ready } ? Html.Of($"{ready} of {line.Replicas} ready") : Texts.Short(line.Says))}{Brought(line, run)}</span></p>
            {Html.If(line.ByHand is not null, () => Html.Of($"""<div class="notice tone-warning" data-notice="by-hand">{Marks.Of(Tone.Warning)}<div><b>Changed by hand.</b> {Texts.Long(line.ByHand!)}</div></div>"""))}
            {Html.If(line.WatchedUntil is not null, () => Html.Of($"""<p class="quiet">Watched until {Texts.Time(line.WatchedUntil!.Value, clock: true)}</p>"""))}
            {line.Failed.Take(1).Select(failed => Html.Of($"""<p class="quiet"><b>{Texts.Short(failed.Version)} failed here</b>, in <a href="/runs/{failed.Run}">run {failed.Run}</a>: {Texts.Long(failed.Why)}</p>"""))}
            {Html.If(held.ContainsKey(site), () => HeldHtml(held[site]))}
            {(line.Open is { } open ? Html.Of($"""<p class="open"><a href="/runs/{open.Number}" class="state {Marks.ClassOf(RunPages.ToneOf(open))}">{Marks.Of(RunPages.ToneOf(open))}<span>Run {open.Number} to {Texts.Short(open.Version)}: {Answers.StatusOf(open)}</span></a></p>""") : Html.None)}</td>
            """);
    }

    /// <summary>In one line what needs a look, so that nobody has to read the table for it.</summary>
    private static string Sum(BoardView view)
    {
        var (hands, unwell, stopped) = (view.Lines.Count(line => line.ByHand is not null), view.Lines.Count(line => HealthOf(line) is Tone.Warning or Tone.Bad), view.Held.Values.Count(one => one.Code != Held.Warned));
        var parts = new[] { (unwell, "not all ready"), (hands, "changed by hand"), (stopped, "closed for changes") }.Where(part => part.Item1 > 0).Select(part => $"{part.Item1} {part.Item2}").ToList();
        return parts.Count == 0 ? $"{Words.Count(view.Lines.Length, "place", "places")}, all as the last run left them." : $"Of {Words.Count(view.Lines.Length, "place", "places")}: {Words.List(parts)}.";
    }

    private static Tone HealthOf(BoardLine line) => line switch
    {
        { Live: null } => Tone.Muted,
        { Ready: 0, Replicas: > 0 } => Tone.Bad,
        { Ready: { } ready, Replicas: { } wanted } when ready < wanted => Tone.Warning,
        _ => Tone.Good,
    };

    private static Html HeldHtml(Held held)
    {
        var tone = held.Code == Held.Warned ? Tone.Warning : Tone.Waiting;
        var what = held.Code switch { RefusalCodes.Locked => "Locked.", RefusalCodes.Frozen => "Frozen.", RefusalCodes.WindowClosed => "Outside its window.", _ => "Careful." };
        return Html.Of($"""<div class="notice {Marks.ClassOf(tone)}" data-notice="{held.Code}">{Marks.Of(tone)}<div><b>{what}</b> {Texts.Long(held.Says)}</div></div>""");
    }

    private static Html Brought(BoardLine line, LiveRow? run) => line is { By: { } by, Since: { } since }
        ? Html.Of($", brought {Texts.Time(since)} by {RunPages.Name(by)}{(run is null ? Html.None : Html.Of($"""<span class="nowrap">, <a href="/runs/{run.Run}">run {run.Run}</a></span>"""))}")
        : Html.None;

    private static Html Tags(BoardLine line) => Html.Of($"""
        {Html.If(line.Protected, () => new Html("""<span class="tag">protected</span>"""))}{Html.If(line.Simulated, () => new Html("""<span class="tag">simulated</span>"""))}
        """);
}
