using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Schedules;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What is to be started later: by what somebody said with <c>--at</c>, or by a runbook's schedule.</summary>
internal sealed class Laters(IStore store, RunEngine engine, Func<Configuration> configuration) : IDisposable
{
    public const string LaterKind = "later", Lane = "later";

    private readonly Ledger<LaterBook> ledger = new(store, LaterBook.Stream, LaterBook.Empty, (book, stored) => book.Evolve(RunJson.ReadLater(stored)), book => book.Version);

    public ValueTask<LaterBook> NowAsync(CancellationToken cancellationToken) => ledger.NowAsync(cancellationToken);

    /// <summary>Keeps a command for a moment. Whether it may be done is asked then, as if it were said then.</summary>
    public async Task<Reply> AskAsync(Speaker speaker, Command.Deploy c, string delivery, CancellationToken cancellationToken)
    {
        var zone = configuration().Calendar.Zone;
        if (Moment.Read(c.At!, engine.Now, zone) is not Reading<DateTimeOffset>.Understood { Value: var at })
        {
            var fault = Moment.Read(c.At!, engine.Now, zone).Fault!;
            return Refused(new Refusal(RefusalCodes.WordUnknown, fault.What, fault.Mend));
        }

        var text = CommandText.Of(c with { At = null });
        Later? later = null;
        var (book, _) = await ledger.KeepAsync(state =>
        {
            if (state.All.Length >= LaterBook.Most) return null;
            later = new Later(state.Last + 1, text, speaker.Caller.Person!.Value, at, speaker.Place?.ToString());
            return new Commit(engine.Now)
            {
                Streams = [ledger.Append(state, [RunJson.Write(new LaterAsked(later))])],
                Work = [new WorkItem(LaterKind, $"{LaterKind}:{later.Id}", Lane, at, JsonSerializer.Serialize(new AboutLater(later.Id, null), LedgerJson.Default.AboutLater))],
                Delivery = new Delivery(delivery, "later"),
            };
        }, cancellationToken);
        if (later is null) return Refused(new Refusal(RefusalCodes.Busy, $"There are {LaterBook.Most} commands for later already.", "Take some back."));
        later = book.All.LastOrDefault(one => one.Command == text && one.By == later.By) ?? later;
        return new Reply(Answers.Said($"{text} starts {zone.Says(later.At)} ({zone}). Whether it may is looked at then. To take it back: unschedule {later.Id}."));
    }

    public async Task<Reply> TakeBackAsync(Speaker speaker, long id, string delivery, CancellationToken cancellationToken)
    {
        if (AccessRules.ReadOnly(speaker.Caller) is { } unknown) return Refused(unknown);
        Refusal? no = null;
        await ledger.KeepAsync(state =>
        {
            no = null;
            if (state.All.FirstOrDefault(one => one.Id == id) is not { } later)
            {
                no = new Refusal(RefusalCodes.LaterUnknown, $"There is nothing {id} to be started later.", "Say schedules to see what is.");
                return null;
            }

            return new Commit(engine.Now)
            {
                Streams = [ledger.Append(state, [RunJson.Write(new LaterEnded(id, speaker.Caller.Person, $"{speaker.Caller.Name} took it back"))])],
                Withdrawn = [$"{LaterKind}:{later.Id}"],
                Delivery = new Delivery(delivery, "later"),
            };
        }, cancellationToken);
        return no is { } refusal ? Refused(refusal) : new Reply(Answers.Said($"{id} is taken back."));
    }

    public async Task<Reply> ListAsync(CancellationToken cancellationToken)
    {
        var (current, now, book) = (configuration(), engine.Now, await NowAsync(cancellationToken));
        var zone = current.Calendar.Zone;
        var lines = book.All.Select(one => (At: (DateTimeOffset?)one.At, Row: (ImmutableArray<string>)[one.Id.ToString(CultureInfo.InvariantCulture), zone.Says(one.At), one.Command, one.By.ShortName]))
            .Concat(Schedules(current).Select(one => (At: Next(one.Schedule, now), one)).Select(one => (one.At, Row: (ImmutableArray<string>)
                ["–", one.At is { } at ? zone.Says(at) : "never", $"run {one.one.Runbook.Name} {one.one.Schedule.Service} {one.one.Schedule.Environment}", $"schedule {one.one.Schedule.Cron}"])))
            .OrderBy(line => line.At ?? DateTimeOffset.MaxValue).ToList();
        return new Reply(new Card("To be started later", Tone.Neutral, null, lines.Count == 0 ? "Nothing is to be started later." : $"{Words.Count(lines.Count, "thing is", "things are")} to be started later; the next is {lines[0].Row[2]}, {lines[0].Row[1]}.")
        {
            Body = lines.Count == 0 ? [new CardBlock.Text("Nothing is to be started later.")] : [new CardBlock.Table(["Number", "When", "What", "By"], [.. lines.Select(line => line.Row)])],
            Footer = $"Times are those of {zone}.",
        });
    }

    /// <summary>Plans each schedule's next time; called at start and when the configuration changes.</summary>
    public async Task PlanAsync(CancellationToken cancellationToken)
    {
        foreach (var (runbook, schedule) in Schedules(configuration()))
        {
            var name = NameOf(runbook, schedule);
            await ledger.KeepAsync(state =>
            {
                var now = engine.Now;
                var known = state.Fired.TryGetValue(name, out var last);
                var next = Next(schedule, known ? last : now);

                // What passed while nobody was there is made up for once, or not at all.
                if (next < now && !schedule.CatchUp) next = Next(schedule, now);
                return new Commit(now)
                {
                    Streams = known ? [] : [ledger.Append(state, [RunJson.Write(new ScheduleFired(name, now, "counts from now on"))])],
                    Work = next is { } due ? [WorkOf(name, due)] : [],
                };
            }, cancellationToken);
        }
    }

    /// <summary>Something to be done later was done: it is crossed out, and of a schedule the next time is planned.</summary>
    public Task EndAsync(AboutLater about, string says, ClaimedWork work, CancellationToken cancellationToken) => ledger.KeepAsync(state =>
    {
        var now = engine.Now;
        if (about.Schedule is not { } name)
            return new Commit(now) { Streams = state.All.Any(one => one.Id == about.Id) ? [ledger.Append(state, [RunJson.Write(new LaterEnded(about.Id, null, says))])] : [], Completes = work };
        var next = Find(name) is { } one ? Next(one.Schedule, now) : null;
        return new Commit(now)
        {
            Streams = [ledger.Append(state, [RunJson.Write(new ScheduleFired(name, work.Item.Due > now ? now : work.Item.Due, says))])],
            Work = next is { } due ? [WorkOf(name, due)] : [],
            Completes = work,
        };
    }, cancellationToken);

    /// <summary>A schedule by its name; null when the configuration has it no longer.</summary>
    public (Runbook Runbook, Schedule Schedule)? Find(string name)
    {
        foreach (var one in Schedules(configuration()))
        {
            if (NameOf(one.Runbook, one.Schedule) == name) return one;
        }

        return null;
    }

    public void Dispose() => ledger.Dispose();

    private static IEnumerable<(Runbook Runbook, Schedule Schedule)> Schedules(Configuration current) =>
        current.Runbooks.SelectMany(runbook => runbook.Schedules, (runbook, schedule) => (runbook, schedule));

    private static string NameOf(Runbook runbook, Schedule schedule) => $"{runbook.Name}/{schedule.Service}/{schedule.Environment}/{schedule.Cron}/{schedule.Zone}";

    private static DateTimeOffset? Next(Schedule schedule, DateTimeOffset after) =>
        Cron.Read(schedule.Cron, Zone.Find(schedule.Zone) ?? Zone.Utc) is Reading<Cron>.Understood { Value: var cron } ? cron.NextAfter(after) : null;

    private static WorkItem WorkOf(string name, DateTimeOffset due) =>
        new(LaterKind, $"cron:{name}", Lane, due, JsonSerializer.Serialize(new AboutLater(0, name), LedgerJson.Default.AboutLater));

    private static Reply Refused(Refusal refusal) => new(RefusalCard.Of(refusal), null, refusal);
}
