using System.Collections.Immutable;
using System.Threading.Channels;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Changes;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Watches the Deployments that services are made of, one watch for each namespace, and tells what is changed past the bot.</summary>
/// <remarks>Not the watch that runs share: that one sees pods too, and is not needed while nothing is rolled out.</remarks>
internal sealed partial class HandWatch(Clusters clusters, KubernetesTimings timings, TimeProvider time, ILogger<HandWatch> logger) : IHandWatch
{
    public bool Serves(Target target) => target is Target.Kubernetes { Kind: WorkloadKind.Deployment };

    public Task WatchAsync(ImmutableArray<WatchedPlace> places, Func<WatchedPlace, HandChange, Task> tell, CancellationToken cancellationToken) => Task.WhenAll(
        places.GroupBy(place => (Of(place).Cluster, Of(place).Namespace)).Select(group => WatchAsync(group.Key.Cluster, group.Key.Namespace, [.. group], tell, cancellationToken)));

    private static Target.Kubernetes Of(WatchedPlace place) => (Target.Kubernetes)place.Target;

    private async Task WatchAsync(string cluster, string @namespace, ImmutableArray<WatchedPlace> places, Func<WatchedPlace, HandChange, Task> tell, CancellationToken cancellationToken)
    {
        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        ResourceWatch<Deployment> watch;
        try
        {
            watch = new ResourceWatch<Deployment>(
                clusters.Client(cluster), "deployments", @namespace, Paths.Deployments(@namespace), KubernetesJson.Default.Deployment, KubernetesJson.Default.ObjectListDeployment,
                _ => null, timings, time, logger, _ => news.Writer.TryWrite(true));
        }
        catch (ApiException unusable)
        {
            // Whoever deploys there is told so too.
            Log.Blind(logger, @namespace, cluster, unusable.Message);
            return;
        }

        var running = watch.RunAsync(cancellationToken);
        var seen = new Dictionary<(string Service, string Environment, string Name), Deployment>();
        try
        {
            while (true)
            {
                await news.Reader.ReadAsync(cancellationToken);
                try
                {
                    foreach (var place in places) await LookAsync(watch, place, seen, tell);
                }
                catch (StoreUnavailableException)
                {
                    // Nothing was kept: what was not told is still to be seen.
                    await Task.Delay(timings.BackOffFirst, time, cancellationToken);
                    news.Writer.TryWrite(true);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await running;
        }
    }

    private async Task LookAsync(ResourceWatch<Deployment> watch, WatchedPlace place, Dictionary<(string, string, string), Deployment> seen, Func<WatchedPlace, HandChange, Task> tell)
    {
        var target = Of(place);
        var colours = target.Colours ?? Pair.Usual;
        string[] names = target.Service is null ? [target.Deployment] : [target.Deployment, $"{target.Deployment}-{colours.First}", $"{target.Deployment}-{colours.Second}"];
        foreach (var now in names.Select(watch.Find).OfType<Deployment>())
        {
            var key = (place.Service, place.Environment, now.Metadata.Name);
            var before = seen.GetValueOrDefault(key);
            if (before?.Metadata.ResourceVersion == now.Metadata.ResourceVersion) continue;
            if (HandChanges.Of(before, now, target, time.GetUtcNow()) is { } change) await tell(place, change);
            seen[key] = now;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(303, LogLevel.Warning, "Changes by hand in {Namespace} on {Cluster} are not seen: {Why}")]
        public static partial void Blind(ILogger logger, string @namespace, string cluster, string why);
    }
}
