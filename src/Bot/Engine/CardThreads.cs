using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Which open run a thread hangs on: where the cards of open runs are, held in memory and followed by what the store says of commits.</summary>
/// <remarks>
/// Most of what people write in threads hangs on no card. To tell so costs one read for each run that grew since somebody last asked, and none where none did.
/// Everything is read at first, and again when commits of other processes may have gone by unheard.
/// </remarks>
internal sealed class CardThreads : IDisposable
{
    /// <summary>Open runs that are held at most, the newest; there are far fewer.</summary>
    private const int MostRuns = 10_000;

    /// <summary>When more than these grew while nobody asked, the open ones are listed anew: most of the others are over.</summary>
    private const int MostGrown = 100;

    private readonly IStore store;
    private readonly RunEngine engine;
    private readonly IDisposable subscription;

    private readonly Lock hearing = new();
    private HashSet<RunId> grown = [];
    private bool everything = true;

    /// <summary>Held by whoever looks, also while it is caught up: nobody looks at what is read half.</summary>
    private readonly SemaphoreSlim looking = new(1, 1);
    private readonly Dictionary<Head, RunId> runs = [];
    private readonly Dictionary<RunId, ImmutableArray<Head>> heads = [];

    public CardThreads(IStore store, RunEngine engine)
    {
        (this.store, this.engine) = (store, engine);
        subscription = store.OnCommitted(Hear);
    }

    /// <summary>The open run whose card a thread hangs on; null when it is none's.</summary>
    /// <param name="thread">The message that the thread hangs on.</param>
    public async Task<RunId?> FindAsync(Place place, string thread, CancellationToken cancellationToken)
    {
        await looking.WaitAsync(cancellationToken);
        try
        {
            await CatchUpAsync(cancellationToken);
            return runs.TryGetValue(new Head(place.Surface, place.Channel, thread), out var run) ? run : null;
        }
        finally
        {
            looking.Release();
        }
    }

    public void Dispose()
    {
        subscription.Dispose();
        looking.Dispose();
    }

    private void Hear(CommitNotice notice)
    {
        lock (hearing)
        {
            everything |= notice.Everything;
            foreach (var stream in notice.Streams)
            {
                if (!everything && RunId.TryParse(stream.Name, out var run)) everything = grown.Add(run) && grown.Count > MostGrown;
            }

            if (everything) grown = [];
        }
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        // Taken before reading: what grows while it is read is read the next time.
        bool all;
        HashSet<RunId> some;
        lock (hearing) (all, some, everything, grown) = (everything, grown, false, []);
        try
        {
            if (all) await ForgetAsync(some, cancellationToken);
            foreach (var run in some) Put(run, await engine.FindAsync(run, cancellationToken));
        }
        catch
        {
            lock (hearing)
            {
                everything |= all;
                grown.UnionWith(some);
            }

            throw;
        }
    }

    /// <summary>Begins anew.</summary>
    /// <param name="open">Gets the runs that are open.</param>
    private async Task ForgetAsync(HashSet<RunId> open, CancellationToken cancellationToken)
    {
        runs.Clear();
        heads.Clear();
        foreach (var row in await store.ListRunsAsync(new RunQuery(Open: true, AtMost: MostRuns), cancellationToken)) open.Add(new RunId(row.Number));
    }

    /// <summary>A card that was deleted is posted anew elsewhere in its channel, so a run's are put afresh each time.</summary>
    private void Put(RunId id, RunState? run)
    {
        if (heads.Remove(id, out var before))
        {
            foreach (var head in before) runs.Remove(head);
        }

        if (run is null or { IsOver: true } or { Cards.IsEmpty: true }) return;
        heads[id] = [.. run.Cards.Values.Select(card => new Head(Book.PlaceOf(card.Place)!.Value.Surface, card.Channel, card.Message))];
        foreach (var head in heads[id]) runs[head] = id;
    }

    /// <summary>The message that a thread hangs on.</summary>
    /// <param name="Channel">As the chat names it, where the message is.</param>
    private readonly record struct Head(string Surface, string Channel, string Message);
}
