using System.Text.Json;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Testing.Kubernetes;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

public class PodTroubleTests
{
    [Theory]
    [InlineData("ErrImagePull", "rpc error: api:v9: not found", 0, "image-pull", true)]
    [InlineData("ErrImagePull", "pull access denied, unauthorized", 0, "image-pull", true)]
    [InlineData("ErrImagePull", "toomanyrequests: slow down", 0, "image-pull", false)]
    [InlineData("ImagePullBackOff", "Back-off pulling image", 0, "image-pull", false)]
    [InlineData("InvalidImageName", "couldn't parse", 0, "image-pull", true)]
    [InlineData("ErrImageNeverPull", "is not present", 0, "image-pull", true)]
    [InlineData("CreateContainerConfigError", "secret \"db\" not found", 0, "config-error", true)]
    [InlineData("CreateContainerError", "no command specified", 0, "start-failed", true)]
    [InlineData("CreateContainerError", "context deadline exceeded", 0, "start-failed", false)]
    [InlineData("CrashLoopBackOff", "back-off", 2, "crash-loop", false)]
    [InlineData("CrashLoopBackOff", "back-off", 3, "crash-loop", true)]
    [InlineData("ContainerCreating", null, 0, null, false)]
    [InlineData("PodInitializing", null, 0, null, false)]
    public void A_container_that_waits_says_why(string reason, string? message, int restarts, string? code, bool fatal)
    {
        var trouble = Find(new ContainerStatus { Name = "api", RestartCount = restarts, State = new(new(reason, message), null, null) });
        (trouble?.Fault.Code).ShouldBe(code);
        (trouble?.Fatal ?? false).ShouldBe(fatal);
    }

    [Fact]
    public void An_event_says_what_a_back_off_does_not()
    {
        var waiting = new ContainerStatus { Name = "api", Image = "r/api:v9", State = new(new("ImagePullBackOff", "Back-off pulling image \"r/api:v9\""), null, null) };
        var trouble = Find(waiting, Warning("Failed", "Failed to pull image \"r/api:v9\": not found"))!;
        trouble.Fatal.ShouldBeTrue();
        trouble.Fault.Why.ShouldContain("not found");
    }

    [Fact]
    public void Running_out_of_memory_has_a_name_of_its_own()
    {
        var trouble = Find(new ContainerStatus { Name = "api", RestartCount = 4, State = new(new("CrashLoopBackOff", ""), null, null), LastState = new(null, null, new(137, "OOMKilled", null)) })!;
        trouble.ShouldSatisfyAllConditions(t => t.Fault.Code.ShouldBe("out-of-memory"), t => t.Fatal.ShouldBeTrue(), t => t.Fault.Why.ShouldContain("out of memory"));
    }

    [Fact]
    public void A_failing_probe_shows_but_is_not_the_end()
    {
        var running = new ContainerStatus { Name = "api", State = new(null, new(null), null) };
        Find(running).ShouldBeNull();
        var trouble = Find(running, Warning("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"))!;
        trouble.ShouldSatisfyAllConditions(t => t.Fault.Code.ShouldBe("probe-failed"), t => t.Fatal.ShouldBeFalse(), t => t.Fault.Why.ShouldContain("503"));
    }

    [Fact]
    public void No_node_and_no_quota_may_pass()
    {
        var pod = new Pod { Metadata = new() { Name = "api-1", Uid = "u1" }, Status = new() { Phase = "Pending", Conditions = [new("PodScheduled", "False", "Unschedulable", "0/5 nodes are available: 3 Insufficient cpu")] } };
        PodTrouble.Find(new ReplicaSet(), [pod], [])!.ShouldSatisfyAllConditions(t => t.Fault.Code.ShouldBe("unschedulable"), t => t.Fatal.ShouldBeFalse());
        var refused = new ReplicaSet { Status = new() { Conditions = [new("ReplicaFailure", "True", "FailedCreate", "exceeded quota: pods")] } };
        PodTrouble.Find(refused, [], [])!.ShouldSatisfyAllConditions(t => t.Fault.Code.ShouldBe("quota"), t => t.Fatal.ShouldBeFalse());
    }

    [Fact]
    public void The_recorded_pods_are_blamed_only_where_they_are_new()
    {
        var pods = JsonSerializer.Deserialize(KubernetesRecordings.Read("pods-list-image-pull-backoff.json"), KubernetesJson.Default.ObjectListPod)!.Items!;
        var trouble = PodTrouble.Find(new ReplicaSet(), pods, [])!;
        trouble.Fault.ShouldSatisfyAllConditions(f => f.Code.ShouldBe("image-pull"), f => f.Why.ShouldContain("api-5c455cb9f-x6vtw"));
        PodTrouble.Find(new ReplicaSet(), pods.Where(p => p.Metadata.IsControlledBy("51ceb3a5-14a6-4501-819a-d05a5dd48fec")), []).ShouldBeNull();
    }

    private static Event Warning(string reason, string message) => new() { InvolvedObject = new("u1", "api-1", "Pod"), Type = "Warning", Reason = reason, Message = message };

    private static PodTrouble? Find(ContainerStatus container, params Event[] warnings) => PodTrouble.Find(
        new ReplicaSet(), [new Pod { Metadata = new() { Name = "api-1", Uid = "u1" }, Status = new() { Phase = "Pending", ContainerStatuses = [container] } }], warnings);
}
