using ChatOps.Integrations.Kubernetes;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Every branch of <c>kubectl rollout status</c> for what is no Deployment.</summary>
public sealed class SetRolloutTests
{
    // generation, observed, desired, updated, available
    [Theory]
    [InlineData("RollingUpdate", 2, 1, 3, 3, 3, RolloutState.Waiting, "notice")]
    [InlineData("RollingUpdate", 2, 2, 3, 2, 3, RolloutState.Waiting, "2 of 3 new")]
    [InlineData("RollingUpdate", 2, 2, 3, 3, 2, RolloutState.Waiting, "2 of 3 updated")]
    [InlineData("RollingUpdate", 2, 2, 3, 3, 3, RolloutState.Done, "rolled out")]
    [InlineData(null, 2, 2, 0, 0, 0, RolloutState.Done, "rolled out")]                               // no node wants it
    [InlineData("OnDelete", 2, 2, 3, 3, 3, RolloutState.DeadlineExceeded, "OnDelete")]
    internal void A_daemon_set_stands_as_kubectl_says(string? type, long generation, long observed, int desired, int updated, int available, RolloutState state, string says)
    {
        var status = SetRollout.Of(new DaemonSet
        {
            Metadata = new() { Name = "agent", Generation = generation },
            Spec = new() { UpdateStrategy = new(type, null) },
            Status = new() { ObservedGeneration = observed, DesiredNumberScheduled = desired, UpdatedNumberScheduled = updated, NumberAvailable = available },
        });
        status.State.ShouldBe(state);
        status.Says.ShouldContain(says);
    }

    // generation, observed, wanted, ready, updated, partition (-1 = the strategy says nothing), whether both revisions are one
    [Theory]
    [InlineData(1, 0, 3, 3, 3, 0, true, RolloutState.Waiting, "notice")]                             // never observed
    [InlineData(2, 1, 3, 3, 3, 0, true, RolloutState.Waiting, "notice")]
    [InlineData(2, 2, 3, 2, 3, 0, true, RolloutState.Waiting, "1 pods are still to be ready")]
    [InlineData(2, 2, 3, 3, 1, 0, false, RolloutState.Waiting, "1 of 3 pods of the partition")]
    [InlineData(2, 2, 3, 3, 3, 0, false, RolloutState.Done, "3 pods are updated")]
    [InlineData(2, 2, 5, 5, 1, 3, false, RolloutState.Waiting, "1 of 2 pods of the partition")]
    [InlineData(2, 2, 5, 5, 2, 3, false, RolloutState.Done, "those from number 3 on")]               // a partition is done before all are
    [InlineData(2, 2, 3, 3, 1, -1, false, RolloutState.Waiting, "the others are still to follow")]
    [InlineData(2, 2, 3, 3, 3, -1, true, RolloutState.Done, "every pod")]
    [InlineData(2, 2, 0, 0, 0, 0, true, RolloutState.Done, "0 pods")]                                // scaled to zero
    [InlineData(2, 2, null, 0, 0, 0, true, RolloutState.Done, "0 pods")]                             // no count asked for
    internal void A_stateful_set_stands_as_kubectl_says(long generation, long observed, int? wanted, int ready, int updated, int partition, bool one, RolloutState state, string says)
    {
        var status = SetRollout.Of(new StatefulSet
        {
            Metadata = new() { Name = "db", Generation = generation },
            Spec = new() { Replicas = wanted, UpdateStrategy = new("RollingUpdate", partition < 0 ? null : new(partition)) },
            Status = new() { ObservedGeneration = observed, ReadyReplicas = ready, UpdatedReplicas = updated, CurrentRevision = "db-1", UpdateRevision = one ? "db-1" : "db-2" },
        });
        status.State.ShouldBe(state);
        status.Says.ShouldContain(says);
        SetRollout.Of(new StatefulSet { Spec = new() { UpdateStrategy = new("OnDelete", null) } }).State.ShouldBe(RolloutState.DeadlineExceeded);
    }
}
