using System.Collections.Concurrent;

namespace ChatOps.Bot.Web;

/// <summary>What many open pages ask for at the same moment is read and drawn once.</summary>
/// <remarks>What is given is never older than the count that it is asked for: it was begun after somebody saw that count.</remarks>
internal sealed class SharedReads(TimeProvider time)
{
    private const int Most = 64;

    /// <summary>How long it is handed on: what changes without being counted (targets, the clock) is seen anew after that.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Shared> all = new(StringComparer.Ordinal);

    /// <summary>How many are remembered. More than 64 only while more than that were asked for within a second.</summary>
    public int Count => all.Count;

    /// <param name="what">Names what is read.</param>
    /// <param name="at">Where the count of changes stood, as whoever asks saw it.</param>
    /// <param name="read">Goes on when whoever asked first goes away: others wait for it.</param>
    public async Task<T> OfAsync<T>(string what, string at, Func<Task<T>> read, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (all.Count >= Most) Forget(now);
        var mine = new Shared(at, now, new Lazy<Task>(() => BegunAsync(read)));
        var shared = all.AddOrUpdate(what, mine, (_, there) => there.At == at && now - there.Begun < Fresh && !there.Failed ? there : mine);
        return await ((Task<T>)shared.Read.Value).WaitAsync(cancellationToken);
    }

    /// <summary>What fails before it waits for anything fails like the rest: a fault that the lazy value itself threw would be kept.</summary>
    private static async Task<T> BegunAsync<T>(Func<Task<T>> read) => await read();

    private void Forget(DateTimeOffset now)
    {
        foreach (var old in all.Where(one => now - one.Value.Begun >= Fresh).ToList()) all.TryRemove(old);
    }

    private sealed record Shared(string At, DateTimeOffset Begun, Lazy<Task> Read)
    {
        public bool Failed => Read is { IsValueCreated: true, Value: { IsCompleted: true, IsCompletedSuccessfully: false } };
    }
}
