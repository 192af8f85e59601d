using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

/// <summary>People in Teams, by the roster of a conversation that they are in.</summary>
/// <remarks>Guests, people of other tenants, anonymous ones and bots are known by name but are nobody: they may only read. Groups are Entra's: <see cref="EntraDirectory"/>.</remarks>
internal sealed partial class TeamsDirectory(TeamsClient client, ITeamsPlaces places, IOptionsMonitor<TeamsOptions> options, TimeProvider clock, ILogger<TeamsDirectory> logger) : IDirectory, ITeamsSightings
{
    private const int MostSightings = 20_000;
    private const int MostTeams = 10;
    private readonly AnswerCache<Account> accounts = new(clock, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30));
    private readonly ConcurrentDictionary<string, string> lastSeen = new(StringComparer.Ordinal);

    public string System => "teams";

    public void Saw(string account, string conversation)
    {
        // Only a hint where to ask first.
        if (lastSeen.Count > MostSightings) lastSeen.Clear();
        lastSeen[account] = conversation;
    }

    /// <param name="id">As Teams calls the account towards this bot: <c>29:…</c>.</param>
    public Task<Account?> FindAccountAsync(string id, CancellationToken cancellationToken) =>
        id.Length is 0 or > 300 ? Task.FromResult<Account?>(null)
        : id.StartsWith("28:", StringComparison.Ordinal) ? Task.FromResult<Account?>(new Account(id, "A bot", null, IsBot: true))
        : accounts.GetAsync(id, () => LoadAsync(id), cancellationToken);

    public Task<ImmutableHashSet<Person>?> FindMembersAsync(string group, CancellationToken cancellationToken) => Task.FromResult<ImmutableHashSet<Person>?>(null);

    /// <summary>The address of somebody of our own tenant; null for guests, strangers and whoever has none.</summary>
    internal static string? AddressOf(MemberBody member)
    {
        if (member.UserRole is not (null or "" or "user" or "owner" or "admin") || member.EntraId is not { Length: > 0 }) return null;
        var upn = member.UserPrincipalName;

        // An account from elsewhere that was invited here: its address was verified by others, or by nobody.
        if (upn?.Contains("#EXT#", StringComparison.OrdinalIgnoreCase) == true) return null;
        return new[] { member.Email, upn }.FirstOrDefault(address => address?.Contains('@', StringComparison.Ordinal) == true);
    }

    private async Task<(Account?, bool)> LoadAsync(string id)
    {
        var book = await places.NowAsync(CancellationToken.None);
        var first = lastSeen.TryGetValue(id, out var seen) ? book.Find(seen) : null;
        foreach (var conversation in book.Teams.Take(MostTeams).Prepend(first).OfType<TeamsConversation>())
        {
            switch (await client.MemberAsync(conversation, id, CancellationToken.None))
            {
                case TeamsAnswer<MemberBody>.Ok { Value: var member } when member.Id == id || member.EntraId == id:
                    return (AccountOf(id, member), true);
                case TeamsAnswer<MemberBody>.Failed { Failure: var failure } when failure.Status is not (403 or 404):
                    Log.Unknown(logger, failure.Status, failure.Code);
                    return (null, false);
            }
        }

        return (null, false);
    }

    private Account AccountOf(string id, MemberBody member)
    {
        var current = options.CurrentValue;
        var atHome = !current.Registered || string.Equals(member.TenantId ?? current.TenantId, current.TenantId, StringComparison.OrdinalIgnoreCase);
        var address = atHome ? AddressOf(member) : null;
        return new Account(id, ShownText.Fit(string.IsNullOrWhiteSpace(member.Name) ? address ?? "Somebody" : member.Name, 80), address is null ? null : new Person(address), IsBot: false);
    }

    private static partial class Log
    {
        [LoggerMessage(320, LogLevel.Warning, "A Teams account could not be looked up ({Status} {Code}); it may only read")]
        public static partial void Unknown(ILogger logger, int status, string code);
    }
}

/// <summary>Takes notice of where somebody was seen, which is where they can be looked up.</summary>
public interface ITeamsSightings
{
    void Saw(string account, string conversation);
}
