using System.Text.Json.Nodes;
using static ChatOps.Testing.Kubernetes.StandInShapes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>The controllers of StatefulSets and DaemonSets, with the revisions that both keep.</summary>
internal sealed partial class StandInController
{
    private const string RevisionLabel = "controller-revision-hash";

    /// <summary>How many nodes there are for DaemonSets.</summary>
    private const int Nodes = 3;

    /// <summary>Pods are made from the lowest number up and replaced from the highest down to the partition, one at a time; with <c>OrderedReady</c> a pod that is not ready stops everything.</summary>
    private void StepStatefulSet(string ns, JsonObject set)
    {
        var (newest, wanted, ordered) = (Revise(ns, set, "statefulsets"), (int)Number(set["spec"]!["replicas"] ?? 1), set["spec"]!["podManagementPolicy"]?.GetValue<string>() != "Parallel");
        var current = set["status"]!["currentRevision"]?.GetValue<string>() is { } known && store.Find("controllerrevisions", ns, known) is { } old ? old : newest;
        foreach (var pod in Owned("pods", ns, Uid(set))) Age(ns, pod);
        Replace(ns, set, newest, current, wanted, ordered);
        var pods = Owned("pods", ns, Uid(set));
        var (ready, updated) = (pods.Count(IsReady), pods.Count(pod => RevisionOf(pod) == Name(newest)));
        var status = set["status"]!.AsObject();
        (status["replicas"], status["readyReplicas"], status["availableReplicas"], status["updatedReplicas"]) = (pods.Count, ready, ready, updated);
        (status["updateRevision"], status["currentRevision"]) = (Name(newest), updated == wanted && ready == wanted ? Name(newest) : Name(current));
        status["currentReplicas"] = pods.Count(pod => RevisionOf(pod) == status["currentRevision"]!.GetValue<string>());
        status["observedGeneration"] = set["metadata"]!["generation"]!.DeepClone();
        store.Put("statefulsets", ns, set);
    }

    private void Replace(string ns, JsonObject set, JsonObject newest, JsonObject current, int wanted, bool ordered)
    {
        var pods = Owned("pods", ns, Uid(set)).ToDictionary(NumberOf);
        var partition = Number(set["spec"]!["updateStrategy"]?["rollingUpdate"]?["partition"]);
        for (var at = 0; at < wanted; at++)
        {
            var revision = at >= partition ? newest : current;
            if (!pods.TryGetValue(at, out var pod)) NewPod(ns, set, revision, $"{at}", Name(revision));
            if (ordered && (pod is null || !IsReady(pod))) return;
        }

        if (pods.Keys.Where(at => at >= wanted).DefaultIfEmpty(-1).Max() is var surplus and >= 0)
        {
            store.Remove("pods", ns, Name(pods[surplus]));
            return;
        }

        if (set["spec"]!["updateStrategy"]?["type"]?.GetValue<string>() == "OnDelete") return;
        for (var at = wanted - 1; at >= partition; at--)
        {
            if (pods.TryGetValue(at, out var pod) && RevisionOf(pod) != Name(newest)) store.Remove("pods", ns, Name(pod));
            else if (pod is not null && IsReady(pod)) continue;
            return;
        }
    }

    /// <summary>One pod on each node, one at a time replaced; one that is not ready first.</summary>
    private void StepDaemonSet(string ns, JsonObject set)
    {
        var newest = Revise(ns, set, "daemonsets");
        var hash = newest["metadata"]!["labels"]![RevisionLabel]!.GetValue<string>();
        foreach (var pod in Owned("pods", ns, Uid(set))) Age(ns, pod);
        var pods = Owned("pods", ns, Uid(set));
        foreach (var node in Enumerable.Range(1, Nodes).Select(at => $"node-{at}").Except(pods.Select(pod => pod["spec"]!["nodeName"]!.GetValue<string>())))
            NewPod(ns, set, newest, $"d{++names:0000}", hash, node);
        var old = pods.Where(pod => RevisionOf(pod) != hash).ToList();
        var rolls = set["spec"]!["updateStrategy"]?["type"]?.GetValue<string>() != "OnDelete" && pods.Count == Nodes;
        if (rolls && (old.Find(pod => !IsReady(pod)) ?? (pods.TrueForAll(IsReady) ? old.FirstOrDefault() : null)) is { } next) store.Remove("pods", ns, Name(next));
        pods = Owned("pods", ns, Uid(set));
        var (ready, updated) = (pods.Count(IsReady), pods.Count(pod => RevisionOf(pod) == hash));
        set["status"] = new JsonObject
        {
            ["currentNumberScheduled"] = pods.Count, ["numberMisscheduled"] = 0, ["desiredNumberScheduled"] = Nodes, ["numberReady"] = ready, ["updatedNumberScheduled"] = updated,
            ["numberAvailable"] = ready, ["numberUnavailable"] = Nodes - ready, ["observedGeneration"] = set["metadata"]!["generation"]!.DeepClone(),
        };
        store.Put("daemonsets", ns, set);
    }

    /// <summary>Finds or makes the revision of the template, and gives it the highest number.</summary>
    private JsonObject Revise(string ns, JsonObject set, string resource)
    {
        // The two controllers hash differently, so that a StatefulSet and a DaemonSet of one name don't share revisions.
        var hash = Hash(new JsonObject { ["of"] = resource, ["template"] = set["spec"]!["template"]!.DeepClone() });
        var all = Owned("controllerrevisions", ns, Uid(set));
        var highest = all.Select(one => Number(one["revision"])).DefaultIfEmpty(0).Max();
        var known = all.Find(one => Name(one) == $"{Name(set)}-{hash}");
        var newest = known ?? ControllerRevision(set, resource == "statefulsets" ? "StatefulSet" : "DaemonSet", hash);
        if (known is null || Number(known["revision"]) < highest) newest["revision"] = highest + 1;
        return store.Put("controllerrevisions", ns, newest);
    }

    private void NewPod(string ns, JsonObject set, JsonObject revision, string suffix, string label, string? node = null)
    {
        var pod = PodOfSet(set, revision, suffix, label);
        if (node is not null) pod["spec"]!["nodeName"] = node;
        pod["status"] = PodStatus(pod, "Pending", Waiting("ContainerCreating"));
        store.Put("pods", ns, pod);
    }

    private static string? RevisionOf(JsonObject pod) => pod["metadata"]!["labels"]?[RevisionLabel]?.GetValue<string>();

    private static int NumberOf(JsonObject pod) => int.Parse(Name(pod)[(Name(pod).LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
