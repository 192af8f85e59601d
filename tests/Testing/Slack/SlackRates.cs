namespace ChatOps.Testing.Slack;

/// <summary>Slack's published rates, taken at their word: one post a second and channel with a few at once, and no more calls of a method in any minute than its tier names.</summary>
/// <remarks>Slack itself is more patient with bursts. Source: docs.slack.dev/apis/web-api/rate-limits.</remarks>
internal sealed class SlackRates(TimeProvider clock)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (double Tokens, DateTimeOffset At)> posting = [];
    private readonly Dictionary<string, Queue<DateTimeOffset>> lately = [];

    /// <summary>How many posts a channel takes at once.</summary>
    public int Burst { get; set; } = 5;

    /// <summary>How many calls were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Null when a call may be made now; else the seconds of its <c>Retry-After</c>.</summary>
    public int? Wait(string method, string channel)
    {
        var wait = method is "chat.postMessage" or "chat.postEphemeral" ? PostWait(channel) : TierWait(method);
        if (wait is not null) Refused++;
        return wait;
    }

    private static int? PerMinute(string method) => method switch
    {
        "conversations.list" or "usergroups.list" or "usergroups.users.list" => 20,
        "chat.update" or "conversations.history" or "conversations.replies" or "conversations.open" or "users.lookupByEmail" => 50,
        "users.info" => 100,
        _ => null,
    };

    private int? PostWait(string channel)
    {
        var now = clock.GetUtcNow();
        var (tokens, at) = posting.GetValueOrDefault(channel, (Burst, now));
        tokens = Math.Min(Burst, tokens + (now - at).TotalSeconds);
        posting[channel] = (tokens >= 1 ? tokens - 1 : tokens, now);
        return tokens >= 1 ? null : 1;
    }

    private int? TierWait(string method)
    {
        if (PerMinute(method) is not { } most) return null;
        var now = clock.GetUtcNow();
        if (!lately.TryGetValue(method, out var calls)) lately[method] = calls = [];
        while (calls.TryPeek(out var oldest) && oldest <= now - Minute) calls.Dequeue();
        if (calls.Count >= most) return (int)Math.Ceiling((calls.Peek() + Minute - now).TotalSeconds);
        calls.Enqueue(now);
        return null;
    }
}
