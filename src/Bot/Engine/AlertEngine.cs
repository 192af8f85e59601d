using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatOps.Bot.Worker;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Takes alerts in and keeps what is decided about them. Deliveries that wait for each other are decided and kept together, so that a storm costs few commits.</summary>
internal sealed partial class AlertEngine(
    IStore store, Func<Configuration> configuration, Chats chats, IEnumerable<ISilencer> silencers, TimeProvider time, ILogger<AlertEngine> logger) : IDisposable
{
    private const int Tries = 20, DeliveriesAtOnce = 128, AlertsAtOnce = 20_000, Remembered = 2_000;

    private readonly ImmutableHashSet<string> quiet = [.. silencers.Select(one => one.System)];
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly ConcurrentQueue<Waiting> queue = new();
    private readonly ConcurrentDictionary<AlertId, AlertGroup> known = new();
    private readonly AlertPace pace = new();
    private volatile AlertBook book = AlertBook.Empty;

    /// <summary>To the microsecond, as every store keeps it.</summary>
    public DateTimeOffset Now => time.GetUtcNow() is var now ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) : now;

    public AlertPace Pace => pace;

    /// <summary>Takes a delivery: on disk when this returns.</summary>
    /// <returns>False when it was taken before.</returns>
    public async Task<bool> TakeAsync(AlertReading.Taken delivery, CancellationToken cancellationToken)
    {
        if (await store.FindDeliveryAsync(delivery.Key, cancellationToken) is not null) return false;
        var waiting = new Waiting(delivery);
        queue.Enqueue(waiting);
        await one.WaitAsync(CancellationToken.None);
        try
        {
            // Whoever came before may have taken this one along.
            while (!waiting.Done.Task.IsCompleted) await DrainAsync();
        }
        finally
        {
            one.Release();
        }

        return await waiting.Done.Task;
    }

    /// <summary>Tells a group something, and keeps what it decides.</summary>
    /// <param name="delivery">Where it came from outside; null for the bot's own.</param>
    /// <param name="completes">The work that this is the answer to: gone in the same transaction.</param>
    public async Task<(AlertGroup? Group, Refusal? Refusal)> TellAsync(AlertId id, AlertCommand command, string? delivery, ClaimedWork? completes, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; attempt < Tries; attempt++)
            {
                var draft = new AlertDraft(await BookAsync(cancellationToken), configuration(), PlacesOf, quiet, pace, Now);
                if (await LoadAsync(id, cancellationToken) is not { } group) return (null, Unknown(id));
                draft.Know(group);
                if (draft.Tell(id, command) is { } refusal) return (group, refusal);
                var commit = draft.Commit() with { Delivery = delivery is null ? null : new Delivery(delivery, id.ToString()), Completes = completes };
                if (!draft.Changed && completes is null) return (group, null);
                switch (await store.CommitAsync(commit, cancellationToken))
                {
                    case CommitResult.Committed:
                        Keep(draft);
                        return (draft.Of(id), null);
                    case CommitResult.Conflict:
                        break;
                    default:
                        return (await LoadAsync(id, cancellationToken), null);
                }
            }
        }
        finally
        {
            one.Release();
        }

        throw new StoreUnavailableException($"Too many changes to {id} at once: say it again.");
    }

    /// <summary>A group as it stands, others' changes included; null when there is none of that number.</summary>
    public Task<AlertGroup?> FindAsync(AlertId id, CancellationToken cancellationToken) => LoadAsync(id, cancellationToken);

    /// <summary>Every open group, and how promises were kept.</summary>
    public async Task<(ImmutableArray<AlertGroup> Groups, ImmutableArray<Promise> Promises)> OpenAsync(CancellationToken cancellationToken)
    {
        var current = await BookAsync(cancellationToken);
        var groups = ImmutableArray.CreateBuilder<AlertGroup>();
        foreach (var number in current.Open.Keys.TakeLast(500))
        {
            if (await LoadAsync(new AlertId(number), cancellationToken) is { } group) groups.Add(group);
        }

        return (groups.ToImmutable(), current.Promises);
    }

    /// <summary>Groups that fire, name a service in an environment (or in none), and began to fire since a moment: what was wrong before is no news.</summary>
    public async Task<ImmutableArray<AlertGroup>> FiringAsync(string service, string environment, DateTimeOffset since, bool critical, CancellationToken cancellationToken)
    {
        var firing = ImmutableArray.CreateBuilder<AlertGroup>();
        foreach (var group in (await OpenAsync(cancellationToken)).Groups)
        {
            if (group.Names(service, environment) && group.FiredSince(since) && !group.SilencedAt(Now) && (!critical || group.Severity == Severity.Critical)) firing.Add(group);
        }

        return firing.ToImmutable();
    }

    /// <summary>A group's events, for its page.</summary>
    public Task<ImmutableArray<StoredEvent>> HistoryAsync(AlertId id, CancellationToken cancellationToken) => store.ReadAsync(id.Stream, 0, cancellationToken);

    public static Refusal Unknown(AlertId id) => new(RefusalCodes.AlertUnknown, $"There is no alert {id}.", "Say alerts to see them.");

    public void Dispose() => one.Dispose();

    /// <summary>Takes all that wait, up to a bound, in one commit.</summary>
    private async Task DrainAsync()
    {
        var batch = new List<Waiting>();
        for (var alerts = 0; batch.Count < DeliveriesAtOnce && alerts < AlertsAtOnce && queue.TryDequeue(out var next); alerts += next.Delivery.Alerts.Length) batch.Add(next);
        try
        {
            await TakeAsync(batch);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            foreach (var waiting in batch) waiting.Done.TrySetException(fault);
        }
    }

    private async Task TakeAsync(List<Waiting> batch)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            // The same delivery many times at once is one delivery.
            List<Waiting> fresh = [.. batch.Where(waiting => !waiting.Done.Task.IsCompleted).DistinctBy(waiting => waiting.Delivery.Key)];
            if (fresh.Count == 0) break;
            var draft = new AlertDraft(await BookAsync(CancellationToken.None), configuration(), PlacesOf, quiet, pace, Now);
            foreach (var waiting in fresh) draft.Sort(waiting.Delivery);
            foreach (var id in draft.Known.ToList())
            {
                if (await LoadAsync(id, CancellationToken.None) is { } group) draft.Know(group);
            }

            draft.Take();
            switch (await store.CommitAsync(draft.Commit() with { Deliveries = [.. fresh.Select(waiting => new Delivery(waiting.Delivery.Key, "taken"))] }, CancellationToken.None))
            {
                case CommitResult.Committed:
                    Keep(draft);
                    Log.Taken(logger, fresh.Count, fresh.Sum(waiting => waiting.Delivery.Alerts.Length), draft.Groups.Count());
                    foreach (var waiting in fresh) waiting.Done.TrySetResult(true);
                    break;
                case CommitResult.Repeated:
                    foreach (var same in batch.GroupBy(waiting => waiting.Delivery.Key))
                    {
                        if (await store.FindDeliveryAsync(same.Key, CancellationToken.None) is null) continue;
                        foreach (var waiting in same) waiting.Done.TrySetResult(false);
                    }

                    continue;
                default:
                    continue;
            }

            foreach (var waiting in batch) waiting.Done.TrySetResult(false);
            return;
        }

        foreach (var waiting in batch.Where(waiting => !waiting.Done.Task.IsCompleted)) waiting.Done.TrySetException(new StoreUnavailableException("Too many alerts at once."));
    }

    /// <summary>Where a route leads, as <c>surface:channel</c>; nowhere where no chat is connected or the service has no channel.</summary>
    private ImmutableArray<string> PlacesOf(AlertRoute? route, Runbooks.Catalog.Service? service) =>
        PlaceOf(route?.Channel == AlertRoute.OfService ? service?.Channel ?? "#alerts" : route?.Channel) is { } place ? [place] : [];

    private string? PlaceOf(string? channel)
    {
        if (channel is null) return null;
        var place = Book.PlaceOf(channel) is { } named && chats.For(named.Surface) is not null ? named : new Place("slack", channel);
        return chats.For(place.Surface) is null ? null : place.ToString();
    }

    private void Keep(AlertDraft draft)
    {
        if (known.Count > Remembered) known.Clear();
        foreach (var group in draft.Groups)
        {
            known[group.Id] = group;
            foreach (var what in draft.EventsOf(group.Id).Where(what => what is not (AlertCardPosted or AlertNotShown))) Log.Happened(logger, group.Id, what.GetType().Name, group.Status);
        }
    }

    /// <summary>Reads on from what is remembered: another process may have gone on.</summary>
    private async Task<AlertBook> BookAsync(CancellationToken cancellationToken)
    {
        var current = book;
        foreach (var stored in await store.ReadAsync(AlertBook.Stream, current.Version, cancellationToken)) current = current.Evolve(AlertJson.ReadBook(stored), stored.At);
        return book = current;
    }

    private async Task<AlertGroup?> LoadAsync(AlertId id, CancellationToken cancellationToken)
    {
        var group = known.GetValueOrDefault(id);
        foreach (var stored in await store.ReadAsync(id.Stream, group?.Version ?? 0, cancellationToken))
        {
            var what = AlertJson.Read(stored);
            group = group is null ? AlertGroup.Open((GroupBegan)what, stored.At) : group.Evolve(what, stored.At);
        }

        return group is null ? null : known.AddOrUpdate(id, group, (_, other) => other.Version > group.Version ? other : group);
    }

    private sealed record Waiting(AlertReading.Taken Delivery)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(120, LogLevel.Debug, "Took {Deliveries} deliveries with {Alerts} alerts, {Groups} groups changed")]
        public static partial void Taken(ILogger logger, int deliveries, int alerts, int groups);

        [LoggerMessage(121, LogLevel.Information, "Alert {AlertId}: {Event}, now {Status}")]
        public static partial void Happened(ILogger logger, AlertId alertId, string @event, AlertStatus status);
    }
}
