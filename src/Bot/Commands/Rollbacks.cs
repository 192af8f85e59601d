using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>The way back: from what is live in a place, or from what one run did there.</summary>
internal sealed class Rollbacks(Openings openings, CardPlaces places, RunEngine engine, Readings readings, IStore store, Func<Configuration> configuration, BotAddress address)
{
    /// <summary>Goes back from what is live: undoes the run that is changing the place, or opens a rollback.</summary>
    public async Task<Reply> RollBackAsync(Speaker speaker, Command.Rollback c, string delivery, CancellationToken cancellationToken)
    {
        if (!c.PlanOnly && await openings.BeforeAsync(speaker, delivery, cancellationToken) is { } before) return before;
        var current = configuration();
        var service = current.Service(c.Service)!;
        var environment = service.Environment(c.Environment)!;
        var site = new Site(service.Name, environment.Name);
        if (current.Access.Refuse(speaker.Caller, Right.Rollback, environment.Name, service.Owners) is { } forbidden) return Refused(forbidden);

        // A run that is changing the place right now is what is to be undone.
        if (!c.PlanOnly && (await engine.QueueAsync(site, cancellationToken)).Holder is { } holder
            && await engine.FindAsync(holder, cancellationToken) is { MayHaveChanged: true } changing && (c.To is null || c.To == changing.BackTo))
        {
            var told = await engine.TellAsync(holder, new RunCommand.RollBack(speaker.Caller, c.Reason), delivery, null, cancellationToken);
            return told.Refusal is { } no ? Refused(no) : new Reply(RunCard.Of(told.Run!, engine.Now, address.Public), holder);
        }

        var (seen, _) = await readings.LookAsync(environment.Target, cancellationToken);
        var (back, refusal) = await BackAsync(site, c.To, seen, cancellationToken);
        if (refusal is not null) return Refused(refusal);
        var planned = Planner.Rollback(service, environment, back!.Version, back.Revision, seen?.Version, speaker.Caller.Person!.Value, Walked(current, service, environment, back.Version, speaker)) with { Page = current.Runbook(environment.Runbook)?.OnFailure.Page };
        if (c.PlanOnly) return await openings.PlannedAsync(planned, service, environment, speaker, c with { PlanOnly = false }, Pass.Everything, cancellationToken);
        return await openings.OpenAsync(speaker, new OpenRequest(planned, service, environment, speaker.Caller.Person.Value, c.Reason, await places.OfAsync(speaker, service, cancellationToken), c.NoQueue, back.Reverts), delivery, cancellationToken);
    }

    /// <summary>What a deployment there walks now: a rollback goes back the way that it came.</summary>
    private static ImmutableArray<Step> Walked(Configuration current, Service service, ServiceEnvironment environment, string version, Speaker speaker) =>
        current.Runbook(environment.Runbook) is { } runbook ? Planner.Steps(new PlanContext(service, environment, version, speaker.Caller.Person ?? default), runbook, current.Runbook) : [];

    /// <summary>Takes back what an ended run did, where that is still what is live.</summary>
    public async Task<Reply> TakeBackAsync(Speaker speaker, RunState run, string? reason, string delivery, CancellationToken cancellationToken)
    {
        if (await openings.BeforeAsync(speaker, delivery, cancellationToken) is { } before) return before;
        var way = await WayBackAsync(speaker.Caller, run, cancellationToken);
        if (way.Refusal is { } refusal) return Refused(refusal);
        var (service, environment) = (way.Service!, way.Environment!);
        return await openings.OpenAsync(speaker, new OpenRequest(way.Planned!, service, environment, speaker.Caller.Person!.Value, reason, await places.OfAsync(speaker, service, cancellationToken), false, run.Id), delivery, cancellationToken);
    }

    /// <summary>How this caller would take back what an ended run did, or why they can't.</summary>
    public async Task<PlannedBack> WayBackAsync(Caller caller, RunState run, CancellationToken cancellationToken)
    {
        var current = configuration();
        if (run is not { Status: RunStatus.Succeeded, Plan.Kind: RunKind.Deploy, BackTo: { } version })
            return new PlannedBack(new Refusal(RefusalCodes.NothingToRollBack, $"Run {run.Id} is over and left nothing to take back: {RunWords.Of(run.Status)}.", null));
        if (current.Service(run.Site.Service) is not { } service || service.Environment(run.Site.Environment) is not { } environment)
            return new PlannedBack(new Refusal(RefusalCodes.ServiceUnknown, $"{run.Site} is no longer configured.", null));
        if (current.Access.Refuse(caller, Right.Rollback, environment.Name, service.Owners) is { } forbidden) return new PlannedBack(forbidden);
        var live = (await store.ListLiveAsync(cancellationToken)).FirstOrDefault(row => row.Service == service.Name && row.Environment == environment.Name);
        if (live is not null && live.Run != run.Id.Number)
            return new PlannedBack(new Refusal(RefusalCodes.NothingToRollBack, $"Run {run.Id} is no longer what is live: run {live.Run} brought {live.Version}.", $"Look at that one, or say rollback {run.Site.Service} {run.Site.Environment}."));
        var (seen, _) = await readings.LookAsync(environment.Target, cancellationToken);
        var planned = Planner.Rollback(service, environment, version, run.BackToRevision, seen?.Version, caller.Person!.Value, [.. run.Steps.Select(step => step.Step)]) with { Page = run.Opened.Page };
        return new PlannedBack(null) { Planned = planned, Service = service, Environment = environment, Seen = seen };
    }

    /// <summary>What a rollback goes back to, or why it is not known.</summary>
    private async Task<(Back? Back, Refusal? Refusal)> BackAsync(Site site, string? to, Sighting? seen, CancellationToken cancellationToken)
    {
        if (to is not null && to == seen?.Version) return (null, new Refusal(RefusalCodes.AlreadyLive, $"{to} is already live in {site.Environment}.", null));
        var live = (await store.ListLiveAsync(cancellationToken)).FirstOrDefault(row => row.Service == site.Service && row.Environment == site.Environment);
        var run = live is null ? null : await engine.FindAsync(new RunId(live.Run), cancellationToken);
        if (to is not null) return (new Back(to, run?.BackTo == to ? run.BackToRevision : null, null), null);
        var hint = $"Say which version: rollback {site.Service} {site.Environment} --to VERSION.";
        if (live is null || run is null)
            return (null, new Refusal(RefusalCodes.NothingToRollBack, $"No run has changed {site}, so what ran before is not known.", hint));
        if (run.Plan.Kind == RunKind.Rollback || run.Status == RunStatus.RolledBack)
            return (null, new Refusal(RefusalCodes.NothingToRollBack, $"{site} was already rolled back to {live.Version} by run {run.Id}.", $"To go further back, {hint.ToLowerInvariant()[..1]}{hint[1..]}"));
        return run.BackTo is { } version
            ? (new Back(version, run.BackToRevision, run.Id), null)
            : (null, new Refusal(RefusalCodes.NothingToRollBack, $"What ran in {site} before run {run.Id} is not known.", hint));
    }

    private static Reply Refused(Refusal refusal) => new(RefusalCard.Of(refusal), null, refusal);

    private sealed record Back(string Version, long? Revision, RunId? Reverts);
}

/// <summary>What it takes to take back what an ended run did. All is null where it is refused.</summary>
/// <param name="Refusal">Why it can't be done, or not by whoever asks; null when it can.</param>
internal sealed record PlannedBack(Refusal? Refusal)
{
    public Planned? Planned { get; init; }

    public Service? Service { get; init; }

    public ServiceEnvironment? Environment { get; init; }

    /// <summary>What runs there now; null where it can't be told.</summary>
    public Sighting? Seen { get; init; }
}
