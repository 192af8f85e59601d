using System.Collections.Immutable;
using ChatOps.Runbooks.Changes;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Keeps changes that no run made: each once, however often it is told.</summary>
internal sealed partial class ChangeLog(IStore store, RunEngine engine, ILogger<ChangeLog> logger) : IDisposable
{
    private readonly Ledger<ChangeBook> ledger = new(store, ChangeBook.Stream, ChangeBook.Empty, (book, stored) => book.Evolve(ChangeJson.Read(stored)), book => book.Version);

    public ValueTask<ChangeBook> NowAsync(CancellationToken cancellationToken) => ledger.NowAsync(cancellationToken);

    /// <summary>Takes what was told: on disk when this returns.</summary>
    /// <param name="delivery">The teller's own name for it.</param>
    /// <returns>False when it was taken before.</returns>
    public async Task<bool> TakeAsync(ImmutableArray<SeenChange> changes, string delivery, CancellationToken cancellationToken)
    {
        var (_, kept) = await ledger.KeepAsync(book => new Commit(engine.Now) { Streams = [ledger.Append(book, changes.Select(one => ChangeJson.Write(new ChangeSeen(one))))], Delivery = new Delivery(delivery, "change") }, cancellationToken);
        if (kept)
        {
            foreach (var one in changes) Log.Seen(logger, one.Source, one.Says);
        }

        return kept;
    }

    public void Dispose() => ledger.Dispose();

    private static partial class Log
    {
        [LoggerMessage(125, LogLevel.Information, "Seen by {Source}: {Says}")]
        public static partial void Seen(ILogger logger, string source, string says);
    }
}
