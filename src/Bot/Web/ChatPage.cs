using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>A run as the chat shows it.</summary>
internal sealed record ShownRun(RunRow Row, Card Card);

/// <summary>The chat: runs and answers in the order they came, the newest at the bottom, and a line to type in.</summary>
internal static class ChatPage
{
    public const string Feed = "feed";

    public static Html Of(Viewer viewer, ImmutableArray<ShownRun> runs, ImmutableArray<ConversationLine> lines, string? said, Live live) => Layout.Of("Chat", "/", viewer, live, Html.Of($"""
        <h1 class="unseen">Chat</h1>
        <section id="{Feed}" class="feed" aria-label="Runs and answers">{Items(viewer, runs, lines).OrderBy(item => item.At).Select(item => item.Html)}</section>
        {Html.If(runs.IsEmpty && lines.IsEmpty, Empty)}
        {Composer(viewer, said)}
        """));

    /// <summary>A run: whole while it is open, folded when it is over.</summary>
    public static Html Run(Viewer viewer, ShownRun run) => Html.Of($"""
        <div class="entry" id="entry-{run.Row.Number}" data-at="{run.Row.OpenedAt.ToUnixTimeMilliseconds()}">{CardHtml.Of(run.Card, new Showing($"run-{run.Row.Number}", StampOf(run.Row), viewer.Now)
        {
            Run = new RunId(run.Row.Number),
            Token = viewer.Token,
            Folded = !run.Row.Open,
            ReadOnly = viewer.ReadOnly,
        })}</div>
        """);

    /// <summary>What somebody said, and what they were answered.</summary>
    public static Html Line(Viewer viewer, ConversationLine line) => Html.Of($"""
        <div class="entry answer" id="{line.Id}" data-at="{line.At.ToUnixTimeMilliseconds()}" data-reply="{line.Reply.Refusal?.Code ?? "ok"}"{Html.If(line.Points is not null, () => Html.Of($" data-points=\"run-{line.Points}\""))}>
        {Html.If(line.Said is not null, () => Html.Of($"""<div class="said"><span class="unseen">You said: </span>{Texts.Short(line.Said!)}</div>"""))}
        {(CardOf(viewer, line) is { } card ? CardHtml.Of(card, new Showing($"{line.Id}-card", line.Id, viewer.Now) { Token = viewer.Token, Run = line.Reply.Run, OnlyYou = true, ReadOnly = viewer.ReadOnly }) : Html.None)}{(line.Reply.Form is { } form && !viewer.ReadOnly ? FormHtml.Of(form, line.Id, viewer.Token) : Html.None)}</div>
        """);

    /// <summary>A form asks what its card says is missing, and says itself what does not fit: nobody has to read it twice.</summary>
    private static Card? CardOf(Viewer viewer, ConversationLine line) => line switch
    {
        { Points: not null } => null,
        { Reply: { Form: { } form, Refusal: { } refusal } } when !viewer.ReadOnly && (IsOfWordsMissing(refusal) || form.Fields.Any(field => field.Fault is not null)) => null,
        _ => line.Reply.Card,
    };

    private static bool IsOfWordsMissing(Refusal refusal) => refusal.Code is RefusalCodes.WordsMissing or RefusalCodes.ReasonMissing or RefusalCodes.InputMissing;

    /// <summary>Changes whenever the run does.</summary>
    public static string StampOf(RunRow row) => $"run {row.Number} at {row.UpdatedAt.UtcTicks}";

    private static IEnumerable<(long At, Html Html)> Items(Viewer viewer, ImmutableArray<ShownRun> runs, ImmutableArray<ConversationLine> lines)
    {
        var shown = runs.Select(run => new RunId(run.Row.Number)).ToHashSet();
        foreach (var run in runs)
        {
            // What a click was answered stands beside the card that was clicked.
            var beside = lines.Where(line => line.Beside is { } there && there.Number == run.Row.Number);
            yield return (run.Row.OpenedAt.ToUnixTimeMilliseconds(), Html.Of($"{Run(viewer, run)}{beside.Select(line => Line(viewer, line))}"));
        }

        foreach (var line in lines.Where(line => line.Beside is not { } there || !shown.Contains(there)))
            yield return (line.At.ToUnixTimeMilliseconds(), Line(viewer, line));
    }

    private static Html Empty() => Html.Of($"""
        <section class="empty" id="empty"><h2>Say what you want done</h2><p>Type a command as you would in Slack. The words come in any order; with <code>--plan</code> it shows what would happen and starts nothing.</p>
        <div class="buttons">{((string[])["deploy api v1.2.3 prod", "status", "help"]).Select(example => Html.Of($"""<button type="button" class="plain command" data-fill="{example}">{example}</button>"""))}</div></section>
        """);

    private static Html Composer(Viewer viewer, string? said) => Html.Of($"""
        <form id="composer" method="post" action="/say" autocomplete="off"><div id="hints" class="hints" role="group" aria-label="Suggestions"><span class="quiet" id="usage">Type a command<span class="keys">, or <kbd>/</kbd> from anywhere to come here</span></span></div>
        <div class="say"><label class="unseen" for="words">A command</label>
        <input id="words" name="text" type="text" value="{said}" placeholder="deploy api v1.2.3 prod" maxlength="2000" enterkeyhint="send" autocapitalize="off" autocorrect="off" spellcheck="false" aria-describedby="usage" required>
        <input type="hidden" name="delivery" value="{PageResults.NewDelivery()}">{FormToken.Hidden(viewer.Token)}<button class="primary" type="submit">Say</button></div></form>
        """);
}
