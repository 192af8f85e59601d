using System.Collections.Immutable;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.PostgreSql;

/// <summary>Who wants to hear of commits. A callback that throws is logged, and the others are still called.</summary>
internal sealed partial class Callbacks(ILogger logger)
{
    private ImmutableList<Action<CommitNotice>> _all = [];

    public IDisposable Add(Action<CommitNotice> callback)
    {
        ImmutableInterlocked.Update(ref _all, (all, one) => all.Add(one), callback);
        return new Subscription(this, callback);
    }

    public void Call(CommitNotice notice)
    {
        foreach (var callback in Volatile.Read(ref _all))
        {
            try
            {
                callback(notice);
            }
            catch (Exception fault)
            {
                Log.CallbackFailed(logger, fault);
            }
        }
    }

    private sealed class Subscription(Callbacks callbacks, Action<CommitNotice> callback) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
            ImmutableInterlocked.Update(ref callbacks._all, (all, one) => all.Remove(one), callback);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2110, LogLevel.Error, "A callback after a commit failed; the commit is kept.")]
        public static partial void CallbackFailed(ILogger logger, Exception fault);
    }
}
