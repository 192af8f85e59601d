using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>The vocabulary as it is now: names from the configuration, versions and runs from what happened. Looked up again when either changes, at most once a second.</summary>
internal sealed class KnownWords : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly IStore store;
    private readonly Func<Configuration> configuration;
    private readonly TimeProvider time;
    private readonly IDisposable subscription;
    private volatile Kept? kept;
    private volatile bool stale;
    private int looking;

    public KnownWords(IStore store, Func<Configuration> configuration, TimeProvider time)
    {
        (this.store, this.configuration, this.time) = (store, configuration, time);
        subscription = store.OnCommitted(_ => stale = true);
    }

    public async ValueTask<Vocabulary> NowAsync(CancellationToken cancellationToken)
    {
        var current = configuration();
        if (kept is { } known && known.Of == current)
        {
            // One looks again; the others go on with what is known, which is at most a moment old.
            if (!stale || time.GetUtcNow() - known.At < Fresh || Interlocked.Exchange(ref looking, 1) == 1) return known.Words;
        }

        try
        {
            return await LookAsync(current, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }

    public void Dispose() => subscription.Dispose();

    private async Task<Vocabulary> LookAsync(Configuration current, CancellationToken cancellationToken)
    {
        stale = false;
        var live = await store.ListLiveAsync(cancellationToken);
        var latest = await store.ListRunsAsync(new RunQuery(AtMost: 200), cancellationToken);
        var versions = live.SelectMany(row => (string?[])[row.Version, row.PreviousVersion], (row, version) => (row.Service, Version: version))
            .Concat(latest.Where(row => row.Kind != "run").Select(row => (row.Service, Version: (string?)row.Version)))
            .Where(pair => pair.Version is not null)
            .ToLookup(pair => pair.Service, pair => pair.Version!, StringComparer.OrdinalIgnoreCase);
        var words = new Vocabulary(
            [.. current.Services.Select(service => new ServiceWords(
                service.Name, [.. service.Environments.Select(environment => new EnvironmentWords(environment.Name, environment.Protected))],
                [.. versions[service.Name].Distinct()]))],
            [.. latest.Where(row => row.Open).Select(row => row.Number)])
        {
            Severities = [.. current.Incidents.Severities.Select(one => one.Name)],
            Owners = [.. current.Services.SelectMany(service => service.Owners).Select(owner => owner.Name).Distinct(StringComparer.OrdinalIgnoreCase)],
            Procedures = [.. current.Runbooks.Concat(current.Shelf).Where(runbook => runbook.StartsWith == "run").Select(runbook => new ProcedureWords(runbook.Name, [.. runbook.Inputs.Select(input => input.Name)]))],
        };
        kept = new Kept(current, time.GetUtcNow(), words);
        return words;
    }

    private sealed record Kept(Configuration Of, DateTimeOffset At, Vocabulary Words);
}
