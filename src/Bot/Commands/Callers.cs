using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Language;

namespace ChatOps.Bot.Commands;

/// <summary>Turns an account of some system, or a persona of the demo, into a caller with their groups.</summary>
internal sealed class Callers(IEnumerable<IDirectory> directories, Func<Configuration> configuration)
{
    private readonly ImmutableArray<IDirectory> all = [.. directories];

    /// <summary>Whom the demo lets one be; empty outside the demo, where the console only reads.</summary>
    public ImmutableArray<Persona> Personas => configuration().Access.Demo;

    /// <summary>The caller behind an account; one that may only read when it can't be resolved.</summary>
    public async Task<Caller> ResolveAsync(string system, string accountId, CancellationToken cancellationToken)
    {
        var directory = all.FirstOrDefault(one => one.System == system);
        var account = directory is null ? null : await directory.FindAccountAsync(accountId, cancellationToken);
        if (account is null) return Caller.Unknown("This account");
        return account.Person is { } person
            ? new Caller(person, account.Name, await GroupsAsync(person, cancellationToken), account.IsBot)
            : new Caller(null, account.Name, [], account.IsBot);
    }

    /// <summary>The caller for a persona of the demo, or a reader when there is none with that address.</summary>
    public async Task<Caller> PersonaAsync(string? email, CancellationToken cancellationToken)
    {
        var persona = email is null ? null : Personas.FirstOrDefault(one => one.Person == new Person(email));
        return persona is null ? Caller.Unknown("Whoever reads here") : await KnownAsync(persona.Person, persona.Name, cancellationToken);
    }

    /// <summary>The caller for a person whose address was verified in some other way.</summary>
    public async Task<Caller> KnownAsync(Person person, string name, CancellationToken cancellationToken) =>
        new(person, name, await GroupsAsync(person, cancellationToken));

    /// <summary>The person that a word means: an address, or a mention of an account; null when it can't be told.</summary>
    public async Task<Person?> FindAsync(string word, string? surface, CancellationToken cancellationToken)
    {
        if (word.StartsWith("<@", StringComparison.Ordinal) && surface is not null)
        {
            var id = word[2..].TrimEnd('>').Split('|')[0];
            return (await ResolveAsync(surface, id, cancellationToken)) is { IsBot: false } caller ? caller.Person : null;
        }

        return word.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < word.Length - 1 ? new Person(word) : null;
    }

    private async Task<ImmutableHashSet<GroupName>> GroupsAsync(Person person, CancellationToken cancellationToken)
    {
        var access = configuration().Access;
        var groups = access.ByAddress(person).Select(group => group.Name).ToImmutableHashSet().ToBuilder();
        foreach (var group in access.Groups.Where(group => !groups.Contains(group.Name)))
        {
            foreach (var outside in group.Outside)
            {
                if (all.FirstOrDefault(one => one.System == outside.System) is { } directory
                    && await directory.FindMembersAsync(outside.Id, cancellationToken) is { } members && members.Contains(person))
                {
                    groups.Add(group.Name);
                    break;
                }
            }
        }

        return groups.ToImmutable();
    }
}
