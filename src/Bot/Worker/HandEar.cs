using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Changes;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Listens to what is changed past the bot wherever services are deployed to, and keeps it.</summary>
internal sealed partial class HandEar(IEnumerable<IHandWatch> watches, ConfigFolder folder, Func<Configuration> configuration, ChangeLog changes, IStore store, TimeProvider time, ILogger<HandEar> logger) : BackgroundService
{
    /// <summary>The manager under which Helm writes, whoever ran it: a run's own step too.</summary>
    private const string Helm = "helm";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            using var until = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            void Again(object? sender, EventArgs swapped) => until.Cancel();
            folder.Swapped += Again;
            try
            {
                ImmutableArray<WatchedPlace> places = [.. configuration().Services.SelectMany(service => service.Environments, (service, environment) => new WatchedPlace(service.Name, environment.Name, environment.Target))];
                await Task.WhenAll(watches.Select(watch => watch.WatchAsync([.. places.Where(place => watch.Serves(place.Target))], KeepAsync, until.Token)));
                await Task.Delay(Timeout.InfiniteTimeSpan, time, until.Token);
            }
            catch (OperationCanceledException) when (until.IsCancellationRequested)
            {
                // It stops, or is configured anew.
            }
            catch (Exception trouble) when (trouble is not OutOfMemoryException)
            {
                // A watch that died must not take the bot along, nor be begun again at once.
                Log.Deaf(logger, trouble);
                await Task.Delay(TimeSpan.FromSeconds(30), time, stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
            finally
            {
                folder.Swapped -= Again;
            }
        }
    }

    private async Task KeepAsync(WatchedPlace place, HandChange change)
    {
        if (change.Manager == Helm && !(await store.ListRunsAsync(new RunQuery(place.Service, place.Environment, Open: true, AtMost: 1), CancellationToken.None)).IsEmpty) return;
        var (what, by) = (AlertShaper.Line(change.What, SeenChange.LongestWhat), AlertShaper.Line(change.Manager, SeenChange.LongestBy));
        await changes.TakeAsync([new SeenChange("kubernetes", ChangeKind.Hand, what, by, place.Service, place.Environment, change.At)], $"hand:{place.Service}/{place.Environment}:{change.Key}", CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(172, LogLevel.Error, "Changes by hand are not seen for half a minute")]
        public static partial void Deaf(ILogger logger, Exception exception);
    }
}
