using ChatOps.Runbooks.Catalog;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

public class HandsTests
{
    [Fact]
    public async Task A_change_by_hand_supersedes_the_rollout_and_names_who()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(change);
        await bed.SeeAsync(change, RolloutPhase.Progressing);
        bed.Cluster.SetImageByHand("shop", "api", "registry.example.com/api:v6.6.6");
        var seen = await bed.SeeAsync(change, RolloutPhase.Superseded);
        seen.Trouble!.ShouldSatisfyAllConditions(
            f => f.Code.ShouldBe("superseded"), f => f.Why.ShouldContain("by hand"), f => f.Why.ShouldContain("kubectl-set at"), f => f.Why.ShouldContain("v6.6.6"));
        (await bed.LookAsync()).ShouldSatisfyAllConditions(
            s => s.Version.ShouldBe("v6.6.6"), s => s.Run.ShouldBeNull(), s => s.ByHand!.ShouldContain("run 128 had put v1.2.3 there"));
        (await bed.RollOutAsync(change)).FromVersion.ShouldBe("v1.2.2");                     // a repeat does not take it back
        bed.Deployment().Version.ShouldBe("v6.6.6");
    }

    [Fact]
    public async Task Another_run_is_named_as_one()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(change);
        await bed.RollOutAsync(Bed.To("v1.2.4", "run-130/s1/1", run: 130));
        (await bed.SeeAsync(change, RolloutPhase.Superseded)).Trouble!.Why.ShouldStartWith("Run 130 (ana@example.com) changed deployment api meanwhile");
    }

    [Fact]
    public async Task Marks_taken_away_count_as_a_hand()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(change);
        bed.Cluster.ChangeByHand("shop", "api", d => d["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject());
        await bed.SeeAsync(change, RolloutPhase.Superseded);
    }

    [Fact]
    public async Task An_older_version_put_back_by_hand_is_not_taken_for_its_run()
    {
        await using var bed = await Bed.StartAsync();
        await bed.RollOutAsync(Bed.To("v1.2.3"));
        bed.Cluster.Advance(20);
        await bed.RollOutAsync(Bed.To("v1.2.4", "run-130/s1/1", run: 130));
        bed.Cluster.Advance(20);
        // kubectl rollout undo: the template and the annotations of the run before.
        var old = bed.Cluster.ReplicaSets("shop").Single(r => r["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]!.GetValue<string>() == "2");
        bed.Cluster.ChangeByHand("shop", "api", d =>
        {
            d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "registry.example.com/api:v1.2.3";
            d["metadata"]!["annotations"] = old["metadata"]!["annotations"]!.DeepClone();
        }, "kubectl-rollout");
        (await bed.LookAsync()).ShouldSatisfyAllConditions(s => s.Run.ShouldBeNull(), s => s.ByHand!.ShouldContain("kubectl-rollout"));
    }

    [Fact]
    public async Task A_deployment_nobody_deployed_with_the_bot_is_nobodys()
    {
        await using var bed = await Bed.StartAsync();
        (await bed.LookAsync()).ShouldBe(new Sighting("v1.2.2", 1, 3, 3, null, null));
    }

    [Fact]
    public async Task Deleted_or_made_anew_is_the_end_of_the_rollout()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(change);
        await bed.SeeAsync(change, RolloutPhase.Progressing);
        bed.Cluster.Remove("deployments", "shop", "api");
        (await bed.SeeAsync(change, RolloutPhase.Failed)).Trouble!.Code.ShouldBe("target-deleted");
        bed.Cluster.AddDeployment("shop", "api", "registry.example.com/api:v1.2.3");
        (await bed.SeeAsync(change, s => s.Trouble?.Code != "target-deleted")).ShouldSatisfyAllConditions(
            s => s.Phase.ShouldBe(RolloutPhase.Failed), s => s.Trouble!.Code.ShouldBe("target-recreated"));
    }
}
