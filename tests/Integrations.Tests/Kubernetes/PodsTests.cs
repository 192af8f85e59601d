using System.Text.Json.Nodes;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>How the pods of one version do, by what the shared watch knows of their status.</summary>
public sealed class PodsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Restarts_and_ends_for_want_of_memory_are_those_of_the_versions_own_pods()
    {
        await using var bed = await Bed.StartAsync();
        var began = DateTimeOffset.UtcNow;
        await bed.RollOutAsync(Bed.To("v1.2.3"));

        // Step by step: a controller that goes on by itself would write over what is changed below.
        bed.Cluster.Advance(40);
        await bed.SeeAsync(Bed.To("v1.2.3"), RolloutPhase.Complete);
        await UntilAsync(bed, "v1.2.3", began, seen => seen == new PodsSeen(3, 3, 3, 0, 0));

        // Another service of the namespace restarts: that is not this version's.
        bed.Cluster.AddDeployment("shop", "web", "registry.example.com/web:v9");
        Change(bed, "/web:v9", 7, null);
        Change(bed, "/api:v1.2.3", 3, "OOMKilled");
        var seen = await UntilAsync(bed, "v1.2.3", began, one => one.Restarts > 0);
        seen.ShouldSatisfyAllConditions(one => one.Restarts.ShouldBe(3), one => one.OutOfMemory.ShouldBe(1), one => one.Ready.ShouldBe(2), one => one.Says!.ShouldStartWith("out of memory: "));
        Bed.Done(await bed.Targets.PodsAsync(Bed.Api, "v1.2.2", began, default)).Pods.ShouldBe(0, "the version before does not run any more");
    }

    [Fact]
    public async Task What_a_broken_watch_knew_is_no_answer()
    {
        await using var bed = await Bed.StartAsync();
        await UntilAsync(bed, "v1.2.2", DateTimeOffset.UtcNow, one => one.Pods == 3);
        bed.Cluster.Faults.RefuseConnections = true;
        Outcome<PodsSeen> seen;
        do seen = await bed.Targets.PodsAsync(Bed.Api, "v1.2.2", DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);
        while (seen is Outcome<PodsSeen>.Done);
        Bed.Later(seen).Why.ShouldStartWith("The cluster main does not answer: ");
        bed.Cluster.Faults.RefuseConnections = false;
        await UntilAsync(bed, "v1.2.2", DateTimeOffset.UtcNow, one => one.Pods == 3);
    }

    [Theory]
    [InlineData(-60, -30, 5, 0)]
    [InlineData(-60, 5, 5, 1)]
    [InlineData(1, 5, 5, 5)]
    public void What_restarted_before_the_change_counts_for_nothing(int created, int ended, int restarts, int counted)
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "api-1", CreationTimestamp = Noon.AddMinutes(created) },
            Status = new PodStatus { Phase = "Running", ContainerStatuses = [new ContainerStatus { Name = "api", Ready = true, RestartCount = restarts, LastState = new ContainerState(null, null, new TerminatedState(137, "OOMKilled", null, Noon.AddMinutes(ended))) }] },
        };
        var seen = PodsOfVersion.Count([pod], 1, Noon);
        seen.Restarts.ShouldBe(counted);
        seen.OutOfMemory.ShouldBe(counted > 0 ? 1 : 0);
    }

    [Fact]
    public async Task What_is_left_of_the_version_before_is_told()
    {
        await using var bed = await Bed.StartAsync();
        Bed.Done(await bed.Targets.LookBackAsync(Bed.Api, "v1.2.2", null, default)).ShouldBe(new BackSeen("it runs now", null) { Image = "registry.example.com/api:v1.2.2" });
        await bed.RollOutAsync(Bed.To("v1.2.3"));
        bed.Cluster.AutoAdvance(TimeSpan.FromMilliseconds(3));
        await bed.SeeAsync(Bed.To("v1.2.3"), RolloutPhase.Complete);
        Bed.Done(await bed.Targets.LookBackAsync(Bed.Api, "v1.2.2", 1, default)).ShouldBe(new BackSeen("revision 1 is there", null) { Image = "registry.example.com/api:v1.2.2" });
        Bed.Done(await bed.Targets.LookBackAsync(Bed.Api, "v0.9", null, default)).Says.ShouldStartWith("its revision is gone: only its image is set back");
        bed.Cluster.SetImageByHand("shop", "api", "registry.example.com/api:v6");
        Bed.Done(await bed.Targets.LookBackAsync(Bed.Api, "v1.2.2", null, default)).ByHand!.ShouldContain("kubectl-set");
    }

    private static void Change(Bed bed, string image, int restarts, string? reason)
    {
        var pod = bed.Cluster.Pods("shop").First(one => one["spec"]!["containers"]![0]!["image"]!.GetValue<string>().EndsWith(image, StringComparison.Ordinal)).DeepClone().AsObject();
        var container = pod["status"]!["containerStatuses"]![0]!.AsObject();
        container["restartCount"] = restarts;
        if (reason is not null)
        {
            container["ready"] = false;
            container["lastState"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 137, ["reason"] = reason, ["finishedAt"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") } };
        }

        bed.Cluster.Put("pods", "shop", pod);
    }

    private static async Task<PodsSeen> UntilAsync(Bed bed, string version, DateTimeOffset since, Func<PodsSeen, bool> so)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if (await bed.Targets.PodsAsync(Bed.Api, version, since, patience.Token) is Outcome<PodsSeen>.Done { Value: var seen } && so(seen)) return seen;
            await Task.Yield();
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
