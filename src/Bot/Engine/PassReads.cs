using System.Collections.Immutable;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Finds the exceptions and emergencies that were used: for reports.</summary>
internal sealed class PassReads(IStore store, RunEngine engine)
{
    /// <summary>The newest runs that are looked through; in a week there are far fewer.</summary>
    private const int MostRuns = 10_000;

    /// <summary>Those whose change began from <paramref name="from"/> on and before <paramref name="until"/>, the first one first.</summary>
    public async Task<ImmutableArray<PassUsed>> UsedAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var used = new List<PassUsed>();
        var rows = await store.ListRunsAsync(new RunQuery(AtMost: MostRuns), cancellationToken);
        foreach (var row in rows.Where(row => row.Kind == "deploy" && row.OpenedAt < until && row.UpdatedAt >= from))
        {
            if (await engine.FindAsync(new RunId(row.Number), cancellationToken) is { } run && PassUsed.Of(run) is { } one && one.UsedAt >= from && one.UsedAt < until) used.Add(one);
        }

        return [.. used.OrderBy(one => one.UsedAt).ThenBy(one => one.Run.Number)];
    }
}
