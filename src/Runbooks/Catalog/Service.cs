using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Gates;

namespace ChatOps.Runbooks.Catalog;

/// <summary>Something that is deployed, as its file in <c>services/</c> says.</summary>
/// <param name="Owners">Groups that own it.</param>
/// <param name="Channel">Where its cards go: <c>#deploys</c> or a channel's id; null = where the command was typed.</param>
/// <param name="DependsOn">Names of services it needs.</param>
public sealed record Service(
    string Name, string? Repository, ImmutableArray<GroupName> Owners, string? Channel,
    ImmutableArray<string> DependsOn, ImmutableArray<ServiceEnvironment> Environments)
{
    /// <summary>Where its cards go in Teams: a channel's id, its name, or <c>Team/Channel</c>; null = where the command was said, if that was in Teams.</summary>
    public string? Teams { get; init; }

    /// <summary>Which other systems are told of its deployments; null = none.</summary>
    public Tells? Tell { get; init; }

    public ServiceEnvironment? Environment(string name) =>
        Environments.FirstOrDefault(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Which systems are told of a service's deployments.</summary>
/// <param name="GitHub"><c>deployments</c>, <c>comments</c>, <c>releases</c>.</param>
/// <param name="Sentry">The project's slug; null = Sentry is not told.</param>
/// <param name="SentryRelease">What a version's release is called in Sentry; <c>{version}</c> stands for the version.</param>
public sealed record Tells(ImmutableArray<string> GitHub, string? Sentry, string SentryRelease, bool Datadog, bool PagerDuty)
{
    /// <summary>What GitHub can be told.</summary>
    public static readonly ImmutableArray<string> OfGitHub = ["deployments", "comments", "releases"];
}

/// <summary>A service in one environment.</summary>
/// <param name="After">The environment that must run the same version first; null = none.</param>
/// <param name="Protected">A change here needs what its runbook asks of protected environments, and no command falls through to it.</param>
/// <param name="Runbook">How it is deployed.</param>
public sealed record ServiceEnvironment(
    string Name, string? After, bool Protected, Target Target, ImmutableArray<HealthProbe> Health, string Runbook)
{
    /// <summary>With <see cref="After"/>: how long the version must have been live there; zero = it is enough that it is.</summary>
    public TimeSpan AfterFor { get; init; }

    /// <summary>Questions to what was brought up beside, before traffic goes there.</summary>
    public ImmutableArray<HealthProbe> Preview { get; init; } = [];

    /// <summary>When it may change, freezes aside.</summary>
    public ChangeWindows Windows { get; init; } = ChangeWindows.Always;

    /// <summary>Numbers that a soak watches, and their limits.</summary>
    public ImmutableArray<Gate> Gates { get; init; } = [];
}

/// <summary>A place: one service in one environment. Two runs never change the same one at once.</summary>
public readonly record struct Site(string Service, string Environment)
{
    public override string ToString() => $"{Service}/{Environment}";
}

/// <summary>Where a service runs.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "target")]
[JsonDerivedType(typeof(Kubernetes), "kubernetes")]
[JsonDerivedType(typeof(Simulated), "simulated")]
public abstract record Target
{
    private Target() { }

    /// <summary>A workload in a cluster that the settings name: a Deployment, unless <see cref="Kind"/> says otherwise.</summary>
    /// <param name="Deployment">The workload's name, of whatever kind; stored under this word since there was no other.</param>
    /// <param name="Image">The image without its tag; a version becomes <c>image:version</c>.</param>
    /// <param name="Container">Which container gets the image; null = the one whose image has this name, or the only one.</param>
    public sealed record Kubernetes(string Cluster, string Namespace, string Deployment, string Image, string? Container = null) : Target
    {
        /// <summary>What kind of workload it is. Only a Deployment can be deployed blue-green or as a canary.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public WorkloadKind Kind { get; init; }

        /// <summary>The Service whose selector says which of two Deployments carries traffic; null = it can't be deployed blue-green.</summary>
        public string? Service { get; init; }

        /// <summary>With <see cref="Service"/>: a second Service, whose selector always leads to what was brought up beside; null = none.</summary>
        public string? PreviewService { get; init; }

        /// <summary>With <see cref="Service"/>: what the two Deployments' names end with; null = <see cref="Pair.Usual"/>.</summary>
        public Pair? Colours { get; init; }

        /// <summary>What shares traffic out between the stable pods and a canary's; null = it is looked for.</summary>
        public Traffic? Traffic { get; init; }

        [JsonIgnore]
        public override string Lane => $"target:k8s:{Cluster}/{Namespace}/{(Kind == WorkloadKind.Deployment ? "" : $"{Word}/")}{Deployment}";

        /// <summary>The kind as people write it: <c>deployment</c>, <c>statefulset</c>, <c>daemonset</c>.</summary>
        [JsonIgnore]
        public string Word => Kind.ToString().ToLowerInvariant();

        public override string ToString() => Service is null
            ? $"{Word} {Deployment} in {Namespace} on {Cluster}"
            : $"service {Service} in {Namespace} on {Cluster}, {(Colours ?? Pair.Usual).First} or {(Colours ?? Pair.Usual).Second}";
    }

    /// <summary>A stand-in inside the process that behaves like a cluster, for rehearsals, the demo and tests.</summary>
    public sealed record Simulated(string Name, int Replicas, string InitialVersion) : Target
    {
        [JsonIgnore]
        public override string Lane => $"target:simulated:{Name}";
        public override string ToString() => $"a simulated target ({Name})";
    }

    /// <summary>Changes to one target are made one at a time.</summary>
    [JsonIgnore]
    public abstract string Lane { get; }

    [JsonIgnore]
    public bool IsSimulated => this is Simulated;
}

/// <summary>What keeps the pods of a service running. Stored: a name keeps its meaning for ever, and is the kind's name in the API.</summary>
public enum WorkloadKind
{
    Deployment,

    /// <summary>Pods with a number and a name of their own, replaced one by one from the highest number down.</summary>
    StatefulSet,

    /// <summary>One pod on each node.</summary>
    DaemonSet,
}

/// <summary>A question over HTTP whose answer says whether a service is well.</summary>
/// <param name="Status">The status code expected.</param>
/// <param name="Json">Fields expected in a JSON answer, by dotted path (<c>db.status</c>).</param>
/// <param name="Tries">Failures in a row that make it unhealthy, at least 1.</param>
/// <param name="Interval">Between tries.</param>
/// <param name="Timeout">For one try.</param>
public sealed record HealthProbe(
    Uri Url, int Status, ImmutableSortedDictionary<string, string> Json, int Tries, TimeSpan Interval, TimeSpan Timeout)
{
    /// <summary>Headers sent with it, as a router may need them to lead to the preview; null = none.</summary>
    public ImmutableSortedDictionary<string, string>? Headers { get; init; }

    /// <summary>Whether it asks what was brought up beside, rather than what is live.</summary>
    public bool Preview { get; init; }
}

/// <summary>The names of two that take turns.</summary>
public sealed record Pair(string First, string Second)
{
    public static readonly Pair Usual = new("blue", "green");
}
