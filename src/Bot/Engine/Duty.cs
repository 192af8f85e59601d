using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Rotas;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Knows who is on call: what <c>oncall.yaml</c> says, and the swaps that people made.</summary>
internal sealed class Duty(IStore store, Func<Configuration> configuration, IEnumerable<IDirectory> directories, TimeProvider time) : IDisposable
{
    /// <summary>The most people of one group that one message goes to.</summary>
    private const int MostTold = 50;

    private readonly Ledger<OnCallBook> ledger = new(store, OnCallBook.Stream, OnCallBook.Empty, (book, stored) => book.Evolve(OnCallJson.Read(stored)), book => book.Version);

    /// <summary>To the microsecond, as every store keeps it.</summary>
    public DateTimeOffset Now => time.GetUtcNow() is var now ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) : now;

    /// <summary>Every schedule, with its swaps.</summary>
    public async ValueTask<ImmutableArray<OnCallSchedule>> SchedulesAsync(CancellationToken cancellationToken)
    {
        var book = await ledger.NowAsync(cancellationToken);
        return [.. configuration().OnCall.Schedules.Select(one => one.With(book))];
    }

    /// <summary>Whom to call for a name that <c>page:</c> says, one after another, and how long each has to answer.</summary>
    /// <remarks>A schedule of that name; else the members that access.yaml names by address; else, where it is an address, that person.</remarks>
    public async ValueTask<(ImmutableArray<Person> People, TimeSpan Escalate)> ChainAsync(GroupName who, CancellationToken cancellationToken)
    {
        if ((await SchedulesAsync(cancellationToken)).FirstOrDefault(one => one.Name.Equals(who.Name, StringComparison.OrdinalIgnoreCase)) is { } schedule
            && WhoIsOnCall.Chain(schedule, Now) is { IsEmpty: false } chain) return (chain, schedule.Escalate);
        if (who.IsPerson) return ([new Person(who.Name)], OnCallSchedule.UsualEscalate);
        var members = configuration().Access.Groups.FirstOrDefault(one => one.Name == who)?.Members.OrderBy(one => one.Email, StringComparer.Ordinal) ?? Enumerable.Empty<Person>();
        return ([.. members.Take(10)], OnCallSchedule.UsualEscalate);
    }

    /// <summary>Whom words are for that name a schedule, a group or an address: whoever is on call now, everybody in the group, or that person.</summary>
    /// <remarks>Groups of other systems are asked for; of one that does not answer, those are told that are known. A group of everybody names nobody.</remarks>
    public async ValueTask<ImmutableArray<Person>> PeopleAsync(GroupName who, CancellationToken cancellationToken)
    {
        if (who.IsPerson) return [new Person(who.Name)];
        if ((await SchedulesAsync(cancellationToken)).Any(one => one.Name.Equals(who.Name, StringComparison.OrdinalIgnoreCase))) return [.. (await ChainAsync(who, cancellationToken)).People.Take(1)];
        if (configuration().Access.Groups.FirstOrDefault(one => one.Name == who) is not { } group) return [];
        var people = group.Members.ToHashSet();
        foreach (var outside in group.Outside)
        {
            if (directories.FirstOrDefault(one => one.System == outside.System) is { } directory && await directory.FindMembersAsync(outside.Id, cancellationToken) is { } members) people.UnionWith(members);
        }

        return [.. people.OrderBy(one => one.Email, StringComparer.Ordinal).Take(MostTold)];
    }

    /// <summary>Takes a swap. A delivery that comes again changes nothing.</summary>
    /// <returns>What was kept; neither, when this delivery was taken before.</returns>
    public async Task<(TurnSwapped? Swapped, Refusal? Refused)> SwapAsync(Swap swap, string delivery, CancellationToken cancellationToken)
    {
        (TurnSwapped? Event, Refusal? Refused) decision = (null, null);
        var (_, kept) = await ledger.KeepAsync(book =>
        {
            var (now, current) = (Now, configuration());
            decision = OnCallDecider.Decide(book, swap, current.OnCall, current.Access, now);
            return decision.Event is { } what ? new Commit(now) { Streams = [ledger.Append(book, [OnCallJson.Write(what)])], Delivery = new Delivery(delivery, "oncall") } : null;
        }, cancellationToken);
        return (kept ? decision.Event : null, decision.Refused);
    }

    public void Dispose() => ledger.Dispose();
}
