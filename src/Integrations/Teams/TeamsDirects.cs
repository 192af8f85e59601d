using System.Collections.Concurrent;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

/// <summary>Finds, or opens, the chat with one person, by their address: people are looked for in the teams and personal chats that the bot is in.</summary>
/// <remarks>Opening a chat that is open gives the same one (POST v3/conversations).</remarks>
internal sealed class TeamsDirects(TeamsClient client, TeamsRoster roster, ITeamsPlaces places, IOptionsMonitor<TeamsOptions> options)
{
    private const int MostTeams = 20, MostChats = 50;
    private readonly ConcurrentDictionary<string, TeamsConversation> opened = new(StringComparer.Ordinal);

    /// <summary>A chat that was opened here, by its id.</summary>
    public TeamsConversation? Find(string id) => opened.Values.FirstOrDefault(one => one.Id == id);

    public async Task<Outcome<TeamsConversation>> FindAsync(string address, CancellationToken cancellationToken)
    {
        var person = new Person(address);
        if (opened.TryGetValue(person.Email, out var known)) return new Outcome<TeamsConversation>.Done(known);
        var (book, all) = (await places.NowAsync(cancellationToken), true);
        foreach (var team in book.Teams.Take(MostTeams))
        {
            if (await roster.IdsAsync(team, [person], cancellationToken) is not { } ids) all = false;
            else if (ids is [var id, ..]) return await OpenAsync(person, team, id, cancellationToken);
        }

        foreach (var chat in book.Conversations.Values.Where(one => one.Kind == "personal").OrderBy(one => one.Id, StringComparer.Ordinal).Take(MostChats))
        {
            if (await roster.IdsAsync(chat, [person], cancellationToken) is not { } ids) all = false;
            else if (!ids.IsEmpty) return new Outcome<TeamsConversation>.Done(opened[person.Email] = chat);
        }

        return all
            ? new Outcome<TeamsConversation>.Never(new Fault("teams-person-unknown", $"Nobody in the teams that the bot is in has the address {person.Email}.", "Check the address, or add the app to a team of theirs."))
            : new Outcome<TeamsConversation>.Later("Who is in Teams can't be told now.", TimeSpan.FromSeconds(10));
    }

    private async Task<Outcome<TeamsConversation>> OpenAsync(Person person, TeamsConversation team, string id, CancellationToken cancellationToken)
    {
        var wanted = new NewConversation(IsGroup: false, new SentAccount(team.Bot), [new SentAccount(id)], options.CurrentValue.TenantId);
        return await client.OpenAsync(team, wanted, cancellationToken) switch
        {
            TeamsAnswer<SentBody>.Ok { Value.Id: { Length: > 0 } chat } => new Outcome<TeamsConversation>.Done(opened[person.Email] = new TeamsConversation(chat, "personal", team.ServiceUrl, team.Bot)),
            TeamsAnswer<SentBody>.Failed { Failure: var failure } => TeamsErrors.Judge<TeamsConversation>(failure),
            _ => new Outcome<TeamsConversation>.Later("Teams' answer did not name the conversation."),
        };
    }
}
