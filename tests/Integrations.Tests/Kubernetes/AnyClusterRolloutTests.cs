using ChatOps.Runbooks.Catalog;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Rollouts against any cluster: begun, followed, held, taken back, and told apart from what somebody does by hand.</summary>
[Trait(AnyBed.Trait, "any")]
public sealed class AnyClusterRolloutTests
{
    [Fact]
    public async Task A_good_version_is_rolled_out_signed_found_again_and_taken_back()
    {
        await using var bed = await AnyBed.StartAsync();
        var change = Bed.To(AnyBed.New);
        (await bed.LookAsync()).ShouldBe(new Sighting(AnyBed.Old, 1, 3, 3, null, null));
        (await bed.RollOutAsync(change)).ShouldBe(new RolloutBegun(AnyBed.Old, 1, null, false));
        var generation = (await bed.WorkloadAsync()).Generation;
        (await bed.RollOutAsync(change)).ShouldSatisfyAllConditions(begun => begun.FromVersion.ShouldBe(AnyBed.Old), begun => begun.FromRevision.ShouldBe(1));
        (await bed.WorkloadAsync()).ShouldSatisfyAllConditions(
            d => d.Generation.ShouldBe(generation), d => d.Image.ShouldBe($"{AnyBed.Image}:{AnyBed.New}"), d => d.Annotation("chatops.dev/run").ShouldBe("128"), d => d.Annotation("chatops.dev/by").ShouldBe("ana@example.com"),
            d => d.Annotation("kubernetes.io/change-cause").ShouldBe("Run 128: deploy 3.9 by ana@example.com: ticket 7"));
        var done = await bed.SeeAsync(change, RolloutPhase.Complete);
        (done.Updated, done.Ready, done.Wanted, done.Trouble).ShouldBe((3, 3, 3, null));
        (await bed.LookAsync()).ShouldSatisfyAllConditions(s => s.Version.ShouldBe(AnyBed.New), s => s.Revision.ShouldBe(2), s => s.Run.ShouldBe(change.Run), s => s.ByHand.ShouldBeNull());
        Bed.Done(await bed.Targets.PodsAsync(bed.Own, AnyBed.New, DateTimeOffset.UtcNow.AddMinutes(-5), default)).ShouldSatisfyAllConditions(seen => seen.Pods.ShouldBe(3), seen => seen.Ready.ShouldBe(3), seen => seen.Restarts.ShouldBe(0));

        Bed.Done(await bed.Targets.LookBackAsync(bed.Own, AnyBed.Old, 1, default)).Says.ShouldStartWith("revision 1 is there");
        var back = Bed.To(AnyBed.Old, "run-128/back/1");
        (await bed.RollBackAsync(back, 1)).ShouldBe(new RolloutBegun(AnyBed.New, 2, null, false));
        await bed.SeeAsync(back, RolloutPhase.Complete);
        (await bed.WorkloadAsync()).ShouldSatisfyAllConditions(d => d.Version.ShouldBe(AnyBed.Old), d => d.Revision.ShouldBe(3), d => d.Annotation("chatops.dev/key").ShouldBe(back.Key));
        (await bed.RollBackAsync(Bed.To(AnyBed.Old, "again"))).Unchanged.ShouldBeTrue();
    }

    [Fact]
    public async Task What_can_not_be_pulled_fails_at_once_and_is_left_behind()
    {
        await using var bed = await AnyBed.StartAsync();
        var change = Bed.To(AnyBed.Broken);
        await bed.RollOutAsync(change);
        var failed = await bed.SeeAsync(change, RolloutPhase.Failed);
        failed.Trouble!.ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("image-pull"), fault => fault.Why.ShouldContain("not found"));
        var back = Bed.To(AnyBed.Old, "back");
        await bed.RollBackAsync(back, 1);
        (await bed.SeeAsync(back, seen => seen.Phase is RolloutPhase.Complete or RolloutPhase.Failed)).Phase.ShouldBe(RolloutPhase.Complete);
    }

    [Fact]
    public async Task News_ends_a_wait_and_a_change_by_hand_is_named()
    {
        await using var bed = await AnyBed.StartAsync();
        var change = Bed.To(AnyBed.New);
        await bed.RollOutAsync(change);
        var done = await bed.SeeAsync(change, RolloutPhase.Complete);
        var waiting = bed.Targets.ObserveAsync(bed.Own, change, done, TimeSpan.FromMinutes(5), default);
        waiting.IsCompleted.ShouldBeFalse();
        await bed.SetImageAsync("deployment/api", AnyBed.Newer);
        Bed.Done(await waiting.WaitAsync(TimeSpan.FromSeconds(30))).Phase.ShouldBe(RolloutPhase.Superseded);
        (await bed.SeeAsync(change, RolloutPhase.Superseded)).Trouble!.ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("superseded"), fault => fault.Why.ShouldContain("kubectl-set at"), fault => fault.Why.ShouldContain("3.10"));
        (await bed.LookAsync()).ShouldSatisfyAllConditions(s => s.Run.ShouldBeNull(), s => s.ByHand!.ShouldContain("run 128 had put 3.9 there"));
        (await bed.RollOutAsync(change)).FromVersion.ShouldBe(AnyBed.Old);                       // a repeat does not take it back
        (await bed.WorkloadAsync()).Version.ShouldBe(AnyBed.Newer);
        await bed.DeleteAsync("deployment/api");
        (await bed.SeeAsync(change, RolloutPhase.Failed)).Trouble!.Code.ShouldBe("target-deleted");
    }

    [Fact]
    public async Task It_is_held_at_a_part_and_goes_on_to_all()
    {
        await using var bed = await AnyBed.StartAsync(replicas: 4);
        var part = Bed.To(AnyBed.New, "128/s1-at25/1") with { Stage = new Stage(StageKind.Part, 25) };
        await bed.RollOutAsync(part);
        await bed.SeeAsync(part, seen => seen.Updated >= 1);
        Bed.Done(await bed.Targets.HoldAsync(bed.Own, part, hold: true, default));
        (await bed.SeeAsync(part, RolloutPhase.Complete)).Says.ShouldBe("Held at 1 of 4 replicas.");
        (await bed.WorkloadAsync()).Paused.ShouldBeTrue();
        var all = Bed.To(AnyBed.New, "128/s1/1") with { Stage = new Stage(StageKind.All) };
        (await bed.RollOutAsync(all)).FromVersion.ShouldBe(AnyBed.Old);
        (await bed.SeeAsync(all, RolloutPhase.Complete)).Ready.ShouldBe(4);
        (await bed.WorkloadAsync()).ShouldSatisfyAllConditions(d => d.Paused.ShouldBeFalse(), d => d.Annotation("chatops.dev/held").ShouldBeNull(), d => d.Annotation("chatops.dev/pace").ShouldBeNull(),
            d => (d.Json["spec"]!["minReadySeconds"]?.GetValue<int>() ?? 0).ShouldBe(0));
    }
}
