using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Integrations.Http;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>What is done with an activity that was found to be Teams' own.</summary>
internal sealed class TeamsVisit(TeamsDoor door, TeamsPlaces places, TeamsReply teams, ITeamsSightings sightings, TeamsReplies replies, TeamsDialogs dialogs, TeamsMessageExtension extension, SeenLately seen, TeamsLate late, TimeProvider time)
{
    /// <summary>How often a stray card is tried to be brought up to date.</summary>
    private const int MostMends = 5;

    private const string TooOld = "This button is not one of the bot's, or is too old. Nothing was changed. Look at the run as it is now.";

    /// <param name="believed">Whether Microsoft vouched for the sender.</param>
    public async Task<IResult> ReceiveAsync(TeamsActivity activity, bool believed, CancellationToken cancellationToken)
    {
        if (await LeftAsync(activity, cancellationToken)) return Results.Ok();
        if (!activity.IsExtension && activity.Place is { } place) await places.SeeAsync(place, cancellationToken);
        var who = new TeamsSpeaker(activity.Known ? activity.From : "", activity.Conversation, believed);
        if (activity.Known) sightings.Saw(activity.From, activity.Conversation);
        return activity switch
        {
            { Type: "message" } when !activity.From.StartsWith("28:", StringComparison.Ordinal) => await MessageAsync(activity, who),
            { Type: "invoke", Name: "adaptiveCard/action" } => await ActAsync(activity, who),
            { Type: "invoke", Name: "task/fetch" } => await AskAsync(activity, who),
            { Type: "invoke", Name: "task/submit" } => await SubmitAsync(activity, who),
            { Type: "invoke", Name: "composeExtension/fetchTask" } => await extension.FetchAsync(activity, who),
            { Type: "invoke", Name: "composeExtension/submitAction" } => await extension.SubmitAsync(activity, who),
            { Type: "invoke", Name: "composeExtension/queryLink" } => await extension.UnfurlAsync(activity, who),
            { Type: "invoke" } => Results.StatusCode(StatusCodes.Status501NotImplemented),
            { Type: "installationUpdate", Action: "add" } when seen.IsNew(activity.Delivery) => Greet(activity),
            _ => Results.Ok(),
        };
    }

    /// <summary>Whether this says that the bot, or the place itself, is gone.</summary>
    private async Task<bool> LeftAsync(TeamsActivity activity, CancellationToken cancellationToken)
    {
        var removed = activity is { Type: "installationUpdate", Action: "remove" } || (activity.Type == "conversationUpdate" && activity.Names("membersRemoved"));
        var deleted = activity is { Type: "conversationUpdate", EventType: "teamDeleted" or "teamHardDeleted" };
        if (removed || deleted)
        {
            await places.LoseAsync(activity.Conversation, activity.Kind == "channel" ? activity.Team : null, cancellationToken);
            return true;
        }

        if (activity is not { Type: "conversationUpdate", EventType: "channelDeleted" }) return false;
        await places.LoseAsync(SlackPayload.Text(activity.Root, "channelData", "channel", "id") ?? activity.Conversation, null, cancellationToken);
        return true;
    }

    private async Task<IResult> MessageAsync(TeamsActivity activity, TeamsSpeaker who)
    {
        Task<Reply> reply;
        LateActivity asked;
        if (TeamsClick.Of(activity) is { Action: { } action } click)
        {
            if (!seen.IsNew(activity.Delivery)) return Results.Ok();
            asked = Late(activity, who, null, action, click.Reason);
            reply = replies.GuardAsync(() => door.Click(who, action, click.Reason, activity.Delivery, replies.Stopping));
        }
        else
        {
            if (activity.Words() is not { } words) return await NoteAsync(activity, who);
            if (!seen.IsNew(activity.Delivery)) return Results.Ok();
            asked = Late(activity, who, words.Length > 0 ? words : "help", null, null);
            reply = replies.GuardAsync(() => door.Hear(who, asked.Words!, activity.Delivery, replies.Stopping));
        }

        var kept = !await TeamsReplies.InTimeAsync(reply, TeamsReplies.MessagePatience) && await late.KeptAsync(asked, replies.Stopping);
        replies.AnswerLater(reply, activity, kept ? asked : null);
        return Results.Ok();
    }

    /// <summary>What people say to each other comes here where the team agreed to that. In the thread of a run's card it is a note on the run; anywhere else it is read past, and kept nowhere.</summary>
    /// <remarks>No mark says that it was kept: a bot has no reaction to give in Teams. The line in the thread does, which every note gets.</remarks>
    private async Task<IResult> NoteAsync(TeamsActivity activity, TeamsSpeaker who)
    {
        if (door.Note is { } note && activity is { Kind: "channel", Thread: { } thread } && thread != activity.Id && ShownText.Fit(activity.Said(), ThreadNotes.Longest) is { Length: > 0 } text)
            await note(who, thread, text, $"teams:note:{activity.Conversation}:{activity.Id}", replies.Stopping);
        return Results.Ok();
    }

    private async Task<IResult> ActAsync(TeamsActivity activity, TeamsSpeaker who)
    {
        if (TeamsClick.Of(activity, "action", "data") is not { Action: { } action } click) return TeamsAnswers.Message(TooOld);
        if (action.Verb == TeamsForms.Verb) return await dialogs.FilledAsync(activity, who, action, click.Answers);
        if (action.Verb == TeamsCards.ViewVerb)
            return action.Run is { } viewed && await ViewAsync(who, viewed, null) is { } view ? TeamsAnswers.Card(view) : TeamsAnswers.Message("There is no such run.");
        var reply = replies.GuardAsync(() => door.Click(who, action, click.Reason, activity.Delivery, replies.Stopping));
        if (!await TeamsReplies.InTimeAsync(reply, TeamsReplies.InvokePatience))
        {
            if (await KeptAsync(activity, who, action, click.Reason, reply) is { } slow) return TeamsAnswers.Message(slow);
            if (action.Verb == "say") replies.AnswerLater(reply, activity);
            return TeamsAnswers.Message(TeamsReplies.WorkingOnIt);
        }

        var said = await reply;
        if (action.Run is { } run) Mend(activity, run, said.Now);
        if (said is { Refusal: not null, Form: { } form, Card: { } asks }) return TeamsAnswers.Card(TeamsForms.Render(asks, form).Card);
        if (said.Refusal is not null && action.Verb != "say") return TeamsAnswers.Message(TeamsAnswers.Why(said));
        if (said.Card is { } card) return TeamsAnswers.Card(TeamsCards.Render(card, TeamsView.All).Card);
        return said.Run is { } changed && await ViewAsync(who, changed, said.Now) is { } fresh ? TeamsAnswers.Card(fresh) : TeamsAnswers.Message("Done.");
    }

    private async Task<IResult> AskAsync(TeamsActivity activity, TeamsSpeaker who)
    {
        if (TeamsClick.Of(activity, "data") is not { Action: { } action } click) return TeamsAnswers.Close(TooOld);
        return action.Verb == TeamsForms.Verb ? await dialogs.OpenAsync(who, action, click.Answers) : TeamsAnswers.Dialog(click.Question, action.ToString(), null);
    }

    private async Task<IResult> SubmitAsync(TeamsActivity activity, TeamsSpeaker who)
    {
        if (TeamsClick.Of(activity, "data") is not { Action: { } action } click) return TeamsAnswers.Close(TooOld);
        if (action.Verb == TeamsForms.Verb) return await dialogs.SubmitAsync(activity, who, action, click);
        if (click is { Question.AsksReason: true, Reason: null or "" }) return TeamsAnswers.Dialog(click.Question, action.ToString(), "Say why in a few words.");
        var reason = ShownText.Fit(click.Reason, 500);
        var reply = replies.GuardAsync(() => door.Click(who, action, reason.Length > 0 ? reason : null, activity.Delivery, replies.Stopping));
        if (!await TeamsReplies.InTimeAsync(reply, TeamsReplies.InvokePatience))
            return TeamsAnswers.Close(await KeptAsync(activity, who, action, reason.Length > 0 ? reason : null, reply) ?? TeamsReplies.WorkingOnIt);
        var said = await reply;
        return TeamsAnswers.Close(said.Refusal is null && said.Card is null ? null : TeamsAnswers.Why(said));
    }

    /// <summary>Keeps a click that is not done in time, so that it will be; null when it is kept, else what to tell the person.</summary>
    private async Task<string?> KeptAsync(TeamsActivity activity, TeamsSpeaker who, CardAction action, string? reason, Task<Reply> reply)
    {
        var asked = Late(activity, who, null, action, reason);
        if (!await late.KeptAsync(asked, replies.Stopping)) return TeamsReplies.NotKeptYet;
        replies.ForgetLater(reply, asked);
        return null;
    }

    private static LateActivity Late(TeamsActivity activity, TeamsSpeaker who, string? words, CardAction? action, string? reason) =>
        new(activity.Delivery, who, activity.Conversation, activity.Thread, words, action?.ToString(), reason);

    /// <summary>A run's card as this person may see it. Looking changes nothing.</summary>
    /// <param name="known">The run as their click left it; null = it is read.</param>
    private async Task<System.Text.Json.Nodes.JsonObject?> ViewAsync(TeamsSpeaker who, RunId run, RunState? known)
    {
        if (await door.Look(who, run, known, replies.Stopping) is not { } sight) return null;

        // They keep asking: what is for them may change while they look.
        return TeamsCards.Render(sight.Card, new TeamsView(sight.Shows) { Refreshes = who.Account.Length > 0 ? [who.Account] : [], Run = run }).Card;
    }

    /// <summary>A card that was pressed and that nobody keeps up to date (it was posted twice when an answer was lost) is brought up to date here.</summary>
    /// <param name="known">The run as the click left it; null = it is read.</param>
    private void Mend(TeamsActivity activity, RunId run, RunState? known)
    {
        if (activity.ReplyTo is not { } message) return;
        replies.Later(async () =>
        {
            for (var tries = 0; tries < MostMends; tries++)
            {
                // Drawn anew each time: the conversation's pace may make it wait, and the run goes on meanwhile.
                if (await door.Stray(run, activity.Conversation, message, tries == 0 ? known : null, replies.Stopping) is not { } card) return;
                if (await teams.MendAsync(activity.Conversation, message, TeamsCards.Render(card, TeamsView.All), replies.Stopping) is not Outcome<Nothing>.Later later) return;
                await Task.Delay(later.After ?? TimeSpan.FromSeconds(1), time, replies.Stopping);
            }
        });
    }

    private IResult Greet(TeamsActivity activity)
    {
        const string hello = "I walk deployments with you. Mention me and say what you want: deploy api v1.2.3 prod, status, or help.";
        var card = new Card("Hello", Tone.Neutral, null, hello) { Body = [new CardBlock.Text(hello)], Buttons = [new Button("What can you do?", ButtonStyle.Plain, CardAction.Say("help"))] };
        replies.AnswerLater(Task.FromResult(new Reply(card)), activity);
        return Results.Ok();
    }
}
