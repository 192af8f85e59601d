using System.Collections.Immutable;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.PostgreSql;

/// <summary>Keeps everything in a PostgreSQL database, which several processes may share.</summary>
internal sealed class PostgreSqlStore : IStore
{
    private readonly Database _database;
    private readonly Callbacks _callbacks;
    private readonly Listener _listener;

    public PostgreSqlStore(PostgreSqlAddress address, TimeProvider time, ILogger<PostgreSqlStore> logger)
    {
        _database = new Database(address);
        _callbacks = new Callbacks(logger);
        _listener = new Listener(_database, _callbacks.Call, time, logger);
    }

    public Task MigrateAsync(CancellationToken cancellationToken) => _database.TransactAsync(
        async connection =>
        {
            await Schema.MigrateAsync(connection, cancellationToken);
            return (true, Keep: true);
        },
        cancellationToken);

    /// <remarks>Others may be at work on it.</remarks>
    public Task TakeOverAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<long> NextRunNumberAsync(CancellationToken cancellationToken) => _database.RunAsync(
        async connection =>
        {
            await using var next = connection.Command("select nextval('run_numbers')");
            return (long)(await next.ExecuteScalarAsync(cancellationToken))!;
        },
        cancellationToken);

    public Task<ImmutableArray<StoredEvent>> ReadAsync(StreamId stream, long after, CancellationToken cancellationToken) =>
        _database.RunAsync(c => Events.ReadAsync(c, stream, after, cancellationToken), cancellationToken);

    public async Task<CommitResult> CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        // A finished item frees its lane, and the next one in it may be claimed.
        var notice = new CommitNotice([.. commit.Streams.Select(s => s.Stream).Distinct()], !commit.Work.IsEmpty || commit.Completes is not null);
        var said = _listener.Write(notice);
        var result = await _database.TransactAsync(
            async connection =>
            {
                var written = await Events.WriteAsync(connection, commit, said, cancellationToken);
                return (written, Keep: written is CommitResult.Committed);
            },
            cancellationToken);
        if (result is CommitResult.Committed) _callbacks.Call(notice);
        return result;
    }

    public Task<string?> FindDeliveryAsync(string key, CancellationToken cancellationToken) =>
        _database.RunAsync(c => Events.FindDeliveryAsync(c, key, cancellationToken), cancellationToken);

    public Task<int> ForgetDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        _database.RunAsync(c => Events.ForgetDeliveriesAsync(c, before, cancellationToken), cancellationToken);

    public Task<ImmutableArray<ClaimedWork>> ClaimAsync(
        string owner, ImmutableArray<string> kinds, int atMost, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken) =>
        _database.TransactAsync(
            async c => (await Work.ClaimAsync(c, owner, kinds, atMost, lease, now, cancellationToken), Keep: true), cancellationToken);

    public Task<bool> RenewAsync(ClaimedWork work, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken) =>
        _database.TransactAsync(async c => (await Work.RenewAsync(c, work, lease, now, cancellationToken), Keep: true), cancellationToken);

    public async Task ReturnAsync(ClaimedWork work, DateTimeOffset due, bool undone, CancellationToken cancellationToken)
    {
        var notice = new CommitNotice([], WorkAdded: true);
        var said = _listener.Write(notice);
        var returned = await _database.TransactAsync(
            async connection =>
            {
                if (!await Work.ReturnAsync(connection, work, due, undone, cancellationToken)) return (false, Keep: false);
                await using var notify = connection.Command("select pg_notify($1, $2)", Listener.ChannelName, said);
                await notify.ExecuteNonQueryAsync(cancellationToken);
                return (true, Keep: true);
            },
            cancellationToken);
        if (returned) _callbacks.Call(notice);
    }

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        _database.RunAsync(c => Work.NextDueAsync(c, cancellationToken), cancellationToken);

    public Task<ImmutableArray<RunRow>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken) =>
        _database.RunAsync(c => Rows.ListAsync(c, query, cancellationToken), cancellationToken);

    public Task<ImmutableArray<ChainEntry>> ReadChainAsync(long after, int atMost, CancellationToken cancellationToken) =>
        _database.RunAsync(c => Events.ReadChainAsync(c, after, atMost, cancellationToken), cancellationToken);

    public Task<ChainHead?> ReadChainHeadAsync(CancellationToken cancellationToken) =>
        _database.RunAsync(c => Events.ReadChainHeadAsync(c, cancellationToken), cancellationToken);

    public Task<ImmutableArray<LiveRow>> ListLiveAsync(CancellationToken cancellationToken) =>
        _database.RunAsync(c => Rows.ListLiveAsync(c, cancellationToken), cancellationToken);

    public IDisposable OnCommitted(Action<CommitNotice> callback)
    {
        var subscription = _callbacks.Add(callback);
        _listener.Start();
        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _database.DisposeAsync();
    }
}
