using System.Buffers;
using System.Text;
using SQLitePCL;
using static SQLitePCL.raw;

namespace ChatOps.Integrations.Sqlite;

/// <summary>A prepared statement: values in by order, rows out by order.</summary>
/// <remarks>
/// A thin cover over the C interface rather than ADO.NET: a commit is some ten statements, and there the cover costs more than SQLite does.
/// </remarks>
internal sealed class Statement(SqliteFile file, sqlite3_stmt handle) : IDisposable
{
    private int _bound;
    private int _read;

    public Statement Bind(long value)
    {
        Check(sqlite3_bind_int64(handle, ++_bound, value));
        return this;
    }

    public Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    public Statement Bind(bool value) => Bind(value ? 1 : 0);

    public Statement Bind(DateTimeOffset value) => Bind(Micros(value));

    public Statement Bind(DateTimeOffset? value) => value is { } time ? Bind(Micros(time)) : BindNull();

    public Statement Bind(string? value)
    {
        if (value is null) return BindNull();
        if (value.Length == 0)   // an empty span would be bound as null
        {
            Check(sqlite3_bind_text(handle, ++_bound, ""));
            return this;
        }
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        var length = Encoding.UTF8.GetBytes(value, buffer);
        var result = sqlite3_bind_text(handle, ++_bound, buffer.AsSpan(0, length));   // SQLite keeps a copy
        ArrayPool<byte>.Shared.Return(buffer);
        Check(result);
        return this;
    }

    /// <summary>Runs to the end; the rows changed.</summary>
    public int Run()
    {
        try
        {
            while (Step()) { }
            return file.Changes;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>What <paramref name="read"/> makes of the first row, or the default when there is none.</summary>
    public T? First<T>(Func<Statement, T> read)
    {
        try
        {
            return Step() ? read(this) : default;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>The rows, one after another. Whoever stops early must still dispose the enumerator, as <c>foreach</c> does.</summary>
    public IEnumerable<Statement> Rows()
    {
        try
        {
            while (Step()) yield return this;
        }
        finally
        {
            Reset();
        }
    }

    public long Long() => sqlite3_column_int64(handle, _read++);

    public long? LongOrNull() => IsNull() ? null : Long();

    public bool Bool() => Long() != 0;

    public string Text() => sqlite3_column_text(handle, _read++).utf8_to_string();

    public string? TextOrNull() => IsNull() ? null : Text();

    public DateTimeOffset Time() => DateTimeOffset.UnixEpoch.AddTicks(Long() * TimeSpan.TicksPerMicrosecond);

    public DateTimeOffset? TimeOrNull() => IsNull() ? null : Time();

    public void Dispose() => handle.Dispose();

    private static long Micros(DateTimeOffset time) =>
        Math.DivRem(time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks, TimeSpan.TicksPerMicrosecond, out var rest) - (rest < 0 ? 1 : 0);

    private bool IsNull()
    {
        if (sqlite3_column_type(handle, _read) != SQLITE_NULL) return false;
        _read++;
        return true;
    }

    private Statement BindNull()
    {
        Check(sqlite3_bind_null(handle, ++_bound));
        return this;
    }

    private bool Step()
    {
        _read = 0;
        var result = sqlite3_step(handle);
        return result == SQLITE_ROW || (result == SQLITE_DONE ? false : throw file.Failure());
    }

    private void Check(int result)
    {
        if (result == SQLITE_OK) return;
        var failure = file.Failure();
        Reset();
        throw failure;
    }

    private void Reset()
    {
        _bound = 0;
        _ = sqlite3_reset(handle);   // its result repeats the failure of the step
    }
}
