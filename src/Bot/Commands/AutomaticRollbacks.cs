using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Worker;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Opens the rollback of what tripped behind its run, or says why nobody goes back by itself.</summary>
internal sealed class AutomaticRollbacks(RunEngine engine, Readings readings, Standings standings, Chats chats, Func<Configuration> configuration)
{
    /// <summary>A trip from longer ago takes nothing back: meanwhile the world may be another, and people may be at work.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(15);

    /// <param name="delivery">By which the rollback is opened once, however often this is asked.</param>
    /// <returns>What the run is to be told; null when it can't be told yet.</returns>
    public async Task<RunCommand.WatchTakenBack?> OpenAsync(RunState run, string delivery, CancellationToken cancellationToken)
    {
        RunCommand.WatchTakenBack No(string why) => new(null, $"{why} So nothing is taken back by itself: somebody has to decide.");
        var ago = engine.Now - (run.Watch!.EndedAt ?? engine.Now);
        if (ago > Fresh) return No($"It tripped {Words.Duration(ago)} ago, while nobody was there.");
        if (configuration().Service(run.Site.Service) is not { } service || service.Environment(run.Site.Environment) is not { } environment) return No($"{run.Site} is no longer configured.");
        if (run.BackTo is not { } version) return No("What ran before is not known.");
        if ((await standings.NowAsync(cancellationToken)).Of(run.Site).Failed.FirstOrDefault(one => one.Version == run.Plan.Version && one.Automatic && one.Run != run.Id) is { } before)
            return No($"{run.Plan.Version} was taken back by itself once before, after run {before.Run}.");
        if ((await engine.QueueAsync(run.Site, cancellationToken)).Holder is { } holder && await engine.FindAsync(holder, cancellationToken) is { } other && (other.MayHaveChanged || other.Plan.Kind == RunKind.Rollback))
        {
            // Opened by this very work, before the process died.
            if (other.Opened.Reverts == run.Id && other.Opened.Tripped is not null) return new RunCommand.WatchTakenBack(other.Id, $"Run {other.Id} takes it back to {other.Plan.Version}.");
            return No(WatchHandlers.Overtaken(other));
        }

        var (seen, _) = await readings.LookAsync(environment.Target, cancellationToken);
        if (seen is null) return null;
        if (seen.ByHand is { } hand) return No(hand);
        if (seen.Version != run.Plan.Version) return No($"{run.Site} runs {seen.Version} by now, not {run.Plan.Version}.");
        var planned = Planner.Rollback(service, environment, version, run.BackToRevision, seen.Version, LockDecider.Itself, [.. run.Steps.Select(step => step.Step)]) with { Page = run.Opened.Page };
        var request = new OpenRequest(planned, service, environment, LockDecider.Itself, $"{run.Plan.Version} tripped behind run {run.Id}", Places(run, service), NoQueue: false, run.Id) { Tripped = run.Watch.Fault };
        var opening = await engine.OpenAsync(request, delivery, cancellationToken);
        return opening.Refusal is { } refusal ? No(refusal.Why) : new RunCommand.WatchTakenBack(opening.Run!.Id, $"Run {opening.Run.Id} takes it back to {version}.");
    }

    /// <summary>Where the run that it takes back is shown, else where its service is.</summary>
    private ImmutableArray<string> Places(RunState run, Service service)
    {
        if (!run.Opened.Places.IsEmpty) return run.Opened.Places;
        var places = new List<Place>();
        if (service.Channel is { } channel) places.Add(new Place("slack", channel));
        if (service.Teams is { } teams) places.Add(new Place("teams", teams));
        return [.. places.Where(place => chats.For(place.Surface) is not null).Select(place => place.ToString())];
    }
}
