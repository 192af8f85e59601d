using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Sqlite;

/// <summary>The only one that writes: takes every request that waits, writes them in one transaction, and then tells the callers.</summary>
/// <remarks>
/// A disk takes as long to make one commit safe as a hundred. While one batch is on its way to the disk the next one gathers by
/// itself, so nothing ever waits for company. Each request has its savepoint: one that conflicts or fails takes back its own rows only.
/// </remarks>
internal sealed partial class Writer : IAsyncDisposable
{
    /// <summary>Bounds how long the first of a batch waits for the last.</summary>
    private const int BatchAtMost = 256;

    /// <summary>Callers beyond these wait before they are queued, so that a stalled disk does not fill the memory.</summary>
    private const int QueueAtMost = 4096;

    private readonly Channel<Request> _queue = Channel.CreateBounded<Request>(new BoundedChannelOptions(QueueAtMost) { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _path;
    private readonly Func<SqliteFile> _open;
    private readonly Callbacks _callbacks;
    private readonly ILogger _logger;
    private SqliteFile? _file;
    private bool _failing;

    public Writer(string path, Func<SqliteFile> open, Callbacks callbacks, ILogger logger)
    {
        (_path, _open, _callbacks, _logger) = (path, open, callbacks, logger);
        // A thread of its own: it blocks on the disk, which a pool thread should not.
        new Thread(Loop) { IsBackground = true, Name = "SQLite writer" }.Start();
    }

    /// <summary>Writes, and returns when it is on the disk. Cancelling helps only while it waits for its turn.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteFile, Written<T>> write, CancellationToken cancellationToken)
    {
        var request = new Request<T>(write, cancellationToken);
        if (!_queue.Writer.TryWrite(request))
        {
            try
            {
                await _queue.Writer.WriteAsync(request, cancellationToken);
            }
            catch (ChannelClosedException closed)
            {
                throw new ObjectDisposedException("The store is closed.", closed);
            }
        }
        return await request.Done;
    }

    /// <summary>Writes what waits, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _ended.Task;
    }

    private void Loop()
    {
        var batch = new List<Request>(BatchAtMost);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < BatchAtMost && _queue.Reader.TryRead(out var request))
            {
                if (request.Start()) batch.Add(request);
            }
            if (batch.Count > 0) Keep(batch);
            batch.Clear();
        }
        _file?.Dispose();
        _ended.SetResult();
    }

    private void Keep(List<Request> batch)
    {
        try
        {
            Write(_file ??= _open(), batch);
        }
        catch (Exception fault)
        {
            var said = fault is SqliteFailure failure ? failure.ForPeople(_path) : fault;
            Recover(fault);
            if (!_failing) Log.Failing(_logger, _path, said);
            _failing = true;
            foreach (var request in batch) request.Fail(said);
            return;
        }
        if (_failing) Log.Recovered(_logger, _path);
        _failing = false;
        foreach (var request in batch) request.Complete();
        foreach (var request in batch)
        {
            if (request.Notice is { } notice) _callbacks.Call(notice);
        }
    }

    private void Write(SqliteFile file, List<Request> batch)
    {
        file.Prepare("begin immediate").Run();
        foreach (var request in batch) Write(file, request);
        file.Prepare("commit").Run();
        // A deleted file takes commits as if nothing had happened, and they are lost with it.
        if (!File.Exists(_path)) throw SqliteStore.Gone(_path);
    }

    private void Write(SqliteFile file, Request request)
    {
        file.Prepare("savepoint request").Run();
        var keep = false;
        try
        {
            keep = request.Write(file);
        }
        catch (Exception fault) when (!file.IsIdle && fault is not SqliteFailure { SpoilsConnection: true })
        {
            request.Fault = fault is SqliteFailure failure ? failure.ForPeople(_path) : fault;
        }
        if (!keep) file.Prepare("rollback to request").Run();
        file.Prepare("release request").Run();
    }

    /// <summary>Leaves no transaction open, so that the next batch starts clean; on a new connection where this one may be spoilt.</summary>
    private void Recover(Exception fault)
    {
        if (_file is not { } file) return;
        try
        {
            if (!file.IsIdle) file.Execute("rollback");
            if (fault is SqliteFailure { SpoilsConnection: false }) return;
        }
        catch (SqliteFailure)
        {
            // Closing the connection rolls back too.
        }
        _file = null;
        file.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Error, "The database {Path} keeps nothing at the moment.")]
        public static partial void Failing(ILogger logger, string path, Exception fault);

        [LoggerMessage(2002, LogLevel.Information, "The database {Path} works again.")]
        public static partial void Recovered(ILogger logger, string path);
    }
}
