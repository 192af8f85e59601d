using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>The clusters of the settings: one client each, and one watch per namespace while somebody looks.</summary>
internal sealed class Clusters(
    IOptionsMonitor<KubernetesOptions> options, KubernetesTimings timings, TimeProvider time, ILogger<Clusters> logger) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ClusterClient> clients = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Cluster, string Namespace), Shared> watches = [];
    private bool disposed;

    /// <exception cref="ApiException">There is no such cluster in the settings, or what they say can't be used.</exception>
    public ClusterClient Client(string name)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (clients.TryGetValue(name, out var client)) return client;
            var all = options.CurrentValue.Clusters;
            if (!all.TryGetValue(name, out var cluster))
            {
                throw ApiException.Never(
                    "cluster-unknown", $"The settings name no cluster {name}.",
                    all.Count == 0 ? $"Add Kubernetes:Clusters:{name}." : $"They have {string.Join(", ", all.Keys.Order(StringComparer.Ordinal))}.");
            }
            return clients[name] = new ClusterClient(Read(name, cluster), timings, time);
        }
    }

    /// <summary>The watch of a namespace, started with its first user and kept until a while after its last.</summary>
    public Lease Watch(string cluster, string @namespace)
    {
        var client = Client(cluster);
        lock (gate)
        {
            var key = (client.Name, @namespace);
            if (!watches.TryGetValue(key, out var shared))
                watches[key] = shared = new Shared(new NamespaceWatch(client, @namespace, timings, time, logger));
            shared.Users++;
            shared.Stop?.Dispose();
            shared.Stop = null;
            return new Lease(this, key, shared);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            foreach (var shared in watches.Values)
            {
                shared.Stop?.Dispose();
                shared.Watch.Dispose();
            }
            foreach (var client in clients.Values) client.Dispose();
            watches.Clear();
            clients.Clear();
        }
    }

    private ClusterAccess Read(string name, ClusterOptions cluster)
    {
        try
        {
            return ClusterAccess.Read(name, cluster, time, logger);
        }
        catch (ClusterConfigException e)
        {
            throw ApiException.Misconfigured(name, e.Message);
        }
    }

    private void Return((string, string) key, Shared shared)
    {
        lock (gate)
        {
            if (--shared.Users > 0 || disposed) return;
            shared.Stop = time.CreateTimer(_ => StopIdle(key, shared), null, timings.KeepWatching, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopIdle((string, string) key, Shared shared)
    {
        lock (gate)
        {
            if (shared.Users > 0 || disposed) return;       // someone came back as the timer rang
            watches.Remove(key);
            shared.Stop?.Dispose();
            shared.Watch.Dispose();
        }
    }

    /// <summary>One user's hold on a shared watch.</summary>
    internal sealed class Lease(Clusters owner, (string, string) key, Shared shared) : IDisposable
    {
        private int returned;

        public NamespaceWatch Watch => shared.Watch;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref returned, 1) == 0) owner.Return(key, shared);
        }
    }

    internal sealed class Shared(NamespaceWatch watch)
    {
        public NamespaceWatch Watch => watch;

        public int Users { get; set; }

        public ITimer? Stop { get; set; }
    }
}
