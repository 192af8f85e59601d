using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Reports;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>How deploying goes, week by week: the four DORA measures and where the time went, of everything, a team or a service.</summary>
internal static class ReportPages
{
    private const int Weeks = 12;

    public static async Task<IResult> ShowAsync(HttpContext http, Viewers viewers, Records records, Reports reports, RunEngine engine, Func<Configuration> configuration, BotAddress address, string? of)
    {
        var (current, viewer, now) = (configuration(), await viewers.OfAsync(http), engine.Now);
        var named = string.IsNullOrWhiteSpace(of) || of == "everything" ? null : of.Trim();
        var service = named is null ? null : current.Service(named)?.Name;
        var group = named is null || service is not null ? null : current.Services.SelectMany(one => one.Owners).FirstOrDefault(owner => string.Equals(owner.Name, named, StringComparison.OrdinalIgnoreCase)).Name;
        if (named is not null && service is null && group is null)
            return PageResults.Page(PlainPages.Sorry(viewer, "There is no such service or team", "Its name may be mistyped, or it owns nothing."), StatusCodes.Status404NotFound);
        var report = await reports.MakeAsync(service, group, now - TimeSpan.FromDays(30), now, http.RequestAborted);
        var runs = Report.About(await records.NowAsync(http.RequestAborted), service, group is null ? null : new GroupName(group));
        var card = ReportCard.Of(report, $"How {report.Of} went in 30 days", at => $"{current.Calendar.Zone.Says(at)} {current.Calendar.Zone}", address.Public);
        return PageResults.Page(Layout.Of("Reports", "/reports", viewer, null, Html.Of($"""
            <h1>Reports</h1>{Choice(current, named)}
            <div class="run-page"><div class="run-main">{CardHtml.Of(card, new Showing("report", "report", viewer.Now) { Token = viewer.Token, ReadOnly = viewer.ReadOnly })}</div>
            <div class="run-side"><section class="panel" id="charts" aria-labelledby="charts-name"><h2 id="charts-name">Week by week</h2>{Charts(runs, now).Select(BarChartHtml.Of)}
            <p class="quiet">What each counts is told in <a href="{Dora.Definitions.AbsoluteUri}" rel="noopener">DORA's definitions</a>, and how it is counted here in docs/reports.md.</p></section></div></div>
            """)));
    }

    private static Html Choice(Configuration current, string? named)
    {
        var names = current.Services.SelectMany(service => service.Owners).Select(owner => owner.Name).Distinct(StringComparer.OrdinalIgnoreCase).Select(name => (Name: name, Kind: "team"))
            .Concat(current.Services.Select(service => (service.Name, Kind: "service")));
        return Html.Of($"""
            <form class="choice" method="get" action="/reports"><label for="of">About</label><select id="of" name="of"><option value="">everything</option>{names.Select(one => Html.Of($"""<option value="{one.Name}"{(string.Equals(one.Name, named, StringComparison.OrdinalIgnoreCase) ? new Html(" selected") : Html.None)}>{one.Name}, {one.Kind}</option>"""))}</select><button type="submit">Show</button></form>
            """);
    }

    private static IEnumerable<BarChart> Charts(ImmutableArray<RunRecord> runs, DateTimeOffset now)
    {
        var weeks = Enumerable.Range(0, Weeks).Select(back => now - ((Weeks - back) * Reports.Week)).Select(from => (From: from, To: from + Reports.Week, Dora: Dora.Of(runs, from, from + Reports.Week))).ToList();
        static string Label(DateTimeOffset from) => from.ToString("d MMM", CultureInfo.InvariantCulture);
        BarChart Chart(string name, ImmutableArray<(string, string)> parts, Func<(DateTimeOffset From, DateTimeOffset To, Dora Dora), ImmutableArray<double?>> values, Func<double, string> says) =>
            new(name, parts, [.. weeks.Select(week => new Bar(Label(week.From), values(week)))], says);
        static string Time(double seconds) => Words.Duration(TimeSpan.FromSeconds(seconds));
        yield return Chart("Deployments", [("good", "well"), ("bad", "failed")], week => [week.Dora.Deployments - week.Dora.Failed, week.Dora.Failed], number => number.ToString("0", CultureInfo.InvariantCulture));
        yield return Chart("Change failure rate", [("bad", "failed")], week => [week.Dora.FailureRate * 100], share => $"{share.ToString("0.#", CultureInfo.InvariantCulture)}%");
        yield return Chart("Lead time for changes", [("active", "lead time")], week => [week.Dora.LeadTime?.TotalSeconds], Time);
        yield return Chart("Time to restore", [("warning", "time to restore")], week => [week.Dora.Restore?.TotalSeconds], Time);
        yield return Chart("Working and waiting", [("good", "working and watching"), ("waiting", "waiting for people")], week =>
        {
            var within = runs.Where(run => run.Ended >= week.From && run.Ended < week.To).ToList();
            return [within.Sum(run => run.Spent.Own.TotalSeconds), within.Sum(run => run.Spent.People.TotalSeconds)];
        }, Time);
    }
}
