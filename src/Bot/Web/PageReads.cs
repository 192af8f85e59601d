using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>What pages show, read together.</summary>
internal sealed class PageReads(Readings readings, IStore store, Locks locks, TimeProvider time)
{
    private const int OpenRuns = 40;
    private const int LatestRuns = 12;
    private const int ListedRuns = 100;

    /// <summary>The runs of the chat: all that are open, the latest that ended, and those that were asked for. Oldest first.</summary>
    public async Task<ImmutableArray<ShownRun>> ChatAsync(IEnumerable<RunId> asked, CancellationToken cancellationToken)
    {
        var open = await readings.RunsAsync(new RunQuery(Open: true, AtMost: OpenRuns), cancellationToken);
        var latest = await readings.RunsAsync(new RunQuery(AtMost: LatestRuns), cancellationToken);
        var runs = ImmutableArray.CreateBuilder<ShownRun>();
        foreach (var row in open.Concat(latest).DistinctBy(row => row.Number)) await AddAsync(runs, row, cancellationToken);
        foreach (var run in asked.Distinct().Where(run => runs.All(known => known.Row.Number != run.Number)))
        {
            if (await ShownAsync(run, cancellationToken) is { } shown) runs.Add(shown);
        }

        return [.. runs.OrderBy(run => run.Row.Number)];
    }

    /// <summary>A run with its card, or null when there is no such run.</summary>
    public async Task<ShownRun?> ShownAsync(RunId run, CancellationToken cancellationToken)
    {
        // The row first: its time goes into the card's stamp, which may be older than the card but never newer.
        var rows = await readings.RunsAsync(new RunQuery(Number: run.Number, AtMost: 1), cancellationToken);
        return rows is [var row] && await readings.CardAsync(run, cancellationToken) is { } card ? new ShownRun(row, card) : null;
    }

    public Task<RunPage?> RunAsync(RunId run, CancellationToken cancellationToken) => readings.RunAsync(run, cancellationToken);

    public Task<ImmutableArray<RunRow>> ListAsync(string? service, CancellationToken cancellationToken) =>
        readings.RunsAsync(new RunQuery(Service: service, AtMost: ListedRuns), cancellationToken);

    /// <summary>All open runs with their cards, oldest first.</summary>
    public async Task<ImmutableArray<ShownRun>> OpenAsync(CancellationToken cancellationToken)
    {
        var runs = ImmutableArray.CreateBuilder<ShownRun>();
        foreach (var row in await readings.RunsAsync(new RunQuery(Open: true, AtMost: ListedRuns), cancellationToken)) await AddAsync(runs, row, cancellationToken);
        return [.. runs.OrderBy(run => run.Row.Number)];
    }

    public async Task<BoardView> BoardAsync(CancellationToken cancellationToken)
    {
        var lines = (await readings.BoardAsync(cancellationToken)).Lines;
        var (brought, book, now) = (await store.ListLiveAsync(cancellationToken), await locks.NowAsync(cancellationToken), time.GetUtcNow());
        var held = ImmutableDictionary.CreateBuilder<Site, Held>();
        foreach (var site in lines.Select(line => new Site(line.Service, line.Environment)))
        {
            if (await locks.RefuseAsync(site, Pass.Nothing, cancellationToken) is { Refusal: var refusal }) held[site] = new Held(refusal.Code, refusal.Why);
            else if (book.About(site, now) is { } warning) held[site] = new Held(Held.Warned, $"{warning.Says()}.");
        }

        return new BoardView(lines, brought, held.ToImmutable());
    }

    private async Task AddAsync(ImmutableArray<ShownRun>.Builder runs, RunRow row, CancellationToken cancellationToken)
    {
        if (await readings.CardAsync(new RunId(row.Number), cancellationToken) is { } card) runs.Add(new ShownRun(row, card));
    }
}

/// <summary>What is live where, with what is known about it beside.</summary>
/// <param name="Brought">Which run brought what.</param>
/// <param name="Held">What stands in the way of a change now, or warns of one.</param>
internal sealed record BoardView(ImmutableArray<BoardLine> Lines, ImmutableArray<LiveRow> Brought, ImmutableDictionary<Site, Held> Held);

/// <summary>Why a place can't be changed now, or should not be.</summary>
/// <param name="Code">A refusal's code, or <see cref="Warned"/>.</param>
internal sealed record Held(string Code, string Says)
{
    /// <summary>Somebody warns, and nothing is stopped.</summary>
    public const string Warned = "warned";
}
