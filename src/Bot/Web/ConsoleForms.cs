using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Web;

/// <summary>What people say and click on the console's pages, brought to the front desk.</summary>
internal sealed class ConsoleForms(Desk desk, PageReads reads, Conversations conversations)
{
    /// <param name="delivery">The form's own: sent twice, it is done once.</param>
    public async Task<Told> SayAsync(Viewer viewer, string said, string delivery, CancellationToken cancellationToken)
    {
        var reply = await desk.HearAsync(new Speaker(viewer.Caller, null), said, KeyOf(viewer, delivery), cancellationToken);
        return await AnswerAsync(viewer, said, reply, delivery, cancellationToken);
    }

    public async Task<Told> ClickAsync(Viewer viewer, Click click, CancellationToken cancellationToken)
    {
        var reply = await desk.ClickAsync(new Speaker(viewer.Caller, null), click.Action, click.Reason, KeyOf(viewer, click.Delivery), cancellationToken);
        if (click.Action.Run is not { } run) return await AnswerAsync(viewer, click.Action.Argument, reply, click.Delivery, cancellationToken);
        var clicked = await reads.ShownAsync(run, cancellationToken);
        ImmutableArray<Patch> card = clicked is null ? [] : [click.InChat ? LiveFeed.Entry(viewer, clicked) : new Patch($"run-{run}", RunPages.CardOf(viewer, clicked).Markup)];
        var beside = $"answer-{run}";
        if (reply.Refusal is not null || (reply.Card is not null && reply.Run == run))
        {
            var line = new ConversationLine(beside, viewer.Now, null, reply, run, null);
            conversations.Keep(viewer, line);
            return new Told([.. card, new Patch(beside, ChatPage.Line(viewer, line).Markup, Into: ChatPage.Feed, After: $"entry-{run}")], Look: beside);
        }

        conversations.Forget(viewer, beside);
        card = card.Add(new Patch(beside, ""));
        return reply.Run is { } opened && opened.Number != run.Number && await reads.ShownAsync(opened, cancellationToken) is { } other
            ? new Told(click.InChat ? card.Add(LiveFeed.Entry(viewer, other)) : card, Go: $"/runs/{opened}", Look: $"entry-{opened}")
            : new Told(card);
    }

    /// <summary>The button as the run's card has it now, for a page that asks before it is pressed.</summary>
    public async Task<Button?> ButtonAsync(CardAction action, CancellationToken cancellationToken) =>
        action.Run is { } run && await reads.ShownAsync(run, cancellationToken) is { } shown ? shown.Card.Buttons.FirstOrDefault(button => button.Action == action) : null;

    private async Task<Told> AnswerAsync(Viewer viewer, string? said, Reply reply, string delivery, CancellationToken cancellationToken)
    {
        // Where the answer is a run, its own card says so: nobody needs it twice.
        var shown = reply is { Refusal: null, Run: { } run } ? await reads.ShownAsync(run, cancellationToken) : null;
        if (shown is not null && reply.Card is not null && reply.Card.Title != shown.Card.Title) shown = null;
        var line = new ConversationLine($"said-{delivery}", viewer.Now, said, reply, null, shown is null ? null : reply.Run);
        conversations.Keep(viewer, line);
        var patch = new Patch(line.Id, ChatPage.Line(viewer, line).Markup, Into: ChatPage.Feed);
        return shown is null
            ? new Told([patch], Go: "/", Look: line.Id)
            : new Told([patch, LiveFeed.Entry(viewer, shown)], Go: $"/runs/{reply.Run}", Look: $"entry-{reply.Run}");
    }

    /// <summary>Two people who click the same thing are two deliveries.</summary>
    private static string KeyOf(Viewer viewer, string delivery) => $"web:{viewer.Caller.Person?.Email ?? viewer.Visit}:{delivery}";
}

/// <param name="Reason">What the person gave where the button asks for a reason.</param>
/// <param name="Delivery">The form's own name: sent twice, it is done once.</param>
/// <param name="InChat">False where it was clicked on the run's own page.</param>
internal sealed record Click(CardAction Action, string? Reason, string Delivery, bool InChat);
