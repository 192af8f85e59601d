using ChatOps.Bot.Commands;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Endpoints;

/// <summary>Forms in Teams: the dialog that asks, page by page, and what is filled in: the command it was asked for, judged as if it were typed.</summary>
internal sealed class TeamsDialogs(TeamsDoor door, TeamsReplies replies, TeamsLate late)
{
    private const string TooSlow = "This takes longer than it should. Nothing was changed. Press the button again.";

    /// <summary>Opens the dialog. Looking changes nothing.</summary>
    public async Task<IResult> OpenAsync(TeamsSpeaker who, CardAction action, IReadOnlyList<KeyValuePair<string, string>> answers)
    {
        var asked = AskAsync(who, action, answers);
        if (!await TeamsReplies.InTimeAsync(asked, TeamsReplies.InvokePatience)) return TeamsAnswers.Close(TooSlow);
        return await asked is { Form: { } form } ? TeamsAnswers.Dialog(form, null) : TeamsAnswers.Close(TeamsAnswers.Why(await asked));
    }

    /// <summary>Takes what was filled in: another page, what is wrong with it, or the command done.</summary>
    public async Task<IResult> SubmitAsync(TeamsActivity activity, TeamsSpeaker who, CardAction action, TeamsClick click)
    {
        if (click.Outdated) return await AnewAsync(who, action, click);
        var (said, slow) = await DoAsync(activity, who, action, click.Answers);
        return said switch
        {
            null => TeamsAnswers.Close(slow),
            { Refusal: not null } => await AgainAsync(who, action, click, said),
            { Card: not null } => TeamsAnswers.Close(TeamsAnswers.Why(said)),
            _ => TeamsAnswers.Close(null),
        };
    }

    /// <summary>The same from the inputs of a card, where no dialog was opened: the answer takes the card's place for the one who pressed.</summary>
    public async Task<IResult> FilledAsync(TeamsActivity activity, TeamsSpeaker who, CardAction action, IReadOnlyList<KeyValuePair<string, string>> answers)
    {
        var (said, slow) = await DoAsync(activity, who, action, answers);
        return said switch
        {
            null => TeamsAnswers.Message(slow!),
            { Refusal: not null, Form: { } form, Card: { } card } => TeamsAnswers.Card(TeamsForms.Render(card, form).Card),
            { Refusal: not null } => TeamsAnswers.Message(TeamsAnswers.Why(said)),
            { Card: { } card } => TeamsAnswers.Card(TeamsCards.Render(card, TeamsView.All).Card),
            _ => TeamsAnswers.Message("Done: the run's card shows how it goes."),
        };
    }

    /// <summary>The fields that follow from another are drawn for its new answer: what was typed for the old one goes.</summary>
    private async Task<IResult> AnewAsync(TeamsSpeaker who, CardAction action, TeamsClick click)
    {
        var asked = AskAsync(who, action, click.Answers);
        if (!await TeamsReplies.InTimeAsync(asked, TeamsReplies.InvokePatience)) return TeamsAnswers.Close(TooSlow);
        if (await asked is not { Form: { } form }) return TeamsAnswers.Close(TeamsAnswers.Why(await asked));
        var typedFor = click.DrawnFor is { Value.Length: > 0 };
        return TeamsAnswers.Dialog(typedFor ? form with { Fields = [.. form.Fields.Select(field => field is { Under: not null, Choices.IsEmpty: true } ? field with { Value = null } : field)] } : form, null);
    }

    /// <summary>What is wrong is said beside its field, else above them all; where there is nothing left to be asked, instead of them.</summary>
    private async Task<IResult> AgainAsync(TeamsSpeaker who, CardAction action, TeamsClick click, Reply refused)
    {
        var why = TeamsAnswers.Why(refused);
        var form = refused.Form;
        if (form is null)
        {
            var asked = AskAsync(who, action, click.Answers);
            if (await TeamsReplies.InTimeAsync(asked, TeamsReplies.InvokePatience)) form = (await asked).Form;
        }

        if (form is null) return TeamsAnswers.Close(why);
        form = InputForms.Beside(InputForms.With(form, click.Answers), refused.Refusal!);
        return TeamsAnswers.Dialog(form, form.Fields.Any(field => field.Fault is not null) ? null : why);
    }

    /// <summary>The reply; null when it is not there in time, with what to say instead.</summary>
    private async Task<(Reply? Said, string? Slow)> DoAsync(TeamsActivity activity, TeamsSpeaker who, CardAction action, IReadOnlyList<KeyValuePair<string, string>> answers)
    {
        var asked = new LateActivity(activity.Delivery, who, activity.Conversation, activity.Thread, InputForms.Filled(action.Argument ?? "help", answers), null, null);
        var reply = replies.GuardAsync(() => door.Hear(who, asked.Words!, activity.Delivery, replies.Stopping));
        if (await TeamsReplies.InTimeAsync(reply, TeamsReplies.InvokePatience)) return (await reply, null);
        if (!await late.KeptAsync(asked, replies.Stopping)) return (null, TeamsReplies.NotKeptYet);
        replies.ForgetLater(reply, asked);
        return (null, TeamsReplies.WorkingOnIt);
    }

    private Task<Reply> AskAsync(TeamsSpeaker who, CardAction action, IReadOnlyList<KeyValuePair<string, string>> answers) =>
        replies.GuardAsync(() => door.Ask(who, action.Argument ?? "help", answers, replies.Stopping));
}
