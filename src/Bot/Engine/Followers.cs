using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Keeps who wants a message of their own when commits of theirs go out.</summary>
internal sealed class Followers(IStore store, RunEngine engine) : IDisposable
{
    private readonly Ledger<FollowBook> ledger = new(store, FollowBook.Stream, FollowBook.Empty, (book, stored) => book.Evolve(FollowJson.Read(stored)), book => book.Version);

    public ValueTask<FollowBook> NowAsync(CancellationToken cancellationToken) => ledger.NowAsync(cancellationToken);

    /// <param name="surface">The chat in which they are to be told; null = no longer.</param>
    public Task SetAsync(Person person, string? surface, string delivery, CancellationToken cancellationToken) => ledger.KeepAsync(
        book => book.Surfaces.GetValueOrDefault(person) == surface ? null : new Commit(engine.Now)
        {
            Streams = [ledger.Append(book, [FollowJson.Write(surface is null ? new FollowEnded(person) : new FollowBegan(person, surface))])],
            Delivery = new Delivery(delivery, "follow"),
        },
        cancellationToken);

    public void Dispose() => ledger.Dispose();
}
