using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Teams;

/// <summary>Finds the conversation that a service's file or a run means: by its id, or by a channel's name in one of the teams that the bot is in.</summary>
/// <remarks>An address with <c>@</c> before it is the chat with that person alone. A name is <c>Deploys</c>, or <c>Payments/Deploys</c> where several teams have one; <c>#</c> before it is taken too, and case does not matter.</remarks>
internal sealed class TeamsChannels(TeamsClient client, TeamsDirects directs, ITeamsPlaces places, TimeProvider clock)
{
    private readonly AnswerCache<IReadOnlyList<Named>> listed = new(clock, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30));

    public async Task<Outcome<TeamsConversation>> FindAsync(string channel, CancellationToken cancellationToken)
    {
        if (channel.StartsWith('@')) return await directs.FindAsync(channel[1..], cancellationToken);
        var book = await places.NowAsync(cancellationToken);
        if ((book.Find(channel) ?? directs.Find(channel)) is { } known) return new Outcome<TeamsConversation>.Done(known);
        var (named, all) = await NamedAsync(book, cancellationToken);
        if (named.FirstOrDefault(one => one.Id == channel) is { } byId) return new Outcome<TeamsConversation>.Done(byId.In);
        var meant = named.Where(one => one.Is(channel.TrimStart('#').Trim())).DistinctBy(one => one.Id).ToList();
        return meant.Count switch
        {
            1 => new Outcome<TeamsConversation>.Done(meant[0].In),
            > 1 => new Outcome<TeamsConversation>.Never(new Fault("teams-channel-ambiguous", $"Several teams have a channel {channel}.", $"Write TEAM/CHANNEL: {string.Join(", ", meant.Take(5).Select(one => one.Full))}.")),
            _ when !all => new Outcome<TeamsConversation>.Later("The channels in Teams can't be listed now.", TimeSpan.FromSeconds(10)),
            _ => new Outcome<TeamsConversation>.Never(new Fault("teams-channel-unknown", $"The bot is in no team that has a channel {channel}.", "Add the app to the team, or check the name; say something to the bot in the channel if it is a private one.")),
        };
    }

    private async Task<(IReadOnlyList<Named> Named, bool All)> NamedAsync(TeamsBook book, CancellationToken cancellationToken)
    {
        var named = book.Conversations.Values.Where(one => one is { Kind: "channel", Name: not null }).Select(one => new Named(one.Id, one.TeamName, one.Name!, one)).ToList();
        var all = true;
        foreach (var team in book.Teams)
        {
            if (await listed.GetAsync(team.Team!, () => ListAsync(team), cancellationToken) is { } channels) named.AddRange(channels);
            else all = false;
        }

        return (named, all);
    }

    private async Task<(IReadOnlyList<Named>?, bool)> ListAsync(TeamsConversation team)
    {
        if (await client.ChannelsAsync(team.ServiceUrl, team.Team!, CancellationToken.None) is not TeamsAnswer<ChannelsBody>.Ok { Value.Conversations: { } channels }) return (null, false);

        // Its first channel has no name of its own.
        return (channels.Select(channel => new Named(channel.Id, team.TeamName, channel.Name ?? "General", team with { Id = channel.Id, Kind = "channel", Name = channel.Name ?? "General" })).ToImmutableArray(), true);
    }

    private sealed record Named(string Id, string? Team, string Name, TeamsConversation In)
    {
        public string Full => Team is null ? Name : $"{Team}/{Name}";

        public bool Is(string text) => text.Equals(Name, StringComparison.OrdinalIgnoreCase) || text.Equals(Full, StringComparison.OrdinalIgnoreCase);
    }
}
