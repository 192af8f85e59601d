using ChatOps.Runbooks.Catalog;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

public class RollbackTests
{
    [Fact]
    public async Task Back_to_a_version_is_an_undo_to_the_newest_revision_that_ran_it()
    {
        await using var bed = await StartedAsync();
        var back = Bed.To("v1.2.2", "run-128/back/1");
        (await bed.RollBackAsync(back)).ShouldBe(new RolloutBegun("v1.2.3", 2, null, false));
        bed.Deployment().ShouldSatisfyAllConditions(
            d => d.Version.ShouldBe("v1.2.2"),
            d => d.Annotation("chatops.dev/key").ShouldBe(back.Key),
            d => d.Annotation("chatops.dev/version").ShouldBe("v1.2.2"),
            d => d.Annotation("kubernetes.io/change-cause").ShouldBe("Run 128: rollback v1.2.2 by ana@example.com: ticket 7"),
            d => d.Annotation("deployment.kubernetes.io/revision").ShouldBe("2"));      // the controller's, kept until it counts on
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        await bed.SeeAsync(back, RolloutPhase.Complete);
        bed.Deployment().Revision.ShouldBe(3);
        bed.Cluster.ReplicaSets("shop").Count.ShouldBe(2);                              // the old one was used again
        (await bed.LookAsync()).ShouldSatisfyAllConditions(s => s.Run.ShouldBe(back.Run), s => s.ByHand.ShouldBeNull());
    }

    [Fact]
    public async Task Back_to_a_revision_brings_its_whole_template()
    {
        await using var bed = await StartedAsync();
        bed.Cluster.ChangeByHand("shop", "api", d => d["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"] = 60);
        bed.Cluster.Advance(20);
        await bed.RollBackAsync(Bed.To("v1.2.3", "back"), to: 2);
        bed.Deployment().Json["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"]!.GetValue<int>().ShouldBe(30);
        bed.Deployment().Json["spec"]!["template"]!["metadata"]!["labels"]!.AsObject().ContainsKey("pod-template-hash").ShouldBeFalse();
    }

    [Fact]
    public async Task A_repeat_of_a_way_back_is_found()
    {
        await using var bed = await StartedAsync();
        var back = Bed.To("v1.2.2", "back");
        bed.Cluster.Faults.DropAfterApplying();
        Bed.Later(await bed.Targets.RollBackAsync(Bed.Api, back, 1, default));
        (await bed.RollBackAsync(back, to: 1)).FromVersion.ShouldBe("v1.2.3");
        bed.Cluster.Effects["back"].ShouldBe(1);
    }

    [Fact]
    public async Task Somebody_in_between_is_met_with_a_fresh_look()
    {
        await using var bed = await StartedAsync();
        bed.Cluster.Faults.ConflictNext(2);
        await bed.RollBackAsync(Bed.To("v1.2.2", "back"));
        bed.Deployment().Version.ShouldBe("v1.2.2");
        bed.Cluster.Effects["back"].ShouldBe(1);
    }

    [Fact]
    public async Task What_the_controller_has_not_numbered_yet_is_not_given_the_number_before()
    {
        await using var bed = await StartedAsync(steps: 0);
        (await bed.RollBackAsync(Bed.To("v1.2.2", "back"))).ShouldBe(new RolloutBegun("v1.2.3", null, null, false));
    }

    [Fact]
    public async Task A_held_rollout_goes_on_with_the_way_back()
    {
        await using var bed = await StartedAsync("v1.2.3", steps: 3);
        Bed.Done(await bed.Targets.HoldAsync(Bed.Api, Bed.To("v1.2.3"), hold: true, default));
        await bed.RollBackAsync(Bed.To("v1.2.2", "back"));
        bed.Deployment().ShouldSatisfyAllConditions(d => d.Paused.ShouldBeFalse(), d => d.Version.ShouldBe("v1.2.2"));
        bed.Cluster.Changes.Count.ShouldBe(3);                                          // one patch did both
    }

    [Fact]
    public async Task Where_it_is_already_nothing_changes()
    {
        await using var bed = await StartedAsync();
        var back = Bed.To("v1.2.3", "back");
        (await bed.RollBackAsync(back)).ShouldBe(new RolloutBegun("v1.2.3", 2, 2, true));
        bed.Cluster.Effects.ContainsKey("back").ShouldBeFalse();
        await bed.SeeAsync(back, RolloutPhase.Complete);
    }

    [Fact]
    public async Task A_revision_that_is_gone_is_replaced_by_the_version_or_refused()
    {
        await using var bed = await StartedAsync();
        Bed.Never(await bed.Targets.RollBackAsync(Bed.Api, Bed.To("", "back"), 7, default)).ShouldSatisfyAllConditions(
            f => f.Code.ShouldBe("revision-gone"), f => f.Why.ShouldContain("it has 1, 2"));
        await bed.RollBackAsync(Bed.To("v1.0.0", "back"), to: 7);
        bed.Deployment().Version.ShouldBe("v1.0.0");
    }

    [Fact]
    public async Task A_bad_version_is_left_behind()
    {
        await using var bed = await StartedAsync("v9-bad", steps: 8);
        var back = Bed.To("v1.2.2", "back");
        await bed.RollBackAsync(back, to: 1);
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        var done = await bed.SeeAsync(back, s => s.Phase is RolloutPhase.Complete or RolloutPhase.Failed);
        done.Phase.ShouldBe(RolloutPhase.Complete);
    }

    private static async Task<Bed> StartedAsync(string version = "v1.2.3", int steps = 30)
    {
        var bed = await Bed.StartAsync();
        await bed.RollOutAsync(Bed.To(version));
        bed.Cluster.Advance(steps);
        return bed;
    }
}
