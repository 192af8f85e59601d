using System.Collections.Immutable;
using ChatOps.Bot.Engine;

namespace ChatOps.Bot.Web;

/// <summary>What a run's jobs wrote last, each folded but the last.</summary>
internal static class JobLogHtml
{
    public static Html Of(ImmutableArray<JobLog> logs) => logs.IsEmpty ? new Html("""<div id="logs"></div>""") : Html.Of($"""
        <section class="panel" id="logs" aria-labelledby="logs-name"><h2 id="logs-name">What its jobs wrote</h2>
        {logs.Select((log, at) => Html.Of($"""<details class="log" data-key="log-{at}"{Html.If(at == logs.Length - 1, () => new Html(" open"))}><summary>{Texts.Short(log.Step)} <span class="quiet">{Texts.Short(log.Job)}: {Texts.Short(log.Says)}</span></summary><pre tabindex="0" role="region" aria-label="Last lines of {log.Job}">{log.Text}</pre></details>"""))}</section>
        """);
}
