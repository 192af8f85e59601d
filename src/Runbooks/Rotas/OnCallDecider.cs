using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Rotas;

/// <summary>Somebody is to be called in another's place for a time.</summary>
/// <param name="From">From this moment, or from now where that is past.</param>
public sealed record Swap(Caller Who, OnCallSchedule Schedule, Person Person, DateTimeOffset From, DateTimeOffset Until);

/// <summary>Decides about swaps: pure.</summary>
public static class OnCallDecider
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    /// <returns>What is to be kept, or why nothing is.</returns>
    public static (TurnSwapped? Event, Refusal? Refused) Decide(OnCallBook book, Swap c, OnCallRules rules, AccessRules access, DateTimeOffset now)
    {
        if (AccessRules.ReadOnly(c.Who) is { } unknown) return (null, unknown);
        var by = c.Who.Person!.Value;
        if (!c.Schedule.People.Contains(by) && !rules.Swap.Any(group => access.IsIn(c.Who, group, [])))
        {
            var also = rules.Swap.IsEmpty ? "" : $", or somebody of {Words.List(rules.Swap.Select(group => group.Name))}";
            return (null, new Refusal(RefusalCodes.NotInGroup, $"{c.Who.Name} takes no turns in {c.Schedule.Name}.", $"Ask somebody who does{also}."));
        }

        // Somebody nobody knows would be called, and never hear of it.
        if (!c.Schedule.People.Contains(c.Person) && !access.Groups.Any(group => group.Members.Contains(c.Person)))
            return (null, new Refusal(RefusalCodes.PersonUnknown, $"{c.Person} is neither in {c.Schedule.Name} nor in a group of access.yaml.", "Name somebody who is."));
        if (c.Until <= c.From || c.Until <= now) return (null, new Refusal(RefusalCodes.WordsAmbiguous, "The swap would end before it begins.", "Say a later moment."));
        if (c.Until - c.From > Longest) return (null, new Refusal(RefusalCodes.WordUnknown, $"A swap lasts at most {Words.Duration(Longest)}.", "Write an override in oncall.yaml, or change the rotation."));
        return (new TurnSwapped(book.Last + 1, c.Schedule.Name, c.Person, c.From < now ? now : c.From, c.Until, by), null);
    }
}
