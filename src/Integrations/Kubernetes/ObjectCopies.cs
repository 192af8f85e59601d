using System.Text.Json.Nodes;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Makes of an object that is there one that can be made again.</summary>
internal static class ObjectCopies
{
    private static readonly string[] ServersOwn = ["uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "selfLink"];

    private static readonly string[] JobsOwn = ["controller-uid", "batch.kubernetes.io/controller-uid"];

    /// <summary>Everything that was asked for, and nothing that the server gives: identity, books, status, addresses and nodes that were given out.</summary>
    public static JsonObject Of(JsonObject item)
    {
        var copy = (JsonObject)item.DeepClone();
        copy.Remove("status");
        var meta = copy.Map("metadata");
        foreach (var own in ServersOwn) meta.Remove(own);
        if (copy["spec"] is not JsonObject spec) return copy;
        switch (copy["kind"].Text())
        {
            case "Service" when spec["clusterIP"].Text() != "None":
                spec.Remove("clusterIP");
                spec.Remove("clusterIPs");
                break;
            case "Pod":
                spec.Remove("nodeName");
                break;

            // A job's pods are told by an id that the new one gets anew.
            case "Job" when spec["manualSelector"] is null:
                spec.Remove("selector");
                foreach (var label in JobsOwn) (spec["template"]?["metadata"]?["labels"] as JsonObject)?.Remove(label);
                break;
            default:
                break;
        }

        return copy;
    }
}
