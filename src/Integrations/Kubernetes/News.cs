using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Waits for news of a rollout in the shared watch of its namespace.</summary>
internal static class News
{
    /// <param name="workloads">The watch that has the workload in it.</param>
    /// <param name="firstLook">Done when whatever <paramref name="look"/> reads was listed once, or refused.</param>
    /// <param name="look">How it stands by what the watches know; null when that is older than the change.</param>
    public static async Task<Outcome<RolloutSighting>> UntilAsync<T>(
        NamespaceWatch watch, ResourceWatch<T> workloads, Task firstLook, Target.Kubernetes target, Func<Task<RolloutSighting?>> look, RolloutSighting? last, TimeSpan atMost, TimeProvider time,
        CancellationToken cancellationToken) where T : KubernetesObject
    {
        using var limit = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var waited = !await HappensAsync(firstLook, either.Token);
        while (true)
        {
            var next = watch.NewsOf(target.Deployment);
            cancellationToken.ThrowIfCancellationRequested();
            if (workloads.Trouble is { } trouble) return trouble.ToOutcome<RolloutSighting>();
            if (!workloads.FirstAnswer.IsCompleted) return ApiException.Unreachable(new ApiCall(target.Cluster, "list", $"{target.Word}s", target.Namespace), "no answer yet").ToOutcome<RolloutSighting>();
            var now = await look();
            if (now is not null && (now != last || waited)) return new Outcome<RolloutSighting>.Done(now);
            if (waited) return new Outcome<RolloutSighting>.Later($"What is known of {target} is older than the change.");
            waited = !await HappensAsync(next, either.Token);
        }
    }

    /// <summary>Whether something happens before the token ends the wait.</summary>
    private static async Task<bool> HappensAsync(Task something, CancellationToken cancellationToken)
    {
        try
        {
            await something.WaitAsync(cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
