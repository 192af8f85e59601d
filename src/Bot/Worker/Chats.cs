using System.Collections.Concurrent;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Finds the chat that a place belongs to, and remembers which of them does not answer.</summary>
internal sealed class Chats(IEnumerable<IChat> all, ChatPatience patience, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> silentSince = new(StringComparer.Ordinal);

    /// <summary>Null when that chat is not connected.</summary>
    public IChat? For(string surface) => all.FirstOrDefault(chat => chat.Surface == surface);

    /// <summary>Every chat that is connected, in the order in which people are looked for in them.</summary>
    public IEnumerable<IChat> All => all.OrderBy(chat => chat.Surface, StringComparer.Ordinal);

    /// <summary>Keeps how a chat answered: one that puts off everything, without taking anything in between, can't be reached. Waiting for a turn says nothing of that.</summary>
    public void Heard<T>(string surface, Outcome<T> outcome)
    {
        if (outcome is Outcome<T>.Later { Untouched: true, After: not null }) return;
        if (outcome is Outcome<T>.Later) silentSince.TryAdd(surface, time.GetUtcNow());
        else silentSince.TryRemove(surface, out _);
    }

    /// <summary>Whether it has not answered for so long that people are to be reached in another way.</summary>
    public bool IsSilent(string surface) => silentSince.TryGetValue(surface, out var since) && time.GetUtcNow() - since >= patience.For;

    /// <summary>When to try a chat again that puts something off: as it asks, or by growing delays; but in time to go another way.</summary>
    public TimeSpan? Wait(string surface, TimeSpan? asked) =>
        silentSince.TryGetValue(surface, out var since) && patience.For - (time.GetUtcNow() - since) is { Ticks: > 0 } left && asked > left ? left : asked;

    /// <summary>A chat's name for people.</summary>
    public static string NameOf(string surface) => surface switch { "slack" => "Slack", "teams" => "Teams", _ => surface };
}
