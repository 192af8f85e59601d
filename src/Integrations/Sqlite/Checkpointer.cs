namespace ChatOps.Integrations.Sqlite;

/// <summary>Moves what was committed from the write-ahead log into the database beside the commits, so that no commit has to wait for it.</summary>
/// <remarks>
/// A passive checkpoint from a connection of its own takes what it can get and never blocks the writer. The writer's own, which the commit that
/// reaches the limit pays for, remains as the last resort. Source: sqlite.org/wal.html, "Checkpointing".
/// </remarks>
internal sealed class Checkpointer : IDisposable
{
    private const long Worthwhile = 4 << 20;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly string log;
    private readonly Func<SqliteFile> open;
    private readonly Timer timer;
    private SqliteFile? file;
    private bool disposed;

    public Checkpointer(string path, Func<SqliteFile> open)
    {
        (log, this.open) = (path + "-wal", open);
        timer = new Timer(_ => Look(), null, Between, Between);
    }

    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            disposed = true;
            file?.Dispose();
            file = null;
        }
    }

    private void Look()
    {
        if (!gate.TryEnter()) return;      // the one before is still at it
        try
        {
            if (disposed || new FileInfo(log) is not { Exists: true, Length: > Worthwhile }) return;
            file ??= open();
            file.Execute("pragma wal_checkpoint(passive)");
        }
        catch (Exception fault) when (fault is SqliteFailure or IOException or Runbooks.Work.StoreUnavailableException)
        {
            // The writer meets the same trouble, and says so.
            file?.Dispose();
            file = null;
        }
        finally
        {
            gate.Exit();
        }
    }
}
