using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Dialogs in Slack: what they ask, and what is filled in: the command or the click that they were opened for, judged as if it were typed or pressed.</summary>
internal sealed class SlackDialogs(SlackDoor door, SlackWorkspaces workspaces, SlackReplies replies, SlackLate late)
{
    /// <summary>Asks for the reason before a click is done.</summary>
    public async Task AskWhyAsync(SlackClick click, CardAction action, SlackAsker asker)
    {
        var view = SlackReplies.ReasonView(click.Label, new ReasonFor(click.Channel, action.ToString()).ToText());
        if (!await OpenAsync(click.User, click.Trigger ?? "", view))
            replies.AnswerLater(Task.FromResult(SlackReplies.Sorry("The question for the reason could not be opened. Nothing was changed. Press the button again.")), asker);
    }

    /// <summary>The reason was given: the click is done.</summary>
    public async Task<SlackAnswered> ReasonAsync(JsonElement root, SlackOrigin origin)
    {
        if (SlackPayload.Text(root, "view", "callback_id") != "reason") return SlackAnswered.Nothing;
        var user = origin.At(SlackPayload.Need(root, "user", "id"));
        var wanted = ReasonFor.Read(SlackPayload.Text(root, "view", "private_metadata"));
        if (wanted is null || CardAction.Parse(wanted.Action) is not { } action) throw new MalformedRequestException("The dialog does not say what it is about.");
        var reason = SlackText.Fit(SlackPayload.Text(root, "view", "state", "values", "reason", "reason", "value"), 500).Trim();
        if (reason.Length == 0) return FieldError("Say why in a few words.");
        var delivery = $"slack:view:{user}:{SlackPayload.Need(root, "view", "id")}";
        var asked = new LateRequest(delivery, null, action.ToString(), reason, new SlackAsker(user, wanted.Channel));
        var reply = AskAsync(asked);
        var inTime = await SlackReplies.InTimeAsync(reply);
        if (inTime && await reply is { Refusal: { } no }) return FieldError($"{no.Why} {no.Next}".Trim());
        replies.AnswerLater(reply, asked.Asker, !inTime && await late.KeptAsync(asked, replies.Stopping) ? asked : null);
        return SlackAnswered.Nothing;
    }

    /// <summary>Opens a dialog for what the reply asks, where it asks something. When it can't be opened, the reply says it in words.</summary>
    public async Task<bool> AskedAsync(Reply reply, string channel, string? trigger) =>
        reply.Form is { } form && trigger is not null && SlackForms.View(form, channel) is { } view && await OpenAsync(channel, trigger, view);

    /// <summary>A form that was filled in is the command it was opened for, with the answers: judged as if it were typed.</summary>
    public async Task<SlackAnswered> FilledAsync(JsonElement root, SlackOrigin origin)
    {
        var user = origin.At(SlackPayload.Need(root, "user", "id"));
        if (ReasonFor.Read(SlackPayload.Text(root, "view", "private_metadata")) is not { } about) throw new MalformedRequestException("The dialog does not say what it is about.");
        var answers = SlackForms.Answers(root);
        var asked = new LateRequest($"slack:view:{user}:{SlackPayload.Need(root, "view", "id")}", InputForms.Filled(about.Action, answers), null, null, new SlackAsker(user, about.Channel));
        var reply = AskAsync(asked);
        var inTime = await SlackReplies.InTimeAsync(reply);
        if (inTime && await reply is { Refusal: { } no } refused) return SlackAnswered.Json(SlackForms.Errors(no, refused.Form, SlackForms.BlocksOf(root)));
        replies.AnswerLater(reply, asked.Asker, !inTime && await late.KeptAsync(asked, replies.Stopping) ? asked : null);
        return SlackAnswered.Nothing;
    }

    /// <summary>A field that others follow from was answered: they are drawn anew.</summary>
    public async Task AgainAsync(JsonElement root, SlackOrigin origin)
    {
        var user = origin.At(SlackPayload.Need(root, "user", "id"));
        if (door.Again is not { } again || ReasonFor.Read(SlackPayload.Text(root, "view", "private_metadata")) is not { } about) return;
        if (await again(user, about.Action, SlackForms.Answers(root), replies.Stopping) is { } form && SlackForms.View(form, about.Channel) is { } view && await workspaces.ClientAsync(user, replies.Stopping) is { } client)
            await client.UpdateViewAsync(SlackPayload.Need(root, "view", "id"), SlackPayload.Text(root, "view", "hash"), view, replies.Stopping);
    }

    /// <summary>What to offer while somebody types. Too slow, nothing is offered: Slack asks again with the next letter.</summary>
    public async Task<SlackAnswered> SuggestAsync(JsonElement root, SlackOrigin origin)
    {
        // The field's own name says for what its choices are: the dialog's answers need not be there yet.
        if (door.Look is not { } look || SlackPayload.Need(root, "block_id").Split(SlackForms.Mark, 2) is not [_, { Length: > 0 } service]) return SlackAnswered.Json(SlackForms.Options([]));
        var looking = look(origin.At(SlackPayload.Need(root, "user", "id")), service, SlackPayload.Text(root, "value") ?? "", replies.Stopping);
        return SlackAnswered.Json(SlackForms.Options(await SlackReplies.InTimeAsync(looking) && looking.IsCompletedSuccessfully ? await looking : []));
    }

    /// <summary>The shortcut that keeps a message: for the incident it belongs to, or for one that is asked for.</summary>
    public async Task KeepAsync(JsonElement root, SlackOrigin origin, SlackKeep keep)
    {
        var (user, chosen) = (origin.At(SlackPayload.Need(root, "user", "id")), SlackChosen.Read(root, origin));
        var reply = replies.GuardAsync(() => keep(user, chosen, null, replies.Stopping));
        if (await SlackReplies.InTimeAsync(reply) && (await reply).Form is { } form && chosen.View(form) is { } view && await OpenAsync(user, SlackPayload.Need(root, "trigger_id"), view)) return;
        replies.AnswerLater(SaidAsync(), new SlackAsker(user, chosen.Channel, SlackForm.Address(SlackPayload.Text(root, "response_url")), Thread: chosen.Thread));

        async Task<Reply> SaidAsync() => await reply is { Form: null } said ? said : SlackReplies.Sorry("The question for which incident could not be opened. Nothing was kept. Use the shortcut again.");
    }

    /// <summary>Keeps it for the incident that was chosen. The dialog says what became of it: the bot need not be in the message's channel.</summary>
    public async Task<SlackAnswered> KeepForAsync(JsonElement root, SlackOrigin origin, SlackKeep keep)
    {
        var (user, chosen) = (origin.At(SlackPayload.Need(root, "user", "id")), SlackChosen.Carried(SlackPayload.Text(root, "view", "private_metadata")));
        var into = SlackForms.Answers(root).FirstOrDefault(answer => answer.Key == MessageDesk.IncidentField).Value ?? "";
        var reply = replies.GuardAsync(() => keep(user, chosen, into, replies.Stopping));
        if (!await SlackReplies.InTimeAsync(reply)) return Notice(SlackReplies.NotKeptYet, "It takes longer");
        var said = await reply;
        return said.Refusal is { } no ? SlackAnswered.Json(SlackForms.Errors(no, said.Form, SlackForms.BlocksOf(root))) : Notice(said.Card?.Fallback ?? "Done.", "Kept");
    }

    /// <summary>Puts something to read in the dialog's place.</summary>
    public static SlackAnswered Notice(string says, string title) => SlackAnswered.Json(new JsonObject { ["response_action"] = "update", ["view"] = SlackReplies.NoticeView(says, title) }.ToJsonString());

    /// <param name="at">An account or a channel of the workspace.</param>
    private async Task<bool> OpenAsync(string at, string trigger, JsonObject view) =>
        await workspaces.ClientAsync(at, replies.Stopping) is { } client && await client.OpenViewAsync(trigger, view, replies.Stopping) is Outcome<Nothing>.Done;

    private Task<Reply> AskAsync(LateRequest asked) => replies.GuardAsync(() => door.AskAsync(asked, replies.Stopping));

    private static SlackAnswered FieldError(string says) =>
        SlackAnswered.Json(new JsonObject { ["response_action"] = "errors", ["errors"] = new JsonObject { ["reason"] = SlackText.Fit(says, 300) } }.ToJsonString());
}

/// <summary>What the dialog carries until it comes back: where it was opened, and what is to be done.</summary>
internal sealed record ReasonFor(string Channel, string Action)
{
    public string ToText() => $"{Channel}\n{Action}";

    public static ReasonFor? Read(string? text) =>
        text?.IndexOf('\n', StringComparison.Ordinal) is { } at and >= 0 ? new ReasonFor(text[..at], text[(at + 1)..]) : null;
}
