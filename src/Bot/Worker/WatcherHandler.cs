using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Bot.Worker;

/// <summary>Finds out who watches a soak, and lets the watch look at the clock.</summary>
internal sealed class WatcherHandler(RunEngine engine, Duty duty) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.WatcherKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        if (errand.Step is not { Step: Soak { Watcher: { } watcher }, State: Soak.State { Vigil: { } vigil } }) return new Done.Finished();
        return await ReportAsync(errand, vigil.IsUnknown ? new WatchersAre(await PeopleAsync(watcher, cancellationToken)) : new WatchDue(), cancellationToken);
    }

    /// <summary>In the order that the runbook names them; of a schedule whoever is on call, and then who is next.</summary>
    private async Task<ImmutableArray<Person>> PeopleAsync(Watcher watcher, CancellationToken cancellationToken)
    {
        var schedules = await duty.SchedulesAsync(cancellationToken);
        var people = new List<Person>();
        foreach (var who in watcher.Who.Select(name => new GroupName(name)))
        {
            if (schedules.Any(one => one.Name.Equals(who.Name, StringComparison.OrdinalIgnoreCase))) people.AddRange((await duty.ChainAsync(who, cancellationToken)).People);
            else people.AddRange(await duty.PeopleAsync(who, cancellationToken));
        }

        return [.. people.Where(one => new GroupName(one.Email).IsPerson).Distinct().Take(Watcher.Most)];
    }
}
