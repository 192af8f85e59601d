using System.Text.Json;
using ChatOps.Integrations.Kubernetes;
using ChatOps.Testing.Kubernetes;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

public class RolloutStatusTests
{
    private const string Late = "ProgressDeadlineExceeded";

    // wanted, updated, all, available: what kubectl would say of it, and that each check comes before the next.
    [Theory]
    [InlineData(2, 1, Late, 3, 3, 3, 3, RolloutState.Waiting, "notice")]                          // an old deadline does not count
    [InlineData(2, 2, Late, 3, 3, 3, 3, RolloutState.DeadlineExceeded, "deadline")]               // nor do numbers after a new one
    [InlineData(2, 2, "ReplicaSetUpdated", 3, 1, 4, 4, RolloutState.Waiting, "1 of 3 new")]
    [InlineData(2, 2, "ReplicaSetUpdated", 3, 3, 4, 3, RolloutState.Waiting, "1 old")]
    [InlineData(2, 2, "ReplicaSetUpdated", 3, 3, 3, 2, RolloutState.Waiting, "2 of 3 updated")]
    [InlineData(2, 2, "NewReplicaSetAvailable", 3, 3, 3, 3, RolloutState.Done, "rolled out")]
    [InlineData(2, 2, "NewReplicaSetAvailable", null, 1, 1, 1, RolloutState.Done, "rolled out")]  // no count asked for
    [InlineData(2, 2, "DeploymentPaused", 3, 0, 3, 3, RolloutState.Waiting, "0 of 3 new")]        // a held one never gets further
    [InlineData(1, 0, null, 0, 0, 0, 0, RolloutState.Waiting, "notice")]
    [InlineData(1, 1, null, 0, 0, 0, 0, RolloutState.Done, "rolled out")]
    internal void A_rollout_stands_as_kubectl_says(
        long generation, long observed, string? reason, int? wanted, int updated, int all, int available, RolloutState state, string says)
    {
        var status = RolloutStatus.Of(new Deployment
        {
            Metadata = new() { Name = "api", Generation = generation },
            Spec = new() { Replicas = wanted },
            Status = new()
            {
                ObservedGeneration = observed, UpdatedReplicas = updated, Replicas = all, AvailableReplicas = available,
                Conditions = reason is null ? null : [new("Progressing", "False", reason, null)],
            },
        });
        status.State.ShouldBe(state);
        status.Says.ShouldContain(says);
    }

    [Fact]
    public void The_recorded_story_is_read_as_it_happened()
    {
        var read = KubernetesRecordings.ReadLines("watch-deployment-good-bad-rollback.jsonl")
            .Select(l => JsonSerializer.Deserialize(l, KubernetesJson.Default.WatchLine)!.Object.Deserialize(KubernetesJson.Default.Deployment)!)
            .Select(d => (d.Metadata.Generation, RolloutStatus.Of(d).State))
            .ToList();
        var story = read.Where((s, i) => i == 0 || s != read[i - 1]);
        story.ShouldBe(
        [
            (1, RolloutState.Waiting), (1, RolloutState.Done),
            (2, RolloutState.Waiting), (2, RolloutState.Done),
            (3, RolloutState.Waiting), (3, RolloutState.DeadlineExceeded),
            (4, RolloutState.Waiting), (4, RolloutState.Done),
        ]);
    }

    [Fact]
    public void The_recorded_templates_tell_which_replica_set_is_the_newest()
    {
        var deployment = JsonSerializer.Deserialize(KubernetesRecordings.Read("deployment-get-after-undo.json"), KubernetesJson.Default.Deployment)!;
        var sets = JsonSerializer.Deserialize(KubernetesRecordings.Read("replicasets-list-after-undo.json"), KubernetesJson.Default.ObjectListReplicaSet)!;
        RolloutJudge.Newest(deployment, sets.Items!)!.Metadata.Name.ShouldBe("api-5d75886dc8");
        Undo.Choose(sets.Items!, Bed.Api, "v1.2.4-bad", null)!.Metadata.Name.ShouldBe("api-5c455cb9f");
        Undo.Choose(sets.Items!, Bed.Api, "?", 1)!.Metadata.Name.ShouldBe("api-5d44bbffc5");
        Undo.Choose(sets.Items!, Bed.Api, "?", 2)!.Metadata.Name.ShouldBe("api-5d75886dc8");       // renumbered to 4 by the undo
        Undo.Choose(sets.Items!, Bed.Api, "v9", null).ShouldBeNull();
    }
}
