using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Everything of one resource in one namespace, listed once and kept current by one watch, for however many readers.</summary>
/// <param name="parent">The <c>uid</c> of the object that one belongs to; null = none.</param>
/// <param name="changed">Told of each object that came, changed or went; of null when any may have.</param>
internal sealed partial class ResourceWatch<T>(
    ClusterClient client, string resource, string @namespace, string path,
    JsonTypeInfo<T> type, JsonTypeInfo<ObjectList<T>> listType,
    Func<T, string?> parent, KubernetesTimings timings, TimeProvider time, ILogger logger, Action<T?> changed) where T : KubernetesObject
{
    private readonly ApiCall list = new(client.Name, "list", resource, @namespace);
    private readonly ApiCall watch = new(client.Name, "watch", resource, @namespace);
    private readonly ConcurrentDictionary<string, T> known = new(StringComparer.Ordinal);

    // Only the one loop writes: readers may see either side of a change, as they may anyway.
    private readonly ConcurrentDictionary<string, ImmutableDictionary<string, T>> families = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource firstAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ApiException? trouble;

    /// <summary>Done as soon as there is a list, or a reason why there is none.</summary>
    public Task FirstAnswer => firstAnswer.Task;

    /// <summary>Why what is known may be old; null while list and watch go well.</summary>
    public ApiException? Trouble => trouble;

    public IEnumerable<T> All => known.Values;

    public T? Find(string name) => known.GetValueOrDefault(name);

    /// <summary>Those that belong to an object, without looking through the others.</summary>
    public IEnumerable<T> Of(string uid) => families.TryGetValue(uid, out var family) ? family.Values : [];

    /// <summary>Lists and watches until cancelled. Never throws anything else.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string? version = null;
        var pause = timings.BackOffFirst;
        while (!cancellationToken.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var lines = 0;
            try
            {
                version ??= await ListAsync(cancellationToken);
                // Trouble ends when a watch is accepted, not with the list: where watching is forbidden it must not flicker.
                await foreach (var line in client.WatchAsync(watch, path, version, () => Settle(null), cancellationToken))
                {
                    version = Take(line) ?? version;
                    lines++;
                }
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                Log.Silent(logger, client.Name, @namespace, resource);      // past its end without a word: a new watch will tell
            }
            catch (ApiException e) when (e.Code == HttpStatusCode.Gone)
            {
                Log.Relisting(logger, client.Name, @namespace, resource);
                version = null;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it was: a watch that died quietly would leave every run waiting for news that never come.
                var failure = e as ApiException ?? ApiException.Unreachable(watch, "it sent something that is not its API's");
                Log.Failed(logger, client.Name, @namespace, resource, failure.Message);
                Settle(failure);
                version = failure.IsLasting ? null : version;
            }
            // The end of a stream is normal; one that ends at once, again and again, is not, and neither is a failure.
            var well = trouble is null && (lines > 0 || time.GetElapsedTime(began) > timings.BackOffFirst);
            pause = well ? timings.BackOffFirst : await PauseAsync(pause, cancellationToken);
        }
    }

    private async Task<TimeSpan> PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause * (1 + Random.Shared.NextDouble()), time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
        return pause * 2 < timings.BackOffMost ? pause * 2 : timings.BackOffMost;
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var (items, version) = await client.ListAsync(list, path, listType, cancellationToken);
        var names = items.Select(i => i.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in known.Keys.Where(k => !names.Contains(k))) Forget(gone);
        foreach (var item in items) Keep(item);
        firstAnswer.TrySetResult();
        changed(null);
        return version;
    }

    /// <summary>Takes one line of the watch in; the version to go on from, where it has one.</summary>
    private string? Take(WatchLine line)
    {
        switch (line.Type)
        {
            case "ERROR":
                throw ApiException.From(watch, line.Object.Deserialize(KubernetesJson.Default.Status) ?? throw new JsonException("null"));
            case "BOOKMARK":
                return line.Object.GetProperty("metadata").GetProperty("resourceVersion").GetString();
            case "ADDED" or "MODIFIED" or "DELETED":
                var item = line.Object.Deserialize(type) ?? throw new JsonException("null");
                if (line.Type == "DELETED") Forget(item.Metadata.Name);
                else Keep(item);
                changed(item);
                return item.Metadata.ResourceVersion;
            default:
                return null;       // a kind of event that is newer than we are
        }
    }

    private void Settle(ApiException? now)
    {
        trouble = now;
        firstAnswer.TrySetResult();
        changed(null);
    }

    private void Keep(T item)
    {
        var name = item.Metadata.Name;
        if (known.TryGetValue(name, out var before) && parent(before) != parent(item)) Forget(name);
        known[name] = item;
        if (parent(item) is { } uid) families[uid] = families.GetValueOrDefault(uid, ImmutableDictionary<string, T>.Empty).SetItem(name, item);
    }

    private void Forget(string name)
    {
        if (!known.TryRemove(name, out var gone) || parent(gone) is not { } uid || !families.TryGetValue(uid, out var family)) return;
        family = family.Remove(name);
        if (family.IsEmpty) families.TryRemove(uid, out _);
        else families[uid] = family;
    }

    private static partial class Log
    {
        [LoggerMessage(300, LogLevel.Warning, "Watching {Resource} in {Namespace} on {Cluster} failed: {Why}")]
        public static partial void Failed(ILogger logger, string cluster, string @namespace, string resource, string why);

        [LoggerMessage(301, LogLevel.Debug, "The watch of {Resource} in {Namespace} on {Cluster} was too old; listing again")]
        public static partial void Relisting(ILogger logger, string cluster, string @namespace, string resource);

        [LoggerMessage(302, LogLevel.Debug, "The watch of {Resource} in {Namespace} on {Cluster} fell silent; watching anew")]
        public static partial void Silent(ILogger logger, string cluster, string @namespace, string resource);
    }
}
