namespace ChatOps.Integrations.Slack;

/// <summary>Keeps calls within Slack's published rates. It never waits: it says how long to wait, and keeps that turn for whoever it was said to.</summary>
/// <remarks>
/// Posting: one a second and channel with a few at once. Methods: 20, 50 or 100 in any minute by their tier. A 429 holds that method alone.
/// Source: docs.slack.dev/apis/web-api/rate-limits.
/// </remarks>
internal sealed class SlackPace(TimeProvider clock)
{
    private const int PostsAtOnce = 3;
    private const int MostBuckets = 5000;

    /// <summary>Some hundreds a minute are taken by a workspace, whatever the channel.</summary>
    private const int PostsPerMinute = 200;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Bucket> buckets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> held = new(StringComparer.Ordinal);

    /// <summary>Takes a turn and answers null, or says how long it is until there is one.</summary>
    /// <param name="channel">The channel that is posted to; null for calls that post nothing.</param>
    /// <param name="urgent">It goes before those that were told to wait.</param>
    /// <param name="who">The same for each try of one call, so that it is given the turn that it was told; null = it takes its chance.</param>
    public TimeSpan? Take(string method, string? channel, bool urgent = false, string? who = null)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (held.TryGetValue(method, out var until) && until > now) return until - now;

            // A turn is taken of both or of neither.
            List<Bucket> all = [.. BucketsOf(method, channel)];
            var wait = all.Select(bucket => bucket.Ask(now, urgent, who)).Max();
            if (wait is not null) return wait;
            foreach (var bucket in all) bucket.Take(who);
            return null;
        }
    }

    /// <summary>Slack said to leave this method alone for a while.</summary>
    public void Hold(string method, TimeSpan pause)
    {
        lock (gate) held[method] = clock.GetUtcNow() + pause;
    }

    private static int? PerMinute(string method) => method switch
    {
        "usergroups.list" or "usergroups.users.list" or "conversations.list" or "conversations.create" or "conversations.setTopic" or "pins.add" => 20,
        "chat.update" or "conversations.join" or "conversations.invite" or "users.conversations" or "conversations.open" or "users.lookupByEmail" or "conversations.history" or "conversations.replies" => 50,
        "users.info" or "views.open" or "chat.postEphemeral" => 100,
        _ => null,
    };

    private IEnumerable<Bucket> BucketsOf(string method, string? channel)
    {
        if (channel is not null) yield return BucketOf("channel:" + channel, PostsAtOnce, 1, kept: 0);
        if (method == "chat.postMessage") yield return BucketOf(method, PostsPerMinute, PostsPerMinute / 60.0, kept: 0);

        // What is saved up and what comes in are together no more than the tier, whichever minute is counted.
        if (PerMinute(method) is { } rate) yield return BucketOf(method, rate / 4, (rate - (rate / 4)) / 60.0, kept: method == "chat.update" ? rate / 16 : 0);
    }

    private Bucket BucketOf(string key, int atOnce, double perSecond, int kept)
    {
        // A forgotten bucket is a full one: at worst Slack says 429 itself.
        if (buckets.Count > MostBuckets) buckets.Clear();
        if (!buckets.TryGetValue(key, out var bucket)) buckets[key] = bucket = new Bucket(atOnce, perSecond, kept);
        return bucket;
    }

    /// <param name="kept">Turns that only what is urgent may take.</param>
    private sealed class Bucket(int atOnce, double perSecond, int kept)
    {
        /// <summary>Whoever is told to wait longer than this may as well ask again, and whoever is late by this does not come any more.</summary>
        private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2), Overdue = TimeSpan.FromSeconds(30);

        private const double Rounding = 1e-6;

        private readonly Dictionary<string, DateTimeOffset> promised = new(StringComparer.Ordinal);
        private double tokens = atOnce;
        private DateTimeOffset at;

        /// <summary>Null where there is a turn now; else how long it is until then, which is promised to <paramref name="who"/>.</summary>
        public TimeSpan? Ask(DateTimeOffset now, bool urgent, string? who)
        {
            if (at != default) tokens = Math.Min(atOnce, tokens + (Math.Max(0, (now - at).TotalSeconds) * perSecond));
            at = now;
            foreach (var (name, turn) in promised.ToList())
            {
                if (now - turn > Overdue) promised.Remove(name);
            }

            if (urgent) return Until(1);
            if (who is not null && promised.TryGetValue(who, out var mine)) return mine > now ? mine - now : Until(1);

            // Behind all that were promised before: a hundred that come back at once for one turn would only be sent away again.
            if (Until(1 + kept + promised.Count) is not { } wait) return null;
            if (wait > Longest) return Longest;
            if (who is not null) promised[who] = now + wait;
            return wait;
        }

        public void Take(string? who)
        {
            tokens -= 1;
            if (who is not null) promised.Remove(who);
        }

        /// <summary>To the next millisecond: whoever comes back then must not be sent away for a rounding.</summary>
        private TimeSpan? Until(double wanted) => wanted - tokens < Rounding ? null : TimeSpan.FromMilliseconds(Math.Ceiling(((wanted - tokens) / perSecond * 1000) - Rounding));
    }
}
