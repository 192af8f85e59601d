using System.Collections.Concurrent;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Slack;

/// <summary>Finds the id of a workspace's channel by its name. What was read of a long list is kept when Slack asks for a pause halfway.</summary>
internal sealed class SlackChannels(SlackClient client, string? team, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan KeepMissing = TimeSpan.FromSeconds(30);
    private const int MostPages = 20;
    private readonly ConcurrentDictionary<string, string> ids = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> directs = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim reading = new(1, 1);
    private string? cursor;
    private DateTimeOffset readAt;

    /// <summary>The id of <c>#name</c>, or of the conversation with <c>@address</c>; anything that is not a name is an id already.</summary>
    public async Task<Outcome<string>> FindAsync(string channel, CancellationToken cancellationToken)
    {
        if (channel.StartsWith('@')) return await FindDirectAsync(channel[1..], cancellationToken);
        if (!channel.StartsWith('#')) return new Outcome<string>.Done(channel);
        var name = channel[1..];
        if (Known(name, Keep) is { } id) return new Outcome<string>.Done(id);
        await reading.WaitAsync(cancellationToken);
        try
        {
            if (Known(name, Keep) is { } meanwhile) return new Outcome<string>.Done(meanwhile);
            // A missing channel may have been made just now, but not every half second.
            if (cursor is null && clock.GetUtcNow() - readAt < KeepMissing) return Missing(channel);
            return await ReadUntilAsync(name, channel, cancellationToken);
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>Forgets a name whose id no longer works: the channel was deleted or renamed.</summary>
    public void Forget(string channel)
    {
        if (channel.StartsWith('@')) directs.TryRemove(channel[1..], out _);
        if (channel.StartsWith('#')) ids.TryRemove(channel[1..], out _);
    }

    private async Task<Outcome<string>> FindDirectAsync(string email, CancellationToken cancellationToken)
    {
        if (directs.TryGetValue(email, out var known)) return new Outcome<string>.Done(known);
        var user = await client.UserByEmailAsync(email, cancellationToken);
        if (user is SlackAnswer<UserBody>.Failed { Failure: { Error: "users_not_found" } }) return Nobody(email);
        if (user is SlackAnswer<UserBody>.Failed unknown) return SlackErrors.Judge<string>(unknown.Failure);
        if (user is not SlackAnswer<UserBody>.Ok { Value.User: { Deleted: false, IsBot: false } account }) return Nobody(email);
        var opened = await client.OpenDirectAsync(account.Id, cancellationToken);
        if (opened is SlackAnswer<DirectBody>.Failed no) return SlackErrors.Judge<string>(no.Failure);
        if (opened is not SlackAnswer<DirectBody>.Ok { Value.Channel.Id: { Length: > 0 } id }) return new Outcome<string>.Later("Slack's answer did not name the conversation.");
        return new Outcome<string>.Done(directs[email] = id);
    }

    private static Outcome<string> Nobody(string email) => new Outcome<string>.Never(new Fault("slack-users_not_found", $"Nobody in Slack has the address {email}.", "Check the address in oncall.yaml or access.yaml."));

    public void Dispose() => reading.Dispose();

    private string? Known(string name, TimeSpan keep) =>
        ids.TryGetValue(name, out var id) && (clock.GetUtcNow() - readAt < keep || cursor is not null) ? id : null;

    private async Task<Outcome<string>> ReadUntilAsync(string name, string channel, CancellationToken cancellationToken)
    {
        if (cursor is null) ids.Clear();
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await client.ChannelsAsync(team, cursor, cancellationToken);
            if (answer is not SlackAnswer<ChannelsBody>.Ok { Value: var body })
            {
                var failure = ((SlackAnswer<ChannelsBody>.Failed)answer).Failure;
                if (failure.Error == "invalid_cursor") cursor = null;
                return SlackErrors.Judge<string>(failure);
            }

            foreach (var found in body.Channels ?? []) ids[found.Name ?? found.Id] = found.Id;
            readAt = clock.GetUtcNow();
            cursor = string.IsNullOrEmpty(body.ResponseMetadata?.NextCursor) ? null : body.ResponseMetadata.NextCursor;
            if (ids.TryGetValue(name, out var id)) return new Outcome<string>.Done(id);
            if (cursor is null) return Missing(channel);
        }

        return new Outcome<string>.Later("There are many channels; the list is still being read.", TimeSpan.FromSeconds(5));
    }

    private static Outcome<string> Missing(string channel) => new Outcome<string>.Never(new Fault(
        "slack-channel_not_found", $"There is no channel {channel} that the bot can see.", "Check the name; the bot has to be invited to private channels."));
}
