using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using static ChatOps.Testing.Kubernetes.StandInShapes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>The stand-in's deployment controller and its one node: each <see cref="Advance"/> is one step of everything.</summary>
/// <remarks>
/// What a pod does is in its version: <c>bad</c> can't be pulled, <c>crash</c> and <c>oom</c> keep ending, <c>unready</c> fails its
/// probe, <c>config</c> misses a ConfigMap, <c>pending</c> finds no node, <c>quota</c> gets no pods, <c>slow</c> takes twenty steps.
/// </remarks>
internal sealed partial class StandInController(StandInStore store)
{
    private const string Revision = "deployment.kubernetes.io/revision";
    private const int SlowSteps = 20;

    private readonly Dictionary<string, int> age = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Progress, int Idle)> deadlines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTime> readySince = new(StringComparer.Ordinal);
    private int names;

    /// <summary>Steps without progress until a rollout has exceeded its deadline.</summary>
    public int DeadlineSteps { get; set; } = 60;

    public void Advance()
    {
        lock (store.Gate)
        {
            foreach (var (ns, name) in store.Names("deployments")) Step(ns, name);
            foreach (var (ns, name) in store.Names("statefulsets")) StepStatefulSet(ns, store.Find("statefulsets", ns, name)!);
            foreach (var (ns, name) in store.Names("daemonsets")) StepDaemonSet(ns, store.Find("daemonsets", ns, name)!);
            foreach (var (ns, name) in store.Names("jobs")) StepJob(ns, store.Find("jobs", ns, name)!);
        }
    }

    /// <summary>A job's pod is made, runs, and ends; one whose command or image says <c>fail</c> ends with 3, <c>hang</c> never does, <c>bad</c> can't be pulled.</summary>
    private void StepJob(string ns, JsonObject job)
    {
        var status = job["status"]!.AsObject();
        if (status["conditions"] is not null) return;
        if (Owned("pods", ns, Uid(job)).FirstOrDefault() is not { } pod)
        {
            pod = PodOf(job, $"j{++names:0000}");
            pod["status"] = PodStatus(pod, "Pending", Waiting("ContainerCreating"));
            store.Put("pods", ns, pod);
            (status["startTime"], status["active"], status["ready"]) = (Now, 1, 0);
            store.Put("jobs", ns, job);
            return;
        }

        var does = pod["spec"]!["containers"]![0]!.ToJsonString();
        bool Is(string word) => does.Contains(word, StringComparison.Ordinal);
        var step = age[Uid(pod)] = age.GetValueOrDefault(Uid(pod)) + 1;
        if (Is("bad"))
        {
            pod["status"] = BadImage(ns, pod, pod["spec"]!["containers"]![0]!["image"]!.GetValue<string>(), step);
            store.Put("pods", ns, pod);
            return;
        }

        var over = step > 2 && !Is("hang");
        pod["status"] = !over ? PodStatus(pod, "Running", Running(), ready: true) : PodStatus(pod, Is("fail") ? "Failed" : "Succeeded", Is("fail") ? Terminated(3, "Error") : Terminated(0, "Completed"));
        store.Put("pods", ns, pod);
        if (!over) return;
        status.Remove("active");
        status[Is("fail") ? "failed" : "succeeded"] = 1;
        status["conditions"] = Is("fail")
            ? new JsonArray(Condition("FailureTarget", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit"), Condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit"))
            : new JsonArray(Condition("SuccessCriteriaMet", "True", "CompletionsReached", "Reached expected number of succeeded pods"), Condition("Complete", "True", "CompletionsReached", "Reached expected number of succeeded pods"));
        store.Put("jobs", ns, job);
    }

    private void Step(string ns, string name)
    {
        var deployment = store.Find("deployments", ns, name)!;
        var paused = deployment["spec"]!["paused"]?.GetValue<bool>() == true;
        if (Number(deployment["metadata"]!["generation"]) > Number(deployment["status"]!["observedGeneration"]))
        {
            if (!paused) deployment = Adopt(ns, deployment);
            deployment["status"]!["observedGeneration"] = deployment["metadata"]!["generation"]!.DeepClone();
            deadlines.Remove(Uid(deployment));
            Count(ns, deployment, paused, fresh: true);
            return;
        }
        var sets = Owned("replicasets", ns, Uid(deployment));
        var newest = Newest(deployment, sets);
        foreach (var pod in sets.SelectMany(s => Owned("pods", ns, Uid(s)))) Age(ns, pod);
        if (newest is not null && !paused) Scale(ns, deployment, newest, sets);
        Count(ns, deployment, paused, fresh: false);
    }

    /// <summary>Finds or makes the replica set of the template and gives it the highest revision.</summary>
    private JsonObject Adopt(string ns, JsonObject deployment)
    {
        var sets = Owned("replicasets", ns, Uid(deployment));
        var newest = Newest(deployment, sets) ?? ReplicaSet(deployment, Hash(deployment["spec"]!["template"]!));
        var annotations = newest["metadata"]!["annotations"]!.AsObject();
        var highest = sets.Select(s => Number(s["metadata"]!["annotations"]![Revision])).DefaultIfEmpty(0).Max();
        var own = Number(annotations[Revision]);
        if (own == 0 || own < highest)
        {
            if (own > 0) annotations["deployment.kubernetes.io/revision-history"] = $"{annotations["deployment.kubernetes.io/revision-history"]?.GetValue<string>()},{own}".TrimStart(',');
            annotations[Revision] = (highest + 1).ToString(CultureInfo.InvariantCulture);
        }
        foreach (var (key, value) in deployment["metadata"]!["annotations"]!.AsObject())
            if (!key.StartsWith("deployment.kubernetes.io/", StringComparison.Ordinal) && !key.StartsWith("kubectl.kubernetes.io/", StringComparison.Ordinal)) annotations[key] = value!.DeepClone();
        store.Put("replicasets", ns, newest);
        deployment["metadata"]!["annotations"]![Revision] = annotations[Revision]!.DeepClone();
        return deployment;
    }

    /// <summary>A rolling update with the surge and the unavailable of its strategy: at most one pod made and one ended a step.</summary>
    private void Scale(string ns, JsonObject deployment, JsonObject newest, List<JsonObject> sets)
    {
        var wanted = (int)Number(deployment["spec"]!["replicas"]);
        var mine = Owned("pods", ns, Uid(newest));
        var others = sets.Where(s => Uid(s) != Uid(newest)).SelectMany(s => Owned("pods", ns, Uid(s))).ToList();
        var available = mine.Count(p => IsAvailable(deployment, p)) + others.Count(IsReady);
        var (surge, unavailable) = (Share(deployment, "maxSurge", wanted, 99), Share(deployment, "maxUnavailable", wanted, 0));
        if (surge + unavailable == 0) unavailable = 1;
        var dead = others.Find(p => !IsReady(p)) ?? (available > wanted - unavailable ? others.FirstOrDefault() : null);
        if (dead is not null) store.Remove("pods", ns, Name(dead));
        if (mine.Count > wanted) store.Remove("pods", ns, Name(mine[^1]));
        if (mine.Count < wanted && mine.Count + others.Count - (dead is null ? 0 : 1) < wanted + surge) Create(ns, newest);
    }

    private static int Share(JsonObject deployment, string name, int wanted, int round)
    {
        var text = deployment["spec"]!["strategy"]?["rollingUpdate"]?[name]?.ToString() ?? "25%";
        return text.EndsWith('%') ? ((wanted * int.Parse(text[..^1], CultureInfo.InvariantCulture)) + round) / 100 : int.Parse(text, CultureInfo.InvariantCulture);
    }

    private void Create(string ns, JsonObject set)
    {
        if (VersionOf(set["spec"]!["template"]!["spec"]!).Contains("quota", StringComparison.Ordinal))
        {
            if (set["status"]!["conditions"] is not null) return;
            var message = $"pods \"{Name(set)}-x\" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=3, limited: pods=3";
            set["status"]!["conditions"] = new JsonArray(Condition("ReplicaFailure", "True", "FailedCreate", message));
            store.Put("replicasets", ns, set);
            store.Put("events", ns, Event(set, "ReplicaSet", "Warning", "FailedCreate", $"Error creating: {message}"));
            return;
        }
        var pod = Pod(set, $"p{++names:0000}");
        pod["status"] = PodStatus(pod, "Pending", Waiting("ContainerCreating"));
        store.Put("pods", ns, pod);
    }

    /// <summary>One step of a pod's life.</summary>
    private void Age(string ns, JsonObject pod)
    {
        var (uid, version) = (Uid(pod), VersionOf(pod["spec"]!));
        var step = age[uid] = age.GetValueOrDefault(uid) + 1;
        var image = pod["spec"]!["containers"]![0]!["image"]!.GetValue<string>();
        bool Is(string word) => version.Contains(word, StringComparison.Ordinal);
        pod["status"] =
            Is("bad") ? BadImage(ns, pod, image, step)
            : Is("crash") ? Crash(pod, step, Terminated(1, "Error", "panic: no configuration"))
            : Is("oom") ? Crash(pod, step, Terminated(137, "OOMKilled"))
            : Is("unready") ? Unready(ns, pod, step)
            : Is("config") ? PodStatus(pod, "Pending", Waiting("CreateContainerConfigError", "configmap \"settings\" not found"))
            : Is("pending") ? Unscheduled(pod)
            : Is("slow") && step < SlowSteps ? PodStatus(pod, "Pending", Waiting("ContainerCreating"))
            : IsReady(pod) ? pod["status"]!.DeepClone()
            : PodStatus(pod, "Running", Running(), ready: true);
        store.Put("pods", ns, pod);
    }

    private JsonObject BadImage(string ns, JsonObject pod, string image, int step)
    {
        var why = $"failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found";
        if (step == 1)
        {
            store.Put("events", ns, Event(pod, "Pod", "Warning", "Failed", $"Failed to pull image \"{image}\": rpc error: code = NotFound desc = {why}"));
            return PodStatus(pod, "Pending", Waiting("ErrImagePull", $"rpc error: code = NotFound desc = {why}"));
        }
        return PodStatus(pod, "Pending", Waiting("ImagePullBackOff", $"Back-off pulling image \"{image}\""));
    }

    /// <summary>Runs, ends, waits, and again; after the third time it stays in its back-off.</summary>
    private static JsonObject Crash(JsonObject pod, int step, JsonObject end)
    {
        var restarts = Math.Min(step / 3, 3);
        return (restarts, step % 3) switch
        {
            (3, _) or (_, 0) => PodStatus(pod, "Running", Waiting("CrashLoopBackOff", "back-off 10s restarting failed container"), restarts: restarts, lastState: end),
            (_, 1) => PodStatus(pod, "Running", Running(), restarts: restarts),
            _ => PodStatus(pod, "Running", end, restarts: restarts),
        };
    }

    private JsonObject Unready(string ns, JsonObject pod, int step)
    {
        if (step == 2) store.Put("events", ns, Event(pod, "Pod", "Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"));
        return PodStatus(pod, "Running", Running());
    }

    private static JsonObject Unscheduled(JsonObject pod)
    {
        var status = PodStatus(pod, "Pending", Waiting("ContainerCreating"));
        status["conditions"] = new JsonArray(Condition("PodScheduled", "False", "Unschedulable", "0/5 nodes are available: 3 Insufficient cpu, 2 node(s) had untolerated taint(s)."));
        status.Remove("containerStatuses");
        return status;
    }

    /// <summary>Writes the numbers and conditions, as the controller would after each of its looks.</summary>
    private void Count(string ns, JsonObject deployment, bool paused, bool fresh)
    {
        var sets = Owned("replicasets", ns, Uid(deployment));
        var newest = Newest(deployment, sets);
        foreach (var set in sets) CountSet(ns, set, p => set == newest ? IsAvailable(deployment, p) : IsReady(p));
        var all = sets.SelectMany(s => Owned("pods", ns, Uid(s))).ToList();
        var updated = newest is null ? 0 : Owned("pods", ns, Uid(newest)).Count;
        var (wanted, ready) = ((int)Number(deployment["spec"]!["replicas"]), all.Count(IsReady));
        var enough = sets.SelectMany(s => Owned("pods", ns, Uid(s)).Where(p => s == newest ? IsAvailable(deployment, p) : IsReady(p))).Count();
        var status = deployment["status"]!.AsObject();
        var old = (status["conditions"] as JsonArray)?.FirstOrDefault(c => c!["type"]!.GetValue<string>() == "Progressing")?.DeepClone() as JsonObject;
        foreach (var (key, value) in new[] { ("replicas", all.Count), ("updatedReplicas", updated), ("readyReplicas", ready), ("availableReplicas", enough), ("unavailableReplicas", Math.Max(0, wanted - enough)) })
        {
            if (value == 0) status.Remove(key);      // the API leaves zeros out
            else status[key] = value;
        }
        var complete = updated == wanted && all.Count == wanted && enough == wanted;
        var late = !paused && !complete && IsLate(Uid(deployment), $"{updated}/{all.Count}/{ready}");
        var progressing =
            paused ? Condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused")
            : fresh ? Condition("Progressing", "True", "NewReplicaSetCreated", $"Created new replica set \"{(newest is null ? "" : Name(newest))}\"")
            : complete ? Condition("Progressing", "True", "NewReplicaSetAvailable", $"ReplicaSet \"{Name(newest!)}\" has successfully progressed.")
            : late ? Condition("Progressing", "False", "ProgressDeadlineExceeded", $"ReplicaSet \"{Name(newest!)}\" has timed out progressing.")
            : Condition("Progressing", "True", "ReplicaSetUpdated", $"ReplicaSet \"{(newest is null ? "" : Name(newest))}\" is progressing.");
        if (old is not null && old["reason"]!.GetValue<string>() == progressing["reason"]!.GetValue<string>()) progressing = old;
        var available = ready >= wanted - (wanted / 4);
        var availableNow = Condition("Available", available ? "True" : "False", available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable");
        var availableOld = (status["conditions"] as JsonArray)?.FirstOrDefault(c => c!["type"]!.GetValue<string>() == "Available")?.DeepClone() as JsonObject;
        if (availableOld is not null && availableOld["status"]!.GetValue<string>() == availableNow["status"]!.GetValue<string>()) availableNow = availableOld;
        status["conditions"] = new JsonArray(availableNow, progressing);
        store.Put("deployments", ns, deployment);
    }

    private void CountSet(string ns, JsonObject set, Func<JsonObject, bool> isAvailable)
    {
        var pods = Owned("pods", ns, Uid(set));
        var status = set["status"]!.AsObject();
        status["replicas"] = pods.Count;
        var ready = pods.Count(IsReady);
        status["readyReplicas"] = ready;
        status["availableReplicas"] = pods.Count(isAvailable);
        store.Put("replicasets", ns, set);
    }

    private bool IsLate(string uid, string progress)
    {
        var (known, idle) = deadlines.GetValueOrDefault(uid, (progress, 0));
        deadlines[uid] = known == progress ? (progress, idle + 1) : (progress, 0);
        return deadlines[uid].Idle >= DeadlineSteps;
    }

    private List<JsonObject> Owned(string resource, string ns, string uid) => store.List(resource, ns, one => IsOwnedBy(one, uid));

    private static JsonObject? Newest(JsonObject deployment, List<JsonObject> sets)
    {
        var hash = Hash(deployment["spec"]!["template"]!);
        return sets.Find(s => s["metadata"]!["labels"]!["pod-template-hash"]!.GetValue<string>() == hash);
    }

    private static bool IsReady(JsonObject pod) => pod["status"]!["containerStatuses"]?[0]?["ready"]?.GetValue<bool>() == true;

    /// <summary>Ready for as long as the Deployment says, by the clock on the wall.</summary>
    private bool IsAvailable(JsonObject deployment, JsonObject pod)
    {
        if (!IsReady(pod)) return false;
        var since = readySince.TryGetValue(Uid(pod), out var known) ? known : readySince[Uid(pod)] = DateTime.UtcNow;
        return DateTime.UtcNow - since >= TimeSpan.FromSeconds(Number(deployment["spec"]!["minReadySeconds"]));
    }

    private static string VersionOf(JsonNode podSpec)
    {
        var image = podSpec["containers"]![0]!["image"]!.GetValue<string>();
        return image[(image.LastIndexOf('/') + 1)..];
    }

    private static long Number(JsonNode? node) => node is null ? 0 : long.Parse(node.ToString(), CultureInfo.InvariantCulture);

    /// <summary>FNV-1a over the template with its names in order: two ways of writing the same template are the same.</summary>
    private static string Hash(JsonNode template)
    {
        var hash = Encoding.UTF8.GetBytes(InOrder(template)!.ToJsonString()).Aggregate(2166136261u, (h, b) => unchecked((h ^ b) * 16777619));
        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }

    private static JsonNode? InOrder(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, InOrder(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(InOrder)]),
        _ => node?.DeepClone(),
    };
}
