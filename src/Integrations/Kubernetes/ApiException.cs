using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>What was asked of which cluster, in the words that permissions use.</summary>
internal sealed record ApiCall(string Cluster, string Verb, string Resource, string Namespace, string? Name = null)
{
    public override string ToString() => Name is null ? $"{Resource} in {Namespace} on {Cluster}" : $"{Resource} {Name} in {Namespace} on {Cluster}";
}

/// <summary>A cluster said no, or nothing. Caught where a target's answer is made of it; it never leaves this folder.</summary>
internal sealed partial class ApiException : Exception
{
    private readonly Fault? fault;
    private readonly TimeSpan? after;

    public ApiException() { }

    public ApiException(string message) : base(message) { }

    public ApiException(string message, Exception inner) : base(message, inner) { }

    private ApiException(HttpStatusCode code, string why, Fault? fault, TimeSpan? after) : base(why) =>
        (Code, this.fault, this.after) = (code, fault, after);

    /// <summary>Zero when there was no answer at all.</summary>
    public HttpStatusCode Code { get; }

    /// <summary>The code of the fault when the API knows no such kind.</summary>
    public const string KindUnknown = "kind-unknown";

    /// <summary>What else is wanted of fields that an apply wants otherwise: one cause each.</summary>
    public IReadOnlyList<StatusCause> Conflicts { get; private init; } = [];

    public string? FaultCode => fault?.Code;

    public bool IsLasting => fault is not null;

    public Outcome<T> ToOutcome<T>() => fault is null ? new Outcome<T>.Later(Message, after) : new Outcome<T>.Never(fault);

    public static ApiException Unreachable(ApiCall call, string why) =>
        new(default, $"The cluster {call.Cluster} does not answer: {why}.", null, null);

    public static ApiException Misconfigured(string cluster, string why) =>
        new(default, why, new Fault("cluster-settings", $"The cluster {cluster} can't be used: {why}", $"Mend Kubernetes:Clusters:{cluster} in the settings."), null);

    public static ApiException Never(string code, string why, string? next = null) => new(default, why, new Fault(code, why, next), null);

    public static ApiException Later(string why, TimeSpan? after = null) => new(default, why, null, after);

    /// <summary>Somebody else was faster: to be decided again on what they left.</summary>
    public static ApiException Changed(string what) => new(HttpStatusCode.Conflict, $"{what} changed at the same time.", null, null);

    /// <summary>An error that came inside a watch.</summary>
    public static ApiException From(ApiCall call, Status status) => From(call, (HttpStatusCode)status.Code, status, status.Message ?? "", null);

    public static async Task<ApiException> ReadAsync(ApiCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // Proxies and webhooks answer with bodies of their own: then the code alone must do.
        var start = await response.ReadStartAsync(8 * 1024, cancellationToken);
        Status? status = null;
        try
        {
            if (start.StartsWith('{')) status = JsonSerializer.Deserialize(start, KubernetesJson.Default.Status);
        }
        catch (JsonException)
        {
            // Not the API's own words, then.
        }
        return From(call, response.StatusCode, status, status?.Message ?? start, RetryAfter(response, status));
    }

    private static ApiException From(ApiCall call, HttpStatusCode code, Status? status, string said, TimeSpan? after)
    {
        said = BoundedReads.Printable(said, 300);
        ApiException Refused(string faultCode, string why, string? next) => new(code, why, new Fault(faultCode, why, next), null);
        return code switch
        {
            HttpStatusCode.Unauthorized => Refused(
                "credentials-refused", $"The cluster {call.Cluster} does not accept the bot's credentials.", "Renew the token or certificate in its kubeconfig."),
            HttpStatusCode.Forbidden when RbacRefusal().IsMatch(said) => Forbidden(code, call, said),
            HttpStatusCode.Forbidden => Refused("refused-by-cluster", $"The cluster {call.Cluster} refused {call.Verb} of {call}: {said}", "This is a policy or quota of the cluster; ask whoever keeps it."),
            HttpStatusCode.NotFound => Refused("target-missing", $"There is no {Singular(call)} {call.Name} in {call.Namespace} on {call.Cluster}.".Replace("  ", " ", StringComparison.Ordinal), "Check cluster, namespace and deployment in the service's file."),
            HttpStatusCode.Conflict or HttpStatusCode.Gone => new(code, $"{call} changed at the same time: {said}", null, null) { Conflicts = [.. (status?.Details?.Causes ?? []).Where(cause => cause.Reason == "FieldManagerConflict")] },
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                new(code, $"The cluster {call.Cluster} answered {(int)code}: {(said.Length == 0 ? "nothing more" : said)}.", null, after),
            HttpStatusCode.UnprocessableEntity => Refused("invalid-change", $"The cluster {call.Cluster} finds the change invalid: {Causes(status) ?? said}", null),
            _ => Refused("refused-by-cluster", $"The cluster {call.Cluster} answered {(int)code} to {call.Verb} of {call}: {said}", null),
        };
    }

    private static ApiException Forbidden(HttpStatusCode code, ApiCall call, string said)
    {
        // The message is the authority on what was missing: a webhook may have needed more than we asked for.
        var match = RbacRefusal().Match(said);
        var (verb, resource, group) = (match.Groups["verb"].Value, match.Groups["resource"].Value, match.Groups["group"].Value);
        var where = match.Groups["namespace"] is { Success: true } n ? n.Value : call.Namespace;
        var why = $"The bot may not {verb} {resource} in namespace {where} on {call.Cluster}.";
        return new(code, why, new Fault(
            "permission-missing", why,
            $"Grant {match.Groups["user"].Value} the verb {verb} on {resource}{(group.Length > 0 ? $" (API group {group})" : "")} in a Role of namespace {where}; manifests/kubernetes/rbac.yaml has all it needs."), null);
    }

    private static string? Causes(Status? status) => status?.Details?.Causes is { Count: > 0 } causes
        ? BoundedReads.Printable(string.Join("; ", causes.Select(c => $"{c.Field}: {c.Message}")), 300)
        : null;

    private static string Singular(ApiCall call) => call.Name is null ? call.Resource : call.Resource.TrimEnd('s');

    private static TimeSpan? RetryAfter(HttpResponseMessage response, Status? status) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when response.Headers.Date is { } now => date > now ? date - now : TimeSpan.Zero,
        _ => status?.Details?.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };

    [GeneratedRegex("""User "(?<user>[^"]+)" cannot (?<verb>\S+) resource "(?<resource>[^"]+)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]+)")?""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RbacRefusal();
}
