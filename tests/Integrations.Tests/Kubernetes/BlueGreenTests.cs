using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Two Deployments behind one Service: brought up beside, switched, switched back, scaled down.</summary>
public sealed class BlueGreenTests
{
    private static readonly Target.Kubernetes Coloured = Bed.Api with { Service = "api", PreviewService = "api-preview" };

    [Fact]
    public async Task The_idle_colour_comes_up_without_traffic_gets_it_in_one_patch_and_gives_it_back_in_one()
    {
        await using var bed = await TwoAsync();
        (await LookAsync(bed)).ShouldSatisfyAllConditions(s => s.Version.ShouldBe("v1.2.2"), s => s.ByHand.ShouldBeNull());
        Bed.Done(await bed.Targets.RollOutAsync(Coloured, Up(), default)).ShouldBe(new RolloutBegun("v1.2.2", null, null, false));
        bed.Cluster.SelectorOf("shop", "api").ShouldBe("app=api,color=blue");
        bed.Cluster.SelectorOf("shop", "api-preview").ShouldBe("app=api,color=green");
        await SeeAsync(bed, Up(), RolloutPhase.Complete);
        bed.Cluster.VersionsBehind("shop", "api").ShouldBe(["v1.2.2", "v1.2.2", "v1.2.2"]);
        bed.Cluster.VersionsBehind("shop", "api-preview").ShouldBe(["v1.2.3", "v1.2.3", "v1.2.3"]);

        var before = bed.Cluster.Changes.Count;
        Bed.Done(await bed.Targets.RollOutAsync(Coloured, Over(), default)).ShouldBe(new RolloutBegun("v1.2.2", null, null, false));
        bed.Cluster.Changes.Count.ShouldBe(before + 1);
        (await SeeAsync(bed, Over(), RolloutPhase.Complete)).Says.ShouldBe("api-green (v1.2.3) carries the traffic; api-blue (v1.2.2) stands by.");
        bed.Cluster.VersionsBehind("shop", "api").ShouldBe(["v1.2.3", "v1.2.3", "v1.2.3"]);
        (await LookAsync(bed)).ShouldBe(new Sighting("v1.2.3", 2, 3, 3, new RunId(128), null));

        Bed.Done(await bed.Targets.RollBackAsync(Coloured, Back(), null, default)).FromVersion.ShouldBe("v1.2.3");
        bed.Cluster.Changes.Count.ShouldBe(before + 2);
        (await SeeAsync(bed, Back(), RolloutPhase.Complete)).Says.ShouldContain("api-blue (v1.2.2) carries the traffic");
        bed.Cluster.VersionsBehind("shop", "api").ShouldBe(["v1.2.2", "v1.2.2", "v1.2.2"]);
        bed.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);
    }

    [Fact]
    public async Task Where_there_is_only_one_Deployment_the_other_is_cloned_and_they_take_turns()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.AddService("shop", "api", new() { ["app"] = "api" });
        bed.Cluster.ChangeByHand("shop", "api", d => d["metadata"]!["annotations"]!["team"] = "payments");
        var target = Coloured with { PreviewService = null };
        await SwitchedAsync(bed, target, Up(), Over());
        bed.Cluster.Deployment("shop", "api-green").ShouldSatisfyAllConditions(
            d => d.Image.ShouldBe("registry.example.com/api:v1.2.3"), d => d.Replicas.ShouldBe(3), d => d.PodLabels["app"].ShouldBe("api-green"),
            d => d.Annotation("team").ShouldBe("payments"), d => d.Annotation("chatops.dev/run").ShouldBe("128"), d => d.Revision.ShouldBe(1));
        bed.Cluster.SelectorOf("shop", "api").ShouldBe("app=api-green");
        bed.Cluster.VersionsBehind("shop", "api").ShouldBe(["v1.2.3", "v1.2.3", "v1.2.3"]);

        // The next one goes to the first again, and its clone is not cloned.
        await SwitchedAsync(bed, target, Up("v1.2.4", 129), Over("v1.2.4", 129));
        bed.Cluster.SelectorOf("shop", "api").ShouldBe("app=api");
        bed.Deployment().Version.ShouldBe("v1.2.4");
        bed.Cluster.HasDeployment("shop", "api-blue").ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_live_and_was_scaled_up_meanwhile_is_matched_before_traffic_moves()
    {
        await using var bed = await TwoAsync();
        await UpAsync(bed, Coloured, Up());
        await SeeAsync(bed, Up(), RolloutPhase.Complete);
        bed.Cluster.ChangeByHand("shop", "api-blue", d => d["spec"]!["replicas"] = 5, "horizontal-pod-autoscaler");
        Bed.Later(await bed.Targets.RollOutAsync(Coloured, Over(), default)).Why.ShouldContain("brought to the size of api-blue first");
        bed.Cluster.SelectorOf("shop", "api").ShouldContain("color=blue");
        bed.Cluster.Advance(30);
        Bed.Done(await bed.Targets.RollOutAsync(Coloured, Over(), default)).FromVersion.ShouldBe("v1.2.2");
        bed.Cluster.VersionsBehind("shop", "api").Count(version => version == "v1.2.3").ShouldBe(5);
    }

    [Fact]
    public async Task Which_is_live_is_found_by_looking_also_after_somebody_switched_by_hand()
    {
        await using var bed = await TwoAsync();
        await SwitchedAsync(bed, Coloured, Up(), Over());
        bed.Cluster.SwitchByHand("shop", "api", new() { ["app"] = "api", ["color"] = "blue" });
        (await LookAsync(bed)).ShouldSatisfyAllConditions(
            s => s.Version.ShouldBe("v1.2.2"), s => s.Run.ShouldBeNull(),
            s => s.ByHand!.ShouldStartWith("Not by a run: kubectl-patch at "), s => s.ByHand!.ShouldEndWith("switched the Service api to api-blue; run 128 had switched it to api-green."));
        (await SeeAsync(bed, Over(), RolloutPhase.Superseded)).Trouble!.Why.ShouldContain("Traffic was moved meanwhile, by kubectl-patch");
        await SwitchedAsync(bed, Coloured, Up("v1.2.4", 129), Over("v1.2.4", 129));
        bed.Cluster.SelectorOf("shop", "api").ShouldBe("app=api,color=green");
        bed.Cluster.Deployment("shop", "api-blue").Version.ShouldBe("v1.2.2");
    }

    [Fact]
    public async Task Whoever_switched_by_hand_to_what_was_wanted_is_not_switched_again()
    {
        await using var bed = await TwoAsync();
        await UpAsync(bed, Coloured, Up());
        bed.Cluster.SwitchByHand("shop", "api", new() { ["app"] = "api", ["color"] = "green" });
        Bed.Done(await bed.Targets.RollOutAsync(Coloured, Over(), default)).FromVersion.ShouldBe("v1.2.2");
        await SeeAsync(bed, Over(), RolloutPhase.Complete);
        bed.Cluster.SelectorOf("shop", "api").ShouldBe("app=api,color=green");
    }

    [Fact]
    public async Task A_repeat_finds_each_part_done_also_when_its_answer_was_lost()
    {
        await using var bed = await TwoAsync();
        bed.Cluster.Faults.DropAfterApplying(2);      // the preview's selector, then the Deployment
        Bed.Later(await bed.Targets.RollOutAsync(Coloured, Up(), default));
        Bed.Later(await bed.Targets.RollOutAsync(Coloured, Up(), default));
        await UpAsync(bed, Coloured, Up());
        bed.Cluster.Faults.DropAfterApplying();
        Bed.Later(await bed.Targets.RollOutAsync(Coloured, Over(), default)).Why.ShouldContain("does not answer");
        Bed.Done(await bed.Targets.RollOutAsync(Coloured, Over(), default)).ShouldBe(new RolloutBegun("v1.2.2", null, null, false));
        bed.Cluster.Changes.Count.ShouldBe(3);
        bed.Cluster.Effects.ShouldBe(new Dictionary<string, int> { [Up().Key] = 1, [Over().Key] = 1 }, ignoreOrder: true);
    }

    [Fact]
    public async Task Traffic_is_not_switched_to_what_is_not_complete_and_never_to_another_version()
    {
        await using var bed = await TwoAsync();
        Bed.Done(await bed.Targets.RollOutAsync(Coloured, Up(), default));
        Bed.Later(await bed.Targets.RollOutAsync(Coloured, Over(), default)).Why.ShouldContain("while it is not complete");
        await SeeAsync(bed, Up(), RolloutPhase.Complete);
        bed.Cluster.SetImageByHand("shop", "api-green", "registry.example.com/api:v6.6.6");
        bed.Cluster.Advance(30);
        Bed.Never(await bed.Targets.RollOutAsync(Coloured, Over(), default)).ShouldSatisfyAllConditions(f => f.Code.ShouldBe(FaultCodes.ChangedByHand), f => f.Why.ShouldContain("runs v6.6.6 now, not v1.2.3"));
        bed.Cluster.SelectorOf("shop", "api").ShouldBe("app=api,color=blue");
    }

    [Fact]
    public async Task A_version_that_does_not_come_up_is_told_and_scaled_down_again()
    {
        await using var bed = await TwoAsync();
        Bed.Done(await bed.Targets.RollOutAsync(Coloured, Up("v9-bad"), default));
        (await SeeAsync(bed, Up("v9-bad"), RolloutPhase.Failed)).Trouble!.Code.ShouldBe("image-pull");
        var down = new Change(new RunId(128), "128/undo-up/1", "v1.2.2", Bed.To("").By, null, new Stage(StageKind.Dismiss));
        Bed.Done(await bed.Targets.RollBackAsync(Coloured, down, null, default)).Unchanged.ShouldBeFalse();
        Bed.Done(await bed.Targets.RollBackAsync(Coloured, down, null, default));
        bed.Cluster.Deployment("shop", "api-green").Replicas.ShouldBe(0);
        await SeeAsync(bed, down, RolloutPhase.Complete);
        bed.Cluster.VersionsBehind("shop", "api").ShouldBe(["v1.2.2", "v1.2.2", "v1.2.2"]);
        bed.Cluster.Effects[down.Key].ShouldBe(1);

        // Another run's is left alone.
        var others = down with { Run = new RunId(7), Key = "7/x/1" };
        Bed.Done(await bed.Targets.RollBackAsync(Coloured, others, null, default)).Unchanged.ShouldBeTrue();
        (await SeeAsync(bed, others, RolloutPhase.Complete)).Says.ShouldBe("Nothing of this run is left there.");
    }

    [Fact]
    public async Task After_the_old_colour_was_kept_it_is_scaled_down_unless_traffic_moved_or_a_newer_run_has_it()
    {
        await using var bed = await TwoAsync();
        await SwitchedAsync(bed, Coloured, Up(), Over());
        Bed.Done(await bed.Targets.RetireAsync(Coloured, Over("v1", 1), default)).Says.ShouldBeNull();
        await UpAsync(bed, Coloured, Up("v1.2.4", 129));
        Bed.Done(await bed.Targets.RetireAsync(Coloured, Over(), default)).Says.ShouldBeNull();
        bed.Cluster.Deployment("shop", "api-blue").Replicas.ShouldBe(3);
        Bed.Done(await bed.Targets.RollOutAsync(Coloured, Over("v1.2.4", 129), default));
        Bed.Done(await bed.Targets.RetireAsync(Coloured, Over("v1.2.4", 129), default)).Says.ShouldBe("api-green (v1.2.3) was scaled to zero: it has carried no traffic since the switch to api-blue.");
        bed.Cluster.Deployment("shop", "api-green").Replicas.ShouldBe(0);
        Bed.Done(await bed.Targets.RetireAsync(Coloured, Over("v1.2.4", 129), default)).Says.ShouldBeNull();
    }

    [Fact]
    public async Task Going_back_to_what_was_scaled_down_brings_it_up_before_it_switches()
    {
        await using var bed = await TwoAsync();
        await SwitchedAsync(bed, Coloured, Up(), Over());
        Bed.Done(await bed.Targets.RetireAsync(Coloured, Over(), default)).Says.ShouldNotBeNull();
        bed.Cluster.Advance(20);
        Bed.Later(await bed.Targets.RollBackAsync(Coloured, Back(), null, default)).Why.ShouldContain("brought up again before traffic goes back: 0 of 3");
        bed.Cluster.VersionsBehind("shop", "api").ShouldBe(["v1.2.3", "v1.2.3", "v1.2.3"]);
        bed.Cluster.Advance(20);
        Bed.Done(await bed.Targets.RollBackAsync(Coloured, Back(), null, default)).FromVersion.ShouldBe("v1.2.3");
        bed.Cluster.VersionsBehind("shop", "api").ShouldBe(["v1.2.2", "v1.2.2", "v1.2.2"]);
        bed.Cluster.Effects.ShouldAllBe(effect => effect.Value == 1);
    }

    [Theory]
    [InlineData("create", "deployments", "verb create on deployments")]
    [InlineData("get", "services", "verb get on services")]
    public async Task A_missing_permission_is_named(string verb, string resource, string next)
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.AddService("shop", "api", new() { ["app"] = "api" });
        bed.Cluster.Faults.Forbid(verb, resource);
        Bed.Never(await bed.Targets.RollOutAsync(Coloured with { PreviewService = null }, Up(), default)).ShouldSatisfyAllConditions(f => f.Code.ShouldBe("permission-missing"), f => f.Next!.ShouldContain(next));
    }

    [Fact]
    public async Task A_Service_that_does_not_tell_them_apart_is_refused_and_conflicts_are_decided_again()
    {
        await using var bed = await TwoAsync();
        bed.Cluster.Faults.ConflictNext(2);
        await SwitchedAsync(bed, Coloured, Up(), Over());
        bed.Cluster.Faults.FailNext(1, 429, retryAfterSeconds: 7);
        Bed.Later(await bed.Targets.RollBackAsync(Coloured, Back(), null, default)).After.ShouldBe(TimeSpan.FromSeconds(7));
        bed.Cluster.SwitchByHand("shop", "api", new() { ["app"] = "api" });
        Bed.Never(await bed.Targets.RollOutAsync(Coloured, Up("v2", 130), default)).ShouldSatisfyAllConditions(f => f.Code.ShouldBe("service-unclear"), f => f.Why.ShouldContain("selects both api-blue and api-green"));
        bed.Cluster.SwitchByHand("shop", "api", new() { ["app"] = "api", ["color"] = "red" });
        Bed.Never(await bed.Targets.LookAsync(Coloured, default)).Why.ShouldContain("color=red");
        Bed.Never(await bed.Targets.LookAsync(Coloured with { Service = "nope" }, default)).ShouldSatisfyAllConditions(f => f.Code.ShouldBe("target-missing"), f => f.Why.ShouldContain("service nope"));
    }

    private static Change Up(string version = "v1.2.3", long run = 128) => Bed.To(version, $"{run}/s1-up/1", run) with { Stage = new Stage(StageKind.Beside) };

    private static Change Over(string version = "v1.2.3", long run = 128) => Bed.To(version, $"{run}/s1/1", run) with { Stage = new Stage(StageKind.Switch) };

    private static Change Back() => Bed.To("v1.2.2", "128/undo/1") with { Stage = new Stage(StageKind.Switch) };

    /// <summary>Both colours are there: blue runs v1.2.2 and has the traffic, green is scaled to zero.</summary>
    private static async Task<Bed> TwoAsync()
    {
        var bed = await Bed.StartAsync();
        bed.Cluster.Remove("deployments", "shop", "api");
        bed.Cluster.AddDeployment("shop", "api-blue", "registry.example.com/api:v1.2.2", labels: new() { ["app"] = "api", ["color"] = "blue" });
        bed.Cluster.AddDeployment("shop", "api-green", "registry.example.com/api:v1.2.1", 0, labels: new() { ["app"] = "api", ["color"] = "green" });
        bed.Cluster.AddService("shop", "api", new() { ["app"] = "api", ["color"] = "blue" });
        bed.Cluster.AddService("shop", "api-preview", new() { ["app"] = "api", ["color"] = "none" });
        return bed;
    }

    private static async Task UpAsync(Bed bed, Target.Kubernetes target, Change up)
    {
        Bed.Done(await bed.Targets.RollOutAsync(target, up, default));
        await SeeAsync(bed, up, RolloutPhase.Complete, target);
    }

    private static async Task SwitchedAsync(Bed bed, Target.Kubernetes target, Change up, Change over)
    {
        await UpAsync(bed, target, up);
        Bed.Done(await bed.Targets.RollOutAsync(target, over, default));
        await SeeAsync(bed, over, RolloutPhase.Complete, target);
    }

    private static async Task<Sighting> LookAsync(Bed bed) => Bed.Done(await bed.Targets.LookAsync(Coloured, default));

    private static async Task<RolloutSighting> SeeAsync(Bed bed, Change change, RolloutPhase phase, Target.Kubernetes? target = null)
    {
        RolloutSighting? last = null;
        for (var looks = 0; looks < 200; looks++)
        {
            bed.Cluster.Advance();
            if (await bed.Targets.ObserveAsync(target ?? Coloured, change, last, TimeSpan.FromMilliseconds(50), default) is not Outcome<RolloutSighting>.Done { Value: var now }) continue;
            if (now.Phase == phase) return now;
            last = now;
        }

        throw new ShouldAssertException($"It never became {phase}: {last}");
    }
}
