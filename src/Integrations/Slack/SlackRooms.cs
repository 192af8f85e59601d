using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Slack;

/// <summary>Makes channels in Slack for incidents, invites people, sets topics, pins, and reads what people wrote.</summary>
/// <remarks>
/// <c>conversations.create</c> can't be repeated: a second try says <c>name_taken</c>. The channel is ours when the bot itself made it since it was wanted; the bot is a member
/// of every channel that it made, so it looks among its own (<c>users.conversations</c>) rather than through all there are. A channel is made in the workspace it belongs beside.
/// </remarks>
internal sealed partial class SlackRooms(SlackWorkspaces workspaces, ILogger<SlackRooms> logger) : IRooms
{
    private const int MostPages = 20;

    // Slack's clock and ours may differ.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    public string Surface => "slack";

    public async Task<Outcome<Room>> MakeAsync(ImmutableArray<string> names, bool isPrivate, DateTimeOffset since, string? near, CancellationToken cancellationToken)
    {
        var where = await WhereAsync(near, cancellationToken);
        if (where is not Outcome<SlackWorkspace>.Done { Value: var workspace }) return Pass<SlackWorkspace, Room>(where);
        foreach (var name in names)
        {
            switch (await workspace.Client.CreateAsync(name, isPrivate, workspace.Team, cancellationToken))
            {
                case SlackAnswer<ChannelMadeBody>.Ok { Value.Channel: { } made }:
                    return new Outcome<Room>.Done(new Room(workspace.At(made.Id), made.Name ?? name));
                case SlackAnswer<ChannelMadeBody>.Failed { Failure.Error: "name_taken" }:
                    var found = await FindOursAsync(workspace, name, since - Margin, cancellationToken);
                    if (found is not Outcome<Room?>.Done { Value: var ours }) return Pass<Room?, Room>(found);
                    if (ours is null) continue;
                    Log.FoundAgain(logger, name);
                    return new Outcome<Room>.Done(ours);
                case SlackAnswer<ChannelMadeBody>.Failed failed:
                    return SlackErrors.Judge<Room>(failed.Failure);
                default:
                    return new Outcome<Room>.Later("Slack's answer did not name the channel.");
            }
        }

        return new Outcome<Room>.Never(new Fault("slack-name_taken", $"There are channels named {Words.List(names)} already.", "Rename them, or talk where the card is."));
    }

    public Task<Outcome<ImmutableArray<NotInvited>>> InviteAsync(string channel, ImmutableArray<Person> people, CancellationToken cancellationToken) =>
        InAsync(channel, (client, id) => InviteAsync(client, id, people, cancellationToken), cancellationToken);

    public Task<Outcome<Nothing>> SetTopicAsync(string channel, string topic, CancellationToken cancellationToken) => InAsync(channel, async (client, id) =>
        await client.SetTopicAsync(id, topic, cancellationToken) is SlackAnswer<SlackBody>.Failed failed ? SlackErrors.Judge<Nothing>(failed.Failure) : new Outcome<Nothing>.Done(Nothing.Value), cancellationToken);

    public Task<Outcome<Nothing>> PinAsync(string channel, string message, CancellationToken cancellationToken) => InAsync(channel, async (client, id) =>
        await client.PinAsync(id, message, cancellationToken) is SlackAnswer<SlackBody>.Failed { Failure: { Error: not "already_pinned" } failure } ? SlackErrors.Judge<Nothing>(failure) : new Outcome<Nothing>.Done(Nothing.Value), cancellationToken);

    public Task<Outcome<WrittenMessage?>> ReadAsync(string channel, string message, CancellationToken cancellationToken) =>
        InAsync(channel, (client, id) => ReadAsync(client, id, message, cancellationToken), cancellationToken);

    /// <summary>The workspace of a channel. The token of an organization is for none of its workspaces in particular: where none is named, it is home's.</summary>
    private async Task<Outcome<SlackWorkspace>> WhereAsync(string? near, CancellationToken cancellationToken)
    {
        var found = await workspaces.FindAsync(near is null ? null : SlackId.Read(near).Workspace, cancellationToken);
        return found is Outcome<SlackWorkspace>.Done { Value: { Install.IsGrid: true, Team: null } } ? await workspaces.FindAsync(null, cancellationToken) : found;
    }

    /// <summary>Does something in a channel, by whom the bot is in its workspace.</summary>
    private async Task<Outcome<T>> InAsync<T>(string channel, Func<SlackClient, string, Task<Outcome<T>>> act, CancellationToken cancellationToken)
    {
        var id = SlackId.Read(channel);
        var found = await workspaces.FindAsync(id.Workspace, cancellationToken);
        return found is Outcome<SlackWorkspace>.Done { Value.Client: var client } ? await act(client, id.Id) : Pass<SlackWorkspace, T>(found);
    }

    private static async Task<Outcome<ImmutableArray<NotInvited>>> InviteAsync(SlackClient client, string channel, ImmutableArray<Person> people, CancellationToken cancellationToken)
    {
        var missing = ImmutableArray.CreateBuilder<NotInvited>();
        var accounts = new List<(Person Person, string Id)>();
        foreach (var person in people)
        {
            switch (await client.UserByEmailAsync(person.Email, cancellationToken))
            {
                case SlackAnswer<UserBody>.Ok { Value.User: { Deleted: false, IsBot: false } user }: accounts.Add((person, user.Id)); break;
                case SlackAnswer<UserBody>.Ok or SlackAnswer<UserBody>.Failed { Failure.Error: "users_not_found" }: missing.Add(new NotInvited(person, "no account in Slack")); break;
                case SlackAnswer<UserBody>.Failed failed: return SlackErrors.Judge<ImmutableArray<NotInvited>>(failed.Failure);
                default: break;
            }
        }

        if (accounts.Count == 0 || await client.InviteAsync(channel, accounts.Select(one => one.Id), cancellationToken) is SlackAnswer<SlackBody>.Ok) return new Outcome<ImmutableArray<NotInvited>>.Done(missing.ToImmutable());

        // Of several one may be in already, or may not be let in: then nobody was invited.
        foreach (var (person, id) in accounts)
        {
            if (await client.InviteAsync(channel, [id], cancellationToken) is not SlackAnswer<SlackBody>.Failed { Failure: var no } || no.Error is "already_in_channel" or "cant_invite_self") continue;
            if (no.Error is "missing_scope" or "channel_not_found" or "is_archived" or "not_in_channel" || SlackErrors.Judge<Nothing>(no) is Outcome<Nothing>.Later) return SlackErrors.Judge<ImmutableArray<NotInvited>>(no);
            missing.Add(new NotInvited(person, no.Error.Replace('_', ' ')));
        }

        return new Outcome<ImmutableArray<NotInvited>>.Done(missing.ToImmutable());
    }

    private static async Task<Outcome<WrittenMessage?>> ReadAsync(SlackClient client, string channel, string message, CancellationToken cancellationToken)
    {
        var answer = await client.MessageAsync(channel, message, cancellationToken);
        if (answer is SlackAnswer<HistoryBody>.Failed { Failure: var failure }) return failure.Error is "thread_not_found" or "message_not_found" ? new Outcome<WrittenMessage?>.Done(null) : SlackErrors.Judge<WrittenMessage?>(failure);
        if (((SlackAnswer<HistoryBody>.Ok)answer).Value.Messages?.FirstOrDefault(one => one.Ts == message) is not { } found) return new Outcome<WrittenMessage?>.Done(null);
        var author = found.User is { } user && await client.UserAsync(user, cancellationToken) is SlackAnswer<UserBody>.Ok { Value.User: { } account } ? account.Profile?.DisplayName ?? account.RealName ?? account.Name : null;
        return new Outcome<WrittenMessage?>.Done(new WrittenMessage(SlackText.Read(found.Text), author ?? "somebody", SlackText.TimeOf(message) ?? DateTimeOffset.UnixEpoch));
    }

    private static async Task<Outcome<Room?>> FindOursAsync(SlackWorkspace workspace, string name, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if ((await workspace.FindAsync(cancellationToken))?.UserId is not { } me) return new Outcome<Room?>.Later("Slack did not say who the bot is.");
        string? cursor = null;
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await workspace.Client.OwnChannelsAsync(cursor, workspace.Team, cancellationToken);
            if (answer is not SlackAnswer<ChannelsBody>.Ok { Value: var body }) return SlackErrors.Judge<Room?>(((SlackAnswer<ChannelsBody>.Failed)answer).Failure);
            if (body.Channels?.FirstOrDefault(one => one.Name == name) is { } found)
                return new Outcome<Room?>.Done(found.Creator == me && DateTimeOffset.FromUnixTimeSeconds(found.Created) >= since ? new Room(workspace.At(found.Id), name) : null);
            if (string.IsNullOrEmpty(cursor = body.ResponseMetadata?.NextCursor)) return new Outcome<Room?>.Done(null);
        }

        return new Outcome<Room?>.Done(null);
    }

    private static Outcome<TTo> Pass<TFrom, TTo>(Outcome<TFrom> outcome) => outcome switch
    {
        Outcome<TFrom>.Later later => new Outcome<TTo>.Later(later.Why, later.After),
        Outcome<TFrom>.Never never => new Outcome<TTo>.Never(never.Fault),
        _ => throw new InvalidOperationException("A value is not passed on as a failure."),
    };

    private static partial class Log
    {
        [LoggerMessage(233, LogLevel.Information, "Found the Slack channel {Name} whose making had not been answered")]
        public static partial void FoundAgain(ILogger logger, string name);
    }
}
