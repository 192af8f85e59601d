using System.Collections.Concurrent;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Sqlite;

/// <summary>A few connections that only read. In WAL mode they neither wait for the writer nor hold it up.</summary>
internal sealed class Readers(string path, int atMost, Func<SqliteFile> open) : IDisposable
{
    private readonly SemaphoreSlim _places = new(atMost);
    private readonly ConcurrentBag<SqliteFile> _idle = [];
    private volatile bool _disposed;

    public async Task<T> ReadAsync<T>(Func<SqliteFile, T> read, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(SqliteStore));
        await _places.WaitAsync(cancellationToken);
        SqliteFile? file = null;
        try
        {
            if (!File.Exists(path)) throw SqliteStore.Gone(path);
            file = _idle.TryTake(out var idle) ? idle : open();
            return read(file);
        }
        catch (Exception fault) when (fault is SqliteFailure or StoreUnavailableException)
        {
            // The file may be another one by the time it is back: start afresh then, with every idle connection.
            file?.Dispose();
            file = null;
            CloseIdle();
            throw fault is SqliteFailure failure ? failure.ForPeople(path) : fault;
        }
        finally
        {
            if (file is not null) _idle.Add(file);
            if (_disposed) CloseIdle();
            _places.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        CloseIdle();
    }

    private void CloseIdle()
    {
        while (_idle.TryTake(out var file)) file.Dispose();
    }
}
