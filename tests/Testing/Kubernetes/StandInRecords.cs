using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Kubernetes;

/// <param name="Port">0 = any free one. A port is for a stand-in that must come back where it was.</param>
/// <param name="Certificate">Speaks TLS with it.</param>
/// <param name="ClientCertificates">Asks for one, and notes whose it is.</param>
public sealed record StandInOptions(int Port = 0, X509Certificate2? Certificate = null, bool ClientCertificates = false);

/// <param name="Verb">As permissions name it: get, list, watch, patch.</param>
public sealed record StandInRequest(string Verb, string Resource, string PathAndQuery);

/// <summary>A patch that was applied.</summary>
/// <param name="Key">The key of the bot's change, where the patch carried one.</param>
/// <param name="Effective">Whether it changed what the cluster does (a new generation), and not just annotations.</param>
public sealed record StandInChange(
    string Namespace, string Name, string Manager, string? Key, string Image, bool Effective, string ContentType, JsonNode Body)
{
    public string Resource { get; init; } = "deployments";
}

/// <summary>A Deployment, or another workload, at the stand-in, as it was when asked for.</summary>
public sealed record StandInDeployment(JsonObject Json)
{
    public string Image => Json["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>();

    public string Version => Image[(Image.LastIndexOf(':') + 1)..];

    public bool Paused => Json["spec"]!["paused"]?.GetValue<bool>() == true;

    public int Replicas => Json["spec"]!["replicas"]?.GetValue<int>() ?? 1;

    public IReadOnlyDictionary<string, string> PodLabels => Json["spec"]!["template"]!["metadata"]!["labels"]!.AsObject().ToDictionary(label => label.Key, label => label.Value!.GetValue<string>());

    public long Generation => Json["metadata"]!["generation"]!.GetValue<long>();

    public long? Revision => Annotation("deployment.kubernetes.io/revision") is { } r ? long.Parse(r, CultureInfo.InvariantCulture) : null;

    public int Updated => Json["status"]!["updatedReplicas"]?.GetValue<int>() ?? 0;

    public int Available => Json["status"]!["availableReplicas"]?.GetValue<int>() ?? 0;

    public string? Annotation(string key) => Json["metadata"]!["annotations"]?[key]?.GetValue<string>();
}
