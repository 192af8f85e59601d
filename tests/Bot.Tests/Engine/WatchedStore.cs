using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Tests.Engine;

/// <summary>A store that counts what is read from it, and tells of its own commits before they return. Of others' it tells when the test says so.</summary>
internal sealed class WatchedStore(IStore store) : IStore
{
    private ImmutableList<Action<CommitNotice>> listeners = [];
    private int reads;

    /// <summary>Events, runs, places and deliveries that were asked for.</summary>
    public int Reads => Volatile.Read(ref reads);

    /// <summary>While it is set, whatever is read fails as it would without the database.</summary>
    public bool IsGone { get; set; }

    public void Tell(CommitNotice notice) => listeners.ForEach(listener => listener(notice));

    public IDisposable OnCommitted(Action<CommitNotice> callback)
    {
        listeners = listeners.Add(callback);
        return new Subscription(() => listeners = listeners.Remove(callback));
    }

    public async Task<CommitResult> CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        var result = await store.CommitAsync(commit, cancellationToken);
        if (result is CommitResult.Committed) Tell(new CommitNotice([.. commit.Streams.Select(append => append.Stream)], WorkAdded: true));
        return result;
    }

    public Task<ImmutableArray<StoredEvent>> ReadAsync(StreamId stream, long after, CancellationToken cancellationToken) => Counted().ReadAsync(stream, after, cancellationToken);

    public Task<ImmutableArray<RunRow>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken) => Counted().ListRunsAsync(query, cancellationToken);

    public Task<ImmutableArray<LiveRow>> ListLiveAsync(CancellationToken cancellationToken) => Counted().ListLiveAsync(cancellationToken);

    public Task<string?> FindDeliveryAsync(string key, CancellationToken cancellationToken) => Counted().FindDeliveryAsync(key, cancellationToken);

    public Task<ImmutableArray<ChainEntry>> ReadChainAsync(long after, int atMost, CancellationToken cancellationToken) => Counted().ReadChainAsync(after, atMost, cancellationToken);

    public Task<ChainHead?> ReadChainHeadAsync(CancellationToken cancellationToken) => Counted().ReadChainHeadAsync(cancellationToken);

    public Task MigrateAsync(CancellationToken cancellationToken) => store.MigrateAsync(cancellationToken);

    public Task TakeOverAsync(DateTimeOffset now, CancellationToken cancellationToken) => store.TakeOverAsync(now, cancellationToken);

    public Task<long> NextRunNumberAsync(CancellationToken cancellationToken) => store.NextRunNumberAsync(cancellationToken);

    public Task<int> ForgetDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken) => store.ForgetDeliveriesAsync(before, cancellationToken);

    public Task<ImmutableArray<ClaimedWork>> ClaimAsync(string owner, ImmutableArray<string> kinds, int atMost, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.ClaimAsync(owner, kinds, atMost, lease, now, cancellationToken);

    public Task<bool> RenewAsync(ClaimedWork work, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken) => store.RenewAsync(work, lease, now, cancellationToken);

    public Task ReturnAsync(ClaimedWork work, DateTimeOffset due, bool undone, CancellationToken cancellationToken) => store.ReturnAsync(work, due, undone, cancellationToken);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => store.NextDueAsync(cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private IStore Counted()
    {
        Interlocked.Increment(ref reads);
        return IsGone ? throw new StoreUnavailableException("The database is not available.") : store;
    }

    private sealed class Subscription(Action ends) : IDisposable
    {
        public void Dispose() => ends();
    }
}
