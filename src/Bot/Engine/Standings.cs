using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Versions;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>How versions did where they ran: which stayed well, which failed, which is watched now.</summary>
internal sealed class Standings(IStore store, Func<Configuration> configuration, TimeProvider time) : IDisposable
{
    public const string StandKind = "stand", OvertakenKind = "overtaken", Lane = "versions";

    private readonly Ledger<VersionBook> ledger = new(store, VersionBook.Stream, VersionBook.Empty, (book, stored) => book.Evolve(VersionJson.Read(stored), stored.At), book => book.Version);

    public ValueTask<VersionBook> NowAsync(CancellationToken cancellationToken) => ledger.NowAsync(cancellationToken);

    /// <summary>Keeps what a run says of its version.</summary>
    /// <param name="completes">The work that this is the answer to: gone in the same transaction.</param>
    public Task KeepAsync(RunState run, ClaimedWork completes, CancellationToken cancellationToken) => ledger.KeepAsync(
        book => new Commit(time.GetUtcNow()) { Streams = VersionDecider.Decide(book, Standing.Of(run)) is { IsEmpty: false } news ? [ledger.Append(book, news.Select(VersionJson.Write))] : [], Completes = completes },
        cancellationToken);

    /// <summary>Somebody says that what failed is fixed. A delivery that comes again changes nothing.</summary>
    public async Task<Refusal?> ClearAsync(Site site, string version, Caller who, string? reason, string delivery, CancellationToken cancellationToken)
    {
        Refusal? refused = null;
        if (await store.FindDeliveryAsync(delivery, cancellationToken) is not null) return null;
        await ledger.KeepAsync(book =>
        {
            var (what, no) = VersionDecider.Clear(book, site, version, who, reason, May(who, site));
            refused = no;
            return what is null ? null : new Commit(time.GetUtcNow()) { Streams = [ledger.Append(book, [VersionJson.Write(what)])], Delivery = new Delivery(delivery, "fixed") };
        }, cancellationToken);
        return refused;
    }

    public void Dispose() => ledger.Dispose();

    private Refusal? May(Caller who, Site site)
    {
        var current = configuration();
        return AccessRules.ReadOnly(who) ?? current.Access.Refuse(who, Right.Deploy, site.Environment, current.Service(site.Service)?.Owners ?? []);
    }
}
