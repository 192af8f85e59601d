using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Rotas;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Answers who is on call, and takes swaps.</summary>
internal sealed class OnCallDesk(Duty duty, Callers callers, Func<Configuration> configuration)
{
    private static readonly Refusal NoSchedule = new(RefusalCodes.WordUnknown, "There is no schedule.", "Write one in oncall.yaml.");

    public async Task<Reply> WhoAsync(Command.OnCall c, CancellationToken cancellationToken)
    {
        var all = await duty.SchedulesAsync(cancellationToken);
        if (all.IsEmpty) return c.Schedule is null ? new Reply(Answers.Said(Members())) : Refused(NoSchedule);
        if (c.Schedule is null) return new Reply(CardOf(all));
        return all.FirstOrDefault(one => one.Name.Equals(c.Schedule, StringComparison.OrdinalIgnoreCase)) is { } schedule ? new Reply(CardOf([schedule])) : Refused(Unknown(c.Schedule, all));
    }

    public async Task<Reply> SwapAsync(Speaker speaker, Command.SwapTurn c, string delivery, CancellationToken cancellationToken)
    {
        var all = await duty.SchedulesAsync(cancellationToken);
        if (all.IsEmpty) return Refused(NoSchedule);
        if (c.Schedule is null && all.Length > 1) return Refused(new Refusal(RefusalCodes.WordsMissing, "Of which schedule?", $"Add --schedule and one of {Words.List(all.Select(one => one.Name))}."));
        if ((c.Schedule is null ? all[0] : all.FirstOrDefault(one => one.Name.Equals(c.Schedule, StringComparison.OrdinalIgnoreCase))) is not { } schedule) return Refused(Unknown(c.Schedule!, all));
        if (await callers.FindAsync(c.Person, speaker.Place?.Surface, cancellationToken) is not { } person)
            return Refused(new Refusal(RefusalCodes.PersonUnknown, $"Who {Spoken.Quote(c.Person)} is can't be told.", "Say their e-mail address, or mention them."));

        var now = duty.Now;
        if (Read(c.From, now, schedule.Zone, out var from) is { } badFrom) return Refused(badFrom);
        if (Read(c.Until, now, schedule.Zone, out var until) is { } badUntil) return Refused(badUntil);
        var (swapped, refusal) = await duty.SwapAsync(new Swap(speaker.Caller, schedule, person, from, until), delivery, cancellationToken);
        if (refusal is not null) return Refused(refusal);
        return new Reply(Answers.Said(swapped is null ? "That was said before." : $"{swapped.Person.ShortName} is on call for {schedule.Name} from {schedule.Zone.Says(swapped.From)} until {schedule.Zone.Says(swapped.Until)} ({schedule.Zone})."));
    }

    private Card CardOf(ImmutableArray<OnCallSchedule> schedules)
    {
        var now = duty.Now;
        var turns = schedules.Select(one => (Schedule: one, Turn: WhoIsOnCall.At(one, now), Chain: WhoIsOnCall.Chain(one, now))).ToList();
        return new Card("On call", Tone.Neutral, null, string.Join(" ", turns.Select(one => $"{one.Schedule.Name}: {Sentence(one.Schedule, one.Turn, one.Chain)}")))
        {
            Body = [new CardBlock.Table(["Schedule", "Now", "Until", "Then", "If nobody answers"], [.. turns.Select(one => (ImmutableArray<string>)
                [one.Schedule.Name, Name(one.Turn), one.Turn.Until is { } until ? one.Schedule.Zone.Says(until) : "–", one.Turn.Next?.ShortName ?? "–",
                 one.Chain.Length > 1 ? $"{Words.List(one.Chain.Skip(1).Select(person => person.ShortName))} after {Words.Duration(one.Schedule.Escalate)}" : "nobody"])])],
            Footer = $"Times are those of {Words.List(schedules.Select(one => one.Zone.Id).Distinct())}. To change a turn: oncall swap PERSON FROM TO",
        };
    }

    private static string Sentence(OnCallSchedule schedule, Turn turn, ImmutableArray<Person> chain) =>
        $"{Name(turn)}{(turn.Until is { } until ? $" until {schedule.Zone.Says(until)}, then {turn.Next?.ShortName ?? "nobody"}" : "")}{(chain.Length > 1 ? $"; after {Words.Duration(schedule.Escalate)} without an answer {chain[1].ShortName}" : "")}.";

    private static string Name(Turn turn) => turn.Person is { } person ? $"{person.ShortName}{(turn.Stands switch { { Number: > 0 } => " (swapped)", not null => " (override)", _ => "" })}" : "nobody";

    /// <summary>Without schedules, the groups that are paged say who is.</summary>
    private string Members()
    {
        var current = configuration();
        var paged = current.Alerts.Routes.Select(route => route.Page).Concat(current.Runbooks.Select(runbook => runbook.OnFailure.Page)).OfType<GroupName>().Distinct();
        var who = paged.Select(name => current.Access.Groups.FirstOrDefault(one => one.Name == name) is { Members.IsEmpty: false } group ? $"{name}: {Words.List(group.Members.Select(one => one.ShortName).Order(StringComparer.Ordinal))}" : $"{name}: nobody by address").ToList();
        return who.Count == 0 ? "There is no schedule: write oncall.yaml." : $"There is no schedule; the groups that are paged: {string.Join("; ", who)}.";
    }

    private static Refusal Unknown(string name, ImmutableArray<OnCallSchedule> all) =>
        new(RefusalCodes.WordUnknown, $"There is no schedule {Spoken.Quote(name)}{Spoken.DidYouMean(Nearest.To(name, all.Select(one => one.Name)))}", $"There are: {Words.List(all.Select(one => one.Name))}.");

    private static Refusal? Read(string text, DateTimeOffset now, Zone zone, out DateTimeOffset moment)
    {
        moment = now;
        if (text.Equals(ReadOnCall.Now, StringComparison.OrdinalIgnoreCase)) return null;
        var read = Moment.Read(text, now, zone);
        if (read.Fault is { } fault) return new Refusal(RefusalCodes.WordUnknown, fault.What, fault.Mend);
        moment = ((Reading<DateTimeOffset>.Understood)read).Value;
        return null;
    }

    private static Reply Refused(Refusal refusal) => new(RefusalCard.Of(refusal), null, refusal);
}
