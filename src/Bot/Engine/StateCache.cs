using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>States folded lately. Only a shortcut: a commit checks the version, and a stale one is folded on or dropped.</summary>
/// <param name="runs">Runs remembered at most; one holds its plan and all its steps.</param>
/// <param name="queues">Queues of sites remembered at most; one is small, and every command asks for one.</param>
internal sealed class StateCache(int runs, int queues)
{
    private readonly Recent<RunState> recentRuns = new(runs, run => run.Version);
    private readonly Recent<SiteQueue> recentQueues = new(queues, queue => queue.Version);

    public RunState? Run(RunId run) => recentRuns.Find(run.Stream);

    public SiteQueue? Queue(StreamId queue) => recentQueues.Find(queue);

    public void Keep(RunState run) => recentRuns.Keep(run.Id.Stream, run);

    public void Keep(StreamId stream, SiteQueue queue) => recentQueues.Keep(stream, queue);

    /// <summary>Nothing that is remembered can be trusted: commits may have gone by unheard.</summary>
    public void Clear()
    {
        recentRuns.Clear();
        recentQueues.Clear();
    }

    public void Drop(StreamId stream)
    {
        recentRuns.Drop(stream);
        recentQueues.Drop(stream);
    }

    /// <summary>Two generations: when the younger is full, the older is forgotten. What is asked for stays young.</summary>
    private sealed class Recent<T>(int capacity, Func<T, long> version) where T : class
    {
        private readonly Lock gate = new();
        private Dictionary<StreamId, T> young = [];
        private Dictionary<StreamId, T> old = [];

        public T? Find(StreamId stream)
        {
            lock (gate)
            {
                if (young.TryGetValue(stream, out var found)) return found;
                if (old.TryGetValue(stream, out found)) Add(stream, found);
                return found;
            }
        }

        public void Keep(StreamId stream, T state)
        {
            lock (gate)
            {
                // Two folds may race; the one that saw more wins.
                if ((young.TryGetValue(stream, out var known) || old.TryGetValue(stream, out known)) && version(known) > version(state)) return;
                Add(stream, state);
            }
        }

        public void Drop(StreamId stream)
        {
            lock (gate)
            {
                young.Remove(stream);
                old.Remove(stream);
            }
        }

        public void Clear()
        {
            lock (gate) (young, old) = ([], []);
        }

        private void Add(StreamId stream, T state)
        {
            if (young.Count >= capacity / 2 && !young.ContainsKey(stream)) (old, young) = (young, []);
            young[stream] = state;
        }
    }
}
