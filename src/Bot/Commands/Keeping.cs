using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Keeps changes away: locks and freezes, set and released by what people say.</summary>
internal sealed class Keeping(Locks locks, RunEngine engine, Func<Configuration> configuration)
{
    public async Task<Reply> LockAsync(Speaker speaker, Command.Lock c, string delivery, CancellationToken cancellationToken)
    {
        var zone = configuration().Calendar.Zone;
        var (from, badFrom) = Read(c.From, zone);
        var (until, badUntil) = Read(c.Until, zone);
        if ((badFrom ?? badUntil) is { } bad) return Refused(bad);
        var command = new LockCommand.Set(speaker.Caller, new LockScope(c.Service, c.Environment), c.Kind, c.Reason, from ?? engine.Now, until, speaker.Place?.ToString());
        var (book, decision) = await locks.TellAsync(command, speaker.Caller, delivery, null, cancellationToken);
        if (decision.Refused is { } no) return Refused(no);
        var set = decision.Events.OfType<LockSet>().Select(one => one.Lock).LastOrDefault() ?? book.All.LastOrDefault();
        return new Reply(set is null ? Answers.Said("Done.") : Answers.Said($"{set.Says()}{(set.Until is { } end ? $", until {zone.Says(end)} ({zone})" : "")}. To release it: unlock {set.Id}."));
    }

    public async Task<Reply> UnlockAsync(Speaker speaker, Command.Unlock c, string delivery, CancellationToken cancellationToken)
    {
        var command = new LockCommand.Release(speaker.Caller, c.Id, c.Id is null ? new LockScope(c.Service, c.Environment) : null, c.Reason);
        var (_, decision) = await locks.TellAsync(command, speaker.Caller, delivery, null, cancellationToken);
        if (decision.Refused is { } no) return Refused(no);
        return new Reply(Answers.Said(decision.Lost.IsEmpty ? "Released." : $"Released; {Words.List(decision.Lost.Select(one => one.By.ShortName).Distinct())} is told."));
    }

    /// <summary>Locks and freezes, those of the calendar too.</summary>
    public async Task<Reply> ListAsync(CancellationToken cancellationToken)
    {
        var (now, calendar) = (engine.Now, configuration().Calendar);
        var held = (await locks.NowAsync(cancellationToken)).All.Where(one => one.Until is null || one.Until > now).OrderBy(one => one.Id).ToList();
        var frozen = calendar.Freezes.Where(freeze => freeze.Until > now).OrderBy(freeze => freeze.From).Take(20).ToList();
        string Until(DateTimeOffset? until) => until is { } end ? calendar.Zone.Says(end) : "released";
        ImmutableArray<ImmutableArray<string>> rows =
        [
            .. held.Select(one => (ImmutableArray<string>)[one.Id.ToString(CultureInfo.InvariantCulture), one.Scope.ToString(), one.Kind.ToString().ToLowerInvariant(), one.After is null ? one.By.ShortName : "itself", one.HoldsAt(now) ? Until(one.Until) : $"from {calendar.Zone.Says(one.From)} to {Until(one.Until)}", one.Reason]),
            .. frozen.Select(freeze => (ImmutableArray<string>)["–", $"{string.Join(", ", freeze.Scope.Services)} in {string.Join(", ", freeze.Scope.Environments)}", "freeze", "calendar.yaml", freeze.From > now ? $"from {calendar.Zone.Says(freeze.From)} to {Until(freeze.Until)}" : Until(freeze.Until), freeze.Name]),
        ];
        return new Reply(new Card("Locks and freezes", Tone.Neutral, null, rows.IsEmpty ? "Nothing is locked or frozen." : $"{Words.Count(rows.Length, "lock or freeze", "locks and freezes")}: {Words.List(held.Take(5).Select(one => one.Says()).Concat(frozen.Take(2).Select(freeze => freeze.Name)))}.")
        {
            Body = rows.IsEmpty ? [new CardBlock.Text("Nothing is locked or frozen.")] : [new CardBlock.Table(["Lock", "What", "Kind", "By", "Until", "Why"], rows)],
            Footer = $"Times are those of {calendar.Zone}.",
        });
    }

    private (DateTimeOffset? Moment, Refusal? Fault) Read(string? text, Zone zone)
    {
        if (text is null) return (null, null);
        return Moment.Read(text, engine.Now, zone) switch
        {
            Reading<DateTimeOffset>.Understood understood => (understood.Value, null),
            var wrong => (null, new Refusal(RefusalCodes.WordUnknown, wrong.Fault!.What, wrong.Fault.Mend)),
        };
    }

    private static Reply Refused(Refusal refusal) => new(RefusalCard.Of(refusal), null, refusal);
}
