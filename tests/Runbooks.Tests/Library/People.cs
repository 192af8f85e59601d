using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Tests.Library;

/// <summary>The people of a configuration, in the parts that a run needs them for: nobody is given a group that access.yaml does not give them.</summary>
internal sealed class People(Configuration configuration, Service service, ServiceEnvironment place)
{
    /// <summary>Somebody who may start it.</summary>
    public Caller Asker => Of(Right.Deploy, null).First();

    public Caller WhoMayGoBack => Of(Right.Rollback, null).First();

    /// <summary>Somebody who may tick this item.</summary>
    public Caller Ticks(ChecklistItem item) => item.By.IsEmpty ? Asker : In(item.By, null).First();

    /// <summary>The next one who may approve: not the asker, and nobody who has approved already.</summary>
    public Caller Approves(Approval approval, Approval.State state)
    {
        foreach (var quorum in approval.Quorums)
        {
            var given = state.Yes.Count(yes => yes.As.Any(quorum.From.Contains));
            if (given < quorum.Count) return In(quorum.From, Asker).First(one => state.Yes.All(yes => yes.By != one.Person));
        }

        throw new InvalidOperationException($"{approval.Id} has all it needs.");
    }

    private IEnumerable<Caller> Of(Right right, Caller? not) => In(configuration.Access.Holders(right, place.Name, service.Owners), not);

    private IEnumerable<Caller> In(ImmutableArray<GroupName> names, Caller? not) =>
        names.SelectMany(name => name == AccessRules.Owners ? service.Owners : [name]).Distinct()
            .SelectMany(Members).Distinct().Where(person => person != not?.Person).Select(Known);

    /// <summary>Whoever is in it by address; of a group of another system, some whom that system would name.</summary>
    private IEnumerable<Person> Members(GroupName name)
    {
        if (name.IsPerson) return [new Person(name.Name)];
        var group = configuration.Access.Groups.Single(one => one.Name == name);
        return group.Members.OrderBy(person => person.Email, StringComparer.Ordinal).Concat(group.All || !group.Outside.IsEmpty ? Enumerable.Range(1, 3).Select(at => new Person($"{name}-{at}@example.com")) : []);
    }

    private Caller Known(Person person) => new(person, person.ShortName, [
        .. configuration.Access.ByAddress(person).Select(group => group.Name),
        .. configuration.Access.Groups.Where(group => !group.Outside.IsEmpty && person.Email.StartsWith($"{group.Name}-", StringComparison.Ordinal)).Select(group => group.Name),
    ]);
}
