namespace ChatOps.Integrations.Kubernetes;

/// <summary>Where things are in the API. Relative, so that a prefix of the server stays in front.</summary>
internal static class Paths
{
    public static string Deployments(string @namespace) => $"apis/apps/v1/namespaces/{Uri.EscapeDataString(@namespace)}/deployments";

    public static string Deployment(string @namespace, string name) => $"{Deployments(@namespace)}/{Uri.EscapeDataString(name)}";

    public static string Service(string @namespace, string name) => $"api/v1/namespaces/{Uri.EscapeDataString(@namespace)}/services/{Uri.EscapeDataString(name)}";

    public static string Jobs(string @namespace) => $"apis/batch/v1/namespaces/{Uri.EscapeDataString(@namespace)}/jobs";

    public static string Job(string @namespace, string name) => $"{Jobs(@namespace)}/{Uri.EscapeDataString(name)}";

    public static string HttpRoutes(string @namespace) => $"apis/gateway.networking.k8s.io/v1/namespaces/{Uri.EscapeDataString(@namespace)}/httproutes";

    public static string Ingresses(string @namespace) => $"apis/networking.k8s.io/v1/namespaces/{Uri.EscapeDataString(@namespace)}/ingresses";

    public static string ReplicaSets(string @namespace) => $"apis/apps/v1/namespaces/{Uri.EscapeDataString(@namespace)}/replicasets";

    /// <param name="plural"><c>statefulsets</c> or <c>daemonsets</c>.</param>
    public static string Sets(string plural, string @namespace) => $"apis/apps/v1/namespaces/{Uri.EscapeDataString(@namespace)}/{plural}";

    public static string ControllerRevisions(string @namespace) => $"apis/apps/v1/namespaces/{Uri.EscapeDataString(@namespace)}/controllerrevisions";

    public static string Pods(string @namespace) => $"api/v1/namespaces/{Uri.EscapeDataString(@namespace)}/pods";

    /// <summary>Only warnings: nothing is read from the others, and they are most.</summary>
    public static string Warnings(string @namespace) => $"api/v1/namespaces/{Uri.EscapeDataString(@namespace)}/events?fieldSelector=type%3DWarning";

    public static string With(string path, string query) => path + (path.Contains('?', StringComparison.Ordinal) ? '&' : '?') + query;
}
