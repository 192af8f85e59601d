using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>What is done with a request that is known to be from Slack: by its signature, or by the connection it came over.</summary>
internal sealed partial class SlackVisit(SlackDoor door, SlackWorkspaces workspaces, SlackReplies replies, SeenLately seen, SlackLate late, ILogger<SlackVisit> logger)
{
    /// <summary>The shortcut's name in the app's manifest.</summary>
    private const string DeployShortcut = "deploy";

    /// <summary>The shortcut of a message, likewise.</summary>
    private const string KeepShortcut = "keep-message";

    /// <summary>What the bot puts to a message that it kept as a note.</summary>
    private const string KeptMark = "memo";

    /// <summary>For telling whose a request is. It is known, save for the first one after a start.</summary>
    private static readonly TimeSpan OriginPatience = TimeSpan.FromSeconds(1.5);

    private const string
        WorkingOnIt = "Working on it… The answer follows here.",
        NotKeptYet = "This takes longer than it should: the bot's database is slow or gone. Look whether your command is there before giving it again.";

    public async Task<SlackAnswered> CommandAsync(IReadOnlyDictionary<string, string> form)
    {
        var origin = await OriginAsync(SlackSenders.Of(form));
        if (SlackCommand.Read(form, origin ?? SlackOrigin.Home) is not { } command) return SlackAnswered.Nothing;
        if (origin is null) return Json(new SlackReply(SlackReplies.NotHere).ToJson());
        var asked = new LateRequest(command.Delivery, command.Words, null, null, new SlackAsker(command.User, command.Channel, command.AnswerAt));
        var reply = AskAsync(asked);
        if (await InTimeAsync(reply)) return await AskedAsync(await reply, command.Channel, command.Trigger) ? SlackAnswered.Nothing : Shown(await reply);
        var kept = await KeptAsync(asked);
        replies.AnswerLater(reply, asked.Asker, kept ? asked : null);
        return Json(new SlackReply(kept ? WorkingOnIt : NotKeptYet).ToJson());
    }

    public async Task<SlackAnswered> InteractionAsync(JsonElement root)
    {
        var type = SlackPayload.Need(root, "type");
        if (await OriginAsync(SlackSenders.OfInteraction(root)) is not { } origin) return Declined(type, root);
        switch (type)
        {
            case "block_actions" when SlackPayload.Text(root, "view", "callback_id") == SlackForms.Callback:
                await AgainAsync(root, origin);
                return SlackAnswered.Nothing;
            case "block_actions":
                await Task.WhenAll(SlackClick.Read(root, origin).ToList().Select(ClickAsync));
                return SlackAnswered.Nothing;
            case "view_submission" when SlackPayload.Text(root, "view", "callback_id") == SlackForms.Callback:
                return await FilledAsync(root, origin);
            case "view_submission" when SlackPayload.Text(root, "view", "callback_id") == SlackChosen.Callback && door.Keep is { } keep:
                return await KeepForAsync(root, origin, keep);
            case "view_submission":
                return await ReasonAsync(root, origin);
            case "block_suggestion":
                return await SuggestAsync(root, origin);
            case "message_action" when SlackPayload.Text(root, "callback_id") == KeepShortcut && door.Keep is { } keep:
                await KeepAsync(root, origin, keep);
                return SlackAnswered.Nothing;
            case "shortcut" when SlackPayload.Text(root, "callback_id") == DeployShortcut:
                await BeginAsync(root, origin);
                return SlackAnswered.Nothing;
            default:
                return SlackAnswered.Nothing;
        }
    }

    public async Task<SlackAnswered> EventAsync(JsonElement root)
    {
        var type = SlackPayload.Need(root, "type");
        if (type == "url_verification") return new SlackAnswered(SlackPayload.Need(root, "challenge"), IsJson: false);
        var sender = SlackSenders.OfEvent(root);
        if (SlackSenders.HasLeft(root) is { } uninstalled)
        {
            await workspaces.LeftAsync(sender, uninstalled, replies.Stopping);
            return SlackAnswered.Nothing;
        }

        if (await OriginAsync(sender) is not { } origin) return SlackAnswered.Nothing;
        switch (type)
        {
            case "event_callback" when SlackMention.Read(root, origin) is { } mention && seen.IsNew(mention.Delivery):
                await HearAsync(mention);
                return SlackAnswered.Nothing;
            case "event_callback" when door.React is { } react && SlackReaction.Read(root, origin) is { } reaction:
                // Not kept, it is answered with an error: Slack brings it again.
                await react(reaction, replies.Stopping);
                return SlackAnswered.Nothing;
            case "event_callback" when door.Note is { } note && SlackThreadReply.Read(root, origin) is { } said:
                if (await note(said, replies.Stopping)) replies.Mark(said.Channel, said.Message, KeptMark);
                return SlackAnswered.Nothing;
            case "event_callback" when door.Preview is { } preview && SlackLinks.Read(root, origin) is { } shared:
                replies.Unfurl(shared, preview);
                return SlackAnswered.Nothing;
            case "event_callback" when door.Home is { } home && SlackHome.OpenedBy(root, origin) is { } user:
                replies.ShowHome(() => home(user, replies.Stopping), user);
                return SlackAnswered.Nothing;
            case "app_rate_limited":
                Log.EventsHeldBack(logger, sender.Team ?? sender.Enterprise ?? "not named");
                return SlackAnswered.Nothing;
            default:
                return SlackAnswered.Nothing;
        }
    }

    private async Task ClickAsync(SlackClick click)
    {
        var asker = new SlackAsker(click.User, click.Channel, click.AnswerAt, click.InReply, click.Thread);
        if (click.Action is not { } action)
        {
            replies.AnswerLater(Task.FromResult(SlackReplies.Sorry("This button is not one of the bot's, or is too old. Nothing was changed.")), asker);
            return;
        }

        if (click.AsksReason)
        {
            await AskWhyAsync(click, action, asker);
            return;
        }

        await AnswerAsync(new LateRequest(click.Delivery, null, action.ToString(), null, asker), click.Trigger);
    }

    /// <summary>Null where the bot does not speak in that workspace, or can't tell: then nothing is read.</summary>
    private async Task<SlackOrigin?> OriginAsync(SlackSender sender)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(replies.Stopping);
        patience.CancelAfter(OriginPatience);
        try
        {
            return await workspaces.OriginAsync(sender, patience.Token);
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Nothing is read or done; whoever clicked, typed or sent a dialog is told.</summary>
    private SlackAnswered Declined(string type, JsonElement root)
    {
        if (type == "block_suggestion") return Json(SlackForms.Options([]));
        if (type == "view_submission") return Notice(SlackReplies.NotHere, "Nothing was done");
        replies.Decline(SlackForm.Address(SlackPayload.Text(root, "response_url")));
        return SlackAnswered.Nothing;
    }

    /// <param name="at">An account or a channel of the workspace.</param>
    private async Task<bool> OpenAsync(string at, string trigger, JsonObject view) =>
        await workspaces.ClientAsync(at, replies.Stopping) is { } client && await client.OpenViewAsync(trigger, view, replies.Stopping) is Outcome<Nothing>.Done;

    private async Task AskWhyAsync(SlackClick click, CardAction action, SlackAsker asker)
    {
        var view = SlackReplies.ReasonView(click.Label, new ReasonFor(click.Channel, action.ToString()).ToText());
        if (!await OpenAsync(click.User, click.Trigger ?? "", view))
            replies.AnswerLater(Task.FromResult(SlackReplies.Sorry("The question for the reason could not be opened. Nothing was changed. Press the button again.")), asker);
    }

    private async Task<SlackAnswered> ReasonAsync(JsonElement root, SlackOrigin origin)
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
        var inTime = await InTimeAsync(reply);
        if (inTime && await reply is { Refusal: { } no }) return FieldError($"{no.Why} {no.Next}".Trim());
        replies.AnswerLater(reply, asked.Asker, !inTime && await KeptAsync(asked) ? asked : null);
        return SlackAnswered.Nothing;
    }

    /// <summary>Opens a dialog for what the reply asks, where it asks something. When it can't be opened, the reply says it in words.</summary>
    private async Task<bool> AskedAsync(Reply reply, string channel, string? trigger) =>
        reply.Form is { } form && trigger is not null && SlackForms.View(form, channel) is { } view && await OpenAsync(channel, trigger, view);

    /// <summary>A form that was filled in is the command it was opened for, with the answers: judged as if it were typed.</summary>
    private async Task<SlackAnswered> FilledAsync(JsonElement root, SlackOrigin origin)
    {
        var user = origin.At(SlackPayload.Need(root, "user", "id"));
        if (ReasonFor.Read(SlackPayload.Text(root, "view", "private_metadata")) is not { } about) throw new MalformedRequestException("The dialog does not say what it is about.");
        var answers = SlackForms.Answers(root);
        var asked = new LateRequest($"slack:view:{user}:{SlackPayload.Need(root, "view", "id")}", InputForms.Filled(about.Action, answers), null, null, new SlackAsker(user, about.Channel));
        var reply = AskAsync(asked);
        var inTime = await InTimeAsync(reply);
        if (inTime && await reply is { Refusal: { } no } refused) return Json(SlackForms.Errors(no, refused.Form, SlackForms.BlocksOf(root)));
        replies.AnswerLater(reply, asked.Asker, !inTime && await KeptAsync(asked) ? asked : null);
        return SlackAnswered.Nothing;
    }

    /// <summary>A field that others follow from was answered: they are drawn anew.</summary>
    private async Task AgainAsync(JsonElement root, SlackOrigin origin)
    {
        var user = origin.At(SlackPayload.Need(root, "user", "id"));
        if (door.Again is not { } again || ReasonFor.Read(SlackPayload.Text(root, "view", "private_metadata")) is not { } about) return;
        if (await again(user, about.Action, SlackForms.Answers(root), replies.Stopping) is { } form && SlackForms.View(form, about.Channel) is { } view && await workspaces.ClientAsync(user, replies.Stopping) is { } client)
            await client.UpdateViewAsync(SlackPayload.Need(root, "view", "id"), SlackPayload.Text(root, "view", "hash"), view, replies.Stopping);
    }

    /// <summary>What to offer while somebody types. Too slow, nothing is offered: Slack asks again with the next letter.</summary>
    private async Task<SlackAnswered> SuggestAsync(JsonElement root, SlackOrigin origin)
    {
        // The field's own name says for what its choices are: the dialog's answers need not be there yet.
        if (door.Look is not { } look || SlackPayload.Need(root, "block_id").Split(SlackForms.Mark, 2) is not [_, { Length: > 0 } service]) return Json(SlackForms.Options([]));
        var looking = look(origin.At(SlackPayload.Need(root, "user", "id")), service, SlackPayload.Text(root, "value") ?? "", replies.Stopping);
        return Json(SlackForms.Options(await InTimeAsync(looking) && looking.IsCompletedSuccessfully ? await looking : []));
    }

    /// <summary>The shortcut that begins a deployment from anywhere: there is no channel, so what is for this person alone goes to them directly.</summary>
    private async Task BeginAsync(JsonElement root, SlackOrigin origin)
    {
        var user = origin.At(SlackPayload.Need(root, "user", "id"));
        await AnswerAsync(new LateRequest($"slack:shortcut:{user}:{SlackPayload.Need(root, "action_ts")}", DeployShortcut, null, null, new SlackAsker(user, user)), SlackPayload.Need(root, "trigger_id"));
    }

    /// <summary>The shortcut that keeps a message: for the incident it belongs to, or for one that is asked for.</summary>
    private async Task KeepAsync(JsonElement root, SlackOrigin origin, SlackKeep keep)
    {
        var (user, chosen) = (origin.At(SlackPayload.Need(root, "user", "id")), SlackChosen.Read(root, origin));
        var reply = replies.GuardAsync(() => keep(user, chosen, null, replies.Stopping));
        if (await InTimeAsync(reply) && (await reply).Form is { } form && chosen.View(form) is { } view && await OpenAsync(user, SlackPayload.Need(root, "trigger_id"), view)) return;
        replies.AnswerLater(SaidAsync(), new SlackAsker(user, chosen.Channel, SlackForm.Address(SlackPayload.Text(root, "response_url")), Thread: chosen.Thread));

        async Task<Reply> SaidAsync() => await reply is { Form: null } said ? said : SlackReplies.Sorry("The question for which incident could not be opened. Nothing was kept. Use the shortcut again.");
    }

    /// <summary>Keeps it for the incident that was chosen. The dialog says what became of it: the bot need not be in the message's channel.</summary>
    private async Task<SlackAnswered> KeepForAsync(JsonElement root, SlackOrigin origin, SlackKeep keep)
    {
        var (user, chosen) = (origin.At(SlackPayload.Need(root, "user", "id")), SlackChosen.Carried(SlackPayload.Text(root, "view", "private_metadata")));
        var into = SlackForms.Answers(root).FirstOrDefault(answer => answer.Key == MessageDesk.IncidentField).Value ?? "";
        var reply = replies.GuardAsync(() => keep(user, chosen, into, replies.Stopping));
        if (!await InTimeAsync(reply)) return Notice(NotKeptYet, "It takes longer");
        var said = await reply;
        return said.Refusal is { } no ? Json(SlackForms.Errors(no, said.Form, SlackForms.BlocksOf(root))) : Notice(said.Card?.Fallback ?? "Done.", "Kept");
    }

    private Task HearAsync(SlackMention mention) =>
        AnswerAsync(new LateRequest(mention.Delivery, mention.Words, null, null, new SlackAsker(mention.User, mention.Channel, Thread: mention.Thread)));

    /// <summary>Returns once it is done, or kept so that it will be; the answer follows by itself.</summary>
    /// <param name="trigger">Opens a dialog where the answer is a form; null where none can be opened.</param>
    private async Task AnswerAsync(LateRequest asked, string? trigger = null)
    {
        var reply = AskAsync(asked);
        var inTime = await InTimeAsync(reply);
        if (inTime && await AskedAsync(await reply, asked.Asker.Channel, trigger)) return;
        replies.AnswerLater(reply, asked.Asker, !inTime && await KeptAsync(asked) ? asked : null);
    }

    private Task<Reply> AskAsync(LateRequest asked) => replies.GuardAsync(() => asked.Words is { } words
        ? door.Hear(asked.Asker.User, asked.Asker.Channel, words, asked.Delivery, replies.Stopping)
        : door.Click(asked.Asker.User, asked.Asker.Channel, CardAction.Parse(asked.Action!)!, asked.Reason, asked.Delivery, replies.Stopping));

    private Task<bool> KeptAsync(LateRequest asked) => late.KeptAsync(asked, replies.Stopping);

    private static Task<bool> InTimeAsync(Task work) => LateAnswers.InTimeAsync(work, SlackReplies.Patience);

    private static SlackAnswered Shown(Reply reply) =>
        reply.Card is { } card ? Json(SlackReply.Of(SlackCards.Render(card)).ToJson()) : SlackAnswered.Nothing;

    private static SlackAnswered FieldError(string says) =>
        Json(new JsonObject { ["response_action"] = "errors", ["errors"] = new JsonObject { ["reason"] = SlackText.Fit(says, 300) } }.ToJsonString());

    /// <summary>Puts something to read in the dialog's place.</summary>
    private static SlackAnswered Notice(string says, string title) => Json(new JsonObject { ["response_action"] = "update", ["view"] = SlackReplies.NoticeView(says, title) }.ToJsonString());

    private static SlackAnswered Json(string json) => new(json);

    private static partial class Log
    {
        [LoggerMessage(264, LogLevel.Warning, "Slack held events of the workspace {Workspace} back, because there were too many in an hour: mentions, direct messages and notes of that minute did not arrive")]
        public static partial void EventsHeldBack(ILogger logger, string workspace);
    }
}

/// <summary>What Slack is answered: over HTTP the body, over a connection the acknowledgement's payload.</summary>
/// <param name="Body">Null for nothing but that it arrived.</param>
internal sealed record SlackAnswered(string? Body, bool IsJson = true)
{
    public static readonly SlackAnswered Nothing = new(null as string);
}

/// <summary>What the dialog carries until it comes back: where it was opened, and what is to be done.</summary>
internal sealed record ReasonFor(string Channel, string Action)
{
    public string ToText() => $"{Channel}\n{Action}";

    public static ReasonFor? Read(string? text) =>
        text?.IndexOf('\n', StringComparison.Ordinal) is { } at and >= 0 ? new ReasonFor(text[..at], text[(at + 1)..]) : null;
}
