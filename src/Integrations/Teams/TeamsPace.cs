using System.Collections.Concurrent;

namespace ChatOps.Integrations.Teams;

/// <summary>Keeps posts and updates within what a conversation takes. It never waits: it says how long to wait.</summary>
/// <remarks>Teams takes 7 in a second, 60 in 30 seconds and 1,800 in an hour from a bot in one conversation (msteams-docs, bots/how-to/rate-limit.md): a few at once, then one every two seconds.</remarks>
internal sealed class TeamsPace(TimeProvider clock)
{
    private const int AtOnce = 6;
    private const double PerSecond = 0.5;
    private const int Most = 5000;
    private readonly ConcurrentDictionary<string, Bucket> buckets = new(StringComparer.Ordinal);

    /// <summary>Takes a turn and answers null, or says how long it is until there is one.</summary>
    public TimeSpan? Take(string conversation) => BucketOf(conversation).Take(clock.GetUtcNow());

    /// <summary>Teams said to leave this conversation alone for a while.</summary>
    public void Hold(string conversation, TimeSpan pause) => BucketOf(conversation).Hold(clock.GetUtcNow() + pause);

    private Bucket BucketOf(string key)
    {
        // A forgotten bucket is a full one: at worst Teams says 429 itself.
        if (buckets.Count > Most) buckets.Clear();
        return buckets.GetOrAdd(key, _ => new Bucket());
    }

    private sealed class Bucket
    {
        private readonly Lock gate = new();
        private double tokens = AtOnce;
        private DateTimeOffset at, held;

        public TimeSpan? Take(DateTimeOffset now)
        {
            lock (gate)
            {
                if (held > now) return held - now;
                if (at != default) tokens = Math.Min(AtOnce, tokens + (Math.Max(0, (now - at).TotalSeconds) * PerSecond));
                at = now;
                if (tokens < 1) return TimeSpan.FromSeconds((1 - tokens) / PerSecond);
                tokens -= 1;
                return null;
            }
        }

        public void Hold(DateTimeOffset until)
        {
            lock (gate) held = until > held ? until : held;
        }
    }
}
