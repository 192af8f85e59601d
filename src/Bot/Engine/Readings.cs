using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatOps.Bot.Worker;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>What is known, for pages, lists and answers: reads, never changes anything.</summary>
internal sealed class Readings : IDisposable
{
    /// <summary>How old what was seen at a target may be; what the bot itself changed shows at once.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>How long a page waits for a target that does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <summary>How many targets are looked at at once.</summary>
    private const int AtOnce = 32;

    private readonly IStore store;
    private readonly RunEngine engine;
    private readonly Targets targets;
    private readonly Func<Configuration> configuration;
    private readonly Settings.BotAddress address;
    private readonly Standings standings;
    private readonly IDisposable subscription;
    private readonly SemaphoreSlim looking = new(1, 1), glances = new(AtOnce, AtOnce);
    private readonly ConcurrentDictionary<Site, Glance> seenLately = new();
    private volatile Kept? board;

    public Readings(IStore store, RunEngine engine, Targets targets, Func<Configuration> configuration, Settings.BotAddress address, Standings standings)
    {
        (this.store, this.engine, this.targets, this.configuration, this.address, this.standings) = (store, engine, targets, configuration, address, standings);
        subscription = store.OnCommitted(notice =>
        {
            // Work that only came, ended or was given back changes no line.
            if (notice.Everything || !notice.Streams.IsEmpty) board = null;
        });
    }

    /// <summary>A run's card and history, or null when there is no such run.</summary>
    public async Task<RunPage?> RunAsync(RunId run, CancellationToken cancellationToken)
    {
        RunState? state = null;
        var lines = ImmutableArray.CreateBuilder<TimelineLine>();
        foreach (var stored in await engine.HistoryAsync(run, cancellationToken))
        {
            var what = RunJson.ReadRun(stored);
            state = state is null ? RunState.Open((RunOpened)what, stored.At) : state.Evolve(what, stored.At);
            if (Timeline.Of(state, what, stored.At) is { } line) lines.Add(line);
        }

        return state is null
            ? null
            : new RunPage(Book.Row(state), RunCard.Of(state, engine.Now, address.Public), lines.ToImmutable(), PlanCard.Of(state.Plan, null)) { Charts = GateCharts.Of(state), Logs = [.. state.Steps.Where(step => step.State is JobRun.State { Last.Log.Length: > 0 }).Select(step => JobLog.Of((JobRun)step.Step, (JobRun.State)step.State!))] };
    }

    /// <summary>A run's card as it stands, or null when there is no such run.</summary>
    public async Task<Card?> CardAsync(RunId run, CancellationToken cancellationToken) =>
        await engine.FindAsync(run, cancellationToken) is { } state ? RunCard.Of(state, engine.Now, address.Public) : null;

    /// <summary>Runs, newest first.</summary>
    public Task<ImmutableArray<RunRow>> RunsAsync(RunQuery query, CancellationToken cancellationToken) => store.ListRunsAsync(query, cancellationToken);

    /// <summary>Every service in every environment, and what is live there.</summary>
    public async ValueTask<Board> BoardAsync(CancellationToken cancellationToken)
    {
        var current = configuration();
        if (board is { } kept && kept.Of == current && engine.Now - kept.At < Fresh) return kept.Board;
        await looking.WaitAsync(cancellationToken);
        try
        {
            // Whoever waited finds what the first one saw.
            if (board is { } fresh && fresh.Of == current && engine.Now - fresh.At < Fresh) return fresh.Board;
            var now = new Kept(current, engine.Now, new Board(await LinesAsync(current, null, null, cancellationToken)));
            board = now;
            return now.Board;
        }
        finally
        {
            looking.Release();
        }
    }

    /// <summary>The lines of a service, of an environment, or of one in the other; null = any. No other target is looked at.</summary>
    public async ValueTask<Board> BoardAsync(string? service, string? environment, CancellationToken cancellationToken)
    {
        var current = configuration();
        var known = board is { } kept && kept.Of == current && engine.Now - kept.At < Fresh;
        return known || (service is null && environment is null) ? new Board((await BoardAsync(cancellationToken)).Of(service, environment)) : new Board(await LinesAsync(current, service, environment, cancellationToken));
    }

    private async Task<ImmutableArray<BoardLine>> LinesAsync(Configuration current, string? name, string? place, CancellationToken cancellationToken)
    {
        var live = (await store.ListLiveAsync(cancellationToken)).ToDictionary(row => new Site(row.Service, row.Environment));
        var open = (await store.ListRunsAsync(new RunQuery(Open: true, AtMost: 500), cancellationToken)).ToLookup(row => new Site(row.Service, row.Environment));
        var versions = await standings.NowAsync(cancellationToken);
        var looks = from service in current.Services
                    where name is null || service.Name == name
                    from environment in service.Environments
                    where place is null || environment.Name == place
                    let site = new Site(service.Name, environment.Name)
                    select LineAsync(site, environment, live.GetValueOrDefault(site), open[site].LastOrDefault(), versions.Of(site), cancellationToken);
        return [.. await Task.WhenAll(looks)];
    }

    /// <summary>What runs at a target, waiting no longer than a page may; else why it can't be told.</summary>
    public async Task<(Sighting? Seen, string? Why)> LookAsync(Target target, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await targets.For(target).LookAsync(target, patience.Token) switch
            {
                Outcome<Sighting>.Done done => (done.Value, null),
                Outcome<Sighting>.Later later => (null, later.Why),
                Outcome<Sighting>.Never never => (null, never.Fault.Why),
                _ => (null, null),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"{target} does not answer within {Words.Duration(Patience)}.");
        }
    }

    public void Dispose()
    {
        subscription.Dispose();
        looking.Dispose();
        glances.Dispose();
    }

    /// <summary>What was seen a moment ago, where no run has moved since; else another look.</summary>
    private async Task<(Sighting? Seen, string? Why)> GlanceAsync(Site site, Target target, LiveRow? live, RunRow? open, CancellationToken cancellationToken)
    {
        if (seenLately.TryGetValue(site, out var before) && before.Is(target, live, open) && engine.Now - before.At < Fresh) return (before.Seen, null);
        await glances.WaitAsync(cancellationToken);
        try
        {
            var at = engine.Now;
            var look = await LookAsync(target, cancellationToken);
            if (look.Seen is { } seen) seenLately[site] = new Glance(target, live, open, seen, at);
            return look;
        }
        finally
        {
            glances.Release();
        }
    }

    private async Task<BoardLine> LineAsync(Site site, ServiceEnvironment environment, LiveRow? live, RunRow? open, Runbooks.Versions.SiteVersions versions, CancellationToken cancellationToken)
    {
        var (seen, why) = await GlanceAsync(site, environment.Target, live, open, cancellationToken);
        var ours = live is not null && (seen is null || seen.Version == live.Version);
        return new BoardLine(
            site.Service, site.Environment, environment.Protected, environment.Target.IsSimulated, seen?.Version, ours ? live!.By : null, ours ? live!.At : null,
            seen?.Ready, seen?.Replicas, seen?.ByHand ?? (live is not null && seen is not null && seen.Version != live.Version && open is null ? $"Run {live.Run} brought {live.Version}; {seen.Version} was put there by something else." : null),
            open, seen is null ? why ?? "It can't be told what runs there." : Says(seen, ours ? live : null))
        {
            Failed = versions.Failed,
            WatchedUntil = versions.Watched is { } watched && watched.Version == seen?.Version ? watched.Until : null,
        };
    }

    private static string Says(Sighting seen, LiveRow? live) =>
        $"{seen.Version}, {seen.Ready} of {seen.Replicas} ready{(live is null ? "" : $", by {new Runbooks.Access.Person(live.By).ShortName} with run {live.Run}")}";

    private sealed record Kept(Configuration Of, DateTimeOffset At, Board Board);

    /// <summary>What was seen at a target, and how its runs stood just before.</summary>
    private sealed record Glance(Target Target, LiveRow? Live, RunRow? Open, Sighting Seen, DateTimeOffset At)
    {
        public bool Is(Target target, LiveRow? live, RunRow? open) => Target == target && Live == live && Open == open;
    }
}

/// <param name="Card">As every surface shows it.</param>
/// <param name="Timeline">Oldest first.</param>
/// <param name="Plan">What was shown to approvers, step by step.</param>
internal sealed record RunPage(RunRow Row, Card Card, ImmutableArray<TimelineLine> Timeline, Card Plan)
{
    /// <summary>The gates that a soak watched, over time.</summary>
    public ImmutableArray<GateChart> Charts { get; init; } = [];

    /// <summary>What its jobs wrote last, in the order of the steps.</summary>
    public ImmutableArray<JobLog> Logs { get; init; } = [];
}

/// <summary>The last lines that a job wrote.</summary>
/// <param name="Says">How it stands.</param>
internal sealed record JobLog(string Step, string Job, string Says, string Text)
{
    public static JobLog Of(JobRun step, JobRun.State state) => new(step.Title, state.Name ?? step.Job, state.Last!.Says, state.Last.Log);
}
