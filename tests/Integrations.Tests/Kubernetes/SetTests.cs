using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Testing.Kubernetes;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>StatefulSets and DaemonSets where things go wrong or are changed by hand; the good way is in <see cref="AnyClusterSetTests"/>.</summary>
public sealed class SetTests
{
    private static readonly Target.Kubernetes Db = Bed.Api with { Deployment = "db", Image = "registry.example.com/db", Kind = WorkloadKind.StatefulSet };
    private static readonly Target.Kubernetes Agent = Bed.Api with { Deployment = "agent", Image = "registry.example.com/agent", Kind = WorkloadKind.DaemonSet };

    public static TheoryData<WorkloadKind> Both => [WorkloadKind.StatefulSet, WorkloadKind.DaemonSet];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task It_is_done_once_although_answers_are_lost_and_others_write_at_the_same_time(WorkloadKind kind)
    {
        await using var bed = await BedAsync();
        var (target, change, back) = (Of(kind), Bed.To("v1.2.3"), Bed.To("v1.2.2", "run-128/back/1"));
        bed.Cluster.Faults.ConflictNext(2);
        await bed.RollOutAsync(target, change);
        bed.Cluster.Advance(30);
        bed.Cluster.Faults.DropAfterApplying();
        Bed.Later(await bed.Targets.RollBackAsync(target, back, 1, default)).Why.ShouldContain("does not answer");
        (await bed.RollBackAsync(target, back, 1)).ShouldBe(new RolloutBegun("v1.2.3", 2, null, false));
        bed.Cluster.Advance(30);
        (await bed.RollBackAsync(target, back, 1)).Revision.ShouldBe(3);
        bed.Cluster.Effects.ShouldBe(new Dictionary<string, int> { [change.Key] = 1, [back.Key] = 1 }, ignoreOrder: true);
        Now(bed, kind).ShouldSatisfyAllConditions(
            s => s.Image.ShouldEndWith(":v1.2.2"), s => s.Annotation("chatops.dev/key").ShouldBe(back.Key), s => s.Annotation("chatops.dev/version").ShouldBe("v1.2.2"),
            s => s.Json["spec"]!["template"]!.AsObject().ContainsKey("$patch").ShouldBeFalse());
        (await bed.RollOutAsync(target, Bed.To("v1.2.2", "same"))).ShouldBe(new RolloutBegun("v1.2.2", 3, 3, true));
    }

    [Fact]
    public async Task Going_back_brings_the_whole_template_and_by_its_version_where_its_number_is_gone()
    {
        await using var bed = await BedAsync();
        bed.Cluster.ChangeByHand("statefulsets", "shop", "db", one => one["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"] = 60);
        await bed.RollOutAsync(Db, Bed.To("v1.2.3"));
        bed.Cluster.Advance(30);
        await bed.RollBackAsync(Db, Bed.To("v1.2.2", "back"), 1);
        bed.Cluster.Advance(30);
        bed.Cluster.StatefulSet("shop", "db").Json["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"]!.GetValue<int>().ShouldBe(30);

        // Revision 1 has the number 4 now; whoever remembers it as 1 means its version.
        await bed.RollOutAsync(Db, Bed.To("v1.2.3", "k3"));
        bed.Cluster.Advance(30);
        await bed.RollBackAsync(Db, Bed.To("v1.2.2", "back-2"), 1);
        bed.Cluster.StatefulSet("shop", "db").Version.ShouldBe("v1.2.2");

        // A set that was made anew counts from 1 again: what is 1 now is not what was 1 then.
        bed.Cluster.Remove("statefulsets", "shop", "db");
        foreach (var revision in bed.Cluster.ControllerRevisions("shop")) bed.Cluster.Remove("controllerrevisions", "shop", revision["metadata"]!["name"]!.GetValue<string>());
        bed.Cluster.AddStatefulSet("shop", "db", "registry.example.com/db:v1.2.4");
        await bed.RollBackAsync(Db, Bed.To("v1.2.2", "back-5"), 1);
        bed.Cluster.StatefulSet("shop", "db").Version.ShouldBe("v1.2.2");
        Bed.Never(await bed.Targets.RollBackAsync(Db, Bed.To("", "back-3"), 77, default)).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("revision-gone"), fault => fault.Why.ShouldContain("it has "));
        await bed.RollBackAsync(Db, Bed.To("v1.0.0", "back-4"), 77);
        bed.Cluster.StatefulSet("shop", "db").Version.ShouldBe("v1.0.0");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task OnDelete_is_refused_before_anything_is_changed(WorkloadKind kind)
    {
        await using var bed = await BedAsync();
        bed.Cluster.ChangeByHand(kind == WorkloadKind.StatefulSet ? "statefulsets" : "daemonsets", "shop", Of(kind).Deployment, one => one["spec"]!["updateStrategy"] = new JsonObject { ["type"] = "OnDelete" });
        Bed.Never(await bed.Targets.RollOutAsync(Of(kind), Bed.To("v1.2.3"), default)).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("strategy-by-hand"), fault => fault.Why.ShouldContain("OnDelete"));
        bed.Cluster.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_they_can_not_be_deployed_by_is_refused()
    {
        await using var bed = await BedAsync();
        foreach (var (target, stage) in new (Target, Stage)[] { (Db, new(StageKind.Beside)), (Agent, new(StageKind.Canary, 5)), (Agent, new(StageKind.Part, 50)), (Db, new(StageKind.All) { Pace = new Pace("1", null) }) })
            Bed.Never(await bed.Targets.RollOutAsync(target, Bed.To("v1.2.3") with { Stage = stage }, default)).Code.ShouldBe("strategy-unfit", stage.ToString());
        Bed.Never(await bed.Targets.HoldAsync(Agent, Bed.To("v1.2.3"), hold: true, default)).Why.ShouldContain("goes on to the last node");
        bed.Cluster.Changes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(WorkloadKind.StatefulSet, "v9-crash", "crash-loop", RolloutPhase.Failed)]
    [InlineData(WorkloadKind.StatefulSet, "v9-bad", "image-pull", RolloutPhase.Failed)]
    [InlineData(WorkloadKind.DaemonSet, "v9-oom", "out-of-memory", RolloutPhase.Failed)]
    [InlineData(WorkloadKind.DaemonSet, "v9-config", "config-error", RolloutPhase.Failed)]
    [InlineData(WorkloadKind.StatefulSet, "v9-pending", "unschedulable", RolloutPhase.Progressing)]
    [InlineData(WorkloadKind.DaemonSet, "v9-unready", "probe-failed", RolloutPhase.Progressing)]
    public async Task Why_new_pods_do_not_come_up_is_told_and_old_ones_are_not_blamed(WorkloadKind kind, string version, string code, RolloutPhase phase)
    {
        await using var bed = await BedAsync();
        var change = Bed.To(version);
        await bed.RollOutAsync(Of(kind), change);
        bed.Cluster.Advance(16);
        (await bed.SeeAsync(Of(kind), change, seen => seen.Trouble is not null)).ShouldSatisfyAllConditions(seen => seen.Trouble!.Code.ShouldBe(code), seen => seen.Phase.ShouldBe(phase), seen => seen.Ready.ShouldBe(0), seen => seen.Updated.ShouldBe(1));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task A_pod_that_would_stop_the_way_back_for_ever_is_deleted_or_named(bool mayDelete, int deleted)
    {
        await using var bed = await BedAsync();
        await bed.RollOutAsync(Db, Bed.To("v9-unready"));
        bed.Cluster.Advance(20);
        if (!mayDelete) bed.Cluster.Faults.Forbid("delete", "pods");
        var back = Bed.To("v1.2.2", "back");
        await bed.RollBackAsync(Db, back);
        bed.Cluster.Changes.Count(change => change is { Resource: "pods", ContentType: "delete", Name: "db-2" }).ShouldBe(deleted);
        bed.Cluster.Advance(30);
        if (mayDelete) (await bed.SeeAsync(Db, back, RolloutPhase.Complete)).Ready.ShouldBe(3);
        else (await bed.SeeAsync(Db, back, seen => seen.Trouble is not null)).ShouldSatisfyAllConditions(seen => seen.Trouble!.Code.ShouldBe("pod-stuck"), seen => seen.Trouble!.Next!.ShouldContain("kubectl delete pod db-2"));
    }

    [Fact]
    public async Task A_paused_run_holds_a_stateful_set_where_it_is_and_lets_it_go_on()
    {
        await using var bed = await BedAsync();
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(Db, change);
        while (Updated(bed) < 1) bed.Cluster.Advance();
        for (var times = 0; times < 2; times++) Bed.Done(await bed.Targets.HoldAsync(Db, change, hold: true, default));
        bed.Cluster.Advance(40);
        (await bed.SeeAsync(Db, change, RolloutPhase.Held)).Says.ShouldBe("Held at 1 of 3 replicas.");
        (Partition(bed), Updated(bed)).ShouldBe((2, 1));
        for (var times = 0; times < 2; times++) Bed.Done(await bed.Targets.HoldAsync(Db, change, hold: false, default));
        bed.Cluster.Advance(40);
        await bed.SeeAsync(Db, change, RolloutPhase.Complete);
        (Partition(bed), bed.Cluster.StatefulSet("shop", "db").Annotation("chatops.dev/pace"), bed.Cluster.Changes.Count).ShouldBe((0, null, 3));
    }

    [Fact]
    public async Task Going_back_from_a_part_puts_the_partition_back_in_one_patch()
    {
        await using var bed = await BedAsync();
        var part = Bed.To("v1.2.3", "128/s1-at50/1") with { Stage = new Stage(StageKind.Part, 50) };
        await bed.RollOutAsync(Db, part);
        bed.Cluster.Advance(40);
        (await bed.SeeAsync(Db, part, RolloutPhase.Complete)).Says.ShouldBe("Held at 2 of 3 replicas.");
        Partition(bed).ShouldBe(1);
        await bed.RollBackAsync(Db, Bed.To("v1.2.2", "back"));
        (Partition(bed), bed.Cluster.StatefulSet("shop", "db").Version, bed.Cluster.Changes.Count).ShouldBe((0, "v1.2.2", 2));
    }

    [Fact]
    public async Task A_partition_that_the_run_did_not_set_stays_and_is_said()
    {
        await using var bed = await BedAsync();
        void ByHand(int partition) => bed.Cluster.ChangeByHand("statefulsets", "shop", "db", one => one["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"] = partition);
        ByHand(2);
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(Db, change);
        bed.Cluster.Advance(40);
        (await bed.SeeAsync(Db, change, RolloutPhase.Held)).Says.ShouldBe("Held at 1 of 3 replicas by its own partition, which is 2.");
        ByHand(0);
        bed.Cluster.Advance(40);
        await bed.SeeAsync(Db, change, RolloutPhase.Complete);

        // Somebody who moves a part's partition is not overruled when it goes on.
        var part = Bed.To("v1.2.4", "129/s1-at30/1", 129) with { Stage = new Stage(StageKind.Part, 30) };
        await bed.RollOutAsync(Db, part);
        ByHand(1);
        await bed.RollOutAsync(Db, part with { Key = "129/s1/1", Stage = new Stage(StageKind.All) });
        Partition(bed).ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_change_by_hand_supersedes_it_and_names_who(WorkloadKind kind)
    {
        await using var bed = await BedAsync();
        var (target, change) = (Of(kind), Bed.To("v1.2.3"));
        var resource = kind == WorkloadKind.StatefulSet ? "statefulsets" : "daemonsets";
        await bed.RollOutAsync(target, change);
        await bed.SeeAsync(target, change, RolloutPhase.Progressing);
        bed.Cluster.ChangeByHand(resource, "shop", target.Deployment, one => one["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = $"{target.Image}:v6.6.6", "kubectl-set");
        (await bed.SeeAsync(target, change, RolloutPhase.Superseded)).Trouble!.Why.ShouldStartWith($"{(kind == WorkloadKind.StatefulSet ? "Statefulset db" : "Daemonset agent")} was changed by hand meanwhile, by kubectl-set at");
        Bed.Done(await bed.Targets.LookBackAsync(target, "v1.2.2", 1, default)).ByHand!.ShouldContain("kubectl-set");
        bed.Cluster.Remove(resource, "shop", target.Deployment);
        (await bed.SeeAsync(target, change, RolloutPhase.Failed)).Trouble!.Code.ShouldBe("target-deleted");
    }

    [Fact]
    public async Task Pods_are_counted_by_the_version_that_they_run()
    {
        await using var bed = await BedAsync();
        var part = Bed.To("v1.2.3") with { Stage = new Stage(StageKind.Part, 30) };
        await bed.RollOutAsync(Db, part);
        bed.Cluster.Advance(40);
        await bed.SeeAsync(Db, part, RolloutPhase.Complete);
        (await SeenAsync("v1.2.3")).ShouldSatisfyAllConditions(seen => seen.Pods.ShouldBe(1), seen => seen.Ready.ShouldBe(1), seen => seen.Wanted.ShouldBe(3));
        (await SeenAsync("v1.2.2")).ShouldSatisfyAllConditions(seen => seen.Pods.ShouldBe(2), seen => seen.Wanted.ShouldBe(0));
        async Task<PodsSeen> SeenAsync(string version) => Bed.Done(await bed.Targets.PodsAsync(Db, version, DateTimeOffset.UtcNow.AddMinutes(-1), default));
    }

    [Fact]
    public async Task Rights_are_asked_for_only_where_such_a_workload_is_deployed()
    {
        await using var bed = await BedAsync();
        await bed.RollOutAsync(Bed.To("v1.2.3"));
        await bed.SeeAsync(Bed.To("v1.2.3"), RolloutPhase.Progressing);
        bed.Cluster.Requests.ShouldNotContain(request => request.Resource == "statefulsets" || request.Resource == "daemonsets" || request.Resource == "controllerrevisions");
        bed.Cluster.Faults.Forbid("list", "controllerrevisions");
        Bed.Never(await bed.Targets.RollOutAsync(Db, Bed.To("v1.2.3"), default)).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("permission-missing"), fault => fault.Next!.ShouldContain("verb list on controllerrevisions"));
    }

    [Fact]
    public async Task Steps_on_the_target_mean_the_workload_of_its_kind()
    {
        await using var bed = await BedAsync();
        var scale = new Operation.Scale(ObjectRef.Target, 5);
        Bed.Done(await bed.Operations.ForeseeAsync(Db, scale, default)).Shows.ShouldBe(["statefulset db, spec.replicas: 3 → 5"]);
        Bed.Never(await bed.Operations.ForeseeAsync(Agent, scale, default)).Code.ShouldBe("operation-unfit");
        Bed.Done(await bed.Operations.ForeseeAsync(Agent, new Operation.Restart(ObjectRef.Target), default)).Shows.ShouldHaveSingleItem().ShouldContain("daemonset agent");
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

    private static int Updated(Bed bed) => bed.Cluster.StatefulSet("shop", "db").Json["status"]!["observedGeneration"]!.GetValue<long>() < bed.Cluster.StatefulSet("shop", "db").Generation ? 0 : bed.Cluster.StatefulSet("shop", "db").Updated;

    private static int Partition(Bed bed) => bed.Cluster.StatefulSet("shop", "db").Json["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"]!.GetValue<int>();
}
