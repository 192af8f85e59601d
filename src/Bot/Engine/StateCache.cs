using System.Collections.Concurrent;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>States folded lately. Only a shortcut: a commit checks the version, and a stale one is folded on or dropped.</summary>
internal sealed class StateCache(int capacity)
{
    private readonly ConcurrentDictionary<StreamId, object> states = new();

    public RunState? Run(RunId run) => states.TryGetValue(run.Stream, out var state) ? (RunState)state : null;

    public SiteQueue? Queue(StreamId queue) => states.TryGetValue(queue, out var state) ? (SiteQueue)state : null;

    public void Keep(RunState run) => Keep(run.Id.Stream, run, run.Version);

    public void Keep(StreamId stream, SiteQueue queue) => Keep(stream, queue, queue.Version);

    public void Drop(StreamId stream) => states.TryRemove(stream, out _);

    /// <summary>Nothing that is remembered can be trusted: commits may have gone by unheard.</summary>
    public void Clear() => states.Clear();

    private void Keep(StreamId stream, object state, long version)
    {
        // Two folds may race; the one that saw more wins.
        states.AddOrUpdate(stream, state, (_, old) => VersionOf(old) > version ? old : state);
        if (states.Count <= capacity) return;

        // Dropping anything is right, so the cheapest is: half of what enumerates first.
        foreach (var key in states.Keys.Take(capacity / 2)) states.TryRemove(key, out _);
    }

    private static long VersionOf(object state) => state is RunState run ? run.Version : ((SiteQueue)state).Version;
}
