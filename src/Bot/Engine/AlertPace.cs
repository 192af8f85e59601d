using System.Collections.Concurrent;
using ChatOps.Runbooks.Alerts;

namespace ChatOps.Bot.Engine;

/// <summary>When a card is drawn again: at once after a quiet time, else shortly after the last change, and in a storm every ten seconds.</summary>
/// <remarks>It lives in memory only: what is forgotten costs one update more.</remarks>
internal sealed class AlertPace
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2), AtLeast = TimeSpan.FromSeconds(5), Longest = TimeSpan.FromSeconds(10);

    private const int Most = 10_000;

    private readonly ConcurrentDictionary<(AlertId, string), (DateTimeOffset? Waiting, DateTimeOffset Shown)> all = new();

    /// <param name="loud">Somebody waits to see it.</param>
    public DateTimeOffset Due(AlertId id, string place, bool loud, DateTimeOffset now)
    {
        if (all.Count > Most) all.Clear();
        var (waiting, shown) = all.GetValueOrDefault((id, place));
        var since = waiting ?? now;
        all[(id, place)] = (since, shown);
        if (loud || (waiting is null && now - shown >= AtLeast)) return now;
        var latest = since + Longest;
        return now + Settle < latest ? now + Settle : latest < now ? now : latest;
    }

    /// <summary>It is about to be drawn as it is.</summary>
    public void Shown(AlertId id, string place, DateTimeOffset now) => all[(id, place)] = (null, now);

    /// <summary>Whether an update of some card of it is on its way.</summary>
    public bool IsBusy(AlertId id) => all.Any(pair => pair.Key.Item1 == id && pair.Value.Waiting is not null);
}
