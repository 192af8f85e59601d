namespace ChatOps.Runbooks.Catalog;

/// <summary>What shares traffic out between the stable pods and a canary's, as a service's file says; what it leaves out is looked for.</summary>
/// <param name="By">Null = whatever is found.</param>
/// <param name="Route">The HTTPRoute, or the canary Ingress; null = the one that leads to both Services.</param>
/// <param name="Stable">The Service of the stable pods; null = the one that the target names, or one called as its Deployment.</param>
/// <param name="Canary">The Service of the canary's pods; null = the stable one's name and <c>-canary</c>.</param>
public sealed record Traffic(TrafficMeans? By, string? Route, string? Stable, string? Canary);

/// <summary>By what traffic is shared out. Stored: a name keeps its meaning for ever.</summary>
public enum TrafficMeans
{
    /// <summary>Every pod gets as much as the next: the share is the number of pods.</summary>
    Replicas,

    /// <summary>The weights of an HTTPRoute of the Gateway API.</summary>
    Gateway,

    /// <summary>The weight of a canary Ingress of ingress-nginx.</summary>
    Nginx,
}
