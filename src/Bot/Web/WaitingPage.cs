using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>What waits for whoever looks: approvals they can give, decisions they can take, and their own runs that wait for them. Each with its buttons.</summary>
internal static class WaitingPage
{
    private const string Section = "waiting";

    public static Html Of(Viewer viewer, ImmutableArray<ShownRun> runs, Live live) => Layout.Of("Waiting for you", "/waiting", viewer, live, Html.Of($"""
        <h1>Waiting for you</h1>{List(viewer, runs)}
        """));

    public static Patch Patch(Viewer viewer, ImmutableArray<ShownRun> runs) => new(Section, List(viewer, runs).Markup);

    /// <summary>Of all runs those that wait for somebody, the longest waiting first.</summary>
    public static ImmutableArray<ShownRun> Of(Viewer viewer, IEnumerable<ShownRun> open) =>
        [.. open.Where(run => Home.WaitsFor(viewer.Caller, run.Card, viewer.Caller.Person is { } me && run.Row.By == me.Email)).OrderBy(run => run.Row.UpdatedAt)];

    private static Html List(Viewer viewer, ImmutableArray<ShownRun> runs) => runs.IsEmpty
        ? Html.Of($"""<section id="{Section}" class="empty" role="status"><h2>Nothing waits for you</h2><p>{(viewer.ReadOnly ? "Nobody knows who you are here, so nothing can wait for you." : "What you can approve or decide, and what of your own waits for you, appears here by itself.")}</p></section>""")
        : Html.Of($"""<section id="{Section}" class="feed" aria-label="Waiting for you">{runs.Select(run => CardHtml.Of(run.Card, new Showing($"run-{run.Row.Number}", ChatPage.StampOf(run.Row), viewer.Now) { Run = new RunId(run.Row.Number), Token = viewer.Token, ReadOnly = viewer.ReadOnly }))}</section>""");
}
