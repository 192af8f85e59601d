using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>A few replicas of a version beside the stable ones: they grow, and end.</summary>
public sealed class CanaryTests
{
    [Fact]
    public async Task It_is_a_copy_that_shares_the_traffic_grows_and_ends_while_the_stable_one_is_not_touched()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.AddService("shop", "api", new() { ["app"] = "api" });
        bed.Cluster.AddDeployment("shop", "other", "registry.example.com/other:v1");
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, At(5), default)).ShouldBe(new RolloutBegun("v1.2.2", 1, null, false));
        await SeeAsync(bed, At(5), RolloutPhase.Complete);
        bed.Cluster.VersionsBehind("shop", "api").Order(StringComparer.Ordinal).ShouldBe(["v1.2.2", "v1.2.2", "v1.2.2", "v1.2.3"]);
        bed.Cluster.Deployment("shop", "api-canary").PodLabels["chatops.dev/track"].ShouldBe("canary");
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, At(50), default)).FromVersion.ShouldBe("v1.2.2");
        (await SeeAsync(bed, At(50), RolloutPhase.Complete)).Wanted.ShouldBe(3);
        Bed.Done(await bed.Targets.LookAsync(Bed.Api, default)).ShouldSatisfyAllConditions(s => s.Version.ShouldBe("v1.2.2"), s => s.Replicas.ShouldBe(3), s => s.ByHand.ShouldBeNull());
        Bed.Done(await bed.Targets.RollBackAsync(Bed.Api, End(), null, default)).Unchanged.ShouldBeFalse();
        await SeeAsync(bed, End(), RolloutPhase.Complete);
        bed.Cluster.Advance(10);
        bed.Cluster.VersionsBehind("shop", "api").ShouldBe(["v1.2.2", "v1.2.2", "v1.2.2"]);
        bed.Cluster.Changes.ShouldNotContain(change => change.Name == "api");
        bed.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);
    }

    [Fact]
    public async Task One_that_an_earlier_run_left_becomes_a_copy_of_what_is_stable_now()
    {
        await using var bed = await Bed.StartAsync();
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, At(5, "v1.2.3", 1), default));
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, End(1), default));
        bed.Cluster.ChangeByHand("shop", "api", d => d["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"] = 60);
        bed.Cluster.Advance(20);
        bed.Cluster.Faults.ConflictNext(2);
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, At(5, "v1.2.4"), default));
        bed.Cluster.Deployment("shop", "api-canary").ShouldSatisfyAllConditions(
            d => d.Version.ShouldBe("v1.2.4"), d => d.Replicas.ShouldBe(1), d => d.PodLabels["chatops.dev/track"].ShouldBe("canary"),
            d => d.Json["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"]!.GetValue<int>().ShouldBe(60));
        await SeeAsync(bed, At(5, "v1.2.4"), RolloutPhase.Complete);

        // The earlier run does not end it any more.
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, End(1) with { Key = "1/again/1" }, default)).Unchanged.ShouldBeTrue();
        (await SeeAsync(bed, End(1) with { Key = "1/again/1" }, RolloutPhase.Complete)).Says.ShouldBe("Nothing of this run is left there.");
        bed.Cluster.Deployment("shop", "api-canary").Replicas.ShouldBe(1);
    }

    [Fact]
    public async Task A_repeat_finds_it_made_also_when_its_answer_was_lost_and_one_that_does_not_come_up_is_told()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.DropAfterApplying();
        Bed.Later(await bed.Targets.RollOutAsync(Bed.Api, At(5, "v9-bad"), default));
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, At(5, "v9-bad"), default)).FromVersion.ShouldBe("v1.2.2");
        bed.Cluster.Changes.Count.ShouldBe(1);
        (await SeeAsync(bed, At(5, "v9-bad"), RolloutPhase.Failed)).Trouble!.Code.ShouldBe("image-pull");
    }

    [Fact]
    public async Task It_can_be_held_and_somebody_who_changes_it_is_named()
    {
        await using var bed = await Bed.StartAsync();
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, At(5), default));
        Bed.Done(await bed.Targets.HoldAsync(Bed.Api, At(5), hold: true, default));
        bed.Cluster.Deployment("shop", "api-canary").Paused.ShouldBeTrue();
        bed.Deployment().Paused.ShouldBeFalse();
        Bed.Done(await bed.Targets.HoldAsync(Bed.Api, At(5), hold: false, default));
        bed.Cluster.SetImageByHand("shop", "api-canary", "registry.example.com/api:v6.6.6");
        (await SeeAsync(bed, At(5), RolloutPhase.Superseded)).Trouble!.Why.ShouldContain("kubectl-set");
    }

    private static Change At(int percent, string version = "v1.2.3", long run = 128) => Bed.To(version, $"{run}/s1-at{percent}/1", run) with { Stage = new Stage(StageKind.Canary, percent) };

    private static Change End(long run = 128) => Bed.To("v1.2.2", $"{run}/undo-canary/1", run) with { Stage = new Stage(StageKind.EndCanary) };

    private static async Task<RolloutSighting> SeeAsync(Bed bed, Change change, RolloutPhase phase)
    {
        RolloutSighting? last = null;
        for (var looks = 0; looks < 200; looks++)
        {
            bed.Cluster.Advance();
            if (await bed.Targets.ObserveAsync(Bed.Api, change, last, TimeSpan.FromMilliseconds(50), default) is not Outcome<RolloutSighting>.Done { Value: var now }) continue;
            if (now.Phase == phase) return now;
            last = now;
        }

        throw new ShouldAssertException($"It never became {phase}: {last}");
    }
}
