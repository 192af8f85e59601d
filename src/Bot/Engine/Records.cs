using ChatOps.Runbooks.Reports;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Counts runs that are over, once each, for reports and for what is usual.</summary>
internal sealed class Records(IStore store, RunEngine engine) : IDisposable
{
    private readonly Ledger<RecordBook> ledger = new(store, RecordBook.Stream, RecordBook.Empty, (book, stored) => book.Evolve(RecordJson.Read(stored)), book => book.Version);

    public ValueTask<RecordBook> NowAsync(CancellationToken cancellationToken) => ledger.NowAsync(cancellationToken);

    public Task CountAsync(RunState run, CancellationToken cancellationToken) =>
        KeepAsync(book => book.Runs.ContainsKey(run.Id.Number) ? null : new RunCounted(RunRecord.Of(run)), null, cancellationToken);

    /// <summary>Keeps when the commits that a run brought were written.</summary>
    public Task CountAsync(RunId run, IEnumerable<DateTimeOffset> commits, CancellationToken cancellationToken) =>
        KeepAsync(book => book.Runs.TryGetValue(run.Number, out var known) && known.Commits.IsEmpty ? new CommitsCounted(run, [.. commits]) : null, null, cancellationToken);

    /// <summary>Keeps what is decided about the book as it stands, with the work it calls for.</summary>
    /// <param name="decide">Null = nothing.</param>
    public async Task<RecordBook> KeepAsync(Func<RecordBook, RecordEvent?> decide, Func<Commit, Commit>? with, CancellationToken cancellationToken) => (await ledger.KeepAsync(
        book => decide(book) is { } what ? (with ?? (commit => commit))(new Commit(engine.Now) { Streams = [ledger.Append(book, [RecordJson.Write(what)])] }) : null, cancellationToken)).State;

    /// <summary>Keeps work without an event.</summary>
    public Task OrderAsync(Func<Commit, Commit> with, CancellationToken cancellationToken) => store.CommitAsync(with(new Commit(engine.Now)), cancellationToken);

    public void Dispose() => ledger.Dispose();
}
