using System.Collections.Concurrent;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>How long deployments of a place usually take, told from the latest that succeeded.</summary>
internal sealed class Usuals(IStore store, TimeProvider time)
{
    private const int Latest = 50, Places = 10_000;

    /// <summary>An estimate need not be newer, and a command must not wait for it.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Site, (Usual? Usual, DateTimeOffset At)> known = [];

    /// <summary>Null when too few succeeded to tell.</summary>
    public async ValueTask<Usual?> OfAsync(Site site, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (known.TryGetValue(site, out var kept) && now - kept.At < Fresh) return kept.Usual;
        var rows = await store.ListRunsAsync(new RunQuery(site.Service, site.Environment, Open: false, AtMost: Latest), cancellationToken);
        var usual = Usual.Of(rows.Where(row => row is { Kind: "deploy", Status: nameof(RunStatus.Succeeded) }).Select(row => row.Own));
        if (known.Count > Places) known.Clear();
        known[site] = (usual, now);
        return usual;
    }
}
