using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Slack;

/// <summary>Somebody in Slack who types commands and clicks: sends the bot what Slack would send, signed.</summary>
public sealed partial class SlackUser(SlackStandIn slack, string id, HttpClient? bot)
{
    public string Id => id;

    /// <summary>The workspace that they are in; in an organization it may be another than its first.</summary>
    public string TeamId { get; init; } = slack.TeamId;

    /// <summary>Types a slash command with everything behind it: <c>/deploy api v1.2.3 prod</c>.</summary>
    /// <param name="atOnce">Take what is answered at once; else an answer that is put off, as on a slow machine, is waited for like people do.</param>
    public async Task<SlackReceipt> TypeAsync(string channel, string line, bool atOnce = false)
    {
        var before = Late.Count();
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var place = slack.IdOf(channel);
        var form = Form(
            ("token", "unused"), ("team_id", TeamId), ("team_domain", "stand-in"), ("enterprise_id", slack.EnterpriseId ?? ""), ("is_enterprise_install", slack.IsGrid ? "true" : "false"), ("channel_id", place), ("channel_name", channel.TrimStart('#')),
            ("user_id", id), ("user_name", id.ToLowerInvariant()), ("command", space < 0 ? line : line[..space]), ("text", space < 0 ? "" : line[(space + 1)..]),
            ("response_url", slack.NewResponseUrl(id, place, null).AbsoluteUri), ("trigger_id", slack.NewTrigger(id)), ("api_app_id", "A1"));
        var receipt = await SendAsync(new SlackRequestSent("slack/commands", form, "application/x-www-form-urlencoded", place));
        if (atOnce || receipt.Reply?.Says.StartsWith("Working on it", StringComparison.Ordinal) != true) return receipt;
        await slack.ReplyAsync(id, _ => Late.Count() > before, TimeSpan.FromSeconds(60));
        return receipt with { Reply = Late.ElementAt(before) };
    }

    private IEnumerable<KeptReply> Late => slack.Replies.Where(reply => reply.User == id && reply.Via is "response_url" or "chat.postEphemeral");

    /// <summary>Clicks a button of a message as it is now, by its label or the beginning of its action (<c>approve</c>).</summary>
    public Task<SlackReceipt> ClickAsync(KeptMessage message, string labelOrVerb) => ClickAsync(message, Find(message.Buttons, labelOrVerb));

    /// <summary>Clicks the button beside an item, by a part of the item's text.</summary>
    public Task<SlackReceipt> TickAsync(KeptMessage message, string item) =>
        ClickAsync(message, message.Buttons.FirstOrDefault(b => b.Beside.Contains(item, StringComparison.Ordinal)) ?? throw Missing(item, message.Buttons));

    public Task<SlackReceipt> ClickAsync(KeptMessage message, KeptButton button)
    {
        var payload = Click(message.Channel, button, message, isEphemeral: false, message.Ts);
        payload["message"] = slack.Locked(message.ToJson);
        return InteractAsync(payload, message.Channel);
    }

    /// <summary>Clicks a button in something that only this person sees.</summary>
    public Task<SlackReceipt> ClickAsync(KeptReply reply, string labelOrVerb) =>
        InteractAsync(Click(reply.Channel, Find(reply.Buttons, labelOrVerb), null, isEphemeral: true, slack.Locked(slack.NewTs)), reply.Channel);

    /// <summary>Fills in the dialog that asks for a reason, and sends it.</summary>
    public Task<SlackReceipt> SubmitAsync(KeptView view, string? reason) =>
        SendAsync(view, new JsonObject { ["reason"] = new JsonObject { ["reason"] = new JsonObject { ["type"] = "plain_text_input", ["value"] = reason } } });

    /// <summary>Mentions the bot in a channel: <c>deploy api v1.2.3 prod</c>.</summary>
    public Task<SlackReceipt> MentionAsync(string channel, string text) => SayAsync("app_mention", slack.IdOf(channel), $"<@{SlackStandIn.Bot}> {text}", null);

    /// <summary>Writes to the bot alone.</summary>
    public Task<SlackReceipt> WriteAsync(string channel, string text) => SayAsync("message", slack.IdOf(channel), text, "im");

    /// <summary>Puts a reaction to a message.</summary>
    public Task<SlackReceipt> ReactAsync(KeptMessage message, string reaction) => SendAsync(new SlackRequestSent("slack/events", new JsonObject
    {
        ["type"] = "event_callback", ["team_id"] = TeamId, ["enterprise_id"] = slack.EnterpriseId, ["api_app_id"] = "A1", ["event_id"] = "Ev" + Guid.NewGuid().ToString("N"),
        ["event"] = new JsonObject
        {
            ["type"] = "reaction_added", ["user"] = id, ["reaction"] = reaction, ["item_user"] = message.User, ["event_ts"] = slack.Locked(slack.NewTs),
            ["item"] = new JsonObject { ["type"] = "message", ["channel"] = message.Channel, ["ts"] = message.Ts },
        },
    }.ToJsonString(), "application/json", message.Channel));

    /// <summary>Opens the app's Home tab, or another of its tabs.</summary>
    public Task<SlackReceipt> OpenTabAsync(string tab = "home") => SendAsync(new SlackRequestSent("slack/events", new JsonObject
    {
        ["type"] = "event_callback", ["team_id"] = TeamId, ["enterprise_id"] = slack.EnterpriseId, ["api_app_id"] = "A1", ["event_id"] = "Ev" + Guid.NewGuid().ToString("N"),
        ["event"] = new JsonObject { ["type"] = "app_home_opened", ["user"] = id, ["channel"] = "D1", ["tab"] = tab, ["event_ts"] = slack.Locked(slack.NewTs) },
    }.ToJsonString(), "application/json", "D1"));

    /// <summary>Takes the app out of the workspace, or its bot's token back: Slack tells the bot so.</summary>
    /// <param name="type"><c>app_uninstalled</c> or <c>tokens_revoked</c>.</param>
    public Task<SlackReceipt> LeaveAsync(string type) => SendAsync(new SlackRequestSent("slack/events", new JsonObject
    {
        ["type"] = "event_callback", ["team_id"] = TeamId, ["enterprise_id"] = slack.EnterpriseId, ["api_app_id"] = "A1", ["event_id"] = "Ev" + Guid.NewGuid().ToString("N"),
        ["event"] = type == "tokens_revoked" ? new JsonObject { ["type"] = type, ["tokens"] = new JsonObject { ["oauth"] = new JsonArray("UADMIN"), ["bot"] = new JsonArray(SlackStandIn.Bot) } } : new JsonObject { ["type"] = type },
    }.ToJsonString(), "application/json", ""));

    /// <summary>Sends the same bytes again with the same signature, as Slack does when an answer was lost, or somebody who recorded them.</summary>
    public Task<SlackReceipt> RepeatAsync(SlackReceipt receipt) => bot is null ? SendAsync(receipt.Request) : PostAsync(receipt.Request, receipt.Timestamp, receipt.Signature);

    private Task<SlackReceipt> SayAsync(string type, string channel, string text, string? channelType)
    {
        var said = new JsonObject { ["type"] = type, ["user"] = id, ["text"] = text, ["ts"] = slack.Locked(slack.NewTs), ["channel"] = channel, ["team"] = TeamId };
        if (channelType is not null) said["channel_type"] = channelType;
        var callback = new JsonObject
        {
            ["type"] = "event_callback", ["team_id"] = TeamId, ["enterprise_id"] = slack.EnterpriseId, ["api_app_id"] = "A1", ["event"] = said, ["event_id"] = "Ev" + Guid.NewGuid().ToString("N"),
            ["authorizations"] = new JsonArray(new JsonObject { ["enterprise_id"] = slack.EnterpriseId, ["team_id"] = TeamId, ["user_id"] = SlackStandIn.Bot, ["is_bot"] = true, ["is_enterprise_install"] = slack.IsGrid }),
        };
        return SendAsync(new SlackRequestSent("slack/events", callback.ToJsonString(), "application/json", channel));
    }

    private JsonObject Click(string channel, KeptButton button, KeptMessage? message, bool isEphemeral, string ts) => new()
    {
        ["type"] = "block_actions", ["user"] = Me(), ["team"] = Team(), ["enterprise"] = slack.EnterpriseId is { } organization ? new JsonObject { ["id"] = organization } : null, ["is_enterprise_install"] = slack.IsGrid, ["api_app_id"] = "A1", ["token"] = "unused",
        ["container"] = new JsonObject { ["type"] = "message", ["message_ts"] = ts, ["channel_id"] = channel, ["is_ephemeral"] = isEphemeral },
        ["channel"] = new JsonObject { ["id"] = channel, ["name"] = "channel" },
        ["trigger_id"] = slack.NewTrigger(id), ["response_url"] = slack.NewResponseUrl(id, channel, message).AbsoluteUri,
        ["actions"] = new JsonArray(new JsonObject
        {
            ["type"] = "button", ["action_id"] = button.ActionId, ["block_id"] = button.BlockId, ["value"] = button.Value,
            ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = button.Label, ["emoji"] = true }, ["action_ts"] = slack.Locked(slack.NewTs),
        }),
    };

    private Task<SlackReceipt> InteractAsync(JsonObject payload, string channel) =>
        SendAsync(new SlackRequestSent("slack/interactions", Form(("payload", payload.ToJsonString())), "application/x-www-form-urlencoded", channel));

    private async Task<SlackReceipt> SendAsync(SlackRequestSent request)
    {
        if (bot is null) return Receive(request, HttpStatusCode.OK, await slack.Sockets.SendAsync(request), "", "");
        var timestamp = slack.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var key = Encoding.UTF8.GetBytes(slack.SigningSecret);
        var hash = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"v0:{timestamp}:{request.Body}"));
        return await PostAsync(request, timestamp, "v0=" + Convert.ToHexStringLower(hash));
    }

    private async Task<SlackReceipt> PostAsync(SlackRequestSent request, string timestamp, string signature)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, request.Path) { Content = new StringContent(request.Body, Encoding.UTF8) };
        message.Content.Headers.ContentType = new(request.ContentType);
        message.Headers.Add("X-Slack-Request-Timestamp", timestamp);
        message.Headers.Add("X-Slack-Signature", signature);
        using var response = await bot!.SendAsync(message);
        return Receive(request, response.StatusCode, await response.Content.ReadAsStringAsync(), timestamp, signature);
    }

    private SlackReceipt Receive(SlackRequestSent request, HttpStatusCode status, string body, string timestamp, string signature)
    {
        var json = body.StartsWith('{') ? JsonNode.Parse(body) as JsonObject : null;
        KeptReply? reply = null;
        if (request.Path == "slack/commands" && json is not null)
        {
            var blocks = json["blocks"]?.DeepClone() as JsonArray;
            if (blocks is not null && BlockKit.FaultsOf(blocks) is { Count: > 0 } faults) throw new InvalidOperationException("Slack would not show this answer: " + string.Join("; ", faults));
            reply = new KeptReply(id, request.Channel, (string?)json["text"] ?? "", SlackMethods.Named(blocks), "command");
            slack.Show(reply);
        }

        return new SlackReceipt(status, body, reply, json?["errors"] as JsonObject, request, timestamp, signature);
    }

    private static KeptButton Find(IReadOnlyList<KeptButton> buttons, string labelOrVerb) =>
        buttons.FirstOrDefault(b => b.Label == labelOrVerb)
        ?? buttons.FirstOrDefault(b => b.Value?.StartsWith(labelOrVerb + "|", StringComparison.Ordinal) == true || b.Value == labelOrVerb)
        ?? throw Missing(labelOrVerb, buttons);

    private static InvalidOperationException Missing(string wanted, IReadOnlyList<KeptButton> there) =>
        new($"There is no button “{wanted}”; there are: {string.Join(", ", there.Select(b => b.Label))}");

    private JsonObject Me() => new() { ["id"] = id, ["username"] = id.ToLowerInvariant(), ["name"] = id.ToLowerInvariant(), ["team_id"] = TeamId };

    private JsonObject? Team() => slack.IsGrid ? null : new() { ["id"] = TeamId, ["domain"] = "stand-in" };

    private static string Form(params (string Name, string Value)[] fields) =>
        string.Join('&', fields.Select(f => $"{WebUtility.UrlEncode(f.Name)}={WebUtility.UrlEncode(f.Value)}"));
}

/// <summary>What was sent to the bot, to be sent again.</summary>
public sealed record SlackRequestSent(string Path, string Body, string ContentType, string Channel);

/// <summary>What the bot answered.</summary>
/// <param name="Reply">What the person was shown at once; null when nothing was.</param>
/// <param name="Errors">What a dialog was refused with, by field.</param>
public sealed record SlackReceipt(
    HttpStatusCode Status, string Body, KeptReply? Reply, JsonObject? Errors, SlackRequestSent Request, string Timestamp, string Signature);
