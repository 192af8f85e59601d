using System.Collections.Immutable;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Sqlite;

/// <summary>Keeps everything in one SQLite file, for one process.</summary>
/// <remarks>Writes go through one <see cref="Writer"/>, which commits them in groups; reads have connections of their own.</remarks>
internal sealed class SqliteStore : IStore
{
    private const int ForgottenAtOnce = 1000;

    private readonly string _path;
    private readonly SqliteOptions _options;
    private readonly Callbacks _callbacks;
    private readonly Writer _writer;
    private readonly Readers _readers;
    private readonly Checkpointer _checkpointer;
    private readonly SemaphoreSlim _firstNumber = new(1);
    private long _lastNumber = -1;
    private FileHold? _hold;

    public SqliteStore(SqliteAddress address, SqliteOptions options, ILogger<SqliteStore> logger)
    {
        _path = Path.GetFullPath(address.Path);
        _options = options;
        _callbacks = new Callbacks(logger);
        _writer = new Writer(_path, Open, _callbacks, logger);
        _readers = new Readers(_path, options.Readers, Open);
        _checkpointer = new Checkpointer(_path, Open);
    }

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();   // opening a file may take long, and the caller is just starting
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (Path.GetDirectoryName(_path) is { } folder) Directory.CreateDirectory(folder);
            using var file = SqliteFile.Open(_path, _options.BusyTimeout, create: true);
            Schema.Migrate(file, _path);
        }
        catch (SqliteFailure failure)
        {
            throw failure.ForPeople(_path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The folder of the database {_path} can't be made. Make it, and let the bot write in it.", fault);
        }
    }

    public async Task TakeOverAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        _hold ??= await FileHold.TakeAsync(_path, _options.TakeOverPatience, cancellationToken);
        await _writer.WriteAsync(file => new Written<int>(Work.Expire(file, now + _options.TakeOverMargin), Notice: new([], WorkAdded: true)), cancellationToken);
    }

    public async Task<long> NextRunNumberAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _lastNumber) < 0) await ReadLastNumberAsync(cancellationToken);
        return Interlocked.Increment(ref _lastNumber);
    }

    public Task<ImmutableArray<StoredEvent>> ReadAsync(StreamId stream, long after, CancellationToken cancellationToken) =>
        _readers.ReadAsync(file => Events.Read(file, stream, after), cancellationToken);

    public Task<CommitResult> CommitAsync(Commit commit, CancellationToken cancellationToken) =>
        _writer.WriteAsync(file => Events.Write(file, commit), cancellationToken);

    public Task<string?> FindDeliveryAsync(string key, CancellationToken cancellationToken) =>
        _readers.ReadAsync(file => Events.FindDelivery(file, key), cancellationToken);

    public async Task<int> ForgetDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        for (var all = 0; ;)
        {
            var some = await _writer.WriteAsync(file => new Written<int>(Events.ForgetDeliveries(file, before, ForgottenAtOnce)), cancellationToken);
            all += some;
            if (some < ForgottenAtOnce) return all;
        }
    }

    public Task<ImmutableArray<ClaimedWork>> ClaimAsync(
        string owner, ImmutableArray<string> kinds, int atMost, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken) =>
        _writer.WriteAsync(file => new Written<ImmutableArray<ClaimedWork>>(Work.Claim(file, owner, kinds, atMost, lease, now)), cancellationToken);

    public Task<bool> RenewAsync(ClaimedWork work, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken) =>
        _writer.WriteAsync(file => new Written<bool>(Work.Renew(file, work, lease, now)), cancellationToken);

    public Task ReturnAsync(ClaimedWork work, DateTimeOffset due, bool undone, CancellationToken cancellationToken) =>
        _writer.WriteAsync(
            file => Work.Return(file, work, due, undone) ? new Written<bool>(true, Notice: new([], WorkAdded: true)) : new Written<bool>(false),
            cancellationToken);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => _readers.ReadAsync(Work.NextDue, cancellationToken);

    public Task<ImmutableArray<RunRow>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken) =>
        _readers.ReadAsync(file => Rows.List(file, query), cancellationToken);

    public Task<ImmutableArray<ChainEntry>> ReadChainAsync(long after, int atMost, CancellationToken cancellationToken) =>
        _readers.ReadAsync(file => Events.ReadChain(file, after, atMost), cancellationToken);

    public Task<ChainHead?> ReadChainHeadAsync(CancellationToken cancellationToken) => _readers.ReadAsync(Events.ReadChainHead, cancellationToken);

    public Task<ImmutableArray<LiveRow>> ListLiveAsync(CancellationToken cancellationToken) => _readers.ReadAsync(Rows.ListLive, cancellationToken);

    public IDisposable OnCommitted(Action<CommitNotice> callback) => _callbacks.Add(callback);

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _checkpointer.Dispose();
        _readers.Dispose();
        _firstNumber.Dispose();
        _hold?.Dispose();
    }

    internal static StoreUnavailableException Gone(string path) =>
        new($"The database {path} is gone. Put the file back, or restart the bot to begin with an empty one.");

    private SqliteFile Open()
    {
        var file = SqliteFile.Open(_path, _options.BusyTimeout, create: false);
        if (_options.PagesAtMost is { } pages) file.Execute($"pragma max_page_count = {pages}");
        return file;
    }

    private async Task ReadLastNumberAsync(CancellationToken cancellationToken)
    {
        await _firstNumber.WaitAsync(cancellationToken);
        try
        {
            if (_lastNumber < 0) Volatile.Write(ref _lastNumber, await _readers.ReadAsync(Events.LastRunNumber, cancellationToken));
        }
        finally
        {
            _firstNumber.Release();
        }
    }
}
