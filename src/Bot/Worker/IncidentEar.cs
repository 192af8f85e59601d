using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Changes;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Listens to what happens on the services of open incidents, and tells them: each thing once.</summary>
/// <remarks>It reads the chain of everything kept, from the place up to which an incident has listened: that is kept with what was heard, so nothing is lost or told twice, whoever dies.</remarks>
internal sealed partial class IncidentEar(IStore store, IncidentEngine incidents, RunEngine runs, AlertEngine alerts, TimeProvider time, ILogger<IncidentEar> logger) : BackgroundService
{
    private const int AtOnce = 500, LinesAtOnce = 15;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(500), Look = TimeSpan.FromSeconds(15);

    private readonly Dictionary<IncidentId, long> heard = [];
    private bool anyOpen = true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var news = new SemaphoreSlim(0, 1);
        using var subscription = store.OnCommitted(notice =>
        {
            if (notice.Everything || notice.Streams.Contains(IncidentBook.Stream)) Volatile.Write(ref anyOpen, true);
            if (Volatile.Read(ref anyOpen) && (notice.Everything || notice.Streams.Any(IsHeard))) Signal(news);
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (Volatile.Read(ref anyOpen)) await ListenAsync(stoppingToken);
                await news.WaitAsync(Look, stoppingToken);
                await Task.Delay(Gather, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception trouble) when (trouble is not OutOfMemoryException)
            {
                Log.Deaf(logger, trouble);
                await Task.Delay(Look, time, stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private static bool IsHeard(StreamId stream) =>
        stream == LockBook.Stream || stream == ChangeBook.Stream || stream == IncidentBook.Stream || stream.Name.StartsWith("run-", StringComparison.Ordinal) || stream.Name.StartsWith("alert-", StringComparison.Ordinal);

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        // Before looking: what is declared from now on is looked at the next time.
        Volatile.Write(ref anyOpen, false);
        var open = await incidents.OpenAsync(cancellationToken);
        if (open.IsEmpty) return;
        Volatile.Write(ref anyOpen, true);
        var told = open.ToDictionary(one => one.Id, _ => new List<(long Place, Heard What)>());
        var from = open.Min(From);
        while (true)
        {
            var entries = await store.ReadChainAsync(from, AtOnce, cancellationToken);
            foreach (var entry in entries.Where(entry => IsHeard(entry.Event.Stream)))
            {
                if (await HeardAsync(entry.Event, cancellationToken) is not { } what) continue;
                foreach (var incident in open.Where(one => entry.Place > From(one) && what.Concerns(one))) told[incident.Id].Add((entry.Place, what));
            }

            if (entries.Length > 0) from = entries[^1].Place;
            if (entries.Length < AtOnce) break;
        }

        foreach (var incident in open)
        {
            foreach (var some in told[incident.Id].Chunk(LinesAtOnce)) await TellAsync(incident, some, cancellationToken);
            heard[incident.Id] = from;
        }
    }

    private long From(Incident incident) => Math.Max(incident.Heard, heard.GetValueOrDefault(incident.Id));

    private async Task TellAsync(Incident incident, (long Place, Heard What)[] some, CancellationToken cancellationToken)
    {
        foreach (var alert in some.Select(one => one.What.Alert).OfType<AlertGroup>().DistinctBy(one => one.Id).Where(one => !incident.Has("alert", one.Id.ToString())))
            await incidents.TellAsync(incident.Id, new IncidentCommand.AlertJoined(LinkOf(alert)), null, null, cancellationToken);
        await incidents.TellAsync(incident.Id, new IncidentCommand.Gather(some[^1].Place, [.. some.Select(one => one.What.Line with { Shown = incident.Room is { } room && one.What.Places.Contains(room.Place) })], some.Select(one => one.What.AckedBy).FirstOrDefault(one => one is not null)), null, null, cancellationToken);
    }

    public static IncidentLink LinkOf(AlertGroup alert) => new("alert", alert.Id.ToString(), $"{alert.Id} {AlertWords.TitleOf(alert)}", alert.Since);

    private async Task<Heard?> HeardAsync(StoredEvent stored, CancellationToken cancellationToken)
    {
        if (stored.Stream == LockBook.Stream) return OfLock(RunJson.ReadLock(stored), stored.At);
        if (stored.Stream == ChangeBook.Stream) return OfChange(ChangeJson.Read(stored));
        if (RunId.TryParse(stored.Stream.Name, out var run)) return await runs.FindAsync(run, cancellationToken) is { } state ? OfRun(state, RunJson.ReadRun(stored), stored.At) : null;
        return stored.Stream.Name.Split('-') is ["alert", var number] && AlertId.TryParse($"A{number}", out var id) && await alerts.FindAsync(id, cancellationToken) is { } group ? OfAlert(group, stored) : null;
    }

    private static Heard? OfRun(RunState run, RunEvent what, DateTimeOffset at)
    {
        if (Timeline.Of(run, what, at) is not { } line) return null;
        var changes = what is RunOpened or RollbackBegan or RunSucceeded or RunRolledBack or StepHappened { What: RolloutStarted or JobStarted };
        if (!line.Worth && !changes && what is not StepHappened { What: GateSampled }) return null;
        return new Heard([run.Site.Service], ("run", $"{run.Id}"), new GatheredLine(at, line.By, what is RunOpened ? line.Says : $"{RunCard.TitleOf(run)}: {line.Says}", line.Tone, $"run {run.Id}", changes), null, null) { Places = run.Opened.Places };
    }

    private static Heard? OfAlert(AlertGroup group, StoredEvent stored)
    {
        if (!group.Fired || group.Began.Storm || group.Began.Service is not { } service) return null;
        var what = AlertJson.Read(stored);
        var began = what is AlertsCame && stored.Version == 2;
        if (AlertWords.LineOf(group, what, stored.At) is not { } line || (!line.Worth && !began)) return null;
        return new Heard([service], ("alert", $"{group.Id}"), new GatheredLine(stored.At, line.By, $"{AlertWords.TitleOf(group)}: {(began ? "fires" : line.Says)}", line.Tone, $"{group.Id}", false), group, (what as AlertAcknowledged)?.By is { } by && by.Email.Contains('@', StringComparison.Ordinal) ? by : null) { Places = group.Places };
    }

    private static Heard? OfLock(LockEvent what, DateTimeOffset at) => what is LockSet { Lock: var one }
        ? new Heard(one.Scope.Service is { } service ? [service] : [], null, new GatheredLine(at, one.By.Email, one.Says(), Tone.Waiting, "lock", false), null, null)
        : null;

    /// <summary>Told at the time at which it was made, which may be a little before it was seen.</summary>
    private static Heard? OfChange(ChangeEvent what) => what is ChangeSeen { Change: { Service: { } service } one } ? new Heard([service], null, new GatheredLine(one.At, null, one.Says, Tone.Warning, one.Source, Changes: true), null, null) : null;

    private static void Signal(SemaphoreSlim news)
    {
        try
        {
            if (news.CurrentCount == 0) news.Release();
        }
        catch (Exception met) when (met is SemaphoreFullException or ObjectDisposedException)
        {
            // Two signals met, or it stops: one is enough.
        }
    }

    /// <param name="Link">What it is, where an incident can be linked to it.</param>
    /// <param name="Alert">The alert that it is about; null = none.</param>
    private sealed record Heard(ImmutableArray<string> Services, (string Kind, string What)? Link, GatheredLine Line, AlertGroup? Alert, Person? AckedBy)
    {
        /// <summary>Where it has a card.</summary>
        public ImmutableArray<string> Places { get; init; } = [];

        public bool Concerns(Incident incident) => Services.Any(incident.Concerns) || (Link is { } link && incident.Has(link.Kind, link.What));
    }

    private static partial class Log
    {
        [LoggerMessage(170, LogLevel.Warning, "What happens could not be told to open incidents; it is tried again")]
        public static partial void Deaf(ILogger logger, Exception exception);
    }
}
