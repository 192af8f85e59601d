using System.Text.Json;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>What is done with a request that is known to be from Slack: by its signature, or by the connection it came over.</summary>
internal sealed partial class SlackVisit(SlackDoor door, SlackWorkspaces workspaces, SlackReplies replies, SeenLately seen, SlackLate late, SlackDialogs dialogs, ILogger<SlackVisit> logger)
{
    /// <summary>The shortcut's name in the app's manifest.</summary>
    private const string DeployShortcut = "deploy";

    /// <summary>The shortcut of a message, likewise.</summary>
    private const string KeepShortcut = "keep-message";

    /// <summary>What the bot puts to a message that it kept as a note.</summary>
    private const string KeptMark = "memo";

    /// <summary>For telling whose a request is. It is known, save for the first one after a start.</summary>
    private static readonly TimeSpan OriginPatience = TimeSpan.FromSeconds(1.5);

    public async Task<SlackAnswered> CommandAsync(IReadOnlyDictionary<string, string> form)
    {
        var origin = await OriginAsync(SlackSenders.Of(form));
        if (SlackCommand.Read(form, origin ?? SlackOrigin.Home) is not { } command) return SlackAnswered.Nothing;
        if (origin is null) return SlackAnswered.Json(new SlackReply(SlackReplies.NotHere).ToJson());
        var asked = new LateRequest(command.Delivery, command.Words, null, null, new SlackAsker(command.User, command.Channel, command.AnswerAt));
        var reply = AskAsync(asked);
        if (await SlackReplies.InTimeAsync(reply)) return await dialogs.AskedAsync(await reply, command.Channel, command.Trigger) ? SlackAnswered.Nothing : Shown(await reply);
        var kept = await late.KeptAsync(asked, replies.Stopping);
        replies.AnswerLater(reply, asked.Asker, kept ? asked : null);
        return SlackAnswered.Json(new SlackReply(kept ? SlackReplies.WorkingOnIt : SlackReplies.NotKeptYet).ToJson());
    }

    public async Task<SlackAnswered> InteractionAsync(JsonElement root)
    {
        var type = SlackPayload.Need(root, "type");
        if (await OriginAsync(SlackSenders.OfInteraction(root)) is not { } origin) return Declined(type, root);
        switch (type)
        {
            case "block_actions" when SlackPayload.Text(root, "view", "callback_id") == SlackForms.Callback:
                await dialogs.AgainAsync(root, origin);
                return SlackAnswered.Nothing;
            case "block_actions":
                await Task.WhenAll(SlackClick.Read(root, origin).ToList().Select(ClickAsync));
                return SlackAnswered.Nothing;
            case "view_submission" when SlackPayload.Text(root, "view", "callback_id") == SlackForms.Callback:
                return await dialogs.FilledAsync(root, origin);
            case "view_submission" when SlackPayload.Text(root, "view", "callback_id") == SlackChosen.Callback && door.Keep is { } keep:
                return await dialogs.KeepForAsync(root, origin, keep);
            case "view_submission":
                return await dialogs.ReasonAsync(root, origin);
            case "block_suggestion":
                return await dialogs.SuggestAsync(root, origin);
            case "message_action" when SlackPayload.Text(root, "callback_id") == KeepShortcut && door.Keep is { } keep:
                await dialogs.KeepAsync(root, origin, keep);
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
            await dialogs.AskWhyAsync(click, action, asker);
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
        if (type == "block_suggestion") return SlackAnswered.Json(SlackForms.Options([]));
        if (type == "view_submission") return SlackDialogs.Notice(SlackReplies.NotHere, "Nothing was done");
        replies.Decline(SlackForm.Address(SlackPayload.Text(root, "response_url")));
        return SlackAnswered.Nothing;
    }

    /// <summary>The shortcut that begins a deployment from anywhere: there is no channel, so what is for this person alone goes to them directly.</summary>
    private async Task BeginAsync(JsonElement root, SlackOrigin origin)
    {
        var user = origin.At(SlackPayload.Need(root, "user", "id"));
        await AnswerAsync(new LateRequest($"slack:shortcut:{user}:{SlackPayload.Need(root, "action_ts")}", DeployShortcut, null, null, new SlackAsker(user, user)), SlackPayload.Need(root, "trigger_id"));
    }

    private Task HearAsync(SlackMention mention) =>
        AnswerAsync(new LateRequest(mention.Delivery, mention.Words, null, null, new SlackAsker(mention.User, mention.Channel, Thread: mention.Thread)));

    /// <summary>Returns once it is done, or kept so that it will be; the answer follows by itself.</summary>
    /// <param name="trigger">Opens a dialog where the answer is a form; null where none can be opened.</param>
    private async Task AnswerAsync(LateRequest asked, string? trigger = null)
    {
        var reply = AskAsync(asked);
        var inTime = await SlackReplies.InTimeAsync(reply);
        if (inTime && await dialogs.AskedAsync(await reply, asked.Asker.Channel, trigger)) return;
        replies.AnswerLater(reply, asked.Asker, !inTime && await late.KeptAsync(asked, replies.Stopping) ? asked : null);
    }

    private Task<Reply> AskAsync(LateRequest asked) => replies.GuardAsync(() => door.AskAsync(asked, replies.Stopping));

    private static SlackAnswered Shown(Reply reply) =>
        reply.Card is { } card ? SlackAnswered.Json(SlackReply.Of(SlackCards.Render(card)).ToJson()) : SlackAnswered.Nothing;

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

    public static SlackAnswered Json(string json) => new(json);
}
