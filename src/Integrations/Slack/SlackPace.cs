using System.Collections.Concurrent;

namespace ChatOps.Integrations.Slack;

/// <summary>Keeps calls within Slack's published rates. It never waits: it says how long to wait.</summary>
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

    private readonly ConcurrentDictionary<string, Bucket> buckets = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> held = new();

    /// <summary>Takes a turn and answers null, or says how long it is until there is one.</summary>
    /// <param name="channel">The channel that is posted to; null for calls that post nothing.</param>
    /// <param name="urgent">It goes before those that were told to wait.</param>
    public TimeSpan? Take(string method, string? channel, bool urgent)
    {
        var now = clock.GetUtcNow();
        if (held.TryGetValue(method, out var until) && until > now) return until - now;
        if (channel is not null && BucketOf("channel:" + channel, PostsAtOnce, 1, kept: 0).Take(now, urgent) is { } wait) return wait;
        if (method == "chat.postMessage") return BucketOf(method, PostsPerMinute, PostsPerMinute / 60.0, kept: 0).Take(now, urgent);
        if (PerMinute(method) is not { } rate) return null;

        // What is saved up and what comes in are together no more than the tier, whichever minute is counted.
        var atOnce = rate / 4;
        return BucketOf(method, atOnce, (rate - atOnce) / 60.0, kept: method == "chat.update" ? atOnce / 4 : 0).Take(now, urgent);
    }

    /// <summary>Slack said to leave this method alone for a while.</summary>
    public void Hold(string method, TimeSpan pause) => held[method] = clock.GetUtcNow() + pause;

    private static int? PerMinute(string method) => method switch
    {
        "usergroups.list" or "usergroups.users.list" or "conversations.list" or "conversations.create" or "conversations.setTopic" or "pins.add" => 20,
        "chat.update" or "conversations.join" or "conversations.invite" or "users.conversations" or "conversations.open" or "users.lookupByEmail" or "conversations.history" or "conversations.replies" => 50,
        "users.info" or "views.open" or "chat.postEphemeral" => 100,
        _ => null,
    };

    private Bucket BucketOf(string key, int atOnce, double perSecond, int kept)
    {
        // A forgotten bucket is a full one: at worst Slack says 429 itself.
        if (buckets.Count > MostBuckets) buckets.Clear();
        return buckets.GetOrAdd(key, _ => new Bucket(atOnce, perSecond, kept));
    }

    /// <param name="kept">Turns that only what is urgent may take.</param>
    private sealed class Bucket(int atOnce, double perSecond, int kept)
    {
        /// <summary>Whoever is told to wait longer than this may as well ask again.</summary>
        private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

        private readonly Lock gate = new();
        private double tokens = atOnce;
        private DateTimeOffset at;
        private DateTimeOffset promised;

        public TimeSpan? Take(DateTimeOffset now, bool urgent)
        {
            lock (gate)
            {
                if (at != default) tokens = Math.Min(atOnce, tokens + (Math.Max(0, (now - at).TotalSeconds) * perSecond));
                at = now;
                var missing = 1 + (urgent ? 0 : kept) - tokens;
                if (missing <= 0)
                {
                    tokens -= 1;
                    return null;
                }

                var wait = TimeSpan.FromSeconds(missing / perSecond);
                return urgent ? wait : Promise(now, wait);
            }
        }

        /// <summary>A turn behind all that were promised before: a hundred that come back at once for one turn would only be sent away again.</summary>
        private TimeSpan Promise(DateTimeOffset now, TimeSpan soonest)
        {
            var next = promised + TimeSpan.FromSeconds(1 / perSecond);
            promised = next > now + soonest ? next : now + soonest;
            if (promised > now + Longest) promised = now + Longest;
            return promised - now;
        }
    }
}
