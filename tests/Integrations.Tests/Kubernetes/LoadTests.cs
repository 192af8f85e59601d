using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>A small version of the benchmark of rollouts: many at once share one watch of each resource, and each ends as it should.</summary>
public sealed class LoadTests
{
    private const int Rollouts = 50;

    [Fact]
    public async Task Fifty_rollouts_at_once_in_one_namespace_take_four_watches_and_each_ends_right()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.AddDeployments("shop", Enumerable.Range(0, Rollouts).Select(number => $"svc{number}"), "registry.example.com/svc:v1", 1);
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(400));
        var most = 0;
        var ends = await Task.WhenAll(Enumerable.Range(0, Rollouts).Select(async number =>
        {
            var target = new Target.Kubernetes("main", "shop", $"svc{number}", "registry.example.com/svc");
            var change = Bed.To(number % 10 == 3 ? "v2-bad" : "v2", $"{number}/s1/1", number + 1);
            while (await bed.Targets.RollOutAsync(target, change, TestContext.Current.CancellationToken) is not Outcome<RolloutBegun>.Done) await Task.Yield();
            RolloutSighting? last = null;
            while (true)
            {
                InterlockedMax(ref most, bed.Cluster.OpenWatches);
                if (await bed.Targets.ObserveAsync(target, change, last, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken) is not Outcome<RolloutSighting>.Done { Value: var seen }) continue;
                if (seen.Phase is RolloutPhase.Complete or RolloutPhase.Failed) return (Bad: number % 10 == 3, seen.Phase, seen.Trouble?.Code);
                last = seen;
            }
        }));
        ends.ShouldAllBe(end => end.Bad ? end.Phase == RolloutPhase.Failed && end.Code == "image-pull" : end.Phase == RolloutPhase.Complete);
        most.ShouldBe(4);
        // A watch that broke is listed anew, but never once for each rollout.
        bed.Cluster.Requests.Count(request => request.Verb == "list").ShouldBeLessThan(Rollouts);
        bed.Cluster.Effects.Count.ShouldBe(Rollouts);
        bed.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var known = most; now > known; known = most)
        {
            if (Interlocked.CompareExchange(ref most, now, known) == known) return;
        }
    }
}
