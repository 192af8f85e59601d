using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Slack;

/// <summary>People and user groups, of home and of every workspace that installed the app: <c>U123@T456</c>, <c>release-managers@acme</c>.</summary>
/// <remarks>Guests, strangers of shared channels, deactivated accounts and bots are known by name but are nobody: they may only read.</remarks>
internal sealed partial class SlackDirectory(SlackWorkspaces workspaces, TimeProvider clock, ILogger<SlackDirectory> logger) : IDirectory
{
    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeepMissing = TimeSpan.FromSeconds(30);
    private const int LookUpsAtOnce = 4;

    private readonly AnswerCache<Account> accounts = new(clock, Keep, KeepMissing);
    private readonly AnswerCache<IReadOnlyDictionary<string, string>> groups = new(clock, Keep, KeepMissing);
    private readonly AnswerCache<ImmutableHashSet<Person>> members = new(clock, Keep, KeepMissing);

    public string System => "slack";

    public async Task<Account?> FindAccountAsync(string id, CancellationToken cancellationToken)
    {
        // Asked before the cache: of a workspace that is gone nobody is anybody, at once.
        if (id.Length is 0 or > 80 || await FindAsync(SlackId.Read(id), cancellationToken) is not { } workspace) return null;
        return await accounts.GetAsync(id, () => LoadAccountAsync(workspace, SlackId.Read(id).Id), cancellationToken);
    }

    public async Task<ImmutableHashSet<Person>?> FindMembersAsync(string group, CancellationToken cancellationToken)
    {
        var named = SlackId.Read(group.TrimStart('@'));
        return await FindAsync(named, cancellationToken) is { } workspace ? await members.GetAsync(named.ToString(), () => LoadMembersAsync(workspace, named.Id), cancellationToken) : null;
    }

    private async Task<SlackWorkspace?> FindAsync(SlackId id, CancellationToken cancellationToken) =>
        await workspaces.FindAsync(id.Workspace, cancellationToken) is Outcome<SlackWorkspace>.Done { Value: var found } ? found : null;

    private async Task<(Account?, bool)> LoadAccountAsync(SlackWorkspace workspace, string id)
    {
        var answer = await workspace.Client.UserAsync(id, CancellationToken.None);
        if (answer is SlackAnswer<UserBody>.Failed f) Log.Unknown(logger, f.Failure.Error);
        if (answer is not SlackAnswer<UserBody>.Ok { Value.User: { } user }) return (null, false);
        var home = await workspace.FindAsync(CancellationToken.None);
        return (AccountOf(workspace, user, IsAtHome(user, home)), home is not null);
    }

    // Channels shared with other companies bring in people whose addresses we did not verify.
    private static bool IsAtHome(SlackUserBody user, AuthBody? home) => home is not null
        && ((user.TeamId is not null && user.TeamId == home.TeamId)
            || (home.EnterpriseId is not null && user.EnterpriseUser?.EnterpriseId == home.EnterpriseId));

    private static Account AccountOf(SlackWorkspace workspace, SlackUserBody user, bool isAtHome)
    {
        var isBot = user.IsBot || user.Id == "USLACKBOT";
        var known = isAtHome && !isBot && user is { Deleted: false, IsRestricted: false, IsUltraRestricted: false, IsStranger: false };
        var email = user.Profile?.Email;
        var person = known && email?.Contains('@', StringComparison.Ordinal) == true ? new Person(email) : (Person?)null;
        return new Account(workspace.At(user.Id), NameOf(user), person, isBot);
    }

    private static string NameOf(SlackUserBody user) =>
        new[] { user.Profile?.DisplayName, user.Profile?.RealName, user.RealName, user.Name }.FirstOrDefault(n => !string.IsNullOrWhiteSpace(n)) ?? user.Id;

    private async Task<(ImmutableHashSet<Person>?, bool)> LoadMembersAsync(SlackWorkspace workspace, string group)
    {
        if (await GroupIdAsync(workspace, group) is not { } id) return (null, false);
        if (await workspace.Client.GroupUsersAsync(workspace.Team, id, CancellationToken.None) is not SlackAnswer<GroupUsersBody>.Ok { Value.Users: { } users }) return (null, false);
        var people = ImmutableHashSet.CreateBuilder<Person>();
        var all = true;
        foreach (var some in users.Chunk(LookUpsAtOnce))
        {
            foreach (var account in await Task.WhenAll(some.Select(u => FindAccountAsync(workspace.At(u), CancellationToken.None))))
            {
                if (account?.Person is { } person) people.Add(person);
                all &= account is not null;
            }
        }

        // Those who could be told are members for sure; the others are asked for again soon.
        if (!all) Log.Incomplete(logger, group);
        return (people.ToImmutable(), all);
    }

    private async Task<string?> GroupIdAsync(SlackWorkspace workspace, string group)
    {
        var known = await groups.GetAsync(workspace.At(workspace.Team ?? ""), () => LoadGroupsAsync(workspace), CancellationToken.None);
        if (known is null) return null;
        return known.TryGetValue(group, out var id) ? id : known.Values.FirstOrDefault(v => v == group);
    }

    private static async Task<(IReadOnlyDictionary<string, string>?, bool)> LoadGroupsAsync(SlackWorkspace workspace)
    {
        if (await workspace.Client.UserGroupsAsync(workspace.Team, CancellationToken.None) is not SlackAnswer<UserGroupsBody>.Ok { Value.Usergroups: { } listed }) return (null, false);
        var byHandle = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var group in listed.Where(g => g.DateDelete == 0)) byHandle[group.Handle ?? group.Id] = group.Id;
        return (byHandle, true);
    }

    private static partial class Log
    {
        [LoggerMessage(220, LogLevel.Warning, "A Slack account could not be looked up ({Error}); it may only read")]
        public static partial void Unknown(ILogger logger, string error);

        [LoggerMessage(221, LogLevel.Warning, "Not all members of the Slack group {Group} could be looked up")]
        public static partial void Incomplete(ILogger logger, string group);
    }
}
