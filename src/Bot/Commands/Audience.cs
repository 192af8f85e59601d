using System.Collections.Immutable;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Language;

namespace ChatOps.Bot.Commands;

/// <summary>Tells who is in groups of access.yaml, those of other systems included.</summary>
internal sealed class Audience(IEnumerable<IDirectory> directories, Func<Configuration> configuration) : ITeamsAudience
{
    // Asked for when it is used: some directories are part of what uses this.
    private readonly Lazy<ImmutableArray<IDirectory>> all = new(() => [.. directories]);

    public async Task<ImmutableHashSet<Person>?> FindAsync(ImmutableArray<GroupName> groups, CancellationToken cancellationToken)
    {
        var access = configuration().Access;
        var people = ImmutableHashSet.CreateBuilder<Person>();
        foreach (var name in groups)
        {
            if (name.IsPerson)
            {
                people.Add(new Person(name.Name));
                continue;
            }

            if (access.Groups.FirstOrDefault(group => group.Name == name) is not { All: false } group) return null;
            people.UnionWith(group.Members);
            foreach (var outside in group.Outside)
            {
                if (all.Value.FirstOrDefault(one => one.System == outside.System) is not { } directory || await directory.FindMembersAsync(outside.Id, cancellationToken) is not { } members) return null;
                people.UnionWith(members);
            }
        }

        return people.ToImmutable();
    }
}
