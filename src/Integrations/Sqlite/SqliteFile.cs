using SQLitePCL;
using static SQLitePCL.raw;

namespace ChatOps.Integrations.Sqlite;

/// <summary>One open connection to the file, with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly sqlite3 _handle;

    // Bounded by the number of statements in this folder: none is made up from values.
    private readonly Dictionary<string, Statement> _prepared = [];

    private SqliteFile(sqlite3 handle) => _handle = handle;

    /// <summary>True while no transaction is open; SQLite ends one by itself after some failures.</summary>
    public bool IsIdle => sqlite3_get_autocommit(_handle) != 0;

    /// <summary>The rows that the last statement changed.</summary>
    public int Changes => sqlite3_changes(_handle);

    /// <summary>Opens the file. Only <paramref name="create"/> makes one: a file that vanished must be missed, not replaced by an empty one.</summary>
    public static SqliteFile Open(string path, TimeSpan busyTimeout, bool create)
    {
        SqliteLibrary.Use();
        var flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
        var result = sqlite3_open_v2(path, out var handle, flags, null);
        var file = new SqliteFile(handle);
        try
        {
            if (result != SQLITE_OK) throw file.Failure();
            _ = sqlite3_extended_result_codes(handle, 1);
            _ = sqlite3_busy_timeout(handle, (int)busyTimeout.TotalMilliseconds);
            // full: a commit is on the disk when it returns. The checkpoint is mostly done beside the commits, see Checkpointer.
            file.Execute("pragma journal_mode = wal; pragma synchronous = full; pragma temp_store = memory; pragma wal_autocheckpoint = 16000; pragma journal_size_limit = 67108864;");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements that take and give nothing.</summary>
    public void Execute(string sql)
    {
        if (sqlite3_exec(_handle, sql) != SQLITE_OK) throw Failure();
    }

    /// <summary>The statement, prepared before or now, ready to be bound from its first parameter on.</summary>
    public Statement Prepare(string sql)
    {
        if (!_prepared.TryGetValue(sql, out var statement))
        {
            if (sqlite3_prepare_v3(_handle, sql, SQLITE_PREPARE_PERSISTENT, out var prepared) != SQLITE_OK) throw Failure();
            _prepared.Add(sql, statement = new Statement(this, prepared));
        }
        return statement;
    }

    public SqliteFailure Failure() => new(sqlite3_extended_errcode(_handle), sqlite3_errmsg(_handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _prepared.Values) statement.Dispose();
        _ = sqlite3_close_v2(_handle);
    }
}
