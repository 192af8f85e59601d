using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;

namespace ChatOps.Integrations.Teams;

/// <summary>Who is in a conversation, by address: to show people what is for them.</summary>
internal sealed class TeamsRoster(TeamsClient client, TimeProvider clock)
{
    private const int MostPages = 10;
    private readonly AnswerCache<IReadOnlyDictionary<Person, string>> kept = new(clock, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30));

    /// <summary>The ids (<c>29:…</c>) of these people; null when it can't be told of all of them.</summary>
    public async Task<ImmutableArray<string>?> IdsAsync(TeamsConversation conversation, IReadOnlyCollection<Person> people, CancellationToken cancellationToken)
    {
        if (people.Count == 0 || await kept.GetAsync(conversation.Id, () => LoadAsync(conversation), cancellationToken) is not { } members) return null;

        // Who is not in the conversation can't see the card there: nobody waits for them.
        return [.. people.Select(person => members.GetValueOrDefault(person)).OfType<string>().Order(StringComparer.Ordinal)];
    }

    /// <summary>Everybody in the conversation with their ids; null when it can't be told.</summary>
    public Task<IReadOnlyDictionary<Person, string>?> MembersAsync(TeamsConversation conversation, CancellationToken cancellationToken) =>
        kept.GetAsync(conversation.Id, () => LoadAsync(conversation), cancellationToken);

    private async Task<(IReadOnlyDictionary<Person, string>?, bool)> LoadAsync(TeamsConversation conversation)
    {
        var members = ImmutableDictionary.CreateBuilder<Person, string>();
        string? from = null;
        for (var page = 0; page < MostPages; page++)
        {
            if (await client.MembersAsync(conversation, from, CancellationToken.None) is not TeamsAnswer<MembersBody>.Ok { Value: var body }) return (null, false);
            foreach (var member in body.Members ?? [])
            {
                if (TeamsDirectory.AddressOf(member) is { } address) members[new Person(address)] = member.Id;
            }

            from = body.ContinuationToken;
            if (string.IsNullOrEmpty(from)) return (members.ToImmutable(), true);
        }

        return (null, true);
    }
}
