using System.Text.Json;
using ChatOps.Runbooks.Alerts;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.GitHub;

/// <summary>GitHub's webhooks: workflows that fail and succeed again, deployments likewise. Anything else is no alert.</summary>
/// <remarks>Source: docs.github.com, validating webhook deliveries. The delivery's id is the same when it is sent again.</remarks>
internal sealed class GitHubSource(IOptionsMonitor<GitHubOptions> options) : IAlertSource
{
    private const string Prefix = "sha256=";

    public string Name => "github";

    public bool Verify(WebhookRequest request) =>
        request.Header("X-Hub-Signature-256") is { } given && given.StartsWith(Prefix, StringComparison.Ordinal) && Signatures.IsHmac(options.CurrentValue.WebhookSecret, request.Body.Span, given[Prefix.Length..]);

    public AlertReading Read(WebhookRequest request, AlertNames names) => Payload.Read(request.Body, root =>
    {
        if (Payload.Text(root, "repository", "full_name") is not { } repository) return new AlertReading.Nothing("It names no repository.");
        var alert = request.Header("X-GitHub-Event") switch
        {
            "workflow_run" => Workflow(root, repository, request.ReceivedAt, names),
            "deployment_status" => Deployment(root, repository, request.ReceivedAt, names),
            _ => null,
        };
        if (alert is null) return new AlertReading.Nothing($"{AlertShaper.Line(request.Header("X-GitHub-Event"), 40)} {AlertShaper.Line(Payload.Text(root, "action"), 40)} is no alert.");
        return new AlertReading.Taken($"{Name}:{(request.Header("X-GitHub-Delivery") is { Length: > 0 and <= 100 } id ? id : Signatures.Digest(alert.Identity, alert.At.ToString("O", System.Globalization.CultureInfo.InvariantCulture)))}", [alert]);
    });

    private Alert? Workflow(JsonElement root, string repository, DateTimeOffset now, AlertNames names)
    {
        if (Payload.Find(root, "workflow_run") is not { } run || Payload.Text(root, "action") != "completed" || Payload.Text(run, "conclusion") is not { } conclusion) return null;
        var firing = conclusion is "failure" or "timed_out" or "startup_failure";
        if (!firing && conclusion != "success") return null;
        var (workflow, branch) = (Payload.Text(root, "workflow", "name") ?? Payload.Text(run, "name") ?? "workflow", Payload.Text(run, "head_branch") ?? "");
        var labels = Labels(("repository", repository), ("workflow", workflow), ("branch", branch), ("commit", Payload.Text(run, "head_sha")), ("conclusion", conclusion));
        return AlertShaper.Shape(names, Name, $"workflow:{repository}:{Payload.Text(run, "workflow_id") ?? workflow}:{branch}", $"Workflow {workflow} on {branch}", firing, labels, Payload.Time(run, "updated_at"), Payload.Time(run, "updated_at"), now, Severity.Warning) with
        {
            Summary = AlertShaper.Summary($"{repository}: {Payload.Text(run, "display_title")}"),
            Links = AlertShaper.Links(("Run", Payload.Text(run, "html_url"))),
        };
    }

    private Alert? Deployment(JsonElement root, string repository, DateTimeOffset now, AlertNames names)
    {
        if (Payload.Text(root, "deployment_status", "state") is not { } state || Payload.Find(root, "deployment_status") is not { } status) return null;
        var firing = state is "failure" or "error";
        if (!firing && state != "success") return null;
        var environment = Payload.Text(status, "environment") ?? Payload.Text(root, "deployment", "environment") ?? "";
        var labels = Labels(("repository", repository), ("environment", environment), ("ref", Payload.Text(root, "deployment", "ref")), ("commit", Payload.Text(root, "deployment", "sha")));
        return AlertShaper.Shape(names, Name, $"deployment:{repository}:{environment}", "Deployment", firing, labels, Payload.Time(status, "updated_at"), Payload.Time(status, "updated_at"), now, Severity.Warning) with
        {
            Summary = AlertShaper.Summary(Payload.Text(status, "description") ?? $"{repository}: the deployment to {environment} is in state {state}"),
            Links = AlertShaper.Links(("Log", Payload.Text(status, "log_url")), ("Deployment", Payload.Text(status, "target_url"))),
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Labels(params IEnumerable<(string Name, string? Value)> labels) =>
        labels.Where(label => !string.IsNullOrEmpty(label.Value)).Select(label => KeyValuePair.Create(label.Name, label.Value!));
}
