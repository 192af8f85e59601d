using System.Collections.Immutable;
using ChatOps.Runbooks.Access;

namespace ChatOps.Runbooks.Rotas;

/// <summary>Who is called at a moment, and until when.</summary>
/// <param name="Person">Null = nobody: the first turn has not begun.</param>
/// <param name="Until">When somebody else is; null = not within the time that was looked at.</param>
/// <param name="Next">Who is then.</param>
/// <param name="Stands">The override or swap by which it is so; null = it is their turn.</param>
public sealed record Turn(Person? Person, DateTimeOffset? Until, Person? Next, Override? Stands);

/// <summary>Tells who is on call: pure.</summary>
public static class WhoIsOnCall
{
    /// <summary>Changes that are looked at before one gives up: a rotation of one person never hands over to anybody else.</summary>
    private const int MostChanges = 400;

    /// <summary>People called for one page, at most.</summary>
    private const int MostCalled = 10;

    /// <summary>Who is called first now, until when, and who comes next.</summary>
    public static Turn At(OnCallSchedule schedule, DateTimeOffset now)
    {
        var (person, stands) = First(schedule, now);
        var at = now;
        for (var looked = 0; looked < MostChanges && Change(schedule, at) is { } next; looked++)
        {
            at = next;
            if (First(schedule, at).Person is var other && other != person) return new Turn(person, at, other, stands);
        }

        return new Turn(person, null, null, stands);
    }

    /// <summary>Whom to call, one after another, each once: who is on call, whoever the further rotations name, and then whoever is next in the first.</summary>
    public static ImmutableArray<Person> Chain(OnCallSchedule schedule, DateTimeOffset now)
    {
        var first = First(schedule, now).Person;
        List<Person?> called = [first, .. schedule.Rotations.Skip(1).Select(rotation => rotation.At(now))];

        // Without a second rotation, the next one of the first is the second person.
        if (schedule.Rotations.FirstOrDefault() is { } rotation && first is { } one) called.Add(rotation.After(now, one));
        return [.. called.OfType<Person>().Distinct().Take(MostCalled)];
    }

    private static (Person? Person, Override? Stands) First(OnCallSchedule schedule, DateTimeOffset now) =>
        schedule.Overrides.LastOrDefault(one => one.HoldsAt(now)) is { } stands ? (stands.Person, stands) : (schedule.Rotations.FirstOrDefault()?.At(now), null);

    /// <summary>When something may change next.</summary>
    private static DateTimeOffset? Change(OnCallSchedule schedule, DateTimeOffset now)
    {
        var changes = schedule.Overrides.SelectMany(one => new[] { one.From, one.Until }).Where(at => at > now).ToList();
        if (schedule.Rotations.FirstOrDefault()?.Handovers is { } handovers) changes.Add(handovers.Begins((handovers.TurnAt(now) ?? -1) + 1));
        return changes.Count == 0 ? null : changes.Min();
    }
}
