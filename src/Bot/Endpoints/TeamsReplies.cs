using ChatOps.Bot.Commands;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Bot.Endpoints;

/// <summary>Gives answers in Teams, also after the request they belong to was answered.</summary>
internal sealed class TeamsReplies(TeamsReply teams, TeamsLate late, IOptionsMonitor<TeamsOptions> options, TimeProvider time, ILogger<TeamsReplies> logger) : LateAnswers("Teams", logger)
{
    /// <summary>Clients give a button a few seconds; the way there and back needs some of them.</summary>
    public static readonly TimeSpan InvokePatience = TimeSpan.FromSeconds(2);

    /// <summary>Teams delivers a message again after about 15 seconds.</summary>
    public static readonly TimeSpan MessagePatience = TimeSpan.FromSeconds(8);

    /// <summary>How long an answer is tried that the conversation's pace puts off: whoever asked is still there.</summary>
    private static readonly TimeSpan LongestTry = TimeSpan.FromMinutes(2);

    public const string WorkingOnIt = "Working on it… The card shows what became of it.";
    public const string NotKeptYet = "This takes longer than it should: the bot's database is slow or gone. Look at the run before pressing again.";

    /// <summary>Posts the reply, once it is there, where the person spoke.</summary>
    /// <param name="kept">The request as it was kept for a process after this one; it is forgotten once it is answered here.</param>
    public void AnswerLater(Task<Reply> reply, TeamsActivity to, LateActivity? kept = null) => Later(() => kept is null
        ? AnswerAsync(reply, to)
        : FinishAsync(reply, () => AnswerAsync(reply, to), () => late.ForgetAsync(kept, Stopping)));

    /// <summary>Forgets a request that was kept, once it is done here; its card shows what became of it.</summary>
    public void ForgetLater(Task<Reply> reply, LateActivity kept) => Later(() => FinishAsync(reply, () => Task.CompletedTask, () => late.ForgetAsync(kept, Stopping)));

    /// <summary>What is said, with what it asks below it: behind a button, or as inputs of the card in the Agents Playground, which opens no dialogs.</summary>
    private TeamsMessage Drawn(Runbooks.Cards.Card card, Runbooks.Cards.Form? form) =>
        form is null ? TeamsCards.Render(card, TeamsView.All) : options.CurrentValue.Registered ? TeamsForms.Offer(card, form) : TeamsForms.Render(card, form);

    private async Task AnswerAsync(Task<Reply> reply, TeamsActivity to)
    {
        if (await reply is not { Card: { } card } said) return;
        for (var since = time.GetUtcNow(); ;)
        {
            var outcome = await teams.AnswerAsync(to.Conversation, to.Thread, Drawn(card, said.Form), Stopping);
            if (outcome is Outcome<Nothing>.Done) return;

            // A conversation in which much happens lets one message through at a time. Where the answer to a post was lost it is not posted again.
            if (outcome is not Outcome<Nothing>.Later { Untouched: true } later || time.GetUtcNow() - since > LongestTry) break;
            await Task.Delay(later.After ?? TimeSpan.FromSeconds(1), time, Stopping);
        }

        Unheard();
    }
}
