using System.Collections.Immutable;

namespace ChatOps.Runbooks.Access;

/// <summary>A system that knows people or groups: Slack, Teams, Entra ID, PagerDuty.</summary>
/// <remarks>Answers come from a cache of a few minutes; a look-up that fails counts as "not known", never as a yes.</remarks>
public interface IDirectory
{
    /// <summary>As access.yaml and places name it: <c>slack</c>, <c>teams</c>, <c>entra</c>.</summary>
    string System { get; }

    /// <summary>The account with this id, or null when the system does not know it or does not answer.</summary>
    Task<Account?> FindAccountAsync(string id, CancellationToken cancellationToken);

    /// <summary>Members of a group of that system, by its handle or id; null when it can't be told now.</summary>
    Task<ImmutableHashSet<Person>?> FindMembersAsync(string group, CancellationToken cancellationToken);
}

/// <summary>An account in a system.</summary>
/// <param name="Person">Null where the account has no verified e-mail address, is a guest or was deactivated: it may only read.</param>
public sealed record Account(string Id, string Name, Person? Person, bool IsBot);

/// <summary>Somebody that the demo lets you be.</summary>
/// <param name="Role">A few words: <c>engineer</c>, <c>release manager</c>, <c>on call</c>.</param>
public sealed record Persona(Person Person, string Name, string Role);
