using System.Collections.Frozen;
using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Claims due work and does it: quick work and waiting work in two pools, so that a long watch never delays a message.</summary>
internal sealed partial class WorkLoop(IStore store, IEnumerable<IWorkHandler> handlers, TimeProvider time, ILogger<WorkLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(15);

    private readonly ImmutableArray<IWorkHandler> all = [.. handlers];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Kestrel starts first: nothing here may hold it up.
        await Task.Yield();
        var owner = Guid.NewGuid().ToString("N");
        await Task.WhenAll(
            PoolAsync($"{owner}-quick", [.. all.Where(handler => !handler.Waits)], places: 32, stoppingToken),
            PoolAsync($"{owner}-waits", [.. all.Where(handler => handler.Waits)], places: 256, stoppingToken));
    }

    private async Task PoolAsync(string owner, ImmutableArray<IWorkHandler> mine, int places, CancellationToken stopping)
    {
        var byKind = mine.SelectMany(handler => handler.Kinds.Select(kind => (kind, handler))).ToFrozenDictionary(pair => pair.kind, pair => pair.handler);
        ImmutableArray<string> kinds = [.. byKind.Keys];
        using var news = new SemaphoreSlim(0, 1);
        using var subscription = store.OnCommitted(notice =>
        {
            if (notice.WorkAdded) Signal(news);
        });
        var running = new HashSet<Task>();
        while (!stopping.IsCancellationRequested)
        {
            running.RemoveWhere(task => task.IsCompleted);
            try
            {
                var claimed = running.Count >= places ? [] : await store.ClaimAsync(owner, kinds, places - running.Count, Lease, Now, stopping);
                foreach (var work in claimed) running.Add(Task.Run(() => DoAsync(byKind[work.Item.Kind], work, news, stopping), CancellationToken.None));
                if (claimed.IsEmpty) await WaitAsync(news, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (StoreUnavailableException unavailable)
            {
                Log.StoreGone(logger, unavailable.Message);
                await SleepAsync(TimeSpan.FromSeconds(2), stopping);
            }
            catch (Exception bug) when (bug is not OutOfMemoryException)
            {
                // Whatever it is, the queue must go on being served.
                Log.Stumbled(logger, bug);
                await SleepAsync(TimeSpan.FromSeconds(1), stopping);
            }
        }

        await Task.WhenAll(running);
    }

    private async Task WaitAsync(SemaphoreSlim news, CancellationToken stopping)
    {
        var due = await store.NextDueAsync(stopping);
        var sleep = due is { } at ? at - Now : LongestSleep;

        // Due work that could not be claimed sits in a busy lane: whoever holds it signals when it is done.
        sleep = sleep < TimeSpan.FromMilliseconds(20) ? TimeSpan.FromMilliseconds(250) : sleep > LongestSleep ? LongestSleep : sleep;
        using var timeout = new CancellationTokenSource(sleep, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            await news.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    private async Task DoAsync(IWorkHandler handler, ClaimedWork work, SemaphoreSlim news, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewing = RenewAsync(work, ended);
        try
        {
            Log.Begins(logger, work.Item.Key, work.Attempt);
            var done = await handler.DoAsync(work, ended.Token);
            await SettleAsync(work, done);
            Log.Ends(logger, work.Item.Key, done);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            await ReturnAsync(work, Now, undone: true);
        }
        catch (StoreUnavailableException unavailable)
        {
            // The lease runs out by itself; whoever can reach the store then takes it.
            Log.StoreGone(logger, unavailable.Message);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            Log.Failed(logger, bug, work.Item.Kind, work.Item.Key, work.Attempt);
            await ReturnAsync(work, Now + Delay(work.Attempt), undone: false);
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
            Signal(news);
        }
    }

    private async Task SettleAsync(ClaimedWork work, Done done)
    {
        switch (done)
        {
            case Done.Finished:
                await store.CommitAsync(new Commit(Now) { Completes = work }, CancellationToken.None);
                break;
            case Done.Again again:
                await store.ReturnAsync(work, Now + (again.After ?? Delay(work.Attempt)), again.Untried, CancellationToken.None);
                break;
            default:
                break;
        }
    }

    private async Task ReturnAsync(ClaimedWork work, DateTimeOffset due, bool undone)
    {
        try
        {
            await store.ReturnAsync(work, due, undone, CancellationToken.None);
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.StoreGone(logger, unavailable.Message);
        }
    }

    /// <summary>Holds the claim while the work is done; a claim that was lost stops the work.</summary>
    private async Task RenewAsync(ClaimedWork work, CancellationTokenSource ended)
    {
        while (await SleepAsync(Lease / 3, ended.Token))
        {
            try
            {
                if (await store.RenewAsync(work, Lease, Now, ended.Token)) continue;
                Log.ClaimLost(logger, work.Item.Key);
                await ended.CancelAsync();
            }
            catch (StoreUnavailableException unavailable)
            {
                Log.StoreGone(logger, unavailable.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>1 s, 2 s, 4 s, … up to a minute.</summary>
    private static TimeSpan Delay(int attempt) => TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, Math.Clamp(attempt - 1, 0, 6))));

    private DateTimeOffset Now => time.GetUtcNow();

    private async Task<bool> SleepAsync(TimeSpan sleep, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(sleep, time, stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static void Signal(SemaphoreSlim news)
    {
        try
        {
            if (news.CurrentCount == 0) news.Release();
        }
        catch (SemaphoreFullException)
        {
            // Two signals met: one is enough.
        }
        catch (ObjectDisposedException)
        {
            // The pool is stopping.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(150, LogLevel.Error, "Work {Kind} ({Key}) failed on try {Attempt}; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception, string kind, string key, int attempt);

        [LoggerMessage(154, LogLevel.Debug, "{Key}: begins, try {Attempt}")]
        public static partial void Begins(ILogger logger, string key, int attempt);

        [LoggerMessage(155, LogLevel.Debug, "{Key}: {Done}")]
        public static partial void Ends(ILogger logger, string key, Done done);

        [LoggerMessage(153, LogLevel.Error, "Claiming work failed; it goes on")]
        public static partial void Stumbled(ILogger logger, Exception exception);

        [LoggerMessage(151, LogLevel.Warning, "The database does not answer: {Why}")]
        public static partial void StoreGone(ILogger logger, string why);

        [LoggerMessage(152, LogLevel.Warning, "Lost the claim on {Key}; another process has it")]
        public static partial void ClaimLost(ILogger logger, string key);
    }
}
