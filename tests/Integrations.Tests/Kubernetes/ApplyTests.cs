using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Manifests are applied in waves, shown first, left to whoever owns their fields, pruned where that was asked, and taken back to what was there.</summary>
public sealed class ApplyTests
{
    private const string Flags = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"flags"},"data":{"MODE":"slow","NEW":"on"}}""";
    private const string Old = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"old"},"data":{"a":"b"}}""";
    private const string Web = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"registry.example.com/web:v1"}]}}}}""";

    [Fact]
    public async Task Kinds_go_in_waves_and_what_is_new_is_waited_for_and_taken_away_again()
    {
        await using var bed = await Bed.StartAsync();
        var apply = Of(Web, Flags, """{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web"},"spec":{"rules":[]}}""", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"new-shop"}}""", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"there","namespace":"new-shop"},"data":{}}""");
        var noted = await bed.ForeseeAsync(apply);
        noted.Shows.ShouldBe(["+ namespace new-shop", "+ configmap flags", "+ configmap there, in the new namespace new-shop", "+ deployment web", "+ ingress web"]);
        bed.Cluster.Changes.ShouldBeEmpty();
        for (var times = 0; times < 2; times++) (await bed.MakeAsync(apply, noted.Before)).ShouldBe("5 objects were applied.");
        bed.Cluster.Changes.Take(5).Select(change => change.Resource).ShouldBe(["namespaces", "configmaps", "configmaps", "deployments", "ingresses"]);
        bed.Cluster.Changes.Count(change => change.Effective).ShouldBe(5);
        (await bed.SettledAsync(apply, noted.Before)).Says.ShouldBe("All that was waited for is so: 1 object.");
        bed.Cluster.Deployment("shop", "web").Available.ShouldBe(2);
        for (var times = 0; times < 2; times++) await bed.MakeAsync(apply.Back(noted), null);
        (bed.Cluster.Find("configmaps", "shop", "flags"), bed.Cluster.HasDeployment("shop", "web"), bed.Cluster.Find("ingresses", "shop", "web")).ShouldBe((null, false, null));
        bed.Cluster.Find("namespaces", "", "new-shop").ShouldNotBeNull();
    }

    [Fact]
    public async Task What_it_changes_is_shown_and_every_field_goes_back_to_what_it_was()
    {
        await using var bed = await Bed.StartAsync();
        await ApplyAsync(bed, Of(Flags));
        bed.Cluster.ChangeByHand("configmaps", "shop", "flags", one => one["data"]!["THEIRS"] = "1");
        var next = Of(Flags.Replace("slow", "fast", StringComparison.Ordinal).Replace("\"NEW\":\"on\"", "\"NEWER\":\"yes\"", StringComparison.Ordinal));
        var noted = await bed.ForeseeAsync(next);
        noted.Shows.ShouldBe(["configmap flags, data.MODE: slow → fast", "configmap flags, - data.NEW: on", "configmap flags, + data.NEWER: yes"], ignoreOrder: true);
        await bed.MakeAsync(next, noted.Before, "129/s3/1");
        await bed.MakeAsync(next.Back(noted), null, "129/undo-s3/1");
        Data(bed).ShouldBe("""{"MODE":"slow","THEIRS":"1","NEW":"on"}""");
        (await bed.ForeseeAsync(Of(Flags))).Shows.ShouldBe(["everything in shop is so already: nothing"]);
    }

    [Fact]
    public async Task Whose_field_it_is_is_said_and_nothing_is_taken_without_permission()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Add("configmaps", "shop", Flags.Replace("slow", "fast", StringComparison.Ordinal), "helm");
        Bed.Never(await bed.Operations.ForeseeAsync(Bed.Api, Of(Flags), default)).ShouldSatisfyAllConditions(
            fault => fault.Code.ShouldBe("apply-conflict"), fault => fault.Why.ShouldBe("configmap flags can't be applied: .data.MODE is helm's."));
        Bed.Never(await bed.TryAsync(Of(Flags), null)).Code.ShouldBe("apply-conflict");
        Bed.Never(await bed.Operations.ForeseeAsync(Bed.Api, Of(Flags) with { Force = true }, default)).Code.ShouldBe("force-not-permitted");
        Bed.Never(await bed.TryAsync(Of(Flags) with { Force = true }, null)).Code.ShouldBe("apply-conflict");
        Data(bed).ShouldBe("""{"MODE":"fast","NEW":"on"}""");
    }

    [Fact]
    public async Task With_permission_it_says_what_it_takes_from_whom_and_gives_the_value_back()
    {
        await using var bed = await Bed.StartAsync(mayForce: true);
        bed.Cluster.Add("configmaps", "shop", Flags.Replace("slow", "fast", StringComparison.Ordinal), "helm");
        var forced = Of(Flags) with { Force = true };
        var noted = await bed.ForeseeAsync(forced);
        noted.Shows.ShouldBe(["configmap flags, data.MODE: fast → slow", "! configmap flags, takes .data.MODE from helm"]);
        await bed.MakeAsync(forced, noted.Before);
        Data(bed).ShouldContain("slow");
        await bed.MakeAsync(forced.Back(noted), null);
        Data(bed).ShouldContain("fast");
    }

    [Fact]
    public async Task What_the_bots_own_rollout_set_is_no_conflict_and_a_change_since_is_not_undone()
    {
        await using var bed = await Bed.StartAsync();
        await bed.RollOutAsync(Bed.To("v1.2.3"));
        var api = Of(Web.Replace("web", "api", StringComparison.Ordinal).Replace("api:v1", "api:v1.2.4", StringComparison.Ordinal).Replace("\"replicas\":2,", "", StringComparison.Ordinal));
        var noted = await bed.ForeseeAsync(api);
        await bed.MakeAsync(api, noted.Before);
        bed.Deployment().Version.ShouldBe("v1.2.4");
        bed.Cluster.SetImageByHand("shop", "api", "registry.example.com/api:v9");
        Bed.Never(await bed.TryAsync(api.Back(noted), null)).ShouldSatisfyAllConditions(
            fault => fault.Code.ShouldBe(FaultCodes.ChangedByHand), fault => fault.Why.ShouldContain(".spec.template.spec.containers[name=\"api\"].image is kubectl-set's"));
        bed.Deployment().Version.ShouldBe("v9");
    }

    [Fact]
    public async Task Only_what_it_applied_itself_is_pruned_and_only_where_that_was_asked()
    {
        await using var bed = await Bed.StartAsync();
        await ApplyAsync(bed, Of(Flags, Old));
        bed.Cluster.Add("configmaps", "shop", Old.Replace("\"old\"", "\"theirs\",\"labels\":{\"chatops.dev/set\":\"api.prod.shop-0\"}", StringComparison.Ordinal));
        (await bed.ForeseeAsync(Of(Flags))).Shows.ShouldBe(["everything in shop is so already: nothing"]);
        var pruning = Of(Flags) with { Prune = ["configmap"] };
        var noted = await bed.ForeseeAsync(pruning);
        noted.Shows.ShouldBe(["- configmap old, which is no longer in shop"]);
        for (var times = 0; times < 2; times++) await bed.MakeAsync(pruning, noted.Before);
        bed.Cluster.Find("configmaps", "shop", "old").ShouldBeNull();
        bed.Cluster.Find("configmaps", "shop", "theirs").ShouldNotBeNull();
        await bed.MakeAsync(pruning.Back(noted), null);
        bed.Cluster.Find("configmaps", "shop", "old")!["data"]!.ToJsonString().ShouldBe("""{"a":"b"}""");
    }

    [Fact]
    public async Task Nothing_of_a_secret_is_shown_or_kept()
    {
        await using var bed = await Bed.StartAsync();
        const string Secret = """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db"},"data":{"url":"c3dvcmRmaXNo"}}""";
        await ApplyAsync(bed, Of(Secret));
        var next = Of(Secret.Replace("c3dvcmRmaXNo", "aHVudGVyMjI=", StringComparison.Ordinal));
        var noted = await bed.ForeseeAsync(next);
        noted.Shows.ShouldBe(["secret db, data.url: ••• → •••, another value"]);
        noted.Before!.ShouldNotContain("c3dvcmRmaXNo");
        await bed.MakeAsync(next, noted.Before);
        (await bed.MakeAsync(next.Back(noted), null)).ShouldContain("secret db is left as it is");
    }

    [Fact]
    public async Task A_kind_that_is_defined_beside_it_is_known_when_its_turn_comes()
    {
        await using var bed = await Bed.StartAsync();
        var apply = Of("""{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"one"},"spec":{"size":1}}""", """{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},"versions":[{"name":"v1"}]}}""") with { Until = ["example.com/v1/Widget/one condition=Ready"] };
        var noted = await bed.ForeseeAsync(apply);
        noted.Shows.ShouldContain("+ widget one, of a kind that is new here");
        await bed.MakeAsync(apply, noted.Before);
        var waiting = Bed.Done(await bed.Operations.ObserveAsync(Bed.Api, apply, noted.Before, null, TimeSpan.Zero, default));
        (waiting.Phase, waiting.Says).ShouldBe((OperationPhase.Progressing, "0 of 1 are as wanted. widget one: waiting for Ready to be true."));
        bed.Cluster.ChangeByHand("widgets", "shop", "one", one => one["status"] = JsonNode.Parse("""{"conditions":[{"type":"ready","status":"True"}]}"""));
        (await bed.SettledAsync(apply, noted.Before)).Phase.ShouldBe(OperationPhase.Complete);
    }

    [Fact]
    public async Task What_a_repository_holds_stays_in_the_targets_namespace()
    {
        await using var bed = await Bed.StartAsync();
        foreach (var outside in new[] { Flags.Replace("\"flags\"", "\"flags\",\"namespace\":\"kube-system\"", StringComparison.Ordinal), """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"more"}}""" })
            Bed.Never(await bed.Operations.ForeseeAsync(Bed.Api, Of(outside) with { Digest = null }, default)).Code.ShouldBe("manifest-outside");
    }

    private static Operation.Apply Of(params string[] manifests) => new("shop", new string('0', 64), [], false, [], Operation.Apply.UsualUntil) { Set = "api.prod.shop-0", Manifests = $"[{string.Join(',', manifests)}]" };

    private static async Task ApplyAsync(Bed bed, Operation.Apply apply) => await bed.MakeAsync(apply, (await bed.ForeseeAsync(apply)).Before);

    private static string Data(Bed bed) => bed.Config()["data"]!.ToJsonString();
}
