using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;

namespace ChatOps.Runbooks.Rotas;

/// <summary>People who take turns.</summary>
/// <param name="People">In their order, at least one.</param>
/// <param name="Handovers">When one hands over to the next; the first person's first turn begins with the first.</param>
public sealed record Rotation(ImmutableArray<Person> People, Handovers Handovers)
{
    /// <summary>Whose turn it is; null before the first turn.</summary>
    public Person? At(DateTimeOffset now) => Handovers.TurnAt(now) is { } turn ? Of(turn) : null;

    /// <summary>Who comes after whoever's turn it is: somebody other than <paramref name="one"/>, or null where there is nobody else. Whoever gave their turn away comes last.</summary>
    public Person? After(DateTimeOffset now, Person one)
    {
        var turn = Handovers.TurnAt(now) ?? -1;
        for (var next = turn + 1; next <= turn + People.Length; next++)
        {
            if (Of(next) != one) return Of(next);
        }

        return null;
    }

    private Person Of(long turn) => People[(int)(turn % People.Length)];
}

/// <summary>For some time somebody else is called first.</summary>
/// <param name="Until">Not any more at this moment.</param>
/// <param name="Number">Of a swap that somebody made by a command; 0 for what <c>oncall.yaml</c> says.</param>
public sealed record Override(Person Person, DateTimeOffset From, DateTimeOffset Until, long Number = 0)
{
    public bool HoldsAt(DateTimeOffset now) => From <= now && now < Until;
}

/// <summary>Who is called when: a name that <c>page:</c> can say.</summary>
/// <param name="Rotations">Who is called first; the second, where there is one, who is called when the first does not answer; and so on.</param>
/// <param name="Overrides">Of the first rotation; of two at once, the later counts.</param>
/// <param name="Escalate">How long somebody has to answer before the next is called.</param>
public sealed record OnCallSchedule(string Name, Zone Zone, ImmutableArray<Rotation> Rotations, ImmutableArray<Override> Overrides, TimeSpan Escalate)
{
    /// <summary>How long somebody has to answer where nothing is said of it.</summary>
    public static readonly TimeSpan UsualEscalate = TimeSpan.FromMinutes(5);

    /// <summary>Everybody who takes turns, each once.</summary>
    public IEnumerable<Person> People => Rotations.SelectMany(rotation => rotation.People).Distinct();

    /// <summary>With the swaps that people made: they count before what the file says.</summary>
    public OnCallSchedule With(OnCallBook book) => book.Of(Name) is { IsEmpty: false } swaps ? this with { Overrides = [.. Overrides, .. swaps] } : this;
}

/// <summary>What <c>oncall.yaml</c> says.</summary>
/// <param name="Swap">Groups whose members may swap turns of schedules that they are not in.</param>
public sealed record OnCallRules(ImmutableArray<OnCallSchedule> Schedules, ImmutableArray<GroupName> Swap)
{
    public static readonly OnCallRules None = new([], []);

    public OnCallSchedule? Find(string name) => Schedules.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
