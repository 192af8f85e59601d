using System.Globalization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What the rollout of a StatefulSet or a DaemonSet looks like, from what is known of the namespace.</summary>
internal static class SetJudge
{
    /// <summary>The phase of a change that was not superseded.</summary>
    /// <param name="pods">All of the set's.</param>
    /// <param name="newest">What pods of the revision asked for carry (<see cref="Revisions.LabelOf(PodSet, ControllerRevision)"/>); null until the controller has seen it.</param>
    /// <param name="blind">Why pods can't be read, where they can't.</param>
    public static RolloutSighting Of(PodSet set, IReadOnlyCollection<Pod> pods, string? newest, IReadOnlyCollection<Event> warnings, Change change, string? blind)
    {
        var status = set.Rollout();
        List<Pod> mine = [.. pods.Where(pod => newest is not null && Revisions.LabelOf(pod) == newest)];
        var seen = new RolloutSighting(RolloutPhase.Progressing, set.Updated(), blind is null ? Math.Min(set.Updated(), mine.Count(IsReady)) : Math.Min(set.Updated(), set.Ready()), set.Wanted(), status.Says, null);
        if (status.State == RolloutState.DeadlineExceeded) return Failed(seen, SetRollout.ByHand(set.Metadata.Name, set.Asks().UpdateStrategy!.Type!));
        if (status.State == RolloutState.Done && HeldAt(set, seen, change) is { } held) return held;
        if (status.State == RolloutState.Done) return seen with { Phase = RolloutPhase.Complete, Ready = seen.Updated };
        var trouble = PodTrouble.Find(set, mine, warnings);
        if (trouble is { Fatal: true }) return Failed(seen, trouble.Fault);
        var stuck = set is StatefulSet numbered ? InTheWay(numbered, pods).Select(Stuck).FirstOrDefault() : null;
        var paused = set is StatefulSet { Partition: > 0 } one && Partitions.IsOfRun(one) && change.Stage?.Kind != StageKind.Part;
        return seen with { Phase = paused ? RolloutPhase.Held : RolloutPhase.Progressing, Says = blind is null ? status.Says : $"{status.Says} ({blind})", Trouble = trouble?.Fault ?? stuck };
    }

    /// <summary>Pods of a revision that is left behind which are not ready: with <c>OrderedReady</c> nothing is done to any pod until they are.</summary>
    public static IEnumerable<Pod> InTheWay(StatefulSet set, IEnumerable<Pod> pods)
    {
        if (set.Spec.PodManagementPolicy == "Parallel" || set.Status.UpdateRevision is not { } known) return [];

        // Until the controller saw the change, what it calls the newest is what is being left.
        return pods.Where(pod => pod.Metadata.DeletionTimestamp is null && !IsReady(pod) && (Revisions.LabelOf(pod) == known) != set.IsObserved() && NumberOf(pod) >= set.Partition)
            .OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal);
    }

    public static bool IsReady(Pod pod) => pod.Status.Conditions?.Exists(one => one is { Type: "Ready", Status: "True" }) == true;

    /// <summary>Done as far as the partition goes: at the part that the run wants, at a pause, or where somebody else has put it.</summary>
    private static RolloutSighting? HeldAt(PodSet set, RolloutSighting seen, Change change)
    {
        if (set is not StatefulSet { Partition: > 0 } numbered || seen.Updated >= seen.Wanted)
            return change.Stage?.Kind == StageKind.Part && seen.Updated >= seen.Wanted ? seen with { Phase = RolloutPhase.Complete, Ready = seen.Updated, Says = "Every replica runs it already: there was nothing left to hold." } : null;
        if (change.Stage is { Kind: StageKind.Part, Percent: var share } && seen.Updated >= Shares.Part(seen.Wanted, share))
            return seen with { Phase = RolloutPhase.Complete, Ready = seen.Updated, Says = $"Held at {seen.Updated} of {seen.Wanted} replicas." };
        return seen with
        {
            Phase = RolloutPhase.Held,
            Says = Partitions.IsOfRun(numbered) ? $"Held at {seen.Updated} of {seen.Wanted} replicas." : $"Held at {seen.Updated} of {seen.Wanted} replicas by its own partition, which is {numbered.Partition}.",
        };
    }

    private static Fault Stuck(Pod pod) => new(
        "pod-stuck", $"Pod {pod.Metadata.Name} runs what is left behind and is not ready: the cluster waits for it and replaces nothing.", $"kubectl delete pod {pod.Metadata.Name}, or let the bot delete pods.");

    private static RolloutSighting Failed(RolloutSighting seen, Fault fault) => seen with { Phase = RolloutPhase.Failed, Says = fault.Why, Trouble = fault };

    /// <summary>The number that its name ends with.</summary>
    private static int NumberOf(Pod pod) =>
        int.TryParse(pod.Metadata.Name.AsSpan(pod.Metadata.Name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
