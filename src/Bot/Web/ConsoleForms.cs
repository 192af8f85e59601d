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

    /// <summary>A form that was filled in. While something in it does not fit it stays where it is and says so; else it makes room for the answer.</summary>
    public async Task<Told> FillAsync(Viewer viewer, Filled filled, CancellationToken cancellationToken)
    {
        var reply = await desk.FillAsync(new Speaker(viewer.Caller, null), filled.Command, filled.Answers, KeyOf(viewer, filled.Delivery), cancellationToken);
        var asked = AskedIn(viewer, filled);
        if (asked is not null && reply is { Refusal: not null, Form: not null }) return Again(viewer, asked, reply);
        var told = await AnswerAsync(viewer, InputForms.Filled(filled.Command, filled.Answers), reply, filled.Delivery, cancellationToken);
        if (asked is null) return told;
        conversations.Forget(viewer, asked.Id);
        return told with { Patches = told.Patches.Insert(0, new Patch(asked.Id, "")) };
    }

    /// <summary>The form as it is with another answer in the field that others follow from; nothing is done yet.</summary>
    public async Task<Told> AskAgainAsync(Viewer viewer, Filled filled, CancellationToken cancellationToken)
    {
        if (AskedIn(viewer, filled) is not { } asked) return new Told([]);

        // The version was chosen for another service.
        var answers = filled.Answers.Where(answer => answer.Key is not (CommandFields.Version or CommandFields.To)).ToList();
        var reply = await desk.AskAsync(new Speaker(viewer.Caller, null), filled.Command, answers, cancellationToken);
        return Again(viewer, asked, reply.Form is null ? reply : asked.Reply with { Form = reply.Form });
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

    private Told Again(Viewer viewer, ConversationLine asked, Reply reply)
    {
        var line = asked with { Reply = reply };
        conversations.Keep(viewer, line);
        return new Told([new Patch(line.Id, ChatPage.Line(viewer, line).Markup, Into: ChatPage.Feed)], Look: line.Id);
    }

    private ConversationLine? AskedIn(Viewer viewer, Filled filled) => conversations.Of(viewer).FirstOrDefault(line => line.Id == filled.Line);

    /// <summary>Two people who click the same thing are two deliveries.</summary>
    private static string KeyOf(Viewer viewer, string delivery) => $"web:{viewer.Caller.Person?.Email ?? viewer.Visit}:{delivery}";
}

/// <param name="Command">As the form has it.</param>
/// <param name="Line">The line of the conversation that the form is in, as the page says; it may be gone.</param>
/// <param name="Delivery">The form's own name: sent twice, it is done once.</param>
internal sealed record Filled(string Command, IReadOnlyList<KeyValuePair<string, string>> Answers, string Line, string Delivery);

/// <param name="Reason">What the person gave where the button asks for a reason.</param>
/// <param name="Delivery">The form's own name: sent twice, it is done once.</param>
/// <param name="InChat">False where it was clicked on the run's own page.</param>
internal sealed record Click(CardAction Action, string? Reason, string Delivery, bool InChat);
