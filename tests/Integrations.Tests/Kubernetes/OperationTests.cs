using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Integrations.Tests.Kubernetes.OperationBed;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Objects are scaled, restarted, patched and deleted once, after it was shown what would change, and put back as they were unless somebody else changed them.</summary>
public sealed class OperationTests
{
    private static readonly Operation.Scale ToFive = new(ObjectRef.Target, 5);
    private static readonly Operation.Patch Flags = new(Of("configmap/flags"), """{"data":{"NEW":"on","OLD":null,"MODE":"slow"}}""");
    private static readonly Operation.Delete Gone = new(Of("configmap/flags"));

    [Fact]
    public async Task A_workload_is_scaled_after_the_count_was_noted_and_scaled_back()
    {
        await using var bed = await Bed.StartAsync();
        var noted = await bed.ForeseeAsync(ToFive);
        noted.Shows.ShouldBe(["deployment api, spec.replicas: 3 → 5"]);
        bed.Cluster.Changes.ShouldBeEmpty();
        for (var times = 0; times < 2; times++) await bed.MakeAsync(ToFive, noted.Before);
        (await bed.SettledAsync(ToFive)).Phase.ShouldBe(OperationPhase.Complete);
        bed.Deployment().Available.ShouldBe(5);
        for (var times = 0; times < 2; times++) await bed.MakeAsync(ToFive.Back(noted), null, "128/undo-s3/1");
        (await bed.SettledAsync(ToFive.Back(noted))).Phase.ShouldBe(OperationPhase.Complete);
        bed.Deployment().Replicas.ShouldBe(3);
        bed.Cluster.Effects.Values.ShouldBe([1, 1]);
    }

    [Fact]
    public async Task A_lost_answer_scales_nothing_twice_and_a_count_that_somebody_set_since_is_left_alone()
    {
        await using var bed = await Bed.StartAsync();
        var noted = await bed.ForeseeAsync(ToFive);
        bed.Cluster.Faults.DropAfterApplying();
        (await bed.TryAsync(ToFive, noted.Before)).ShouldBeOfType<Outcome<string>.Later>();
        await bed.MakeAsync(ToFive, noted.Before);
        bed.Cluster.Changes.Count.ShouldBe(1);
        bed.Cluster.ChangeByHand("shop", "api", one => one["spec"]!["replicas"] = 7);
        Bed.Never(await bed.TryAsync(ToFive.Back(noted), null)).ShouldSatisfyAllConditions(
            fault => fault.Code.ShouldBe(FaultCodes.ChangedByHand), fault => fault.Why.ShouldBe("deployment api has 7 replicas now: this run set 5, and somebody changed it since."));
        bed.Deployment().Replicas.ShouldBe(7);
    }

    [Fact]
    public async Task Somebody_who_is_faster_is_not_overwritten()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.ConflictNext(2);
        await bed.MakeAsync(ToFive, null);
        bed.Deployment().Annotation("stand-in/touched").ShouldNotBeNull();
        bed.Deployment().Replicas.ShouldBe(5);
    }

    [Fact]
    public async Task An_autoscaler_that_would_scale_again_is_told_of()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Add("horizontalpodautoscalers", "shop", """{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v2","metadata":{"name":"api"},"spec":{"minReplicas":2,"maxReplicas":10,"scaleTargetRef":{"kind":"Deployment","name":"api"}}}""");
        (await bed.ForeseeAsync(ToFive)).Shows.ShouldContain("! the autoscaler api (2 to 10) will set the count again");
        bed.Cluster.Faults.Forbid("list", "horizontalpodautoscalers");
        (await bed.ForeseeAsync(ToFive)).Shows[1].ShouldContain("may not list horizontalpodautoscalers");
    }

    [Fact]
    public async Task A_restart_replaces_every_pod_once_per_try_and_leaves_nothing_to_take_back()
    {
        await using var bed = await Bed.StartAsync();
        var restart = new Operation.Restart(ObjectRef.Target);
        var old = bed.Cluster.Pods("shop").Select(pod => pod["metadata"]!["name"]!.GetValue<string>()).ToList();
        (await bed.ForeseeAsync(restart)).Shows.ShouldBe(["the pods of deployment api are replaced a few at a time: 3"]);
        bed.Cluster.Faults.DropAfterApplying();
        (await bed.TryAsync(restart, "{}")).ShouldBeOfType<Outcome<string>.Later>();
        await bed.MakeAsync(restart, "{}");
        (await bed.SettledAsync(restart)).Phase.ShouldBe(OperationPhase.Complete);
        bed.Cluster.Pods("shop").Select(pod => pod["metadata"]!["name"]!.GetValue<string>()).Intersect(old).ShouldBeEmpty();
        bed.Cluster.Effects.ShouldHaveSingleItem().Value.ShouldBe(1);
        (await bed.MakeAsync(new Operation.TakeBack(restart, "{}"), null)).ShouldContain("nothing to take back");
        await bed.MakeAsync(restart, "{}", "128/s3/2");
        bed.Cluster.Effects.Count.ShouldBe(2);
        bed.Cluster.ChangeByHand("shop", "api", one => one["spec"]!["paused"] = true);
        Bed.Never(await bed.Operations.ForeseeAsync(Bed.Api, restart, default)).Code.ShouldBe("target-paused");
    }

    [Fact]
    public async Task A_stateful_set_is_scaled_and_restarted_too()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Add("statefulsets", "shop", """{"kind":"StatefulSet","apiVersion":"apps/v1","metadata":{"name":"db"},"spec":{"replicas":2,"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}},"template":{"metadata":{},"spec":{"containers":[{"name":"db","image":"db:1"}]}}}}""");
        foreach (var operation in new Operation[] { new Operation.Scale(Of("statefulset/db"), 4), new Operation.Restart(Of("statefulset/db")) })
        {
            await bed.MakeAsync(operation, (await bed.ForeseeAsync(operation)).Before);
            (await bed.SettledAsync(operation)).Says.ShouldBe("Stateful set db is rolled out: 4 pods are updated.");
        }
    }

    [Fact]
    public async Task A_patch_shows_each_field_sets_it_and_puts_every_one_back()
    {
        await using var bed = await Bed.StartAsync();
        Configure(bed);
        var noted = await bed.ForeseeAsync(Flags);
        noted.Shows.Order(StringComparer.Ordinal).ShouldBe(["configmap flags, + data.NEW: on", "configmap flags, - data.OLD: 1", "configmap flags, data.MODE: fast → slow"], ignoreOrder: true);
        bed.Config()["data"]!["MODE"]!.GetValue<string>().ShouldBe("fast");
        for (var times = 0; times < 2; times++) await bed.MakeAsync(Flags, noted.Before);
        bed.Config()["data"]!.ToJsonString().ShouldBe("""{"MODE":"slow","PASSWORD":"hunter22","NEW":"on"}""");
        bed.Config()["metadata"]!["annotations"]!["chatops.dev/operation"]!.GetValue<string>().ShouldBe("128/s3/1");
        for (var times = 0; times < 2; times++) await bed.MakeAsync(Flags.Back(noted), null, "128/undo-s3/1");
        JsonNode.DeepEquals(bed.Config()["data"], JsonNode.Parse("""{"MODE":"fast","OLD":"1","PASSWORD":"hunter22"}""")).ShouldBeTrue();
        bed.Cluster.Effects.Values.ShouldBe([1, 1]);
    }

    [Fact]
    public async Task A_field_that_somebody_changed_since_is_not_put_back_and_what_seems_secret_is_not_shown()
    {
        await using var bed = await Bed.StartAsync();
        Configure(bed);
        var noted = await bed.ForeseeAsync(Flags);
        await bed.MakeAsync(Flags, noted.Before);
        bed.Cluster.ChangeByHand("configmaps", "shop", "flags", one => one["data"]!["MODE"] = "faster");
        Bed.Never(await bed.TryAsync(Flags.Back(noted), null)).ShouldSatisfyAllConditions(
            fault => fault.Code.ShouldBe(FaultCodes.ChangedByHand), fault => fault.Why.ShouldContain("data.MODE of configmap flags is no longer what this run set"));
        bed.Config()["data"]!["OLD"].ShouldBeNull();
        var shown = (await bed.ForeseeAsync(new Operation.Patch(Of("configmap/flags"), """{"data":{"PASSWORD":"swordfish"}}"""))).Shows.ShouldHaveSingleItem();
        shown.ShouldBe("configmap flags, data.PASSWORD: ••• → •••, another value");
    }

    [Fact]
    public async Task What_the_cluster_would_refuse_is_refused_when_it_is_shown()
    {
        await using var bed = await Bed.StartAsync();
        Bed.Never(await bed.Operations.ForeseeAsync(Bed.Api, new Operation.Patch(ObjectRef.Target, """{"spec":{"replicas":-1}}"""), default)).Code.ShouldBe("invalid-change");
        Bed.Never(await bed.Operations.ForeseeAsync(Bed.Api, new Operation.Delete(Of("example.com/v1/Thing/one")), default)).Code.ShouldBe("kind-unknown");
        bed.Cluster.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_object_is_deleted_once_and_made_again_as_it_was()
    {
        await using var bed = await Bed.StartAsync();
        Configure(bed);
        var before = bed.Config();
        var noted = await bed.ForeseeAsync(Gone);
        noted.Shows.ShouldBe(["- configmap flags, with 3 entries"]);
        for (var times = 0; times < 2; times++) await bed.MakeAsync(Gone, noted.Before);
        (await bed.SettledAsync(Gone)).Says.ShouldBe("configmap flags is gone.");
        bed.Cluster.Faults.DropAfterApplying();
        (await bed.TryAsync(Gone.Back(noted), null)).ShouldBeOfType<Outcome<string>.Later>();
        await bed.MakeAsync(Gone.Back(noted), null);
        var again = bed.Config();
        JsonNode.DeepEquals(again["data"], before["data"]).ShouldBeTrue();
        JsonNode.DeepEquals(again["metadata"]!["labels"], before["metadata"]!["labels"]).ShouldBeTrue();
        bed.Cluster.Changes.Where(change => change.Manager != "kubectl-create").Select(change => change.ContentType).ShouldBe(["delete", "application/json"]);
        (await bed.SettledAsync(Gone.Back(noted))).Phase.ShouldBe(OperationPhase.Complete);
    }

    [Fact]
    public async Task Another_object_of_its_name_is_neither_deleted_nor_overwritten()
    {
        await using var bed = await Bed.StartAsync();
        Configure(bed);
        var noted = await bed.ForeseeAsync(Gone);
        bed.Cluster.Remove("configmaps", "shop", "flags");
        Configure(bed);
        Bed.Never(await bed.TryAsync(Gone, noted.Before)).Code.ShouldBe(FaultCodes.ChangedByHand);
        Bed.Never(await bed.TryAsync(Gone.Back(noted), null)).Code.ShouldBe(FaultCodes.ChangedByHand);
        bed.Cluster.Remove("configmaps", "shop", "flags");
        (await bed.ForeseeAsync(Gone)).ShouldSatisfyAllConditions(seen => seen.Shows.ShouldBe(["configmap flags is not there: nothing"]), seen => seen.Before.ShouldBeNull());
    }

    private static void Configure(Bed bed) => bed.Cluster.Add("configmaps", "shop", """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"flags","labels":{"app":"api"}},"data":{"MODE":"fast","OLD":"1","PASSWORD":"hunter22"}}""");
}
