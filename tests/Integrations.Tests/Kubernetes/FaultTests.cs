using System.Globalization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>A cluster at its worst: nothing is lost, nothing is done twice, and nobody is blamed for what is only old.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task A_watch_that_jumps_back_blames_nobody_and_undoes_nothing()
    {
        await using var bed = await Bed.StartAsync();
        var before = long.Parse(bed.Deployment().Json["metadata"]!["resourceVersion"]!.GetValue<string>(), CultureInfo.InvariantCulture);
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(change);
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        await bed.SeeAsync(change, RolloutPhase.Complete);
        bed.Cluster.Faults.JumpBackTo = before;
        bed.Cluster.Faults.CloseWatches();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Outcome<RolloutSighting> seen;
        do
        {
            seen = await bed.Targets.ObserveAsync(Bed.Api, change, null, TimeSpan.FromMilliseconds(20), patience.Token);
            if (seen is Outcome<RolloutSighting>.Done { Value: var now }) now.Phase.ShouldBe(RolloutPhase.Complete);
        }
        while (seen is not Outcome<RolloutSighting>.Later { Why: var why } || !why.Contains("older than the change", StringComparison.Ordinal));
        bed.Cluster.Faults.JumpBackTo = null;
        bed.Cluster.Faults.CloseWatches();
        await bed.SeeAsync(change, RolloutPhase.Complete);
        bed.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);
    }

    /// <summary>As the worker does: what is to come later is tried again after as long as the cluster asked for, on a clock of its own.</summary>
    [Fact]
    public async Task A_server_that_answers_429_for_a_minute_is_asked_as_seldom_as_it_says_and_changed_once()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.FailNext(12, 429, retryAfterSeconds: 5);
        var (waited, tries) = (TimeSpan.Zero, 0);
        Outcome<RolloutBegun> outcome;
        while ((outcome = await bed.Targets.RollOutAsync(Bed.Api, Bed.To("v1.2.3"), TestContext.Current.CancellationToken)) is Outcome<RolloutBegun>.Later later)
        {
            later.After.ShouldBe(TimeSpan.FromSeconds(5));
            waited += later.After!.Value;
            tries++;
        }

        outcome.ShouldBeOfType<Outcome<RolloutBegun>.Done>();
        (waited, tries).ShouldBe((TimeSpan.FromMinutes(1), 12));
        bed.Cluster.Effects.ShouldHaveSingleItem().Value.ShouldBe(1);
    }

    [Fact]
    public async Task Pods_of_a_busy_cluster_are_not_known_rather_than_well()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.FailNext(10_000, 429, retryAfterSeconds: 1);
        Bed.Later(await bed.Targets.PodsAsync(Bed.Api, "v1.2.2", DateTimeOffset.UtcNow, TestContext.Current.CancellationToken));
    }

    /// <summary>Ten minutes of the worker's own delays, none of which has to be waited for.</summary>
    [Fact]
    public async Task A_server_that_is_gone_for_ten_minutes_loses_nothing_and_the_change_is_made_once()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.RefuseConnections = true;
        var (clock, delay) = (TimeSpan.Zero, TimeSpan.FromSeconds(1));
        while (clock < TimeSpan.FromMinutes(10))
        {
            Bed.Later(await bed.Targets.RollOutAsync(Bed.Api, Bed.To("v1.2.3"), TestContext.Current.CancellationToken)).Why.ShouldStartWith("The cluster main does not answer: ");
            clock += delay;
            delay = delay * 2 > TimeSpan.FromMinutes(1) ? TimeSpan.FromMinutes(1) : delay * 2;
        }

        bed.Deployment().Version.ShouldBe("v1.2.2");
        bed.Cluster.Faults.RefuseConnections = false;
        await bed.RollOutAsync(Bed.To("v1.2.3"));
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        await bed.SeeAsync(Bed.To("v1.2.3"), RolloutPhase.Complete);
        bed.Cluster.Effects.ShouldHaveSingleItem().Value.ShouldBe(1);
    }

    [Fact]
    public async Task Two_runs_in_one_namespace_each_see_their_own()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.AddDeployment("shop", "web", "registry.example.com/web:v1");
        var web = new Target.Kubernetes("main", "shop", "web", "registry.example.com/web");
        var (good, bad) = (Bed.To("v1.2.3"), Bed.To("v2-missing", "run-129/s1/1", 129));
        await bed.RollOutAsync(good);
        Bed.Done(await bed.Targets.RollOutAsync(web, bad, TestContext.Current.CancellationToken));
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        (await bed.SeeAsync(good, RolloutPhase.Complete)).Trouble.ShouldBeNull();
        Bed.Done(await bed.Targets.RollBackAsync(web, bad with { Key = "run-129/undo/1", Version = "v1" }, null, TestContext.Current.CancellationToken));
        await bed.SeeAsync(good, RolloutPhase.Complete);
        bed.Deployment().Version.ShouldBe("v1.2.3");
        bed.Cluster.Deployment("shop", "web").Version.ShouldBe("v1");
    }
}
