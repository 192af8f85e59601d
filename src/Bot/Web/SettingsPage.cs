using System.Collections.Immutable;
using ChatOps.Bot.Settings;
using ChatOps.Integrations.Http;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Web;

/// <summary>What is connected, what is missing and how to mend it: the same as <c>chatops doctor</c> says.</summary>
internal static class SettingsPage
{
    public static void MapSettings(this IEndpointRouteBuilder console) => console.MapGet("/settings", async (HttpContext http, Viewers viewers, Doctor doctor) =>
        PageResults.Page(Of(await viewers.OfAsync(http), await doctor.LatelyAsync(http.RequestAborted), http.RequestServices.GetService<ISlackInstalls>() is { On: true })));

    /// <param name="installs">Whether the Slack app can be installed in further workspaces.</param>
    public static Html Of(Viewer viewer, ImmutableArray<Symptom> found, bool installs = false) => Layout.Of("Settings", "/settings", viewer, null, Html.Of($"""
        <h1>Settings</h1><p class="lead">{Sum(found)} <span class="quiet">Looked at just now; nothing was changed. In a terminal: <code>chatops doctor</code>.</span></p>
        <div class="checkups">{found.GroupBy(symptom => symptom.System).OrderBy(system => system.Max(symptom => symptom.Health) == Health.Bad ? 0 : 1).Select(System)}</div>
        {Html.If(installs, () => new Html("""<p><a href="/slack/install">Install the Slack app in another workspace</a></p>"""))}
        """));

    private static Html System(IGrouping<string, Symptom> system, int number) => Html.Of($"""
        <section class="panel" aria-labelledby="system-{number}"><h2 id="system-{number}">{Texts.Short(system.Key)}</h2><ul class="checkup">{system.Select(Line)}</ul></section>
        """);

    private static Html Line(Symptom symptom) => Html.Of($"""
        <li class="{Marks.ClassOf(ToneOf(symptom.Health))}" data-health="{symptom.Health}">{Marks.Of(ToneOf(symptom.Health))}<div><b>{Texts.Short(symptom.What)}</b> <span class="health">{WordOf(symptom.Health)}</span><div>{Texts.Long(symptom.Says)}</div>{Html.If(symptom.Mend is not null, () => Html.Of($"""<div class="mend">{Texts.Long(symptom.Mend!)}</div>"""))}</div></li>
        """);

    private static string Sum(ImmutableArray<Symptom> found)
    {
        var (bad, weak) = (found.Count(symptom => symptom.Health == Health.Bad), found.Count(symptom => symptom.Health == Health.Weak));
        return (bad, weak) switch { (0, 0) => "Nothing is wrong.", (0, _) => $"Everything works; {weak} could be better.", _ => $"{bad} of {found.Length} do not work." };
    }

    private static string WordOf(Health health) => health switch { Health.Good => "good", Health.Off => "not set up", Health.Weak => "could be better", _ => "does not work" };

    private static Tone ToneOf(Health health) => health switch { Health.Good => Tone.Good, Health.Off => Tone.Muted, Health.Weak => Tone.Warning, _ => Tone.Bad };
}
