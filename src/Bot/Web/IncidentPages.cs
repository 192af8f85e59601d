using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>The incidents there are; and one with its card, its timeline, what people outside are told, and its review.</summary>
internal static class IncidentPages
{
    public static void MapIncidents(this IEndpointRouteBuilder console)
    {
        console.MapGet("/incidents", ManyAsync);
        console.MapGet("/incidents/{id}", OneAsync);
        console.MapGet("/incidents/{id}/review", ReviewAsync).WithMetadata(new NoPage());
    }

    private static async Task<IResult> ManyAsync(HttpContext http, Viewers viewers, IncidentEngine incidents)
    {
        var viewer = await viewers.OfAsync(http);
        var all = await incidents.LatestAsync(http.RequestAborted);
        var links = all.OrderBy(one => one.Status).ThenByDescending(one => one.Id.Number).Select(one => Html.Of($"""<li><a href="/{IncidentCard.PathOf(one.Id)}">{Texts.Short(IncidentWords.TitleOf(one))}</a></li>"""));
        return PageResults.Page(Layout.Of("Incidents", "/incidents", viewer, null, Html.Of($"""
            {Card(viewer, IncidentCard.List(all, incidents.Now), "incidents")}<ul class="links">{links}</ul>
            <p class="hint-below"><a href="/?say=incident%20declare">Declare an incident</a></p>
            """)));
    }

    private static async Task<IResult> OneAsync(HttpContext http, Viewers viewers, IncidentEngine incidents, BotAddress address, string id)
    {
        var viewer = await viewers.OfAsync(http);
        if (await FindAsync(incidents, id, http.RequestAborted) is not { } incident)
            return PageResults.Page(PlainPages.Sorry(viewer, "There is no such incident", "Its number may be mistyped. The list of incidents has them."), StatusCodes.Status404NotFound);
        var lines = new List<TimelineLine>();
        Incident? state = null;
        foreach (var (what, at) in await incidents.HistoryAsync(incident.Id, http.RequestAborted))
        {
            state = state is null ? Incident.Open((IncidentDeclared)what, at) : state.Evolve(what, at);
            lines.AddRange(IncidentWords.LinesOf(state, what, at));
        }

        var times = IncidentTimes.Of(incident);
        return PageResults.Page(Layout.Of(IncidentWords.TitleOf(incident), "/incidents", viewer, null, Html.Of($"""
            <div class="run-page"><div class="run-main">{Card(viewer, IncidentCard.Of(incident, incidents.Now, address.Public), $"incident-{incident.Id.Number}")}
            <section class="panel" aria-labelledby="times-name"><h2 id="times-name">Times</h2><dl class="facts"><div><dt>To detect</dt><dd>{IncidentTimes.Says(times.Detect)}</dd></div><div><dt>To acknowledge</dt><dd>{IncidentTimes.Says(times.Acknowledge)}</dd></div><div><dt>To mitigate</dt><dd>{IncidentTimes.Says(times.Mitigate)}</dd></div><div><dt>To resolve</dt><dd>{IncidentTimes.Says(times.Resolve)}</dd></div></dl></section>
            <section class="panel" aria-labelledby="outside-name"><h2 id="outside-name">For people outside</h2><p>{Texts.Long(IncidentWords.Outside(incident))}</p></section>
            <p><a href="/incidents/{incident.Id.Number}/review">The review, as Markdown</a></p></div>
            <div class="run-side"><section class="panel" id="timeline" aria-labelledby="timeline-name"><h2 id="timeline-name">Timeline {Texts.Zone}</h2><ol class="timeline">
            {lines.OrderBy(line => line.At).TakeLast(500).Select(line => Html.Of($"""<li class="{Marks.ClassOf(line.Tone)}">{Marks.Of(line.Tone)}{Texts.Time(line.At, clock: true)}<div>{Html.If(line.By is not null, () => Html.Of($"<b>{new Person(line.By!).ShortName}</b> "))}{Texts.Long(line.Says)}{Html.If(line.Link is not null, () => Html.Of($""" <a href="{line.Link!.AbsoluteUri}" rel="noopener">The message</a>"""))}</div></li>"""))}
            </ol></section></div></div>
            """)));
    }

    /// <summary>The review as it stands: while the incident is open, what is known so far.</summary>
    private static async Task<IResult> ReviewAsync(HttpContext http, IncidentEngine incidents, string id) => await FindAsync(incidents, id, http.RequestAborted) is { } incident
        ? Results.Text(IncidentReview.Of(incident, await incidents.HistoryAsync(incident.Id, http.RequestAborted)), "text/markdown", System.Text.Encoding.UTF8)
        : Results.NotFound();

    private static async Task<Incident?> FindAsync(IncidentEngine incidents, string word, CancellationToken cancellationToken) =>
        IncidentId.TryParse(word, out var id) || IncidentId.TryParse($"INC-{word}", out id) ? await incidents.FindAsync(id, cancellationToken) : null;

    private static Html Card(Viewer viewer, Card card, string id, int heading = 1) => CardHtml.Of(card, new Showing(id, id, viewer.Now) { Token = viewer.Token, ReadOnly = viewer.ReadOnly, Heading = heading });
}
