using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using ChatOps.Testing.Kubernetes;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>StatefulSets and DaemonSets, rolled out and taken back.</summary>
public sealed class SetTests
{
    private static readonly Target.Kubernetes Db = Bed.Api with { Deployment = "db", Image = "registry.example.com/db", Kind = WorkloadKind.StatefulSet };
    private static readonly Target.Kubernetes Agent = Bed.Api with { Deployment = "agent", Image = "registry.example.com/agent", Kind = WorkloadKind.DaemonSet };

    public static TheoryData<WorkloadKind> Both => [WorkloadKind.StatefulSet, WorkloadKind.DaemonSet];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_good_version_is_rolled_out_signed_and_taken_back_by_its_revision(WorkloadKind kind)
    {
        await using var bed = await BedAsync();
        var target = Of(kind);
        var change = Bed.To("v1.2.3");
        (await bed.RollOutAsync(target, change)).ShouldBe(new RolloutBegun("v1.2.2", 1, null, false));
        (await bed.RollOutAsync(target, change)).FromVersion.ShouldBe("v1.2.2");          // a repeat is found
        bed.Cluster.Effects.ShouldBe(new Dictionary<string, int> { [change.Key] = 1 });
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        var done = await bed.SeeAsync(target, change, RolloutPhase.Complete);
        (done.Updated, done.Ready, done.Wanted, done.Trouble).ShouldBe((3, 3, 3, null));
        (await bed.LookAsync(target)).ShouldBe(new Sighting("v1.2.3", 2, 3, 3, change.Run, null));
        Now(bed, kind).Annotation("kubernetes.io/change-cause").ShouldBe("Run 128: deploy v1.2.3 by ana@example.com: ticket 7");

        Bed.Done(await bed.Targets.LookBackAsync(target, "v1.2.2", 1, default)).Says.ShouldStartWith("revision 1 is there");
        var back = Bed.To("v1.2.2", "run-128/back/1");
        (await bed.RollBackAsync(target, back, 1)).ShouldBe(new RolloutBegun("v1.2.3", 2, null, false));
        await bed.SeeAsync(target, back, RolloutPhase.Complete);
        Now(bed, kind).Version.ShouldBe("v1.2.2");
        bed.Cluster.ControllerRevisions("shop").Select(one => one["revision"]!.GetValue<long>()).Max().ShouldBe(3);      // the old one was used again
        (await bed.LookAsync(target)).ShouldSatisfyAllConditions(seen => seen.Revision.ShouldBe(3), seen => seen.ByHand.ShouldBeNull());
    }

    private static async Task<Bed> BedAsync()
    {
        var bed = await Bed.StartAsync();
        bed.Cluster.AddStatefulSet("shop", "db", "registry.example.com/db:v1.2.2");
        bed.Cluster.AddDaemonSet("shop", "agent", "registry.example.com/agent:v1.2.2");
        return bed;
    }

    private static Target.Kubernetes Of(WorkloadKind kind) => kind == WorkloadKind.StatefulSet ? Db : Agent;

    private static StandInDeployment Now(Bed bed, WorkloadKind kind) => kind == WorkloadKind.StatefulSet ? bed.Cluster.StatefulSet("shop", "db") : bed.Cluster.DaemonSet("shop", "agent");
}
