using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What every object of the API has. Only fields that are used are here; templates stay JSON, so that nothing is lost of them.</summary>
internal abstract record KubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>Its kind as people write it.</summary>
    [JsonIgnore]
    public string Word => GetType().Name.ToLowerInvariant();
}

internal sealed record ObjectMeta
{
    public string Name { get; init; } = "";
    public string Uid { get; init; } = "";
    public string ResourceVersion { get; init; } = "";
    public long Generation { get; init; }
    public DateTimeOffset? CreationTimestamp { get; init; }
    public DateTimeOffset? DeletionTimestamp { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public Dictionary<string, string>? Annotations { get; init; }
    public List<OwnerReference>? OwnerReferences { get; init; }
    public List<ManagedFields>? ManagedFields { get; init; }

    public string? Annotation(string key) => Annotations?.GetValueOrDefault(key);

    /// <summary>What made it and looks after it: of a pod its replica set, of a replica set its Deployment. At most one, by the rules of the API.</summary>
    public OwnerReference? Controller => OwnerReferences?.Find(o => o.Controller == true);

    public bool IsControlledBy(string uid) => Controller?.Uid == uid;
}

internal sealed record OwnerReference(string Uid, bool? Controller, string? Kind = null, string? Name = null);

internal sealed record ManagedFields(string? Manager, DateTimeOffset? Time, string? Subresource, JsonElement FieldsV1);

internal sealed record ListMeta(string? ResourceVersion, string? Continue);

internal sealed record ObjectList<T>(ListMeta? Metadata, List<T>? Items);

/// <summary>The first look at a line of a watch; what the object is depends on the type.</summary>
internal sealed record WatchLine(string Type, JsonElement Object);

/// <summary>How the API says no.</summary>
internal sealed record Status(string? Message, string? Reason, int Code, StatusDetails? Details);

internal sealed record StatusDetails(int? RetryAfterSeconds, List<StatusCause>? Causes);

internal sealed record StatusCause(string? Reason, string? Message, string? Field);

internal sealed record Deployment : KubernetesObject
{
    public DeploymentSpec Spec { get; init; } = new();
    public DeploymentStatus Status { get; init; } = new();
}

internal sealed record DeploymentSpec
{
    public int? Replicas { get; init; }
    public bool Paused { get; init; }
    public DeploymentStrategy? Strategy { get; init; }
    public int MinReadySeconds { get; init; }
    public int? ProgressDeadlineSeconds { get; init; }
    public LabelSelector? Selector { get; init; }
    public JsonElement Template { get; init; }
}

internal sealed record DeploymentStrategy(string? Type, RollingUpdate? RollingUpdate);

/// <summary>Numbers, or shares as texts: <c>1</c>, <c>"25%"</c>.</summary>
internal sealed record RollingUpdate(JsonNode? MaxSurge, JsonNode? MaxUnavailable);

internal sealed record DeploymentStatus
{
    public long ObservedGeneration { get; init; }
    public int Replicas { get; init; }
    public int UpdatedReplicas { get; init; }
    public int ReadyReplicas { get; init; }
    public int AvailableReplicas { get; init; }
    public List<Condition>? Conditions { get; init; }
}

internal sealed record LabelSelector(Dictionary<string, string>? MatchLabels, List<LabelRequirement>? MatchExpressions)
{
    /// <summary>As the query parameter <c>labelSelector</c> writes it.</summary>
    public override string ToString() => string.Join(',',
        (MatchLabels ?? []).Select(l => $"{l.Key}={l.Value}").Concat((MatchExpressions ?? []).Select(e => e.ToString())));
}

internal sealed record LabelRequirement(string Key, string Operator, List<string>? Values)
{
    public override string ToString() => Operator switch
    {
        "In" => $"{Key} in ({string.Join(',', Values ?? [])})",
        "NotIn" => $"{Key} notin ({string.Join(',', Values ?? [])})",
        "DoesNotExist" => $"!{Key}",
        _ => Key,
    };
}

internal sealed record Condition(string Type, string? Status, string? Reason, string? Message);

internal sealed record Service : KubernetesObject
{
    public ServiceSpec Spec { get; init; } = new(null);
}

internal sealed record ServiceSpec(Dictionary<string, string>? Selector);

internal sealed record Job : KubernetesObject
{
    public JobStatus Status { get; init; } = new(0, 0, 0, null);
}

internal sealed record JobStatus(int Active, int Succeeded, int Failed, List<Condition>? Conditions)
{
    public Condition? Is(string type) => Conditions?.Find(c => c.Type == type && c.Status == "True");
}

internal sealed record ReplicaSet : KubernetesObject
{
    public ReplicaSetSpec Spec { get; init; } = new();
    public ReplicaSetStatus Status { get; init; } = new();
}

internal sealed record ReplicaSetSpec
{
    public JsonElement Template { get; init; }
}

internal sealed record ReplicaSetStatus
{
    public int Replicas { get; init; }
    public int ReadyReplicas { get; init; }
    public int AvailableReplicas { get; init; }
    public List<Condition>? Conditions { get; init; }
}

internal sealed record Pod : KubernetesObject
{
    public PodStatus Status { get; init; } = new();
}

internal sealed record PodStatus
{
    public string? Phase { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public List<Condition>? Conditions { get; init; }
    public List<ContainerStatus>? InitContainerStatuses { get; init; }
    public List<ContainerStatus>? ContainerStatuses { get; init; }
}

internal sealed record ContainerStatus
{
    public string Name { get; init; } = "";
    public string? Image { get; init; }
    public bool Ready { get; init; }
    public int RestartCount { get; init; }
    public ContainerState? State { get; init; }
    public ContainerState? LastState { get; init; }
}

internal sealed record ContainerState(WaitingState? Waiting, RunningState? Running, TerminatedState? Terminated);

internal sealed record WaitingState(string? Reason, string? Message);

internal sealed record RunningState(DateTimeOffset? StartedAt);

internal sealed record TerminatedState(int ExitCode, string? Reason, string? Message, DateTimeOffset? FinishedAt = null);

internal sealed record Event : KubernetesObject
{
    public ObjectReference? InvolvedObject { get; init; }
    public string? Type { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public DateTimeOffset? LastTimestamp { get; init; }
    public DateTimeOffset? EventTime { get; init; }
    public EventSeries? Series { get; init; }

    /// <summary>When it was last seen; the scheduler's events leave the usual field empty.</summary>
    public DateTimeOffset Seen => Series?.LastObservedTime ?? EventTime ?? LastTimestamp ?? Metadata.CreationTimestamp ?? default;
}

internal sealed record EventSeries(DateTimeOffset? LastObservedTime);

internal sealed record ObjectReference(string? Uid, string? Name, string? Kind);

internal sealed record ExecCredential(string? ApiVersion, ExecCredentialStatus? Status);

internal sealed record ExecCredentialStatus(
    string? Token, string? ClientCertificateData, string? ClientKeyData, DateTimeOffset? ExpirationTimestamp);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(StatefulSet))]
[JsonSerializable(typeof(DaemonSet))]
[JsonSerializable(typeof(ObjectList<StatefulSet>))]
[JsonSerializable(typeof(ObjectList<DaemonSet>))]
[JsonSerializable(typeof(ControllerRevision))]
[JsonSerializable(typeof(ObjectList<ControllerRevision>))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(ReplicaSet))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(ObjectList<JsonObject>))]
[JsonSerializable(typeof(ObjectList<Deployment>))]
[JsonSerializable(typeof(ObjectList<ReplicaSet>))]
[JsonSerializable(typeof(ObjectList<JsonObject>))]
[JsonSerializable(typeof(ObjectList<Pod>))]
[JsonSerializable(typeof(ObjectList<Event>))]
[JsonSerializable(typeof(WatchLine))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(ExecCredential))]
internal sealed partial class KubernetesJson : JsonSerializerContext;
