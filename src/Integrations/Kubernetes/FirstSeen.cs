using System.Collections.Concurrent;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Which object a change was seen on first, so that one made anew under the same name isn't taken for it.</summary>
internal sealed class FirstSeen
{
    private const int Remembered = 10_000;

    private readonly ConcurrentDictionary<string, string> on = new(StringComparer.Ordinal);

    /// <summary>Whether the change was seen on another object before.</summary>
    public bool IsAnother(ObjectMeta meta, Change change)
    {
        if (on.TryGetValue(change.Key, out var first)) return first != meta.Uid;
        if (!Marks.AreOf(meta, change)) return false;
        if (on.Count >= Remembered) on.Clear();       // a lost memory costs a better sentence, no more
        on[change.Key] = meta.Uid;
        return false;
    }
}
