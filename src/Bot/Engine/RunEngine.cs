using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Versions;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Loads a run, lets it decide, and keeps what it decided: events, work and rows in one transaction.</summary>
internal sealed partial class RunEngine(IStore store, Func<Configuration> configuration, TimeProvider time, ILogger<RunEngine> logger) : IDisposable
{
    /// <summary>Conflicts in a row after which something is wrong with more than timing.</summary>
    private const int Tries = 50;

    private readonly StateCache cache = new(runs: 2_000, queues: 10_000);
    private readonly KeyedLock locks = new();
    private IDisposable? subscription;

    /// <summary>To the microsecond, as every store keeps it, so that a replayed state equals the one that was decided on.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var now = time.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }

    /// <summary>Follows other processes' commits, so that nothing stale is shown for long.</summary>
    public void Follow() => subscription ??= store.OnCommitted(notice =>
    {
        if (notice.Everything) cache.Clear();
        foreach (var stream in notice.Streams) Overtaken(stream);
    });

    /// <summary>The run as it stands, or null when there is none with that number.</summary>
    /// <remarks>Reads on from what is remembered: work may be claimed the moment it is kept, before whoever kept it remembers the state.</remarks>
    public Task<RunState?> FindAsync(RunId run, CancellationToken cancellationToken) => LoadAsync(run, cache.Run(run), cancellationToken);

    /// <summary>The run's events, for its history.</summary>
    public async Task<ImmutableArray<StoredEvent>> HistoryAsync(RunId run, CancellationToken cancellationToken) =>
        await store.ReadAsync(run.Stream, 0, cancellationToken);

    /// <summary>Who holds a site, and who waits for it, as far as is remembered: whatever is decided on it is kept only at its version.</summary>
    public async ValueTask<SiteQueue> QueueAsync(Site site, CancellationToken cancellationToken) =>
        cache.Queue(SiteQueue.StreamOf(site)) ?? await LoadQueueAsync(site, null, cancellationToken);

    /// <summary>Opens a run, or says why not. With a delivery seen before, gives the run that it opened then.</summary>
    public async Task<Opening> OpenAsync(OpenRequest request, string delivery, CancellationToken cancellationToken)
    {
        using var held = await locks.TakeAsync(request.Planned.Plan.Site.ToString(), cancellationToken);
        var queue = await QueueAsync(request.Planned.Plan.Site, cancellationToken);
        RunId? run = null;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var line = await PlaceInLineAsync(request, queue, cancellationToken);
            if (line.Refusal is { } refusal) return new Opening(null, refusal);
            run ??= new RunId(await store.NextRunNumberAsync(cancellationToken));
            var opened = request.Opened(run.Value, line.Behind);
            var now = Now;
            var (state, decision) = Decider.Open(opened, now, configuration().Calendar.WorkingHours);
            var joined = new RunJoined(run.Value, line.First);
            var commit = Book.Of(null, state, decision, now) with { Delivery = new Delivery(delivery, run.Value.ToString()) };
            commit = commit with { Streams = commit.Streams.Add(new StreamAppend(SiteQueue.StreamOf(queue.Site), queue.Version, [RunJson.Write(joined)])) };
            var displaced = line.First && queue.Holder is { } holder ? await GiveWayAsync(holder, run.Value, now, cancellationToken) : null;
            if (displaced is { Refusal: { } changing }) return new Opening(null, changing);
            if (displaced is { } d) commit = commit with { Streams = [.. commit.Streams, .. d.Commit!.Streams], Work = [.. commit.Work, .. d.Commit.Work], Runs = [.. commit.Runs, .. d.Commit.Runs], Withdrawn = [.. commit.Withdrawn, .. d.Commit.Withdrawn] };
            switch (await store.CommitAsync(commit, cancellationToken))
            {
                case CommitResult.Committed:
                    cache.Keep(state);
                    cache.Keep(SiteQueue.StreamOf(queue.Site), queue.Evolve(joined));
                    if (displaced?.State is { } moved) cache.Keep(moved);
                    Log.Opened(logger, run.Value, opened.Plan.Site, opened.Plan.Version, opened.By.Email);
                    return new Opening(state, null);
                case CommitResult.Repeated repeated when RunId.TryParse(repeated.Answer, out var before):
                    return new Opening(await FindAsync(before, cancellationToken), null);
                case CommitResult.Conflict conflict:
                    cache.Drop(conflict.Stream);
                    queue = await LoadQueueAsync(queue.Site, null, cancellationToken);
                    if (line.First && queue.Holder is { } again) cache.Drop(again.Stream);
                    break;
                default:
                    throw new InvalidOperationException("A run that opens completes no work.");
            }
        }

        throw new StoreUnavailableException($"Too many changes to {queue.Site} at once: say it again.");
    }

    /// <summary>Tells a run something, and keeps what it decides.</summary>
    /// <param name="delivery">Where it came from outside; null for the bot's own.</param>
    /// <param name="completes">The work that this is the answer to: gone in the same transaction.</param>
    public async Task<Telling> TellAsync(RunId run, RunCommand command, string? delivery, ClaimedWork? completes, CancellationToken cancellationToken)
    {
        using var held = await locks.TakeAsync(run.Stream.Name, cancellationToken);
        var cached = cache.Run(run);
        var state = cached ?? await LoadAsync(run, null, cancellationToken);
        if (state is null) return new Telling(null, new(RefusalCodes.RunUnknown, $"There is no run {run}.", "Say runs to see the open ones."));
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var now = Now;
            var (next, decision) = Decider.Decide(state, command, ContextFor(state, now));
            if (decision.Refused is { } refusal)
            {
                // What is remembered may be behind what another process did: look before saying no.
                if (attempt > 0 || cached is null || await LoadAsync(run, state, cancellationToken) is not { } fresh || fresh.Version == state.Version)
                    return new Telling(state, refusal);
                state = fresh;
                continue;
            }

            if (decision.Events.IsEmpty && decision.Work.IsEmpty && completes is null) return new Telling(state, null);
            var result = await KeepAsync(state, next, decision, now, delivery, completes, cancellationToken);
            switch (result)
            {
                case CommitResult.Committed: return new Telling(next, null);
                case CommitResult.Repeated: return new Telling(await FindAsync(run, cancellationToken), null);
                case CommitResult.ClaimLost: return new Telling(state, null);
                default: state = await LoadAsync(run, null, cancellationToken) ?? state; break;
            }
        }

        throw new StoreUnavailableException($"Too many changes to run {run} at once: say it again.");
    }

    /// <summary>Why a run would refuse this now; null when it would not, or it would be for other reasons than what it is and who asks.</summary>
    public Refusal? Refuses(RunState run, RunCommand.ByPerson command) => RunRules.Untimely(run, command) ?? RunRules.Forbidden(run, command, ContextFor(run, Now));

    /// <summary>Why a rollback can't begin at a site now: another run is changing it. Null when it can.</summary>
    public async Task<Refusal?> RefuseRollbackAsync(Site site, CancellationToken cancellationToken) =>
        (await QueueAsync(site, cancellationToken)).Holder is { } holder && await FindAsync(holder, cancellationToken) is not { MayHaveChanged: false } ? Held(holder, site, noQueue: false) : null;

    public void Dispose()
    {
        subscription?.Dispose();
        locks.Dispose();
    }

    private async Task<CommitResult> KeepAsync(
        RunState state, RunState next, RunDecision decision, DateTimeOffset now, string? delivery, ClaimedWork? completes, CancellationToken cancellationToken)
    {
        var commit = Book.Of(state, next, decision, now) with
        {
            Delivery = delivery is null ? null : new Delivery(delivery, state.Id.ToString()),
            Completes = completes,
        };
        SiteQueue? queue = null;
        if (next.IsOver && !state.IsOver)
        {
            queue = await LoadQueueAsync(state.Site, cache.Queue(SiteQueue.StreamOf(state.Site)), cancellationToken);
            var left = new RunLeft(state.Id);
            var after = queue.Evolve(left);
            commit = commit with { Streams = commit.Streams.Add(new StreamAppend(SiteQueue.StreamOf(state.Site), queue.Version, [RunJson.Write(left)])) };
            if (after.Holder is { } holder && holder != queue.Holder) commit = commit with { Work = commit.Work.Add(Book.Turn(holder, now)) };
            queue = after;
        }

        var result = await store.CommitAsync(commit, cancellationToken);
        if (result is CommitResult.Committed)
        {
            cache.Keep(next);
            if (queue is not null) cache.Keep(SiteQueue.StreamOf(queue.Site), queue);
            foreach (var what in decision.Events) Log.Happened(logger, state.Id, what.GetType().Name, next.Status);
        }
        else if (result is CommitResult.Conflict conflict)
        {
            cache.Drop(conflict.Stream);
        }

        return result;
    }

    private async Task<InLine> PlaceInLineAsync(OpenRequest request, SiteQueue queue, CancellationToken cancellationToken)
    {
        if (queue.Holder is not { } holder) return new InLine([], false, null);
        if (request.Planned.Plan.Kind == RunKind.Rollback)
        {
            var run = await FindAsync(holder, cancellationToken);
            if (run is { MayHaveChanged: false }) return new InLine([], true, null);
        }

        return request.NoQueue || request.Planned.Plan.Kind == RunKind.Rollback
            ? new InLine([], false, Held(holder, queue.Site, request.NoQueue))
            : new InLine(queue.Line, false, null);
    }

    private static Refusal Held(RunId holder, Site site, bool noQueue) =>
        new(RefusalCodes.LockHeld, $"Run {holder} holds {site}.", noQueue ? "Leave out --no-queue to wait behind it." : $"Roll that run back instead: rollback {holder}.");

    private async Task<Displaced?> GiveWayAsync(RunId holder, RunId to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await FindAsync(holder, cancellationToken) is not { } run) return null;
        var (next, decision) = Decider.Decide(run, new RunCommand.GiveWay(to), ContextFor(run, now));
        return decision.Refused is { } refusal
            ? new Displaced(null, null, refusal)
            : new Displaced(next, Book.Of(run, next, decision, now), null);
    }

    private RunContext ContextFor(RunState state, DateTimeOffset now)
    {
        var current = configuration();
        return new RunContext(now, current.Access, current.Service(state.Site.Service)?.Owners ?? state.Opened.Owners) { Hours = current.Calendar.WorkingHours };
    }

    private async Task<RunState?> LoadAsync(RunId run, RunState? known, CancellationToken cancellationToken)
    {
        var state = known;
        foreach (var stored in await store.ReadAsync(run.Stream, known?.Version ?? 0, cancellationToken))
        {
            var what = RunJson.ReadRun(stored);
            state = state is null ? RunState.Open((RunOpened)what, stored.At) : state.Evolve(what, stored.At);
        }

        if (state is not null) cache.Keep(state);
        return state;
    }

    private async Task<SiteQueue> LoadQueueAsync(Site site, SiteQueue? known, CancellationToken cancellationToken)
    {
        var queue = known ?? SiteQueue.Empty(site);
        foreach (var stored in await store.ReadAsync(SiteQueue.StreamOf(site), queue.Version, cancellationToken)) queue = queue.Evolve(RunJson.ReadQueue(stored));
        cache.Keep(SiteQueue.StreamOf(site), queue);
        return queue;
    }

    /// <summary>Another process may have appended: what is remembered of the stream can't be trusted. (Our own commits are remembered after the notice.)</summary>
    private void Overtaken(StreamId stream) => cache.Drop(stream);

    private sealed record InLine(ImmutableArray<RunId> Behind, bool First, Refusal? Refusal);

    private sealed record Displaced(RunState? State, Commit? Commit, Refusal? Refusal);

    private static partial class Log
    {
        [LoggerMessage(100, LogLevel.Information, "Run {RunId} opened: {Site} to {Version}, asked for by {By}")]
        public static partial void Opened(ILogger logger, RunId runId, Site site, string version, string by);

        [LoggerMessage(101, LogLevel.Information, "Run {RunId}: {Event}, now {Status}")]
        public static partial void Happened(ILogger logger, RunId runId, string @event, RunStatus status);
    }
}

/// <summary>What it takes to open a run.</summary>
/// <param name="Places">Where its card is shown, as <c>surface:channel</c>.</param>
internal sealed record OpenRequest(
    Planned Planned, Service Service, ServiceEnvironment Environment, Person By, string? Reason, ImmutableArray<string> Places, bool NoQueue, RunId? Reverts)
{
    public ImmutableSortedDictionary<string, string> Inputs { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableArray<CarriedApproval> Carried { get; init; } = [];

    public string? Emergency { get; init; }

    public string? Exception { get; init; }

    public TimeSpan? ExceptionLasts { get; init; }

    public Usual? Usual { get; init; }

    public FailedVersion? FailedBefore { get; init; }

    public Fault? Tripped { get; init; }

    public string? Good { get; init; }

    public ImmutableArray<Foreseen> Foreseen { get; init; } = [];

    public RunOpened Opened(RunId run, ImmutableArray<RunId> behind) => new(
        run, Planned.Plan, Planned.Steps, Environment.Target, Environment.Protected, Planned.OnFailure, Planned.Page,
        Service.Owners, By, Reason, Places, behind, Reverts) { Inputs = Inputs, Carried = Carried, Emergency = Emergency, Exception = Exception, ExceptionLasts = ExceptionLasts, Usual = Usual, Tell = Planned.Tell, OnAbort = Planned.OnAbort, FailedBefore = FailedBefore, Tripped = Tripped, Good = Good, Foreseen = Foreseen };
}

/// <summary>A run that opened, or why it did not.</summary>
internal sealed record Opening(RunState? Run, Refusal? Refusal);

/// <summary>A run as it stands after it was told something, and why it refused if it did.</summary>
internal sealed record Telling(RunState? Run, Refusal? Refusal);
