using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Whether what was applied is up: workloads by the rules of <c>kubectl rollout status</c>, jobs by their end, conditions by those of <c>kubectl wait</c>.</summary>
internal sealed class AppliedStatus(Clusters clusters)
{
    /// <param name="until">What is waited for, as the step says.</param>
    public async Task<OperationSighting> SeeAsync(ClusterObjects all, Target.Kubernetes target, IReadOnlyList<AppliedBefore> applied, IReadOnlyCollection<string> until, CancellationToken cancellationToken)
    {
        var (done, of) = (0, 0);
        OperationSighting? waiting = null;
        foreach (var look in Looks(target, applied, until))
        {
            of++;
            var seen = await look.SeeAsync(all, clusters, target, cancellationToken);
            if (seen.Phase == OperationPhase.Failed) return seen with { Says = $"{look.Of}: {seen.Says}" };
            if (seen.Phase == OperationPhase.Complete) done++;
            else waiting ??= seen with { Says = $"{look.Of}: {seen.Says}" };
        }

        return waiting is null
            ? new OperationSighting(OperationPhase.Complete, of == 0 ? "There is nothing to wait for." : $"All that was waited for is so: {Words.Count(of, "object", "objects")}.", null)
            : waiting with { Says = $"{done} of {of} are as wanted. {waiting.Says}" };
    }

    private static IEnumerable<LookAt> Looks(Target.Kubernetes target, IReadOnlyList<AppliedBefore> applied, IReadOnlyCollection<string> until)
    {
        var there = applied.Where(one => !one.Pruned).ToList();
        if (until.Contains("rollout")) foreach (var one in there.Where(one => ObjectKinds.IsWorkload(one.ApiVersion, one.Kind))) yield return new(one, null);
        if (until.Contains("jobs")) foreach (var one in there.Where(one => one is { ApiVersion: "batch/v1", Kind: "Job" })) yield return new(one, null);
        foreach (var text in until.Where(text => text.Contains(' ', StringComparison.Ordinal)))
        {
            var words = text.Split(' ', 2);
            if (ObjectKinds.Read(words[0]) is not { IsTarget: false } of) continue;
            var known = there.Find(one => one.Kind == of.Kind && one.Name == of.Name);
            yield return new(known ?? new AppliedBefore(of.ApiVersion, of.Kind, target.Namespace, of.Name, null, true, false, null), words[1]["condition=".Length..]);
        }
    }

    private sealed record LookAt(AppliedBefore Of, string? Condition)
    {
        public async Task<OperationSighting> SeeAsync(ClusterObjects all, Clusters clusters, Target.Kubernetes target, CancellationToken cancellationToken)
        {
            if (await all.FindAsync(await all.FindKindAsync(Of.ApiVersion, Of.Kind, cancellationToken), Of.Namespace, Of.Name, cancellationToken) is not { } now)
            {
                return Condition is null
                    ? new OperationSighting(OperationPhase.Failed, "it is gone.", new Fault("target-deleted", $"Somebody deleted {Of}.", "Apply it again."))
                    : new OperationSighting(OperationPhase.Progressing, "it is not there yet.", null);
            }

            if (Condition is { } wanted) return OfCondition(now, wanted);
            if (Of.Kind == "Job") return OfJob(now);
            using var lease = clusters.Watch(target.Cluster, Of.Namespace);
            return WorkloadStatus.Of(now, lease.Watch);
        }

        /// <remarks>Source: kubectl's <c>cmd/wait/condition.go</c>: the first of that type, whatever its case; not one that is older than the object.</remarks>
        private static OperationSighting OfCondition(JsonObject now, string text)
        {
            var (name, value) = text.Split('=', 2) is [var type, var of] ? (type, of) : (text, "true");
            var found = (now["status"]?["conditions"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(one => string.Equals(one["type"].Text(), name, StringComparison.OrdinalIgnoreCase));
            var seen = (found?["observedGeneration"] ?? now["status"]?["observedGeneration"])?.Number();
            var met = found is not null && string.Equals(found["status"].Text(), value, StringComparison.OrdinalIgnoreCase) && !(seen < now["metadata"]?["generation"].Number());
            return met ? new OperationSighting(OperationPhase.Complete, $"{name} is {value}.", null)
                : new OperationSighting(OperationPhase.Progressing, $"waiting for {name} to be {value}{(found?["message"].Text() is { Length: > 0 } why ? $": {Http.BoundedReads.Printable(why, 160)}" : ".")}", null);
        }

        private OperationSighting OfJob(JsonObject job)
        {
            JsonObject? Is(string type) => (job["status"]?["conditions"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(one => one["type"].Text() == type && one["status"].Text() == "True");
            if (Is("Complete") is not null) return new OperationSighting(OperationPhase.Complete, "it completed.", null);
            return Is("Failed") is { } failed
                ? new OperationSighting(OperationPhase.Failed, "it failed.", new Fault("job-failed", $"{Of} failed: {Http.BoundedReads.Printable(failed["message"].Text() ?? "", 160)}.", "Look at its log, mend it, and apply again under another name."))
                : new OperationSighting(OperationPhase.Progressing, "it runs.", null);
        }
    }
}
