using System.Text.Json.Nodes;

namespace ChatOps.Testing.Slack;

/// <summary>The methods of the Web API that make channels and furnish them, and what each refuses.</summary>
internal static class SlackRoomMethods
{
    private const int LongestName = 80, LongestTopic = 250, MostInvited = 100;

    public static JsonObject Create(SlackStandIn slack, JsonObject a)
    {
        if (slack.MissingScopes.TryGetValue("conversations.create", out var needed)) return MissingScope(needed);
        var name = (string?)a["name"] ?? "";
        if (name.Length == 0) return SlackMethods.Error("invalid_name_required");
        if (name.Length > LongestName) return SlackMethods.Error("invalid_name_maxlength");
        if (name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_'))) return SlackMethods.Error("invalid_name_specials");

        // Names of archived channels stay taken.
        if (slack.Channels.Values.Any(c => c.Name == name)) return SlackMethods.Error("name_taken");
        var channel = new StandInChannel($"C{Guid.NewGuid().ToString("N")[..10].ToUpperInvariant()}", name, (bool?)a["is_private"] == true, false) { IsMember = true, Creator = SlackStandIn.Bot, Created = slack.Now.ToUnixTimeSeconds() };
        slack.Channels[channel.Id] = channel;
        return SlackMethods.Ok("channel", ToJson(channel));
    }

    public static JsonObject Invite(SlackStandIn slack, JsonObject a)
    {
        if (Member(slack, a, out var channel) is { } refused) return refused;
        var users = ((string?)a["users"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (users.Length is 0 or > MostInvited) return SlackMethods.Error("no_user");
        var errors = users.Select(user => (user, error: user == SlackStandIn.Bot ? "cant_invite_self" : channel!.Members.Contains(user) ? "already_in_channel" : slack.Users.ContainsKey(user) ? null : "user_not_found")).Where(one => one.error is not null).ToList();
        if (errors.Count > 0)
        {
            var answer = SlackMethods.Error(errors[0].error!);
            answer["errors"] = new JsonArray([.. errors.Select(one => (JsonNode)new JsonObject { ["user"] = one.user, ["ok"] = false, ["error"] = one.error })]);
            return answer;
        }

        channel!.Members.UnionWith(users);
        return SlackMethods.Ok("channel", ToJson(channel));
    }

    public static JsonObject SetTopic(SlackStandIn slack, JsonObject a)
    {
        if (Member(slack, a, out var channel) is { } refused) return refused;
        var topic = (string?)a["topic"] ?? "";
        if (topic.Length > LongestTopic) return SlackMethods.Error("too_long");
        channel!.Topic = topic;
        return SlackMethods.Ok("channel", ToJson(channel));
    }

    public static JsonObject Pin(SlackStandIn slack, JsonObject a)
    {
        if (Member(slack, a, out var channel) is { } refused) return refused;
        var ts = (string?)a["timestamp"] ?? "";
        if (!slack.Kept.Any(m => m.Channel == channel!.Id && m.Ts == ts)) return SlackMethods.Error("message_not_found");
        if (channel!.Pins.Contains(ts)) return SlackMethods.Error("already_pinned");
        channel.Pins.Add(ts);
        return new JsonObject { ["ok"] = true };
    }

    public static JsonObject ToJson(StandInChannel channel) => new()
    {
        ["id"] = channel.Id, ["name"] = channel.Name, ["is_channel"] = true, ["is_private"] = channel.IsPrivate, ["is_archived"] = channel.IsArchived, ["created"] = channel.Created, ["creator"] = channel.Creator,
        ["topic"] = new JsonObject { ["value"] = channel.Topic },
    };

    private static JsonObject? Member(SlackStandIn slack, JsonObject a, out StandInChannel? channel)
    {
        if (!slack.Channels.TryGetValue((string?)a["channel"] ?? "", out channel)) return SlackMethods.Error("channel_not_found");
        if (channel.IsArchived) return SlackMethods.Error("is_archived");
        return channel.IsMember ? null : SlackMethods.Error("not_in_channel");
    }

    private static JsonObject MissingScope(string needed)
    {
        var answer = SlackMethods.Error("missing_scope");
        answer["needed"] = needed;
        answer["provided"] = "chat:write,commands";
        return answer;
    }
}
