using System.Text.Json.Nodes;

namespace ChatOps.Testing.Slack;

/// <summary>Dialogs, as somebody fills them in.</summary>
public sealed partial class SlackUser
{
    /// <summary>Fills in a dialog, field by field, and sends it; what is not named stays as it is.</summary>
    public Task<SlackReceipt> FillAsync(KeptView view, params (string Field, string? Value)[] answers)
    {
        var values = new JsonObject();
        foreach (var block in view.View["blocks"]!.AsArray().Where(block => (string?)block!["type"] == "input"))
        {
            var (field, element) = (NameOf(block!), block!["element"]!);
            var select = (string?)element["type"] is "static_select" or "external_select";
            var value = answers.Where(answer => answer.Field == field).Select(answer => answer.Value).FirstOrDefault((string?)(select ? element["initial_option"]?["value"] : element["initial_value"]));
            if (element["options"] is JsonArray options && value is not null && options.All(option => (string?)option!["value"] != value)) throw new InvalidOperationException($"{field} has no choice {value}.");
            if (value is null && (bool?)block["optional"] != true) throw new InvalidOperationException($"{field} has to be filled in.");
            Put(values, block, value);
        }

        return SendAsync(view, values);
    }

    /// <summary>Chooses something in an open dialog, where the bot wants to know it at once.</summary>
    public async Task<SlackReceipt> ChooseAsync(KeptView view, string field, string value)
    {
        var block = BlockOf(view, field);
        if ((bool?)block["dispatch_action"] != true) throw new InvalidOperationException($"Slack would not tell the bot of {field} before the dialog is sent.");
        var values = new JsonObject();
        Put(values, block, value);
        return await InteractAsync(new JsonObject
        {
            ["type"] = "block_actions", ["user"] = Me(), ["team"] = Team(), ["enterprise"] = slack.EnterpriseId is { } organization ? new JsonObject { ["id"] = organization } : null, ["is_enterprise_install"] = slack.IsGrid, ["api_app_id"] = "A1", ["container"] = new JsonObject { ["type"] = "view", ["view_id"] = view.Id },
            ["trigger_id"] = slack.NewTrigger(id), ["view"] = Shown(view, values),
            ["actions"] = new JsonArray(new JsonObject
            {
                ["type"] = "static_select", ["block_id"] = (string?)block["block_id"], ["action_id"] = (string?)block["element"]!["action_id"], ["action_ts"] = slack.Locked(slack.NewTs),
                ["selected_option"] = new JsonObject { ["value"] = value },
            }),
        }, "");
    }

    /// <summary>Types into a list that is looked through, and gives what is offered: labels by value.</summary>
    public async Task<IReadOnlyList<(string Value, string Label)>> LookAsync(KeptView view, string field, string typed)
    {
        var block = BlockOf(view, field);
        if ((string?)block["element"]!["type"] != "external_select") throw new InvalidOperationException($"{field} is no list to look through.");
        var payload = new JsonObject
        {
            ["type"] = "block_suggestion", ["user"] = Me(), ["team"] = Team(), ["enterprise"] = slack.EnterpriseId is { } organization ? new JsonObject { ["id"] = organization } : null, ["is_enterprise_install"] = slack.IsGrid, ["api_app_id"] = "A1", ["container"] = new JsonObject { ["type"] = "view", ["view_id"] = view.Id },
            ["action_id"] = (string?)block["element"]!["action_id"], ["block_id"] = (string?)block["block_id"], ["value"] = typed, ["view"] = Shown(view, []),
        };
        var receipt = await SendAsync(new SlackRequestSent("slack/options", Form(("payload", payload.ToJsonString())), "application/x-www-form-urlencoded", ""));
        return [.. JsonNode.Parse(receipt.Body)!["options"]!.AsArray().Select(option => ((string)option!["value"]!, (string)option["text"]!["text"]!))];
    }

    /// <summary>Uses a shortcut of the app, from anywhere.</summary>
    public Task<SlackReceipt> ShortcutAsync(string callback) => InteractAsync(new JsonObject
    {
        ["type"] = "shortcut", ["callback_id"] = callback, ["user"] = Me(), ["team"] = Team(), ["action_ts"] = slack.Locked(slack.NewTs), ["trigger_id"] = slack.NewTrigger(id),
    }, "");

    /// <summary>Uses a shortcut on a message that somebody wrote.</summary>
    /// <param name="message">Its time; it need not be one that the stand-in keeps.</param>
    public Task<SlackReceipt> ShortcutAsync(string callback, string channel, string message, string author, string text, string? thread = null)
    {
        var place = slack.IdOf(channel);
        return InteractAsync(new JsonObject
        {
            ["type"] = "message_action", ["callback_id"] = callback, ["user"] = Me(), ["team"] = Team(), ["action_ts"] = slack.Locked(slack.NewTs), ["trigger_id"] = slack.NewTrigger(id),
            ["channel"] = new JsonObject { ["id"] = place, ["name"] = channel }, ["message_ts"] = message, ["message"] = new JsonObject { ["type"] = "message", ["ts"] = message, ["user"] = author, ["text"] = text, ["thread_ts"] = thread },
            ["response_url"] = slack.NewResponseUrl(id, place, null).AbsoluteUri,
        }, place);
    }

    /// <summary>Writes in the thread of a message, to everybody there; gives the new message's time.</summary>
    public async Task<string> ReplyAsync(string channel, string thread, string text)
    {
        var ts = slack.Locked(slack.NewTs);
        await TellAsync(channel, new JsonObject { ["type"] = "message", ["channel_type"] = "channel", ["user"] = id, ["text"] = text, ["ts"] = ts, ["thread_ts"] = thread, ["channel"] = slack.IdOf(channel), ["team"] = TeamId });
        return ts;
    }

    /// <summary>Shares a link of the bot's.</summary>
    public Task<SlackReceipt> ShareAsync(string channel, string link, bool outside = false) => TellAsync(channel, new JsonObject
    {
        ["type"] = "link_shared", ["user"] = id, ["channel"] = slack.IdOf(channel), ["message_ts"] = slack.Locked(slack.NewTs), ["links"] = new JsonArray(new JsonObject { ["domain"] = new Uri(link).Host, ["url"] = link }),
    }, outside);

    private Task<SlackReceipt> TellAsync(string channel, JsonObject what, bool outside = false) => SendAsync(new SlackRequestSent("slack/events", new JsonObject
    {
        ["type"] = "event_callback", ["team_id"] = TeamId, ["api_app_id"] = "A1", ["event"] = what, ["event_id"] = "Ev" + Guid.NewGuid().ToString("N"), ["is_ext_shared_channel"] = outside,
        ["authorizations"] = new JsonArray(new JsonObject { ["user_id"] = SlackStandIn.Bot, ["is_bot"] = true }),
    }.ToJsonString(), "application/json", channel));

    private async Task<SlackReceipt> SendAsync(KeptView view, JsonObject values)
    {
        var receipt = await InteractAsync(new JsonObject
        {
            ["type"] = "view_submission", ["team"] = Team(), ["user"] = Me(), ["api_app_id"] = "A1", ["trigger_id"] = slack.NewTrigger(id), ["view"] = Shown(view, values),
        }, "");
        if (receipt.Errors is null) view.IsClosed = true;
        return receipt;
    }

    private static JsonObject Shown(KeptView view, JsonObject values)
    {
        var shown = (JsonObject)view.View.DeepClone();
        shown["id"] = view.Id;
        shown["hash"] = view.Hash;
        shown["state"] = new JsonObject { ["values"] = values };
        return shown;
    }

    private static void Put(JsonObject values, JsonNode block, string? value)
    {
        var element = block["element"]!;
        var select = (string?)element["type"] is "static_select" or "external_select";
        var state = new JsonObject { ["type"] = (string?)element["type"] };
        state[select ? "selected_option" : "value"] = select && value is not null ? new JsonObject { ["value"] = value } : value;
        values[(string)block["block_id"]!] = new JsonObject { [(string)element["action_id"]!] = state };
    }

    private static JsonNode BlockOf(KeptView view, string field) =>
        view.View["blocks"]!.AsArray().FirstOrDefault(block => NameOf(block!) == field) ?? throw new InvalidOperationException($"There is no field {field}.");

    private static string NameOf(JsonNode block) => ((string?)block["block_id"] ?? "").Split('~')[0];
}
