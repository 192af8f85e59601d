using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>From which pod on a StatefulSet is replaced: what a run sets to hold it, and what has to be put back.</summary>
/// <remarks>The controller goes from the highest number down to the partition and stops there by itself: nothing goes on while the bot is away.</remarks>
internal static class Partitions
{
    /// <summary>The partition at which a share of the pods is replaced.</summary>
    public static int At(StatefulSet set, int percent) => Math.Max(0, set.Wanted() - Shares.Part(set.Wanted(), percent));

    /// <summary>The partition at which no more pods are replaced than are by now.</summary>
    /// <remarks>Until the controller has seen the last change, it is not known how many are: one that a run has held already stays where it is held.</remarks>
    public static int Here(StatefulSet set) => !set.IsObserved() && IsOfRun(set) ? set.Partition : Math.Max(set.Partition, set.Wanted() - set.Updated());

    /// <summary>What it was before a run changed it; where somebody changed it since, what they wrote.</summary>
    public static int Before(StatefulSet set) => Kept(set) ?? set.Partition;

    /// <summary>Whether it stands where a run has put it, rather than where the set's own manifest has.</summary>
    public static bool IsOfRun(StatefulSet set) => Kept(set) is not null;

    /// <summary>Writes a partition into a change, and beside it what it was before, for as long as that is another.</summary>
    /// <param name="spec">What the change asks of the set.</param>
    /// <param name="marks">The annotations of the change.</param>
    /// <param name="run">Whoever holds it there.</param>
    public static void Put(StatefulSet set, int partition, JsonObject spec, Dictionary<string, string?> marks, RunId run)
    {
        var was = Before(set);
        if (partition != set.Partition) spec["updateStrategy"] = new JsonObject { ["rollingUpdate"] = Of(partition) };
        var held = partition != was;
        marks[Marks.Pace] = held ? new JsonObject { ["was"] = Of(was), ["is"] = Of(partition) }.ToJsonString() : null;
        marks[Marks.Held] = held ? run.ToString() : null;
    }

    private static int? Kept(StatefulSet set)
    {
        try
        {
            if (set.Metadata.Annotation(Marks.Pace) is not { } mark || JsonNode.Parse(mark) is not JsonObject kept) return null;
            return JsonNode.DeepEquals(kept["is"], Of(set.Partition)) && kept["was"]?["partition"] is JsonValue was && was.TryGetValue<int>(out var partition) ? partition : null;
        }
        catch (JsonException)
        {
            return null;      // somebody wrote there by hand: nothing to go by
        }
    }

    private static JsonObject Of(int partition) => new() { ["partition"] = partition };
}
