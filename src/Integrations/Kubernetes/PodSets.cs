using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>A StatefulSet or a DaemonSet: workloads whose history is kept in ControllerRevisions rather than in replica sets.</summary>
internal abstract record PodSet : KubernetesObject
{
    public abstract WorkloadKind Kind();

    public abstract PodSetSpec Asks();

    /// <summary>Whether the controller has taken notice of what is asked for now.</summary>
    public abstract bool IsObserved();

    /// <summary>How many pods there should be.</summary>
    public abstract int Wanted();

    /// <summary>How many pods were started from the template asked for now; 0 until the controller has seen it.</summary>
    public abstract int Updated();

    /// <summary>How many pods are ready, old and new alike.</summary>
    public abstract int Ready();

    public abstract RolloutStatus Rollout();
}

internal abstract record PodSetSpec
{
    public LabelSelector? Selector { get; init; }
    public JsonElement Template { get; init; }
    public UpdateStrategy? UpdateStrategy { get; init; }
}

internal sealed record UpdateStrategy(string? Type, RollingUpdateOfSet? RollingUpdate);

internal sealed record RollingUpdateOfSet(int? Partition);

internal sealed record DaemonSet : PodSet
{
    public DaemonSetSpec Spec { get; init; } = new();
    public DaemonSetStatus Status { get; init; } = new();

    public override WorkloadKind Kind() => WorkloadKind.DaemonSet;

    public override PodSetSpec Asks() => Spec;

    public override bool IsObserved() => Status.ObservedGeneration >= Metadata.Generation;

    public override int Wanted() => Status.DesiredNumberScheduled;

    public override int Updated() => IsObserved() ? Status.UpdatedNumberScheduled : 0;

    public override int Ready() => Status.NumberReady;

    public override RolloutStatus Rollout() => SetRollout.Of(this);
}

internal sealed record DaemonSetSpec : PodSetSpec;

internal sealed record DaemonSetStatus
{
    public long ObservedGeneration { get; init; }
    public int DesiredNumberScheduled { get; init; }
    public int UpdatedNumberScheduled { get; init; }
    public int NumberReady { get; init; }
    public int NumberAvailable { get; init; }
}

internal sealed record StatefulSet : PodSet
{
    public StatefulSetSpec Spec { get; init; } = new();
    public StatefulSetStatus Status { get; init; } = new();

    /// <summary>Pods below this number stay as they are.</summary>
    [JsonIgnore]
    public int Partition => Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0;

    public override WorkloadKind Kind() => WorkloadKind.StatefulSet;

    public override PodSetSpec Asks() => Spec;

    public override bool IsObserved() => Status.ObservedGeneration >= Metadata.Generation;

    public override int Wanted() => Spec.Replicas ?? 1;

    public override int Updated() => IsObserved() ? Status.UpdatedReplicas : 0;

    public override int Ready() => Status.ReadyReplicas;

    public override RolloutStatus Rollout() => SetRollout.Of(this);
}

internal sealed record StatefulSetSpec : PodSetSpec
{
    public int? Replicas { get; init; }

    /// <summary><c>OrderedReady</c>, also where it is left out: the controller waits for each pod to be ready before it does anything to another.</summary>
    public string? PodManagementPolicy { get; init; }
}

internal sealed record StatefulSetStatus
{
    public long ObservedGeneration { get; init; }
    public int ReadyReplicas { get; init; }
    public int UpdatedReplicas { get; init; }
    public string? CurrentRevision { get; init; }
    public string? UpdateRevision { get; init; }
}

/// <summary>A template that a set had, and its number.</summary>
internal sealed record ControllerRevision : KubernetesObject
{
    public long Revision { get; init; }

    /// <summary>A strategic merge patch of the set: <c>{"spec":{"template":{…,"$patch":"replace"}}}</c>.</summary>
    public JsonElement Data { get; init; }
}
