using System.Text.Json;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>A Service and the two Deployments that take turns behind it, as they were found: nothing is remembered, so that a switch by hand is seen.</summary>
/// <param name="Idle">The one without traffic; null = there is none yet.</param>
/// <param name="IdleName">What it is or will be called.</param>
/// <param name="IdleColour">What its name ends with: what a new label of its pods is made from.</param>
internal sealed record ColourPair(Service Service, Deployment Live, Deployment? Idle, string IdleName, string LiveColour, string IdleColour)
{
    public IEnumerable<Deployment> Both => Idle is null ? [Live] : [Live, Idle];

    /// <exception cref="ApiException">There is no such Service or Deployment, or the Service does not tell which of the two is live.</exception>
    public static async Task<ColourPair> FindAsync(ClusterClient client, Target.Kubernetes target, CancellationToken cancellationToken)
    {
        if (target.Service is not { } name)
            throw ApiException.Never("service-missing", $"The {target} names no Service whose traffic could be switched.", "Write service: beside deployment: in the service's file.");
        var colours = target.Colours ?? Pair.Usual;
        Task<Deployment?> Find(string deployment) => Fresh.FindAsync(client.GetDeploymentAsync(target.Namespace, deployment, cancellationToken));
        var (service, first, second) = (
            await client.GetServiceAsync(target.Namespace, name, cancellationToken), await Find($"{target.Deployment}-{colours.First}"), await Find($"{target.Deployment}-{colours.Second}"));

        // One that has no colour in its name takes the place of the first.
        first ??= await Find(target.Deployment);
        var live = (Selects(service, first), Selects(service, second)) switch
        {
            (true, false) => first!,
            (false, true) => second!,
            (true, true) => throw Unclear(service, $"selects both {first!.Metadata.Name} and {second!.Metadata.Name}", "Give its selector a label by which their pods differ."),
            _ when first is null && second is null => throw ApiException.Never(
                "target-missing", $"There is no deployment {target.Deployment}, {target.Deployment}-{colours.First} or {target.Deployment}-{colours.Second} in {target.Namespace} on {target.Cluster}.", "Check cluster, namespace and deployment in the service's file."),
            _ => throw Unclear(service, $"selects {Selector(service)}, which is no label of the pods of {string.Join(" or ", new[] { first, second }.OfType<Deployment>().Select(one => one.Metadata.Name))}", "Mend its selector."),
        };
        return live == first
            ? new ColourPair(service, live, second, second?.Metadata.Name ?? $"{target.Deployment}-{colours.Second}", colours.First, colours.Second)
            : new ColourPair(service, live, first, first?.Metadata.Name ?? $"{target.Deployment}-{colours.First}", colours.Second, colours.First);
    }

    /// <summary>What the Service has to select so that traffic goes to a Deployment: the same labels, with the values of its pods.</summary>
    public Dictionary<string, string> SelectorFor(Deployment deployment)
    {
        var labels = PodLabels(deployment.Spec.Template);
        return (Service.Spec.Selector ?? []).Keys.ToDictionary(
            key => key,
            key => labels.GetValueOrDefault(key) ?? throw Unclear(Service, $"selects by {key}, which is no label of the pods of {deployment.Metadata.Name}", "Give its template that label."));
    }

    public static Dictionary<string, string> PodLabels(JsonElement template) =>
        template.ValueKind == JsonValueKind.Object && template.TryGetProperty("metadata", out var meta) && meta.TryGetProperty("labels", out var labels) && labels.ValueKind == JsonValueKind.Object
            ? labels.EnumerateObject().Where(label => label.Value.ValueKind == JsonValueKind.String).ToDictionary(label => label.Name, label => label.Value.GetString()!)
            : [];

    public static bool Selects(Service service, Deployment? deployment)
    {
        if (deployment is null || service.Spec.Selector is not { Count: > 0 } selector) return false;
        var labels = PodLabels(deployment.Spec.Template);
        return selector.All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value);
    }

    private static string Selector(Service service) => service.Spec.Selector is { Count: > 0 } selector
        ? string.Join(", ", selector.Select(label => $"{label.Key}={label.Value}"))
        : "nothing";

    private static ApiException Unclear(Service service, string why, string next) =>
        ApiException.Never("service-unclear", $"Which deployment is live can't be told: the Service {service.Metadata.Name} {why}.", next);
}
