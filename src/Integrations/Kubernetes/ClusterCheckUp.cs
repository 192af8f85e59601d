using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Whether each cluster answers, and whether the bot has the rights there that its steps need, namespace by namespace.</summary>
/// <remarks>Asked by SelfSubjectAccessReview, which everybody may do and which keeps nothing.</remarks>
internal sealed class ClusterCheckUp(Clusters clusters, IOptionsMonitor<KubernetesOptions> options, Func<Configuration> configuration) : ICheckUp
{
    private const int MostNamespaces = 10;

    /// <summary>The rules of <c>manifests/kubernetes/rbac.yaml</c>, and what goes missing without each.</summary>
    public static readonly ImmutableArray<(string Verb, string Group, string Resource, bool Needed, string For)> Rights =
    [
        .. Of("apps", "deployments", true, "deploying and rolling back", "get", "list", "watch", "patch"),
        .. Of("apps", "deployments", false, "the first canary or second colour", "create"),
        .. Of("apps", "replicasets", true, "the history to roll back to", "list", "watch"),
        .. Of("", "services", false, "deploy: blue-green", "get", "patch"),
        .. Of("gateway.networking.k8s.io", "httproutes", false, "deploy: canary by an HTTPRoute's weights", "list", "patch"),
        .. Of("networking.k8s.io", "ingresses", false, "deploy: canary by a canary Ingress", "list", "patch"),
        .. Of("apps", "statefulsets", false, "scale, restart and patch", "get", "patch"),
        .. Of("apps", "statefulsets", false, "deploying to a StatefulSet", "list", "watch"),
        .. Of("apps", "daemonsets", false, "deploying to a DaemonSet", "get", "list", "watch", "patch"),
        .. Of("apps", "controllerrevisions", false, "the history of StatefulSets and DaemonSets to roll back to", "list", "watch"),
        .. Of("", "pods", false, "taking back a StatefulSet whose pod never got ready", "delete"),
        .. Of("", "configmaps", false, "patch, delete and apply", "get", "patch", "delete", "create"),
        .. Of("batch", "jobs", false, "steps that are jobs", "get", "create", "delete"),
        .. Of("", "pods/log", false, "what a job wrote", "get"),
        .. Of("", "pods", false, "saying why pods do not come up", "list", "watch"),
        .. Of("", "events", false, "saying why pods do not come up", "list", "watch"),
    ];

    public string System => "Kubernetes";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        var targets = configuration().Services.SelectMany(service => service.Environments).Select(environment => environment.Target).OfType<Target.Kubernetes>().ToList();
        var names = options.CurrentValue.Clusters.Keys.Union(targets.Select(target => target.Cluster), StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0) return [new Symptom(System, "clusters", Health.Off, "No cluster is set, and no service needs one.", "Set Kubernetes:Clusters:NAME (docs/kubernetes.md).")];
        var found = await Task.WhenAll(names.Select(name => OfClusterAsync(name, [.. targets.Where(target => target.Cluster.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(target => target.Namespace).Distinct().Take(MostNamespaces)], cancellationToken)));
        return [.. found.SelectMany(one => one)];
    }

    private async Task<IEnumerable<Symptom>> OfClusterAsync(string name, ImmutableArray<string> namespaces, CancellationToken cancellationToken)
    {
        var system = $"Kubernetes {name}";
        try
        {
            var client = clusters.Client(name);
            if (namespaces.IsEmpty)
            {
                await client.MayAsync("get", "apps", "deployments", "default", cancellationToken);
                return [new Symptom(system, "cluster", Health.Good, "It answers. No service is deployed there.")];
            }

            var rights = await Task.WhenAll(namespaces.Select(one => OfNamespaceAsync(client, system, one, cancellationToken)));
            return [new Symptom(system, "cluster", Health.Good, "It answers."), .. rights.SelectMany(one => one)];
        }
        catch (ApiException no)
        {
            return [new Symptom(system, "cluster", Health.Bad, no.Message, no.ToOutcome<object>() is Runbooks.Work.Outcome<object>.Never { Fault.Next: { } next } ? next : $"Check Kubernetes:Clusters:{name}, and whether this machine may reach it.")];
        }
    }

    private static async Task<IEnumerable<Symptom>> OfNamespaceAsync(ClusterClient client, string system, string @namespace, CancellationToken cancellationToken)
    {
        var may = await Task.WhenAll(Rights.Select(right => client.MayAsync(right.Verb, right.Group, right.Resource, @namespace, cancellationToken)));
        var lacks = Rights.Where((_, at) => !may[at]).ToList();
        if (lacks.Count == 0) return [new Symptom(system, "rights", Health.Good, $"The bot may do in {@namespace} all that it can.")];
        return lacks.GroupBy(right => (right.Group, right.Resource, right.Needed, right.For)).Select(group =>
        {
            var verbs = string.Join(", ", group.Select(right => right.Verb));
            return new Symptom(system, "rights", group.Key.Needed ? Health.Bad : Health.Weak, $"The bot may not {verbs} {group.Key.Resource} in {@namespace}, for {group.Key.For}.",
                $"Add [{verbs}] for {group.Key.Resource} of apiGroups [{(group.Key.Group.Length == 0 ? "\"\"" : group.Key.Group)}] to its Role in {@namespace} (manifests/kubernetes/rbac.yaml).");
        });
    }

    private static IEnumerable<(string, string, string, bool, string)> Of(string group, string resource, bool needed, string what, params string[] verbs) =>
        verbs.Select(verb => (verb, group, resource, needed, what));
}
