using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>A canary that gets its share of the traffic by weight: an HTTPRoute of the Gateway API, or a canary Ingress of ingress-nginx.</summary>
public sealed class WeightTests
{
    [Theory]
    [InlineData(true, "api=100,api-canary=0", "api=95,api-canary=5", "api=50,api-canary=50")]
    [InlineData(false, "0", "5", "50")]
    public async Task It_is_brought_up_gets_its_share_grows_and_gets_nothing_before_it_is_scaled_down(bool gateway, string none, string five, string half)
    {
        await using var bed = await BedAsync(gateway);
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, At(5), default)).FromVersion.ShouldBe("v1.2.2");
        var up = await SeeAsync(bed, At(5), RolloutPhase.Up);
        up.Says.ShouldContain("is to give it 5% of the traffic");
        bed.Cluster.WeightOf("shop", "api-route").ShouldBe(none);
        bed.Cluster.VersionsBehind("shop", "api").ShouldAllBe(version => version == "v1.2.2");
        bed.Cluster.VersionsBehind("shop", "api-canary").ShouldBe(["v1.2.3"]);
        await SendAsync(bed, At(5));
        (await SeeAsync(bed, At(5), RolloutPhase.Complete)).Says.ShouldBe($"5% of the traffic by {(gateway ? "HTTPRoute" : "Ingress")} api-route.");
        bed.Cluster.WeightOf("shop", "api-route").ShouldBe(five);
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, At(50), default));
        (await SeeAsync(bed, At(50), RolloutPhase.Up)).Wanted.ShouldBe(2);
        await SendAsync(bed, At(50));
        await SeeAsync(bed, At(50), RolloutPhase.Complete);
        bed.Cluster.WeightOf("shop", "api-route").ShouldBe(half);

        Bed.Done(await bed.Targets.RollBackAsync(Bed.Api, End(), null, default)).Unchanged.ShouldBeFalse();
        bed.Cluster.WeightOf("shop", "api-route").ShouldBe(none);
        bed.Cluster.Changes.TakeLast(2).Select(change => change.Resource).ShouldBe([gateway ? "httproutes" : "ingresses", "deployments"]);
        bed.Cluster.Deployment("shop", "api-canary").Replicas.ShouldBe(0);
        bed.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);
    }

    [Fact]
    public async Task Its_share_counts_only_once_the_Gateway_has_taken_notice_and_it_is_not_ended_before_either()
    {
        await using var bed = await BedAsync(gateway: true);
        await UpAsync(bed, 5);
        bed.Cluster.GatewayIsQuick = false;
        await SendAsync(bed, At(5));
        (await SeeAsync(bed, At(5), RolloutPhase.Progressing)).Says.ShouldContain("has not taken notice");
        bed.Cluster.TakeNotice("shop", "api-route");
        await SeeAsync(bed, At(5), RolloutPhase.Complete);
        Bed.Later(await bed.Targets.RollBackAsync(Bed.Api, End(), null, default)).Why.ShouldContain("once it gets no traffic any more");
        bed.Cluster.Deployment("shop", "api-canary").Replicas.ShouldBe(1);
        bed.Cluster.TakeNotice("shop", "api-route");
        Bed.Done(await bed.Targets.RollBackAsync(Bed.Api, End(), null, default));
        bed.Cluster.Deployment("shop", "api-canary").Replicas.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Weights_that_somebody_changed_by_hand_are_said_and_not_overwritten(bool gateway)
    {
        await using var bed = await BedAsync(gateway);
        await UpAsync(bed, 5);
        await SendAsync(bed, At(5));
        await SeeAsync(bed, At(5), RolloutPhase.Complete);
        ByHand(bed, gateway, 80);
        (await SeeAsync(bed, At(5), RolloutPhase.Superseded)).Trouble!.Why.ShouldSatisfyAllConditions(
            why => why.ShouldStartWith("Not by a run: kubectl-edit at "), why => why.ShouldEndWith($"changed {(gateway ? "HTTPRoute" : "Ingress")} api-route: it gives the canary 80% of the traffic; run 128 had set 5%."));
        await UpAsync(bed, 25);
        Bed.Never(await bed.Targets.SendTrafficAsync(Bed.Api, At(25), default)).Code.ShouldBe(FaultCodes.ChangedByHand);
        bed.Cluster.WeightOf("shop", "api-route").ShouldContain("80");

        // Going back takes its traffic away whoever gave it.
        Bed.Done(await bed.Targets.RollBackAsync(Bed.Api, End(), null, default));
        bed.Cluster.WeightOf("shop", "api-route").ShouldBe(gateway ? "api=100,api-canary=0" : "0");
    }

    [Fact]
    public async Task A_lost_answer_and_a_change_at_the_same_time_are_decided_again_and_done_once()
    {
        await using var bed = await BedAsync(gateway: true);
        await UpAsync(bed, 5);
        bed.Cluster.Faults.ConflictNext(2);
        bed.Cluster.Faults.DropAfterApplying();
        Bed.Later(await bed.Targets.SendTrafficAsync(Bed.Api, At(5), default));
        await SendAsync(bed, At(5));
        await SendAsync(bed, At(5));
        bed.Cluster.Changes.Count(change => change.Resource == "httproutes").ShouldBe(1);
        bed.Cluster.WeightOf("shop", "api-route").ShouldBe("api=95,api-canary=5");
    }

    [Fact]
    public async Task Without_a_Service_for_the_canary_or_a_route_it_goes_by_replicas_also_where_the_kinds_are_not_installed()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.KnowsGateways = false;
        bed.Cluster.AddService("shop", "api", new() { ["app"] = "api" });
        await SeeAsync(bed, await BegunAsync(bed, At(5)), RolloutPhase.Complete);
        bed.Cluster.AddService("shop", "api-canary", new() { ["app"] = "api-canary" });
        await SeeAsync(bed, await BegunAsync(bed, At(50)), RolloutPhase.Complete);
        bed.Cluster.VersionsBehind("shop", "api").Count(version => version == "v1.2.3").ShouldBe(3);
        var written = Bed.Api with { Traffic = new Traffic(TrafficMeans.Gateway, "api-route", null, null) };
        Bed.Never(await bed.Targets.RollOutAsync(written, At(50) with { Key = "128/again/1" }, default)).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("route-missing"), fault => fault.Why.ShouldContain("no HTTPRoute api-route in shop"));
    }

    [Fact]
    public async Task What_would_give_it_more_than_its_share_is_refused_before_anything_is_made()
    {
        await using var bed = await BedAsync(gateway: true);
        bed.Cluster.AddService("shop", "api-canary", new() { ["app"] = "api" });
        Bed.Never(await bed.Targets.RollOutAsync(Bed.Api, At(5), default)).ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe("service-unclear"), fault => fault.Why.ShouldContain("would select the canary's pods too"));
        bed.Cluster.AddService("shop", "api-canary", new() { ["app"] = "api-canary" });
        bed.Cluster.AddRoute("shop", "second", ("api", 1), ("api-canary", 0));
        Bed.Never(await bed.Targets.RollOutAsync(Bed.Api, At(5), default)).Code.ShouldBe("route-unclear");
        bed.Cluster.Remove("httproutes", "shop", "second");
        bed.Cluster.AddRoute("shop", "api-route", ("api", 90), ("api-canary", 0), ("other", 10));
        Bed.Never(await bed.Targets.RollOutAsync(Bed.Api, At(5), default)).Why.ShouldContain("leads to other beside");
        bed.Cluster.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pods_are_told_by_their_version_as_a_label_matches_them()
    {
        await using var bed = await BedAsync(gateway: true);
        Bed.Done(await bed.Targets.PodNamesAsync(Bed.Api, "v1.2.3", default)).New.ShouldBeNull();
        await UpAsync(bed, 50);
        PodNames? pods = null;
        await Bed.UntilAsync(() => (pods = Bed.Done(bed.Targets.PodNamesAsync(Bed.Api, "v1.2.3", default).GetAwaiter().GetResult())).New is not null);
        bool Matches(string? pattern, JsonObject pod) => System.Text.RegularExpressions.Regex.IsMatch(pod["metadata"]!["name"]!.GetValue<string>(), $"^{pattern}$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
        foreach (var pod in bed.Cluster.Pods("shop"))
        {
            var fresh = pod.ToJsonString().Contains("api:v1.2.3", StringComparison.Ordinal);
            (Matches(pods!.New, pod), Matches(pods.Stable, pod)).ShouldBe((fresh, !fresh));
        }
    }

    private static async Task<Bed> BedAsync(bool gateway)
    {
        var bed = await Bed.StartAsync();
        bed.Cluster.AddService("shop", "api", new() { ["app"] = "api" });
        bed.Cluster.AddService("shop", "api-canary", new() { ["app"] = "api-canary" });
        if (gateway) bed.Cluster.AddRoute("shop", "api-route", ("api", 100), ("api-canary", 0));
        else bed.Cluster.AddCanaryIngress("shop", "api-route", "api-canary");
        return bed;
    }

    private static void ByHand(Bed bed, bool gateway, int percent) => bed.Cluster.ChangeRouteByHand(gateway ? "httproutes" : "ingresses", "shop", "api-route", route =>
    {
        if (!gateway)
        {
            route["metadata"]!["annotations"]!["nginx.ingress.kubernetes.io/canary-weight"] = $"{percent}";
            return;
        }

        var backends = route["spec"]!["rules"]![0]!["backendRefs"]!;
        (backends[0]!["weight"], backends[1]!["weight"]) = (100 - percent, percent);
    });

    private static async Task<Change> BegunAsync(Bed bed, Change change)
    {
        Bed.Done(await bed.Targets.RollOutAsync(Bed.Api, change, default));
        return change;
    }

    private static async Task UpAsync(Bed bed, int percent) => await SeeAsync(bed, await BegunAsync(bed, At(percent)), RolloutPhase.Up);

    private static async Task SendAsync(Bed bed, Change change) => Bed.Done(await bed.Targets.SendTrafficAsync(Bed.Api, change, default));

    private static Change At(int percent) => Bed.To("v1.2.3", $"128/s1-at{percent}/1") with { Stage = new Stage(StageKind.Canary, percent) };

    private static Change End() => Bed.To("v1.2.2", "128/undo-canary/1") with { Stage = new Stage(StageKind.EndCanary) };

    private static async Task<RolloutSighting> SeeAsync(Bed bed, Change change, RolloutPhase phase)
    {
        RolloutSighting? last = null;
        for (var looks = 0; looks < 200; looks++)
        {
            bed.Cluster.Advance();
            if (await bed.Targets.ObserveAsync(Bed.Api, change, last, TimeSpan.FromMilliseconds(50), default) is not Outcome<RolloutSighting>.Done { Value: var now }) continue;
            if (now.Phase == phase && (phase != RolloutPhase.Progressing || now.Says.Contains("HTTPRoute", StringComparison.Ordinal))) return now;
            last = now;
        }

        throw new ShouldAssertException($"It never became {phase}: {last}");
    }
}
