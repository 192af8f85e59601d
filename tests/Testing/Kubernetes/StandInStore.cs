using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>What the stand-in's cluster holds: objects, their versions, and the history that watches are served from.</summary>
internal sealed class StandInStore
{
    private readonly SortedDictionary<(string Resource, string Namespace, string Name), JsonObject> objects = [];
    private readonly List<Entry> history = [];
    private TaskCompletionSource next = NewSignal();
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

    /// <summary>Done with the next change.</summary>
    public Task Next
    {
        get
        {
            lock (Gate) return next.Task;
        }
    }

    public JsonObject? Find(string resource, string @namespace, string name)
    {
        lock (Gate) return objects.GetValueOrDefault((resource, @namespace, name))?.DeepClone() as JsonObject;
    }

    public List<JsonObject> List(string resource, string @namespace)
    {
        lock (Gate)
        {
            return [.. objects.Where(o => o.Key.Resource == resource && o.Key.Namespace == @namespace).Select(o => (JsonObject)o.Value.DeepClone())];
        }
    }

    public IEnumerable<(string Namespace, string Name)> Names(string resource)
    {
        lock (Gate) return [.. objects.Keys.Where(k => k.Resource == resource).Select(k => (k.Namespace, k.Name))];
    }

    /// <summary>Creates or replaces; a no-op leaves the version as it is, as the API server does.</summary>
    public JsonObject Put(string resource, string @namespace, JsonObject item)
    {
        lock (Gate)
        {
            item = (JsonObject)item.DeepClone();
            var key = (resource, @namespace, item["metadata"]!["name"]!.GetValue<string>());
            var known = objects.GetValueOrDefault(key);
            if (known is not null && JsonNode.DeepEquals(known, item)) return item;
            item["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
            objects[key] = item;
            Tell(known is null ? "ADDED" : "MODIFIED", resource, @namespace, item);
            return (JsonObject)item.DeepClone();
        }
    }

    public void Remove(string resource, string @namespace, string name)
    {
        lock (Gate)
        {
            if (!objects.Remove((resource, @namespace, name), out var item)) return;
            item["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
            Tell("DELETED", resource, @namespace, item);
        }
    }

    /// <summary>Everything in a namespace goes with it.</summary>
    public void Clear(string @namespace)
    {
        lock (Gate)
        {
            foreach (var (resource, _, name) in objects.Keys.Where(key => key.Namespace == @namespace).ToList()) Remove(resource, @namespace, name);
        }
    }

    /// <summary>What a watch from a version gets next; null when that version is forgotten (410).</summary>
    public List<Entry>? Since(long from, string resource, string @namespace)
    {
        lock (Gate)
        {
            return from < forgotten ? null : [.. history.Where(e => e.Version > from && e.Resource == resource && e.Namespace == @namespace)];
        }
    }

    /// <summary>Makes every version until now too old to watch from.</summary>
    public void Forget()
    {
        lock (Gate)
        {
            forgotten = ++version;
            history.Clear();
        }
        Wake();
    }

    /// <summary>Makes all watches look again.</summary>
    public void Wake()
    {
        TaskCompletionSource now;
        lock (Gate) (now, next) = (next, NewSignal());
        now.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Tell(string type, string resource, string @namespace, JsonObject item)
    {
        history.Add(new Entry(version, type, resource, @namespace, (JsonObject)item.DeepClone()));
        Wake();
    }
}
