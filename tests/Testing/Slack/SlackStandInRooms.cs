using System.Text.Json.Nodes;

namespace ChatOps.Testing.Slack;

/// <summary>Who is in the workspace, its channels, and what people write there.</summary>
public sealed partial class SlackStandIn
{
    /// <summary>A channel is archived or renamed; or gone, where <paramref name="change"/> says null.</summary>
    public void Change(string name, Func<StandInChannel, StandInChannel?> change) => Locked(() =>
    {
        var channel = Channels.Values.First(c => c.Name == name);
        if (change(channel) is { } changed) Channels[channel.Id] = changed;
        else Channels.Remove(channel.Id);
    });

    /// <param name="team">Of an organization: in which of its workspaces.</param>
    public StandInChannel AddChannel(string name, bool isPrivate = false, bool isMember = true, bool isArchived = false, string? team = null)
    {
        var channel = new StandInChannel($"C{name.ToUpperInvariant().Replace("-", "", StringComparison.Ordinal)}{team}", name, isPrivate, isArchived) { IsMember = isMember, Team = team };
        Locked(() => Channels[channel.Id] = channel);
        return channel;
    }

    /// <summary>Somebody with an account; <paramref name="change"/> makes a guest or a bot of them, or gives them another id.</summary>
    public string AddUser(string name, string? email, Action<JsonObject>? change = null)
    {
        var id = "U" + name.ToUpperInvariant();
        var profile = new JsonObject { ["display_name"] = name, ["real_name"] = name };
        if (email is not null) profile["email"] = email;
        var user = new JsonObject
        {
            ["id"] = id, ["team_id"] = TeamId, ["name"] = name, ["real_name"] = name, ["deleted"] = false, ["is_bot"] = false, ["is_restricted"] = false,
            ["is_ultra_restricted"] = false, ["profile"] = profile,
        };
        change?.Invoke(user);
        id = (string)user["id"]!;
        Locked(() => Users[id] = user);
        return id;
    }

    public void AddGroup(string handle, params string[] users) => Locked(() => Groups["S" + handle.ToUpperInvariant()] = (handle, users));

    /// <summary>Channels that the bot made.</summary>
    public IReadOnlyList<StandInChannel> Made => Locked(() => Channels.Values.Where(c => c.Creator == Bot).ToList());

    /// <summary>Somebody writes a message in a channel.</summary>
    public KeptMessage Write(string channel, string user, string text) => Locked(() =>
    {
        var message = new KeptMessage(IdOf(channel), NewTs(), null) { Text = text, User = user };
        Kept.Add(message);
        return message;
    });

    /// <summary>The id of a channel, by name with or without <c>#</c>, or id.</summary>
    public string IdOf(string channel) =>
        Channels.Values.FirstOrDefault(c => c.Name == channel.TrimStart('#') || c.Id == channel)?.Id ?? channel;
}
