using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>The runbooks there are; and one of them as a picture, with where each live run stands.</summary>
internal static class RunbookPages
{
    public static Html Many(Viewer viewer, ImmutableArray<ShownRunbook> runbooks) => Layout.Of("Runbooks", "/runbooks", viewer, null, Html.Of($"""
        <h1>Runbooks</h1>{(runbooks.IsEmpty
            ? new Html("""<section class="empty"><h2>No runbook yet</h2><p>Each file in the folder <code>runbooks/</code> of the configuration is one; it appears here when it is saved.</p></section>""")
            : Html.Of($"""<section><table class="rows books"><thead><tr>{((string[])["What", "Starts", "Live", "Used by"]).Select(name => Html.Of($"""<th scope="col">{name}</th>"""))}</tr></thead><tbody>{runbooks.Select(Row)}</tbody></table></section>"""))}
        """));

    public static Html One(Viewer viewer, ShownRunbook one) => Layout.Of(one.Runbook.Name, "/runbooks", viewer, null, Html.Of($"""
        <h1>{Texts.Short(one.Runbook.Name)}</h1>{Html.If(one.Runbook.Summary.Length > 0, () => Html.Of($"<p>{Texts.Long(one.Runbook.Summary)}</p>"))}
        <p class="quiet">{Starts(one)}. {(one is { UsedBy.IsEmpty: true, Runbook.SuggestedFor.IsEmpty: false } ? "It is " : "For ")}{Texts.Short(Uses(one))}. When a step fails, it {Texts.Short(one.Runbook.OnFailure.Says())}.</p>
        {(one.Model is { } model ? Html.Of($"""<figure class="picture panel"><img src="/runbooks/{Uri.EscapeDataString(one.Runbook.Name)}/picture.svg" alt="{Alt(model)}"><figcaption class="quiet">As it is walked for {Texts.Short(model.Service.Name)} in {Texts.Short(model.Environment.Name)}: round for approvals, amber for people, blue for what changes something.</figcaption></figure>""")
            : new Html("""<p>No service could run it yet.</p>"""))}
        {Live(one)}{Inputs(one)}
        """));

    private static Html Live(ShownRunbook one) => one.Live.IsEmpty
        ? new Html("""<p class="quiet">No run walks it now.</p>""")
        : Html.Of($"""<section class="panel"><h2>Live now</h2><ul>{one.Live.Select(run => Html.Of($"""<li><a class="state {Marks.ClassOf(RunCard.ToneOf(run))}" href="/runs/{run.Id}">{Marks.Of(RunCard.ToneOf(run))}<span>Run {run.Id}: {Texts.Short(RunCard.TitleOf(run))}, {RunWords.Of(run.Status)}</span></a></li>"""))}</ul></section>""");

    private static Html Inputs(ShownRunbook one) => Html.If(!one.Runbook.Inputs.IsEmpty, () => Html.Of($"""
        <section class="panel"><h2>What it asks for</h2><dl class="inputs">{one.Runbook.Inputs.Select(input => Html.Of($"""<dt><code>{Texts.Short(input.Name)}</code></dt><dd>{Texts.Short(input.Help)}{(input.Choices.IsEmpty ? "" : $" One of {string.Join(", ", input.Choices)}.")}{(input.Default is null ? " Has to be given." : input.Default.Length == 0 ? "" : $" Left out: {input.Default}.")}</dd>"""))}</dl></section>
        """));

    private static Html Row(ShownRunbook one) => Html.Of($"""
        <tr data-runbook="{one.Runbook.Name}"><td class="what"><a href="/runbooks/{Uri.EscapeDataString(one.Runbook.Name)}">{Texts.Short(one.Runbook.Name)}</a><div class="quiet">{Texts.Short(one.Runbook.Summary)}</div></td>
        <td class="quiet">{Starts(one)}</td><td>{(one.Live.IsEmpty ? Html.None : Html.Of($"{Words.Count(one.Live.Length, "run", "runs")}"))}</td><td class="quiet">{Texts.Short(Uses(one))}</td></tr>
        """);

    private static Html Starts(ShownRunbook one) => one.Runbook switch
    {
        { Schedules: [var schedule, ..] } => Html.Of($"Starts by itself: {Texts.Short($"{schedule.Cron} {schedule.Zone}")}"),
        { StartsWith: "deploy" } => new Html("Starts with <code>deploy</code>"),
        _ => Html.Of($"Starts with <code>run {Texts.Short(one.Runbook.Name)}</code>"),
    };

    private static string Uses(ShownRunbook one) => one.UsedBy.Length switch
    {
        0 when !one.Runbook.SuggestedFor.IsEmpty => $"offered for {Words.List(one.Runbook.SuggestedFor)}",
        0 => "any service",
        > 6 => $"{Words.List(one.UsedBy.Take(5))} and {one.UsedBy.Length - 5} more",
        _ => Words.List(one.UsedBy),
    };

    private static string Alt(Model model) => $"{Words.Count(model.Opened.Steps.Length, "step", "steps")}: {string.Join(", then ", model.Opened.Steps.Select(step => $"{step.Title} ({step.Kind})"))}";
}
