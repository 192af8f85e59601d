using System.Collections.Concurrent;

namespace ChatOps.Integrations.Http;

/// <summary>Answers kept for a while; several who ask for the same thing at once share one look-up.</summary>
/// <param name="keep">How long an answer is good.</param>
/// <param name="keepMissing">How long "not known" is good: short, so that what was mended is seen.</param>
internal sealed class AnswerCache<T>(TimeProvider clock, TimeSpan keep, TimeSpan keepMissing)
    where T : class
{
    private const int Most = 20_000;
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>The kept answer, or that of <paramref name="load"/>, whose second value says whether it is a full one.</summary>
    /// <remarks>One who stops waiting does not stop the look-up for the others.</remarks>
    public async Task<T?> GetAsync(string key, Func<Task<(T? Value, bool Full)>> load, CancellationToken cancellationToken)
    {
        if (entries.Count > Most) entries.Clear();
        var entry = entries.AddOrUpdate(
            key, _ => new Entry(load), (_, old) => old.Until <= clock.GetUtcNow() ? new Entry(load) : old);
        try
        {
            var (value, full) = await entry.Task.Value.WaitAsync(cancellationToken);
            entry.Settle(clock.GetUtcNow() + (full ? keep : keepMissing));
            return value;
        }
        catch when (entry.Task.Value.IsFaulted)
        {
            entries.TryRemove(KeyValuePair.Create(key, entry));
            throw;
        }
    }

    private sealed class Entry(Func<Task<(T? Value, bool Full)>> load)
    {
        private long until = DateTimeOffset.MaxValue.UtcTicks;

        public Lazy<Task<(T? Value, bool Full)>> Task { get; } = new(load);

        public DateTimeOffset Until => new(Volatile.Read(ref until), TimeSpan.Zero);

        public void Settle(DateTimeOffset at) => Interlocked.CompareExchange(ref until, at.UtcTicks, DateTimeOffset.MaxValue.UtcTicks);
    }
}
