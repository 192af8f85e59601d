using System.Diagnostics;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Sqlite;

/// <summary>Keeps other processes from working on the same database: numbers of runs are given out in memory, and what others write would go unheard. Reading it beside is fine.</summary>
/// <remarks>A lock of the operating system's on a file beside the database: it ends with the process, however that ends.</remarks>
internal sealed class FileHold : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _file;

    private FileHold(FileStream file) => _file = file;

    /// <param name="patience">How long a process that is just ending is waited for.</param>
    /// <exception cref="StoreUnavailableException">Another process has it.</exception>
    public static async Task<FileHold> TakeAsync(string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            try
            {
                return new FileHold(new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (waited.Elapsed < patience)
            {
                await Task.Delay(Pause, cancellationToken);
            }
            catch (IOException fault)
            {
                throw new StoreUnavailableException($"Another process works on the database {path}, which is for one. Stop that one first; for several replicas set ChatOps:Database to PostgreSQL.", fault);
            }
            catch (UnauthorizedAccessException fault)
            {
                throw new StoreUnavailableException($"{path}.lock can't be made. Let the bot write in its folder.", fault);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
