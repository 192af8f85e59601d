using System.Collections.Concurrent;

namespace ChatOps.Integrations.Teams;

/// <summary>Keeps posts and updates within what a conversation takes. It never waits: it says how long to wait.</summary>
/// <remarks>
/// Teams takes 7 in a second, 8 in two, 60 in 30 seconds and 1,800 in an hour from a bot in one conversation (msteams-docs, bots/how-to/rate-limit.md).
/// So: a few at once and then not quite two a second, as long as the hour's share lasts, which comes back at less than one in two seconds.
/// </remarks>
internal sealed class TeamsPace(TimeProvider clock)
{
    private const int Most = 5000;
    private readonly ConcurrentDictionary<string, Bucket> buckets = new(StringComparer.Ordinal);

    /// <summary>Takes a turn and answers null, or says how long it is until there is one.</summary>
    /// <param name="urgent">Somebody waits for it: one turn is always left for such.</param>
    public TimeSpan? Take(string conversation, bool urgent = false) => BucketOf(conversation).Take(clock.GetUtcNow(), urgent ? 1 : 2);

    /// <summary>Gives a turn back by which nothing came about: what takes its place must not wait for a turn of its own, or it would be tried for ever and never be the second.</summary>
    public void GiveBack(string conversation) => BucketOf(conversation).GiveBack();

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
        private static readonly (double AtOnce, double PerSecond)[] Shares = [(4, 1.8), (100, 0.45)];
        private readonly Lock gate = new();
        private readonly double[] left = [.. Shares.Select(share => share.AtOnce)];
        private DateTimeOffset at, held;

        /// <param name="there">How many turns there have to be for one to be taken.</param>
        public TimeSpan? Take(DateTimeOffset now, int there)
        {
            lock (gate)
            {
                if (held > now) return held - now;
                var passed = at == default ? 0 : Math.Max(0, (now - at).TotalSeconds);
                at = now;
                var wait = TimeSpan.Zero;
                for (var one = 0; one < Shares.Length; one++)
                {
                    left[one] = Math.Min(Shares[one].AtOnce, left[one] + (passed * Shares[one].PerSecond));
                    if (left[one] < there) wait = TimeSpan.FromSeconds(Math.Max(wait.TotalSeconds, (there - left[one]) / Shares[one].PerSecond));
                }

                if (wait > TimeSpan.Zero) return wait;
                for (var one = 0; one < Shares.Length; one++) left[one] -= 1;
                return null;
            }
        }

        public void GiveBack()
        {
            lock (gate)
            {
                for (var one = 0; one < Shares.Length; one++) left[one] = Math.Min(Shares[one].AtOnce, left[one] + 1);
            }
        }

        public void Hold(DateTimeOffset until)
        {
            lock (gate) held = until > held ? until : held;
        }
    }
}
