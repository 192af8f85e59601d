using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Access;

/// <summary>What somebody may be allowed to do in an environment.</summary>
public enum Right
{
    Deploy,
    Rollback,
    Lock,
    Incident,
    Install,
}

/// <summary>A group of people: by address, by a group of another system, or everybody.</summary>
public sealed record Group(GroupName Name, bool All, ImmutableHashSet<Person> Members, ImmutableArray<OutsideGroup> Outside)
{
    /// <summary>The weekly report about what it owns; null = none is wanted.</summary>
    public TeamReport? Report { get; init; }
}

/// <summary>When and where a group is told how its week went.</summary>
/// <param name="Channel"><c>#name</c> or a channel's id; or <c>surface:channel</c>.</param>
/// <param name="At">As a clock on the wall of the zone shows it.</param>
/// <param name="Zone">A name of the IANA database; null = the zone of calendar.yaml.</param>
public sealed record TeamReport(string Channel, DayOfWeek Day, TimeOnly At, string? Zone);

/// <param name="System">As <see cref="IDirectory.System"/> says.</param>
public sealed record OutsideGroup(string System, string Id);

/// <param name="Environment">An environment's name, or <c>*</c> for those that no other grant of this right names.</param>
/// <param name="Groups"><c>owners</c> stands for the groups that own the service.</param>
public sealed record Grant(Right Right, string Environment, ImmutableArray<GroupName> Groups);

/// <summary>Who is who, and who may do what: the only place that says so.</summary>
public sealed record AccessRules(ImmutableArray<Group> Groups, ImmutableArray<Grant> Grants, ImmutableArray<Persona> Demo)
{
    public static readonly GroupName Owners = new("owners");

    /// <summary>How many people are named to be asked; of more, the group's name has to do.</summary>
    private const int Named = 5;

    public static readonly AccessRules Empty = new([], [], []);

    /// <summary>Null when the caller has the right; else why not, and who has it.</summary>
    /// <param name="owners">The groups that own the service.</param>
    public Refusal? Refuse(Caller caller, Right right, string environment, ImmutableArray<GroupName> owners)
    {
        if (ReadOnly(caller) is { } unknown) return unknown;
        var holders = Holders(right, environment, owners);
        if (holders.Any(group => IsIn(caller, group))) return null;
        var verb = Word(right);
        return holders.IsEmpty
            ? new Refusal(RefusalCodes.NotAllowed, $"Nobody may {verb} in {environment}: access.yaml grants it to no group.", $"Add a grant under may: {verb}: in access.yaml.")
            : new Refusal(RefusalCodes.NotAllowed, $"{caller.Name} may not {verb} in {environment}.", $"It is granted to {Words(holders)}: ask one of them.");
    }

    /// <summary>Null when the caller is in one of <paramref name="groups"/>.</summary>
    public Refusal? RefuseOutside(Caller caller, ImmutableArray<GroupName> groups, ImmutableArray<GroupName> owners)
    {
        if (ReadOnly(caller) is { } unknown) return unknown;
        var wanted = Resolve(groups, owners);
        return wanted.Any(group => IsIn(caller, group))
            ? null
            : new Refusal(RefusalCodes.NotInGroup, $"{caller.Name} is not in {Words(wanted)}.", Members(wanted) is { Length: > 0 and <= Named } people ? $"Ask {Work.Words.List(people.Select(person => person.ShortName), "or")}." : "Ask somebody who is.");
    }

    /// <summary>Those whom the groups name themselves; none where somebody may be meant whom only another system knows.</summary>
    private ImmutableArray<Person> Members(ImmutableArray<GroupName> groups)
    {
        var known = Groups.Where(group => groups.Contains(group.Name)).ToList();
        return known.Any(group => group.All || !group.Outside.IsEmpty) ? [] : [.. known.SelectMany(group => group.Members).Distinct().OrderBy(person => person.Email, StringComparer.Ordinal)];
    }

    /// <summary>Null when the caller is a known person; else why they may only read.</summary>
    public static Refusal? ReadOnly(Caller caller) =>
        caller.Person is null || caller.IsBot
            ? new Refusal(RefusalCodes.ReadOnly, $"{caller.Name} is not known here and may only read.", "The account needs a verified e-mail address that access.yaml can name; guests, bots and deactivated accounts only read.")
            : null;

    /// <summary>The groups that a person is in by address; groups of other systems are looked up by whoever knows them.</summary>
    public IEnumerable<Group> ByAddress(Person person) => Groups.Where(group => group.All || group.Members.Contains(person));

    public ImmutableArray<GroupName> Holders(Right right, string environment, ImmutableArray<GroupName> owners)
    {
        var grants = Grants.Where(grant => grant.Right == right).ToList();
        var named = grants.Where(grant => string.Equals(grant.Environment, environment, StringComparison.OrdinalIgnoreCase)).ToList();
        var chosen = named.Count > 0 ? named : grants.Where(grant => grant.Environment == "*").ToList();
        return Resolve([.. chosen.SelectMany(grant => grant.Groups)], owners);
    }

    public static string Word(Right right) => right switch
    {
        Right.Deploy => "deploy",
        Right.Rollback => "rollback",
        Right.Lock => "lock",
        Right.Install => "install",
        _ => "incident",
    };

    private static ImmutableArray<GroupName> Resolve(ImmutableArray<GroupName> groups, ImmutableArray<GroupName> owners) =>
        [.. groups.SelectMany(group => group == Owners ? owners : [group]).Distinct()];

    /// <summary>Whether the caller is in a group; <c>owners</c> stands for <paramref name="owners"/>, and an e-mail address for that person.</summary>
    public bool IsIn(Caller caller, GroupName group, ImmutableArray<GroupName> owners) => Resolve([group], owners).Any(one => IsIn(caller, one));

    private bool IsIn(Caller caller, GroupName group) =>
        caller.Groups.Contains(group) || (caller.Person is { } person && (group.IsPerson ? new Person(group.Name) == person : Groups.Any(g => g.Name == group && g.All)));

    private static string Words(ImmutableArray<GroupName> groups) => groups.Length switch
    {
        0 => "any group",
        1 => groups[0].Name,
        _ => string.Join(", ", groups.Take(groups.Length - 1)) + " and " + groups[^1],
    };
}
