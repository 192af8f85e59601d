using System.Collections.Concurrent;

namespace ChatOps.Integrations.Slack;

/// <summary>Keeps calls within Slack's published rates. It never waits: it says how long to wait.</summary>
/// <remarks>
/// Posting: one a second and channel with a few at once. Methods: 20, 50 or 100 a minute by their tier. A 429 holds that method alone.
/// Source: docs.slack.dev/apis/web-api/rate-limits.
/// </remarks>
internal sealed class SlackPace(TimeProvider clock)
{
    private const int PostsAtOnce = 3;
    private const int MostBuckets = 5000;
    private readonly ConcurrentDictionary<string, Bucket> buckets = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> held = new();

    /// <summary>Takes a turn and answers null, or says how long it is until there is one.</summary>
    /// <param name="channel">The channel that is posted to; null for calls that post nothing.</param>
    public TimeSpan? Take(string method, string? channel)
    {
        var now = clock.GetUtcNow();
        if (held.TryGetValue(method, out var until) && until > now) return until - now;
        if (channel is not null && BucketOf("channel:" + channel, PostsAtOnce, 1).Take(now) is { } wait) return wait;
        return PerMinute(method) is { } rate ? BucketOf(method, Math.Max(5, rate), rate / 60.0).Take(now) : null;
    }

    /// <summary>Slack said to leave this method alone for a while.</summary>
    public void Hold(string method, TimeSpan pause) => held[method] = clock.GetUtcNow() + pause;

    private static int? PerMinute(string method) => method switch
    {
        "usergroups.list" or "usergroups.users.list" or "conversations.list" or "conversations.create" or "conversations.setTopic" or "pins.add" => 20,
        "chat.update" or "conversations.join" or "conversations.invite" or "users.conversations" or "conversations.open" or "users.lookupByEmail" or "conversations.history" or "conversations.replies" => 50,
        "users.info" or "views.open" or "chat.postEphemeral" => 100,
        "chat.postMessage" => 200,
        _ => null,
    };

    private Bucket BucketOf(string key, int atOnce, double perSecond)
    {
        // A forgotten bucket is a full one: at worst Slack says 429 itself.
        if (buckets.Count > MostBuckets) buckets.Clear();
        return buckets.GetOrAdd(key, _ => new Bucket(atOnce, perSecond));
    }

    private sealed class Bucket(int atOnce, double perSecond)
    {
        private readonly Lock gate = new();
        private double tokens = atOnce;
        private DateTimeOffset at;

        public TimeSpan? Take(DateTimeOffset now)
        {
            lock (gate)
            {
                if (at != default) tokens = Math.Min(atOnce, tokens + (Math.Max(0, (now - at).TotalSeconds) * perSecond));
                at = now;
                if (tokens < 1) return TimeSpan.FromSeconds((1 - tokens) / perSecond);
                tokens -= 1;
                return null;
            }
        }
    }
}
