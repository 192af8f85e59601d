using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>What has to be done now and then: forget deliveries that can't come again, and plan open runs again when the configuration changed.</summary>
internal sealed partial class Housekeeping(IStore store, ConfigFolder folder, RunEngine engine, Commands.Laters laters, Reports reports, TimeProvider time, ILogger<Housekeeping> logger) : BackgroundService
{
    /// <summary>Slack may deliver an event again for a day.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(26);

    private const int AtOnce = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        folder.Swapped += Replan;
        await GuardedAsync(() => laters.PlanAsync(stoppingToken));
        await GuardedAsync(() => reports.PlanAsync(stoppingToken));
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        try
        {
            do
            {
                await GuardedAsync(() => store.ForgetDeliveriesAsync(engine.Now - Kept, stoppingToken));
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
        finally
        {
            folder.Swapped -= Replan;
        }

        void Replan(object? sender, EventArgs swapped) => _ = GuardedAsync(async () =>
        {
            await laters.PlanAsync(stoppingToken);
            await reports.PlanAsync(stoppingToken);
            await ReplanAsync(stoppingToken);
        });
    }

    /// <summary>Work for each open run that may not have changed anything yet; what became of its plan is decided there.</summary>
    private async Task ReplanAsync(CancellationToken cancellationToken)
    {
        var open = await store.ListRunsAsync(new RunQuery(Open: true, AtMost: 100_000), cancellationToken);
        var now = engine.Now;
        foreach (var chunk in open.Where(row => row.Kind == "deploy").Chunk(AtOnce))
            await store.CommitAsync(new Commit(now) { Work = [.. chunk.Select(row => Book.Replan(new RunId(row.Number), now))] }, cancellationToken);
    }

    private async Task GuardedAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.StoreGone(logger, unavailable.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(160, LogLevel.Warning, "Housekeeping has to wait: {Why}")]
        public static partial void StoreGone(ILogger logger, string why);
    }
}
