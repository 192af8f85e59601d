using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Slack;

/// <summary>The methods of the Web API that the stand-in has, and what each refuses.</summary>
internal static class SlackMethods
{
    // JSON is not promised for the methods that read: theirs comes as a form or not at all.
    private static readonly HashSet<string> FormOnly =
        ["users.info", "usergroups.list", "usergroups.users.list", "conversations.list", "conversations.replies", "users.conversations"];

    public static async Task<JsonObject> ReadAsync(HttpRequest request, string method)
    {
        var arguments = new JsonObject();
        if (request.HasFormContentType)
        {
            foreach (var (name, value) in await request.ReadFormAsync()) arguments[name] = value.ToString();
            return arguments;
        }

        var text = await new StreamReader(request.Body).ReadToEndAsync();
        return FormOnly.Contains(method) || text.Length == 0 ? arguments : JsonNode.Parse(text) as JsonObject ?? arguments;
    }

    public static JsonObject Error(string error, IEnumerable<string>? messages = null)
    {
        var answer = new JsonObject { ["ok"] = false, ["error"] = error };
        if (messages is not null) answer["response_metadata"] = new JsonObject { ["messages"] = new JsonArray([.. messages.Select(m => (JsonNode)m)]) };
        return answer;
    }

    public static JsonObject Call(SlackStandIn slack, string method, JsonObject a) => method switch
    {
        "chat.postMessage" => Post(slack, a),
        "chat.update" => Update(slack, a),
        "chat.postEphemeral" => Ephemeral(slack, a),
        "conversations.history" or "conversations.replies" => History(slack, a, (string?)a["ts"]),
        "conversations.list" => List(slack, a),
        "conversations.join" => Join(slack, a),
        "conversations.create" => SlackRoomMethods.Create(slack, a),
        "conversations.invite" => SlackRoomMethods.Invite(slack, a),
        "conversations.setTopic" => SlackRoomMethods.SetTopic(slack, a),
        "users.conversations" => Page(a, "channels", slack.Channels.Values.Where(c => c.IsMember && !c.IsArchived && !c.Id.StartsWith('D')).Select(SlackRoomMethods.ToJson)),
        "pins.add" => SlackRoomMethods.Pin(slack, a),
        "users.info" => slack.Users.TryGetValue((string?)a["user"] ?? "", out var user) ? Ok("user", user.DeepClone()) : Error(a["user"] is null ? "missing_argument" : "user_not_found"),
        "usergroups.list" => Ok("usergroups", new JsonArray([.. slack.Groups.Select(g => (JsonNode)new JsonObject { ["id"] = g.Key, ["handle"] = g.Value.Handle, ["name"] = g.Value.Handle, ["date_delete"] = 0 })])),
        "usergroups.users.list" => slack.Groups.TryGetValue((string?)a["usergroup"] ?? "", out var group) ? Ok("users", new JsonArray([.. group.Users.Select(u => (JsonNode)u)])) : Error("no_such_subteam"),
        "apps.connections.open" => Ok("url", slack.Sockets.NewAddress().AbsoluteUri),
        "views.publish" => Publish(slack, a),
        "users.lookupByEmail" => slack.Users.Values.FirstOrDefault(u => (string?)u["profile"]?["email"] == (string?)a["email"]) is { } addressed ? Ok("user", addressed.DeepClone()) : Error("users_not_found"),
        "conversations.open" => Direct(slack, (string?)a["users"] ?? ""),
        "views.open" => Open(slack, a),
        "views.update" => Redraw(slack, a),
        "reactions.add" => React(slack, a),
        "chat.unfurl" => Unfurl(slack, a),
        "auth.test" => slack.WhoAmI(),
        "auth.teams.list" => Ok("teams", new JsonArray([.. slack.Teams.Select(team => (JsonNode)new JsonObject { ["id"] = team.Key, ["name"] = team.Value })])),
        _ => Error("unknown_method"),
    };

    /// <summary>The status that an answer to a <c>response_url</c> gets.</summary>
    public static int Respond(SlackStandIn slack, string id, JsonObject body)
    {
        if (!slack.ResponseUrls.TryGetValue(id, out var url) || url.Used >= 5 || slack.Now - url.At > TimeSpan.FromMinutes(30)) return 404;
        url.Used++;
        var blocks = (body["blocks"] as JsonArray)?.DeepClone() as JsonArray;
        if (blocks is not null && BlockKit.FaultsOf(blocks).Count > 0) return 400;
        var text = (string?)body["text"] ?? "";
        if ((bool?)body["replace_original"] == true && url.Message is { } message) Replace(message, text, blocks);
        else slack.Shown.Add(new KeptReply(url.User, url.Channel, text, Named(blocks), "response_url"));
        return 200;
    }

    private static JsonObject Post(SlackStandIn slack, JsonObject a)
    {
        if (Place(slack, a, out var channel) is { } refused) return refused;
        if (Content(a) is { } bad) return bad;
        if ((string?)a["thread_ts"] is { } thread && !slack.Kept.Any(m => m.Channel == channel && m.Ts == thread && m.ThreadTs is null)) return Error("cannot_reply_to_message");
        if (MetadataFault(a["metadata"]) is { } fault) return Error(fault);
        var message = new KeptMessage(channel, slack.NewTs(), (string?)a["thread_ts"]) { Metadata = a["metadata"]?.DeepClone() as JsonObject };
        Fill(message, a);
        slack.Kept.Add(message);
        return new JsonObject { ["ok"] = true, ["channel"] = channel, ["ts"] = message.Ts, ["message"] = message.ToJson() };
    }

    private static JsonObject Update(SlackStandIn slack, JsonObject a)
    {
        if (!slack.Channels.TryGetValue((string?)a["channel"] ?? "", out var channel)) return Error("channel_not_found");
        if (channel.IsArchived) return Error("is_archived");
        if (slack.Kept.FirstOrDefault(m => m.Channel == (string?)a["channel"] && m.Ts == (string?)a["ts"]) is not { } message) return Error("message_not_found");
        if (((string?)a["text"])?.Length > 4000) return Error("msg_too_long");
        if (Content(a) is { } bad) return bad;
        Fill(message, a);
        message.Updates++;
        if (a["metadata"] is JsonObject metadata) message.Metadata = metadata.DeepClone() as JsonObject;
        return new JsonObject { ["ok"] = true, ["channel"] = message.Channel, ["ts"] = message.Ts, ["text"] = message.Text };
    }

    private static JsonObject Ephemeral(SlackStandIn slack, JsonObject a)
    {
        if (Place(slack, a, out var channel) is { } refused) return refused;
        if (!slack.Users.ContainsKey((string?)a["user"] ?? "")) return Error("user_not_in_channel");
        if (Content(a) is { } bad) return bad;
        slack.Shown.Add(new KeptReply((string)a["user"]!, channel, (string?)a["text"] ?? "", Named(a["blocks"]?.DeepClone() as JsonArray), "chat.postEphemeral") { Thread = (string?)a["thread_ts"] });
        return new JsonObject { ["ok"] = true, ["message_ts"] = slack.NewTs() };
    }

    internal static JsonObject? Place(SlackStandIn slack, JsonObject a, out string channel)
    {
        channel = slack.IdOf((string?)a["channel"] ?? "");
        if (slack.Users.ContainsKey(channel)) channel = (string)Direct(slack, channel)["channel"]!["id"]!;
        if (!slack.Channels.TryGetValue(channel, out var found)) return Error("channel_not_found");
        if (found.IsArchived) return Error("is_archived");
        return found.IsMember ? null : Error(found.IsPrivate ? "channel_not_found" : "not_in_channel");
    }

    private static JsonObject? Content(JsonObject a)
    {
        var blocks = a["blocks"] as JsonArray;
        if (string.IsNullOrEmpty((string?)a["text"]) && blocks is not { Count: > 0 }) return Error("no_text");
        if (blocks is null) return null;
        var faults = BlockKit.FaultsOf(blocks);
        return faults.Count > 0 ? Error("invalid_blocks", faults) : null;
    }

    private static string? MetadataFault(JsonNode? metadata)
    {
        if (metadata is null) return null;
        if ((string?)metadata["event_type"] is not { Length: > 0 } || metadata["event_payload"] is not JsonObject) return "invalid_metadata_format";
        return metadata.ToJsonString().Length > 8000 ? "metadata_too_large" : null;
    }

    private static void Fill(KeptMessage message, JsonObject a)
    {
        var blocks = (a["blocks"] as JsonArray)?.DeepClone() as JsonArray;
        var text = (string?)a["text"];
        if (text is null && blocks is null) return;
        Replace(message, text?.Length > 40_000 ? text[..40_000] : text ?? "", blocks is { Count: 0 } ? null : blocks, counts: false);
    }

    private static void Replace(KeptMessage message, string text, JsonArray? blocks, bool counts = true)
    {
        (message.Text, message.Blocks) = (text, Named(blocks));
        if (counts) message.Updates++;
        message.Keep();
    }

    /// <summary>Slack gives a name to each block that has none.</summary>
    internal static JsonArray? Named(JsonArray? blocks)
    {
        foreach (var block in blocks?.OfType<JsonObject>() ?? []) block["block_id"] ??= Guid.NewGuid().ToString("N")[..5];
        return blocks;
    }

    private static JsonObject History(SlackStandIn slack, JsonObject a, string? thread)
    {
        if (Place(slack, a, out var channel) is { } refused) return refused;
        var oldest = decimal.TryParse((string?)a["oldest"], NumberStyles.Number, CultureInfo.InvariantCulture, out var from) ? from : 0;
        if (thread is not null && !slack.Kept.Any(m => m.Channel == channel && m.Ts == thread)) return Error("thread_not_found");
        var latest = decimal.TryParse((string?)a["latest"], NumberStyles.Number, CultureInfo.InvariantCulture, out var until) ? until : decimal.MaxValue;
        var found = slack.Kept
            .Where(m => m.Channel == channel && (thread is null ? m.ThreadTs is null : m.Ts == thread || m.ThreadTs == thread))
            .Where(m => decimal.Parse(m.Ts, CultureInfo.InvariantCulture) is var ts && ts >= oldest && ts <= latest)
            .OrderByDescending(m => m.Ts, StringComparer.Ordinal);
        return Page(a, "messages", found.Select(m =>
        {
            var json = m.ToJson();
            if (m.Metadata is not { } metadata) return json;
            json["metadata"] = a["include_all_metadata"]?.ToString() == "true" ? metadata.DeepClone() : new JsonObject { ["event_type"] = (string?)metadata["event_type"] };
            return json;
        }));
    }

    // With a token for an organization it has to be said of which of its workspaces.
    private static JsonObject List(SlackStandIn slack, JsonObject a) => slack.IsGrid && a["team_id"] is null ? Error("missing_argument") : Page(a, "channels", slack.Channels.Values
        .Where(c => !slack.IsGrid || c.Team == (string?)a["team_id"])
        .Where(c => !c.IsArchived && (!c.IsPrivate || c.IsMember))
        .Select(c => new JsonObject { ["id"] = c.Id, ["name"] = c.Name, ["is_member"] = c.IsMember, ["is_private"] = c.IsPrivate }));

    internal static JsonObject Page(JsonObject a, string name, IEnumerable<JsonObject> all)
    {
        var limit = int.TryParse(a["limit"]?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 100;
        var from = int.TryParse((string?)a["cursor"], NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : 0;
        var rest = all.Skip(from).ToList();
        var answer = Ok(name, new JsonArray([.. rest.Take(limit)]));
        answer["response_metadata"] = new JsonObject { ["next_cursor"] = rest.Count > limit ? (from + limit).ToString(CultureInfo.InvariantCulture) : "" };
        return answer;
    }

    private static JsonObject Join(SlackStandIn slack, JsonObject a)
    {
        if (!slack.Channels.TryGetValue((string?)a["channel"] ?? "", out var channel)) return Error("channel_not_found");
        if (channel.IsPrivate) return Error("method_not_supported_for_channel_type");
        channel.IsMember = true;
        return Ok("channel", new JsonObject { ["id"] = channel.Id, ["name"] = channel.Name });
    }

    /// <summary>The conversation of the bot with one person: <c>DANA</c> for <c>UANA</c>.</summary>
    private static JsonObject Direct(SlackStandIn slack, string user)
    {
        if (!slack.Users.ContainsKey(user)) return Error("user_not_found");
        var id = "D" + user[1..];
        if (!slack.Channels.ContainsKey(id)) slack.Channels[id] = new StandInChannel(id, id, true, false) { IsMember = true };
        return Ok("channel", new JsonObject { ["id"] = id });
    }

    private static JsonObject Open(SlackStandIn slack, JsonObject a)
    {
        var trigger = (string?)a["trigger_id"] ?? "";
        if (!slack.Triggers.Remove(trigger, out var from)) return Error("exchanged_trigger_id");
        if (slack.Now - from.At > TimeSpan.FromSeconds(3)) return Error("expired_trigger_id");
        if (a["view"] is not JsonObject view) return Error("missing_argument");
        var faults = BlockKit.FaultsOfView(view);
        if (faults.Count > 0) return Error("invalid_arguments", faults);
        var kept = new KeptView("V" + Guid.NewGuid().ToString("N")[..8], from.User, (JsonObject)view.DeepClone());
        slack.Opened.Add(kept);
        return Ok("view", new JsonObject { ["id"] = kept.Id });
    }

    private static JsonObject React(SlackStandIn slack, JsonObject a)
    {
        if ((string?)a["channel"] is not { } channel || (string?)a["timestamp"] is not { } message || (string?)a["name"] is not { Length: > 0 } name) return Error("missing_argument");
        return slack.Marks.Add($"{channel} {message} {name}") ? new JsonObject { ["ok"] = true } : Error("already_reacted");
    }

    private static JsonObject Unfurl(SlackStandIn slack, JsonObject a)
    {
        if (a["unfurls"] is not JsonObject { Count: > 0 } unfurls || a["channel"] is null || a["ts"] is null) return Error("missing_unfurls");
        foreach (var (link, shown) in unfurls)
        {
            if (shown?["blocks"] is not JsonArray blocks || BlockKit.FaultsOf(blocks) is { Count: > 0 }) return Error("cannot_parse_attachment");
            slack.Unfurls[link] = BlockKit.TextOf(blocks);
        }

        return new JsonObject { ["ok"] = true };
    }

    private static JsonObject Redraw(SlackStandIn slack, JsonObject a)
    {
        if (slack.Opened.FirstOrDefault(view => view.Id == (string?)a["view_id"]) is not { } kept) return Error("not_found");
        if (a["hash"] is { } hash && (string?)hash != kept.Hash) return Error("hash_conflict");
        if (a["view"] is not JsonObject view) return Error("missing_argument");
        var faults = BlockKit.FaultsOfView(view);
        if (faults.Count > 0) return Error("invalid_arguments", faults);
        kept.Redraw((JsonObject)view.DeepClone());
        return Ok("view", new JsonObject { ["id"] = kept.Id, ["hash"] = kept.Hash });
    }

    private static JsonObject Publish(SlackStandIn slack, JsonObject a)
    {
        if ((string?)a["user_id"] is not { } user || a["view"] is not JsonObject view || view["blocks"] is not JsonArray blocks) return Error("missing_argument");
        if (!slack.Users.ContainsKey(user)) return Error("user_not_found");
        if ((string?)view["type"] != "home") return Error("invalid_arguments", ["must be a home view"]);
        var faults = BlockKit.FaultsOf(blocks, 100);
        if (faults.Count > 0) return Error("invalid_arguments", faults);
        slack.Homes[user] = BlockKit.TextOf(blocks);
        return Ok("view", new JsonObject { ["id"] = "VHOME" + user });
    }

    internal static JsonObject Ok(string name, JsonNode value) => new() { ["ok"] = true, [name] = value };
}
