using ChatOps.Runbooks.Work;
using static SQLitePCL.raw;

namespace ChatOps.Integrations.Sqlite;

/// <summary>SQLite said no. Never leaves this folder: callers get what <see cref="ForPeople"/> makes of it.</summary>
/// <param name="code">The extended result code.</param>
internal sealed class SqliteFailure(int code, string message) : Exception(message)
{
    /// <summary>The result code without its extension.</summary>
    public int Kind => code & 0xff;

    /// <summary>Our own fault (a null where none may be): the file is well, and only this request fails.</summary>
    public bool IsOurs => Kind is SQLITE_CONSTRAINT or SQLITE_MISMATCH or SQLITE_RANGE or SQLITE_TOOBIG;

    /// <summary>The connection may no longer be what we think it is: open another.</summary>
    public bool SpoilsConnection => Kind is not (SQLITE_BUSY or SQLITE_LOCKED or SQLITE_FULL) && !IsOurs;

    /// <summary>What callers of the store see.</summary>
    public Exception ForPeople(string path) => IsOurs
        ? new InvalidOperationException($"SQLite refused a row: {Message}.", this)
        : new StoreUnavailableException($"{Says(path)} SQLite says: {Message} ({code}).", this);

    private string Says(string path) => Kind switch
    {
        SQLITE_BUSY or SQLITE_LOCKED => $"The database {path} is locked by another program. Try again; if it lasts, see what else has the file open.",
        SQLITE_FULL => $"There is no room left for the database {path}. Free some space on its disk.",
        SQLITE_READONLY or SQLITE_PERM => $"The database {path} can't be written. Give the bot write access to the file and its folder.",
        SQLITE_CANTOPEN => $"The database {path} can't be opened. See that the file is there and that the bot may read and write it and its folder.",
        SQLITE_CORRUPT or SQLITE_NOTADB => $"The database {path} is damaged or not a database. Put back a copy of it.",
        _ => $"The database {path} can't be read or written now. See that its disk is well.",
    };
}
