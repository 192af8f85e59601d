using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Something that is one list of events for the whole bot: loaded once, followed, and kept only at the version it was decided on.</summary>
/// <param name="read">The state after one more stored event.</param>
/// <param name="version">How many events a state has.</param>
internal sealed class Ledger<TState>(IStore store, StreamId stream, TState empty, Func<TState, StoredEvent, TState> read, Func<TState, long> version) : IDisposable
    where TState : class
{
    /// <summary>Conflicts in a row after which something is wrong with more than timing.</summary>
    private const int Tries = 20;

    private readonly SemaphoreSlim one = new(1, 1);
    private volatile TState? known;
    private volatile bool behind = true;
    private IDisposable? subscription;

    /// <summary>As it stands now, others' changes included.</summary>
    public async ValueTask<TState> NowAsync(CancellationToken cancellationToken)
    {
        Follow();
        if (!behind && known is { } now) return now;
        await one.WaitAsync(cancellationToken);
        try
        {
            return await LoadAsync(cancellationToken);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Decides on the state as it stands, and keeps what was decided.</summary>
    /// <param name="decide">What is to be kept, or null for nothing; asked again when somebody else was first.</param>
    /// <returns>The state afterwards; false when nothing was kept, or it had been kept before.</returns>
    public async Task<(TState State, bool Kept)> KeepAsync(Func<TState, Commit?> decide, CancellationToken cancellationToken)
    {
        Follow();
        await one.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; attempt < Tries; attempt++)
            {
                var state = await LoadAsync(cancellationToken);
                if (decide(state) is not { } commit) return (state, false);
                switch (await store.CommitAsync(commit, cancellationToken))
                {
                    case CommitResult.Committed: return (await ReloadAsync(cancellationToken), true);
                    case CommitResult.Conflict: behind = true; break;
                    default: return (await ReloadAsync(cancellationToken), false);
                }
            }
        }
        finally
        {
            one.Release();
        }

        throw new StoreUnavailableException("Too many changes at once: say it again.");
    }

    public StreamAppend Append(TState state, IEnumerable<NewEvent> events) => new(stream, version(state), [.. events]);

    public void Dispose()
    {
        subscription?.Dispose();
        one.Dispose();
    }

    private Task<TState> ReloadAsync(CancellationToken cancellationToken)
    {
        behind = true;
        return LoadAsync(cancellationToken);
    }

    private async Task<TState> LoadAsync(CancellationToken cancellationToken)
    {
        if (!behind && known is { } current) return current;

        // Before reading: what comes while it is read is read the next time.
        behind = false;
        try
        {
            var state = known ?? empty;
            foreach (var stored in await store.ReadAsync(stream, version(state), cancellationToken)) state = read(state, stored);
            return known = state;
        }
        catch
        {
            behind = true;
            throw;
        }
    }

    private void Follow() => subscription ??= store.OnCommitted(notice =>
    {
        if (notice.Everything || notice.Streams.Contains(stream)) behind = true;
    });
}
