using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Teams;

/// <summary>Makes channels in a team for incidents, through Microsoft Graph, and calls people to them.</summary>
/// <remarks>
/// Needs the team's consent to <c>Channel.Create.Group</c> and <c>ChannelSettings.ReadWrite.Group</c>, which the app's manifest asks for when it is added. Sources: microsoft-graph-docs,
/// channel-post.md, channel-list.md, channel-patch.md. A try whose answer was lost is found again by the channel's name and by when it was made. Everybody in the team is in the channel,
/// so an invitation is a mention. Nothing pins a message in a channel: the card is its first post.
/// </remarks>
internal sealed partial class TeamsRooms(TeamsGraph graph, TeamsClient client, TeamsChannels channels, TeamsRoster roster, ITeamsPlaces places, ILogger<TeamsRooms> logger) : IRooms
{
    /// <summary>How long a channel's name may be.</summary>
    private const int LongestName = 50;

    // Microsoft's clock and ours may differ.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    public string Surface => "teams";

    public async Task<Outcome<Room>> MakeAsync(ImmutableArray<string> names, bool isPrivate, DateTimeOffset since, string? near, CancellationToken cancellationToken)
    {
        if (isPrivate) return Never("teams-private", "No bot is let into a private channel that it makes in Teams.", "Set private: false in incidents.yaml, or talk under the card.");
        var found = await TeamAsync(near, cancellationToken);
        if (found is not Outcome<TeamsConversation>.Done { Value: var beside }) return Pass<TeamsConversation, Room>(found);
        var details = await client.TeamAsync(beside.ServiceUrl, beside.Team!, cancellationToken);
        if (details is TeamsAnswer<TeamBody>.Failed failed) return TeamsErrors.Judge<Room>(failed.Failure);
        if (details is not TeamsAnswer<TeamBody>.Ok { Value.AadGroupId: { } group }) return Never("teams-team", "Teams does not say which group the team is.", "Talk under the card.");
        foreach (var name in names.Select(one => Shortened(one, names[0])))
        {
            var wanted = new NewChannel(name, "Made for an incident by the deployment bot.", "standard");
            switch (await graph.SendAsync(HttpMethod.Post, $"teams/{Uri.EscapeDataString(group)}/channels", JsonSerializer.SerializeToUtf8Bytes(wanted, TeamsJson.Default.NewChannel), TeamsJson.Default.GraphChannelBody, "making a channel", cancellationToken))
            {
                case TeamsAnswer<GraphChannelBody>.Ok { Value.Id: { } made }:
                    return await KnownAsync(beside, made, name, cancellationToken);
                case TeamsAnswer<GraphChannelBody>.Failed { Failure.Status: 400 or 409 }:
                    var ours = await FindOursAsync(group, name, since - Margin, cancellationToken);
                    if (ours is not Outcome<Taken?>.Done { Value: var taken }) return Pass<Taken?, Room>(ours);
                    if (taken is null) return Never("teams-channel-refused", "Teams makes no channel of this name here.", "The team may have as many channels as it may; or talk under the card.");
                    if (!taken.IsOurs) continue;
                    Log.FoundAgain(logger, name);
                    return await KnownAsync(beside, taken.Id, name, cancellationToken);
                case TeamsAnswer<GraphChannelBody>.Failed { Failure.Status: 403 }:
                    return Never("teams-channel-forbidden", "The bot may make no channels in this team.", "An owner of the team has to add the app anew and agree to Channel.Create.Group (docs/teams.md).");
                case TeamsAnswer<GraphChannelBody>.Failed { Failure: var failure }:
                    return TeamsErrors.Judge<Room>(failure);
                default:
                    return new Outcome<Room>.Later("Microsoft's answer did not name the channel.");
            }
        }

        return Never("teams-name-taken", $"There are channels named {Words.List(names)} already.", "Rename them, or talk where the card is.");
    }

    /// <summary>Whoever is in the team is in the channel: they are called there, once.</summary>
    public async Task<Outcome<ImmutableArray<NotInvited>>> InviteAsync(string channel, ImmutableArray<Person> people, CancellationToken cancellationToken)
    {
        var found = await channels.FindAsync(channel, cancellationToken);
        if (found is not Outcome<TeamsConversation>.Done { Value: var to }) return Pass<TeamsConversation, ImmutableArray<NotInvited>>(found);
        if (await roster.MembersAsync(to, cancellationToken) is not { } members) return new Outcome<ImmutableArray<NotInvited>>.Later("Who is in the team can't be told now.", TimeSpan.FromSeconds(10));
        ImmutableArray<NotInvited> missing = [.. people.Where(person => !members.ContainsKey(person)).Select(person => new NotInvited(person, "not in the team"))];
        var called = people.Where(members.ContainsKey).Select(person => (Person: person, Said: $"<at>{Plain(person.ShortName)}</at>")).ToList();
        var key = $"invite:{to.Id}:{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', people.Select(person => person.Email).Order(StringComparer.Ordinal)))))}";
        if (called.Count == 0 || await places.FindPostedAsync(key, cancellationToken) is not null) return new Outcome<ImmutableArray<NotInvited>>.Done(missing);
        var message = new SentActivity
        {
            Text = $"{string.Join(", ", called.Select(one => one.Said))}: you are wanted here.", TextFormat = "xml",
            Entities = [.. called.Select(one => new SentMention("mention", one.Said, new SentMentioned(members[one.Person], Plain(one.Person.ShortName))))],
        };
        switch (await client.PostAsync(to, null, message, cancellationToken))
        {
            case TeamsAnswer<SentBody>.Failed { Failure: var failure }: return TeamsErrors.Judge<ImmutableArray<NotInvited>>(failure);
            case TeamsAnswer<SentBody>.Ok { Value.Id: var id }: await places.KeepPostedAsync(key, id ?? "", cancellationToken); break;
            default: break;
        }

        return new Outcome<ImmutableArray<NotInvited>>.Done(missing);
    }

    /// <summary>A channel has no topic in Teams; its description is shown beside its name.</summary>
    public async Task<Outcome<Nothing>> SetTopicAsync(string channel, string topic, CancellationToken cancellationToken)
    {
        var found = await channels.FindAsync(channel, cancellationToken);
        if (found is not Outcome<TeamsConversation>.Done { Value: { Team: { } team } of }) return found is Outcome<TeamsConversation>.Done ? Done() : Pass<TeamsConversation, Nothing>(found);
        var details = await client.TeamAsync(of.ServiceUrl, team, cancellationToken);
        if (details is not TeamsAnswer<TeamBody>.Ok { Value.AadGroupId: { } group }) return details is TeamsAnswer<TeamBody>.Failed no ? TeamsErrors.Judge<Nothing>(no.Failure) : Done();
        var wanted = JsonSerializer.SerializeToUtf8Bytes(new ChannelChange(topic), TeamsJson.Default.ChannelChange);
        var answer = await graph.SendAsync(HttpMethod.Patch, $"teams/{Uri.EscapeDataString(group)}/channels/{Uri.EscapeDataString(channel)}", wanted, TeamsJson.Default.GraphChannelBody, "describing a channel", cancellationToken);
        return answer is TeamsAnswer<GraphChannelBody>.Failed { Failure: var failure } ? TeamsErrors.Judge<Nothing>(failure) : Done();
    }

    public Task<Outcome<Nothing>> PinAsync(string channel, string message, CancellationToken cancellationToken) => Task.FromResult<Outcome<Nothing>>(Done());

    /// <summary>What people wrote is not read in Teams: a message that is to be kept comes with the request to keep it.</summary>
    public Task<Outcome<WrittenMessage?>> ReadAsync(string channel, string message, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<WrittenMessage?>>(new Outcome<WrittenMessage?>.Done(null));

    /// <summary>A conversation of the team that a channel belongs to; without one, of the only team that the bot is in.</summary>
    private async Task<Outcome<TeamsConversation>> TeamAsync(string? near, CancellationToken cancellationToken)
    {
        if (near is not null)
        {
            var found = await channels.FindAsync(near, cancellationToken);
            return found is Outcome<TeamsConversation>.Done { Value.Team: null } ? NoTeam("It was declared in no team, and channels are made in teams alone.", "Declare it in a team's channel, or talk under the card.") : found;
        }

        var teams = (await places.NowAsync(cancellationToken)).Teams.ToList();
        return teams switch
        {
            [var only] => new Outcome<TeamsConversation>.Done(only),
            [] => NoTeam("The bot is in no team.", "Add the app to the team where incidents belong."),
            _ => NoTeam("The bot is in several teams, and nothing says in which the channel belongs.", "Set announce: teams:TEAM/CHANNEL in incidents.yaml."),
        };
    }

    /// <summary>The channel that has this name; null when none has.</summary>
    private async Task<Outcome<Taken?>> FindOursAsync(string group, string name, DateTimeOffset since, CancellationToken cancellationToken) =>
        await graph.SendAsync(HttpMethod.Get, $"teams/{Uri.EscapeDataString(group)}/channels?$select=id,displayName,createdDateTime", null, TeamsJson.Default.GraphChannelsBody, "a look at the team's channels", cancellationToken) switch
        {
            TeamsAnswer<GraphChannelsBody>.Ok { Value.Value: { } all } => new Outcome<Taken?>.Done(
                all.FirstOrDefault(one => name.Equals(one.DisplayName, StringComparison.OrdinalIgnoreCase)) is { Id: { } id } same ? new Taken(id, same.CreatedDateTime >= since) : null),
            TeamsAnswer<GraphChannelsBody>.Failed { Failure: var failure } => TeamsErrors.Judge<Taken?>(failure),
            _ => new Outcome<Taken?>.Later("Microsoft's answer named no channels."),
        };

    /// <summary>From now on the bot writes there, before Teams tells it of the channel.</summary>
    private async Task<Outcome<Room>> KnownAsync(TeamsConversation beside, string channel, string name, CancellationToken cancellationToken)
    {
        await places.SeeAsync(beside with { Id = channel, Kind = "channel", Name = name }, cancellationToken);
        return new Outcome<Room>.Done(new Room(channel, name));
    }

    /// <summary>A name within what Teams takes: what makes it another name than the first stays.</summary>
    private static string Shortened(string name, string first)
    {
        if (name.Length <= LongestName) return name;
        var end = name.StartsWith(first, StringComparison.Ordinal) ? name[first.Length..] : "";
        return first[..(LongestName - end.Length)].TrimEnd('-') + end;
    }

    private static string Plain(string name) => name.Replace('<', ' ').Replace('>', ' ').Replace('&', ' ');

    private static Outcome<Nothing>.Done Done() => new(Nothing.Value);

    private static Outcome<Room>.Never Never(string code, string why, string next) => new(new Fault(code, why, next));

    private static Outcome<TeamsConversation>.Never NoTeam(string why, string next) => new(new Fault("teams-team", why, next));

    private static Outcome<TTo> Pass<TFrom, TTo>(Outcome<TFrom> outcome) => outcome switch
    {
        Outcome<TFrom>.Later later => new Outcome<TTo>.Later(later.Why, later.After),
        Outcome<TFrom>.Never never => new Outcome<TTo>.Never(never.Fault),
        _ => throw new InvalidOperationException("A value is not passed on as a failure."),
    };

    /// <summary>A channel that has the name that was wanted.</summary>
    private sealed record Taken(string Id, bool IsOurs);

    private static partial class Log
    {
        [LoggerMessage(341, LogLevel.Information, "The channel {Name} was there already: an earlier try made it")]
        public static partial void FoundAgain(ILogger logger, string name);
    }
}
