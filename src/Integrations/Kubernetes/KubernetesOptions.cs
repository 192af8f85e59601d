using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>The clusters that targets may name.</summary>
internal sealed class KubernetesOptions
{
    /// <summary>By the name that <c>cluster:</c> uses in the files of <c>services/</c>.</summary>
    public Dictionary<string, ClusterOptions> Clusters { get; init; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>How to reach one cluster. With nothing set: as kubectl would from here (<c>KUBECONFIG</c>, else <c>~/.kube/config</c>).</summary>
internal sealed class ClusterOptions
{
    /// <summary>A kubeconfig file, or several with the system's list separator between them.</summary>
    public string? Kubeconfig { get; set; }

    /// <summary>The context in it; null = its current one.</summary>
    public string? Context { get; set; }

    /// <summary>Use the service account of the pod that the bot runs in.</summary>
    public bool InCluster { get; set; }

    /// <summary>Whether steps that say <c>force: true</c> may take fields from whoever owns them.</summary>
    public bool MayForce { get; set; }
}

/// <summary>Reads every cluster's settings at start, so that a wrong path is known before the first deployment.</summary>
internal sealed class KubernetesOptionsCheck : IValidateOptions<KubernetesOptions>
{
    public ValidateOptionsResult Validate(string? name, KubernetesOptions options)
    {
        var faults = options.Clusters.Select(c => (c.Key, Fault: FindFault(c.Key, c.Value)))
            .Where(f => f.Fault is not null)
            .Select(f => $"Kubernetes:Clusters:{f.Key}: {f.Fault}")
            .ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static string? FindFault(string name, ClusterOptions cluster)
    {
        if (cluster.InCluster && (cluster.Kubeconfig ?? cluster.Context) is not null)
            return "InCluster and Kubeconfig (or Context) are both set; choose one.";
        try
        {
            ClusterAccess.Read(name, cluster, TimeProvider.System, NullLogger.Instance);
            return null;
        }
        catch (ClusterConfigException e)
        {
            return e.Message;
        }
    }
}

/// <summary>What the settings say about a cluster can't be used; the message says why and is fit for people.</summary>
internal sealed class ClusterConfigException : Exception
{
    public ClusterConfigException(string message) : base(message) { }

    public ClusterConfigException(string message, Exception inner) : base(message, inner) { }

    public ClusterConfigException() { }
}
