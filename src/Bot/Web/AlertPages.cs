using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Web;

/// <summary>What is firing; and one group of alerts with all that happened to it, and why something was not sent.</summary>
internal static class AlertPages
{
    public static void MapAlerts(this IEndpointRouteBuilder console)
    {
        console.MapGet("/alerts", ManyAsync);
        console.MapGet("/alerts/{id}", OneAsync);
    }

    private static async Task<IResult> ManyAsync(HttpContext http, Viewers viewers, AlertEngine alerts)
    {
        var viewer = await viewers.OfAsync(http);
        var (groups, promises) = await alerts.OpenAsync(http.RequestAborted);
        var links = groups.Where(group => group.Fired).OrderByDescending(group => group.Id.Number).Take(100).Select(group => Html.Of($"""<li><a href="/alerts/{group.Id}">{group.Id}: {Texts.Short(AlertWords.TitleOf(group))}</a></li>"""));
        return PageResults.Page(Layout.Of("Alerts", "/alerts", viewer, null, Html.Of($"""{Card(viewer, AlertLists.List(groups, promises, alerts.Now), "alerts")}<ul class="links">{links}</ul>{Html.If(groups.IsEmpty, () => new Html("""<p class="hint-below quiet">Alerts come from the systems that are connected, which <a href="/settings">Settings</a> lists; <code>alerts.yaml</code> says who hears of which.</p>"""))}""")));
    }

    private static async Task<IResult> OneAsync(HttpContext http, Viewers viewers, AlertEngine alerts, BotAddress address, string id)
    {
        var viewer = await viewers.OfAsync(http);
        if (!AlertId.TryParse(id, out var alert) || await alerts.FindAsync(alert, http.RequestAborted) is not { } group)
            return PageResults.Page(PlainPages.Sorry(viewer, "There is no such alert", "Its number may be mistyped. The list of alerts has those that are open."), StatusCodes.Status404NotFound);
        var lines = new List<TimelineLine>();
        AlertGroup? state = null;
        foreach (var stored in await alerts.HistoryAsync(alert, http.RequestAborted))
        {
            var what = AlertJson.Read(stored);
            state = state is null ? AlertGroup.Open((GroupBegan)what, stored.At) : state.Evolve(what, stored.At);
            if (AlertWords.LineOf(state, what, stored.At) is { } line) lines.Add(line);
        }

        return PageResults.Page(Layout.Of(AlertWords.TitleOf(group), "/alerts", viewer, null, Html.Of($"""
            <div class="run-page"><div class="run-main">{Card(viewer, AlertCard.Of(group, alerts.Now, [], address.Public), $"alert-{group.Id}")}{Card(viewer, AlertLists.Why(group, alerts.Now), $"why-{group.Id}", heading: 2)}</div>
            <div class="run-side"><section class="panel" id="timeline" aria-labelledby="timeline-name"><h2 id="timeline-name">Timeline {Texts.Zone}</h2><ol class="timeline">
            {lines.TakeLast(500).Select(line => Html.Of($"""<li class="{Marks.ClassOf(line.Tone)}">{Marks.Of(line.Tone)}{Texts.Time(line.At, clock: true)}<div>{Html.If(line.By is not null, () => Html.Of($"<b>{new Person(line.By!).ShortName}</b> "))}{Texts.Long(line.Says)}</div></li>"""))}
            </ol></section></div></div>
            """)));
    }

    private static Html Card(Viewer viewer, Card card, string id, int heading = 1) => CardHtml.Of(card, new Showing(id, id, viewer.Now) { Token = viewer.Token, ReadOnly = viewer.ReadOnly, Heading = heading });
}
