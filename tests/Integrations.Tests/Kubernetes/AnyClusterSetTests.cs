using ChatOps.Runbooks.Catalog;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>StatefulSets and DaemonSets against any cluster.</summary>
[Trait(AnyBed.Trait, "any")]
public sealed class AnyClusterSetTests
{
    [Theory]
    [InlineData(WorkloadKind.StatefulSet, "statefulset/db")]
    [InlineData(WorkloadKind.DaemonSet, "daemonset/db")]
    public async Task A_good_version_is_rolled_out_and_taken_back_by_its_revision(WorkloadKind kind, string of)
    {
        await using var bed = await AnyBed.StartAsync();
        var target = await BesideAsync(bed, kind, of);
        var change = Bed.To(AnyBed.New);
        for (var times = 0; times < 2; times++) (await bed.RollOutAsync(target, change)).ShouldSatisfyAllConditions(begun => begun.FromVersion.ShouldBe(AnyBed.Old), begun => begun.FromRevision.ShouldBe(1));
        var done = await bed.SeeAsync(target, change, RolloutPhase.Complete);
        (done.Updated, done.Ready, done.Trouble).ShouldBe((done.Wanted, done.Wanted, null));
        (await bed.LookAsync(target)).ShouldSatisfyAllConditions(s => s.Version.ShouldBe(AnyBed.New), s => s.Revision.ShouldBe(2), s => s.Run.ShouldBe(change.Run), s => s.ByHand.ShouldBeNull());
        Bed.Done(await bed.Targets.LookBackAsync(target, AnyBed.Old, 1, default)).Says.ShouldStartWith("revision 1 is there");
        var back = Bed.To(AnyBed.Old, "back");
        (await bed.RollBackAsync(target, back, 1)).ShouldBe(new RolloutBegun(AnyBed.New, 2, null, false));
        await bed.SeeAsync(target, back, RolloutPhase.Complete);
        (await bed.LookAsync(target)).ShouldSatisfyAllConditions(s => s.Version.ShouldBe(AnyBed.Old), s => s.Revision.ShouldBe(3));
        await bed.SetImageAsync(of, AnyBed.Newer);
        (await bed.SeeAsync(target, back, RolloutPhase.Superseded)).Trouble!.Why.ShouldContain("kubectl-set at");
    }

    [Theory]
    [InlineData(WorkloadKind.StatefulSet, "statefulset/db")]
    [InlineData(WorkloadKind.DaemonSet, "daemonset/db")]
    public async Task A_version_that_does_not_come_up_fails_and_does_not_stand_in_the_way_back(WorkloadKind kind, string of)
    {
        await using var bed = await AnyBed.StartAsync();
        var target = await BesideAsync(bed, kind, of);
        var change = Bed.To(AnyBed.Broken);
        await bed.RollOutAsync(target, change);
        (await bed.SeeAsync(target, change, RolloutPhase.Failed)).Trouble!.Code.ShouldBe("image-pull");
        var back = Bed.To(AnyBed.Old, "back");
        await bed.RollBackAsync(target, back);
        (await bed.SeeAsync(target, back, RolloutPhase.Complete)).Trouble.ShouldBeNull();
    }

    [Fact]
    public async Task A_stateful_set_is_held_at_a_part_by_its_partition_and_goes_on()
    {
        await using var bed = await AnyBed.StartAsync();
        var target = await BesideAsync(bed, WorkloadKind.StatefulSet, "statefulset/db");
        var part = Bed.To(AnyBed.New, "128/s1-at30/1") with { Stage = new Stage(StageKind.Part, 30) };
        await bed.RollOutAsync(target, part);
        (await bed.SeeAsync(target, part, RolloutPhase.Complete)).Says.ShouldBe("Held at 1 of 3 replicas.");
        var names = Bed.Done(await bed.Targets.PodNamesAsync(target, AnyBed.New, default));
        (names.New, names.Stable).ShouldBe(("(db-2)", "(db-0|db-1)"));
        var all = Bed.To(AnyBed.New, "128/s1/1") with { Stage = new Stage(StageKind.All) };
        (await bed.RollOutAsync(target, all)).FromVersion.ShouldBe(AnyBed.Old);
        (await bed.SeeAsync(target, all, RolloutPhase.Complete)).Ready.ShouldBe(3);
        (await bed.WorkloadAsync("statefulset/db")).ShouldSatisfyAllConditions(d => d.Annotation("chatops.dev/pace").ShouldBeNull(), d => d.Json["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"]!.GetValue<int>().ShouldBe(0));
    }

    private static async Task<Target.Kubernetes> BesideAsync(AnyBed bed, WorkloadKind kind, string of)
    {
        await bed.AddAsync(AnyBed.Workload(kind.ToString(), "db", kind == WorkloadKind.StatefulSet ? 3 : null));
        await bed.UntilAsync(async () => (await bed.GetAsync(of))["status"] is { } status
            && (status["readyReplicas"]?.GetValue<int>() == 3 || (status["numberReady"]?.GetValue<int>() > 0 && status["numberReady"]?.GetValue<int>() == status["desiredNumberScheduled"]?.GetValue<int>())));
        return bed.Own with { Deployment = "db", Kind = kind };
    }
}
