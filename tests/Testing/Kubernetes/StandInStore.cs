using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>What the stand-in's cluster holds: objects, their versions, and the history that watches are served from.</summary>
internal sealed class StandInStore
{
    private readonly SortedDictionary<(string Resource, string Namespace), Drawer> drawers = [];
    private long version = 1000;
    private long forgotten;

    /// <summary>One change, as a watch tells it.</summary>
    internal sealed record Entry(long Version, string Type, string Resource, string Namespace, JsonObject Object);

    /// <summary>Held by whoever reads or writes more than one thing at once.</summary>
    public Lock Gate { get; } = new();

    public string Version
    {
        get
        {
            lock (Gate) return version.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Done with the next change to objects of a resource in a namespace.</summary>
    public Task NextOf(string resource, string @namespace)
    {
        lock (Gate) return DrawerOf(resource, @namespace).Next.Task;
    }

    public JsonObject? Find(string resource, string @namespace, string name)
    {
        lock (Gate) return DrawerOf(resource, @namespace).Objects.GetValueOrDefault(name)?.DeepClone() as JsonObject;
    }

    /// <param name="wanted">Asked of the objects as they are kept, which it may not change; null = all.</param>
    public List<JsonObject> List(string resource, string @namespace, Func<JsonObject, bool>? wanted = null)
    {
        lock (Gate) return [.. DrawerOf(resource, @namespace).Objects.Values.Where(one => wanted?.Invoke(one) != false).Select(one => (JsonObject)one.DeepClone())];
    }

    public IEnumerable<(string Namespace, string Name)> Names(string resource)
    {
        lock (Gate) return [.. drawers.Where(drawer => drawer.Key.Resource == resource).SelectMany(drawer => drawer.Value.Objects.Keys, (drawer, name) => (drawer.Key.Namespace, name))];
    }

    /// <summary>Creates or replaces; a no-op leaves the version as it is, as the API server does.</summary>
    public JsonObject Put(string resource, string @namespace, JsonObject item)
    {
        lock (Gate)
        {
            item = (JsonObject)item.DeepClone();
            var (objects, name) = (DrawerOf(resource, @namespace).Objects, item["metadata"]!["name"]!.GetValue<string>());
            var known = objects.GetValueOrDefault(name);
            if (known is not null && JsonNode.DeepEquals(known, item)) return item;
            item["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
            objects[name] = item;
            Tell(known is null ? "ADDED" : "MODIFIED", resource, @namespace, item);
            return (JsonObject)item.DeepClone();
        }
    }

    public void Remove(string resource, string @namespace, string name)
    {
        lock (Gate)
        {
            if (!DrawerOf(resource, @namespace).Objects.Remove(name, out var item)) return;
            item["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
            Tell("DELETED", resource, @namespace, item);
        }
    }

    /// <summary>Everything in a namespace goes with it.</summary>
    public void Clear(string @namespace)
    {
        lock (Gate)
        {
            foreach (var (resource, name) in drawers.Where(drawer => drawer.Key.Namespace == @namespace).SelectMany(drawer => drawer.Value.Objects.Keys, (drawer, name) => (drawer.Key.Resource, name)).ToList())
                Remove(resource, @namespace, name);
        }
    }

    /// <summary>What a watch from a version gets next; null when that version is forgotten (410).</summary>
    public List<Entry>? Since(long from, string resource, string @namespace)
    {
        lock (Gate)
        {
            // The newest are at the end, and few are asked for.
            var history = DrawerOf(resource, @namespace).History;
            var first = history.Count;
            while (first > 0 && history[first - 1].Version > from) first--;
            return from < forgotten ? null : history[first..];
        }
    }

    /// <summary>Makes every version until now too old to watch from.</summary>
    public void Forget()
    {
        lock (Gate)
        {
            forgotten = ++version;
            foreach (var drawer in drawers.Values) drawer.History.Clear();
        }
        Wake();
    }

    /// <summary>Makes all watches look again.</summary>
    public void Wake()
    {
        List<TaskCompletionSource> woken;
        lock (Gate) woken = [.. drawers.Values.Select(drawer => drawer.Turn())];
        foreach (var one in woken) one.SetResult();
    }

    private Drawer DrawerOf(string resource, string @namespace)
    {
        if (!drawers.TryGetValue((resource, @namespace), out var drawer)) drawers[(resource, @namespace)] = drawer = new Drawer();
        return drawer;
    }

    private void Tell(string type, string resource, string @namespace, JsonObject item)
    {
        var drawer = DrawerOf(resource, @namespace);
        drawer.History.Add(new Entry(version, type, resource, @namespace, (JsonObject)item.DeepClone()));
        drawer.Turn().SetResult();
    }

    /// <summary>Objects of one resource in one namespace: nobody looks through those of others.</summary>
    private sealed class Drawer
    {
        public SortedDictionary<string, JsonObject> Objects { get; } = new(StringComparer.Ordinal);

        public List<Entry> History { get; } = [];

        /// <summary>Done with the next change.</summary>
        public TaskCompletionSource Next { get; private set; } = NewSignal();

        /// <summary>The signal of the change that just came; what comes next has another.</summary>
        public TaskCompletionSource Turn()
        {
            var now = Next;
            Next = NewSignal();
            return now;
        }

        private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
