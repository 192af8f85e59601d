using System.Diagnostics;
using ChatOps.Runbooks.Catalog;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

public class RolloutTests
{
    [Fact]
    public async Task A_good_version_is_rolled_out_and_signed()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.3");
        var begun = await bed.RollOutAsync(change);
        begun.ShouldBe(new RolloutBegun("v1.2.2", 1, null, false));
        var now = bed.Deployment();
        now.ShouldSatisfyAllConditions(
            d => d.Image.ShouldBe("registry.example.com/api:v1.2.3"),
            d => d.Annotation("chatops.dev/run").ShouldBe("128"),
            d => d.Annotation("chatops.dev/key").ShouldBe("run-128/s1/1"),
            d => d.Annotation("chatops.dev/by").ShouldBe("ana@example.com"),
            d => d.Annotation("chatops.dev/from-version").ShouldBe("v1.2.2"),
            d => d.Annotation("chatops.dev/from-revision").ShouldBe("1"),
            d => d.Annotation("kubernetes.io/change-cause").ShouldBe("Run 128: deploy v1.2.3 by ana@example.com: ticket 7"));
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        var done = await bed.SeeAsync(change, RolloutPhase.Complete);
        (done.Updated, done.Ready, done.Wanted, done.Trouble).ShouldBe((3, 3, 3, null));
        (await bed.LookAsync()).ShouldBe(new Sighting("v1.2.3", 2, 3, 3, change.Run, null));
    }

    [Fact]
    public async Task Progress_is_told_step_by_step()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(change);
        (await bed.SeeAsync(change, RolloutPhase.Progressing)).Says.ShouldContain("notice");
        var ready = new List<int>();
        while (true)
        {
            bed.Cluster.Advance();
            var (updated, available) = (bed.Deployment().Updated, NewAndReady(bed));
            var seen = await bed.SeeAsync(change, s => s.Phase == RolloutPhase.Complete || (s.Updated == updated && s.Ready == available));
            ready.Add(seen.Ready);
            if (seen.Phase == RolloutPhase.Complete) break;
        }
        ready.Distinct().ShouldBe([0, 1, 2, 3]);
    }

    private static int NewAndReady(Bed bed) => bed.Cluster.Pods("shop").Count(p =>
        p["status"]!["containerStatuses"]![0]!["ready"]!.GetValue<bool>() && p["status"]!["containerStatuses"]![0]!["image"]!.GetValue<string>().EndsWith("v1.2.3", StringComparison.Ordinal));

    [Fact]
    public async Task A_repeat_is_found_by_looking_and_not_done_again()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.3");
        bed.Cluster.Faults.DropAfterApplying();
        Bed.Later(await bed.Targets.RollOutAsync(Bed.Api, change, default)).Why.ShouldContain("does not answer");
        bed.Cluster.Advance(20);
        (await bed.RollOutAsync(change)).ShouldBe(new RolloutBegun("v1.2.2", 1, 2, false));
        bed.Cluster.Effects.ShouldBe(new Dictionary<string, int> { [change.Key] = 1 });
        bed.Cluster.Changes.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_lost_before_it_arrived_is_done_on_the_repeat()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.DropBeforeApplying();
        Bed.Later(await bed.Targets.RollOutAsync(Bed.Api, Bed.To("v1.2.3"), default));
        bed.Deployment().Version.ShouldBe("v1.2.2");
        (await bed.RollOutAsync(Bed.To("v1.2.3"))).FromVersion.ShouldBe("v1.2.2");
        bed.Cluster.Effects["run-128/s1/1"].ShouldBe(1);
    }

    [Fact]
    public async Task The_same_version_changes_nothing_and_says_so()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.2");
        (await bed.RollOutAsync(change)).ShouldBe(new RolloutBegun("v1.2.2", 1, 1, true));
        (await bed.RollOutAsync(change)).Unchanged.ShouldBeTrue();
        bed.Cluster.Effects.ShouldBeEmpty();
        await bed.SeeAsync(change, RolloutPhase.Complete);
        (await bed.LookAsync()).ByHand.ShouldBeNull();
    }

    [Fact]
    public async Task A_conflict_is_decided_again_on_what_is_there_now()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.Faults.ConflictNext(3);
        await bed.RollOutAsync(Bed.To("v1.2.3"));
        bed.Deployment().Version.ShouldBe("v1.2.3");
        bed.Cluster.Effects["run-128/s1/1"].ShouldBe(1);
        bed.Cluster.Faults.ConflictNext(100);
        Bed.Later(await bed.Targets.RollOutAsync(Bed.Api, Bed.To("v1.2.4", "k2"), default)).Why.ShouldContain("faster");
    }

    [Theory]
    [InlineData("v9-bad", "image-pull", "not found")]
    [InlineData("v9-crash", "crash-loop", "no configuration")]
    [InlineData("v9-oom", "out-of-memory", "out of memory")]
    [InlineData("v9-config", "config-error", "settings")]
    public async Task What_will_not_pass_fails_within_a_second_of_the_pods_saying_so(string version, string code, string why)
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To(version);
        await bed.RollOutAsync(change);
        await bed.SeeAsync(change, RolloutPhase.Progressing);
        bed.Cluster.Advance(14);
        var at = Stopwatch.GetTimestamp();
        var failed = await bed.SeeAsync(change, RolloutPhase.Failed);
        Stopwatch.GetElapsedTime(at).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        failed.Trouble!.Code.ShouldBe(code);
        failed.Trouble.Why.ShouldContain(why);
    }

    [Theory]
    [InlineData("v9-pending", "unschedulable")]
    [InlineData("v9-unready", "probe-failed")]
    [InlineData("v9-quota", "quota")]
    public async Task What_may_pass_is_told_at_once_and_the_deadline_decides(string version, string code)
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To(version);
        await bed.RollOutAsync(change);
        bed.Cluster.Advance(8);
        (await bed.SeeAsync(change, s => s.Trouble is not null)).ShouldSatisfyAllConditions(
            s => s.Phase.ShouldBe(RolloutPhase.Progressing), s => s.Trouble!.Code.ShouldBe(code));
        bed.Cluster.DeadlineSteps = 5;
        bed.Cluster.Advance(10);
        (await bed.SeeAsync(change, RolloutPhase.Failed)).Trouble!.Code.ShouldBe("deadline-exceeded");
    }

    [Fact]
    public async Task Holding_and_going_on_may_be_said_twice()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("v1.2.3");
        await bed.RollOutAsync(change);
        bed.Cluster.Advance(3);
        for (var i = 0; i < 2; i++) Bed.Done(await bed.Targets.HoldAsync(Bed.Api, change, hold: true, default));
        bed.Deployment().Paused.ShouldBeTrue();
        (await bed.SeeAsync(change, RolloutPhase.Held)).Says.ShouldStartWith("Held: ");
        for (var i = 0; i < 2; i++) Bed.Done(await bed.Targets.HoldAsync(Bed.Api, change, hold: false, default));
        bed.Cluster.Changes.Count.ShouldBe(3);
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        await bed.SeeAsync(change, RolloutPhase.Complete);
    }

    [Fact]
    public async Task The_container_is_never_guessed_and_never_added()
    {
        await using var bed = await Bed.StartAsync();
        bed.Cluster.ChangeByHand("shop", "api", d => d["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Insert(
            0, new System.Text.Json.Nodes.JsonObject { ["name"] = "proxy", ["image"] = "registry.example.com:5000/proxy:1" }));
        await bed.RollOutAsync(Bed.To("v1.2.3"));
        bed.Deployment().Image.ShouldBe("registry.example.com:5000/proxy:1");                    // the first one was left alone
        (await bed.LookAsync()).Version.ShouldBe("v1.2.3");
        Bed.Never(await bed.Targets.RollOutAsync(Bed.Api with { Container = "nope" }, Bed.To("v2", "k2"), default)).ShouldSatisfyAllConditions(
            f => f.Code.ShouldBe("container-missing"), f => f.Next!.ShouldContain("proxy, api"));
        Bed.Never(await bed.Targets.RollOutAsync(Bed.Api with { Image = "other" }, Bed.To("v2", "k2"), default)).Code.ShouldBe("container-unclear");
        bed.Cluster.Changes.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_digest_is_a_version_too()
    {
        await using var bed = await Bed.StartAsync();
        var change = Bed.To("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
        await bed.RollOutAsync(change);
        bed.Deployment().Image.ShouldBe($"registry.example.com/api@{change.Version}");
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        await bed.SeeAsync(change, RolloutPhase.Complete);
        (await bed.LookAsync()).ShouldSatisfyAllConditions(s => s.Version.ShouldBe(change.Version), s => s.ByHand.ShouldBeNull());
    }
}
