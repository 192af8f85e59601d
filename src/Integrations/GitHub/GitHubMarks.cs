using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>A deployment as GitHub lists it.</summary>
/// <param name="Payload">What whoever made it put in: an object, or a text.</param>
internal sealed record Deployment(long Id, JsonElement Payload = default);

internal sealed record DeploymentStatus(long Id, string State);

internal sealed record IssueComment(long Id, string? Body = null, Uri? HtmlUrl = null);

/// <summary>A release that can be written to.</summary>
internal sealed record ReleaseText(long Id, string TagName, Uri HtmlUrl, string? Body = null);

/// <summary>What the bot writes to a repository: deployments and their statuses, comments, releases. Each is looked for before it is made.</summary>
/// <remarks>Source: GitHub's OpenAPI, repos/create-deployment, repos/create-deployment-status, issues/create-comment, repos/create-release.</remarks>
internal sealed class GitHubMarks(GitHubCalls calls, GitHubTokens tokens)
{
    private const int MostCommentPages = 5;

    /// <summary>The deployment that was made of this commit with this key in its payload; null when there is none.</summary>
    public async Task<Outcome<Deployment?>> FindDeploymentAsync(Repository repository, string sha, string environment, string key, CancellationToken cancellationToken) =>
        (await ListAsync(repository, $"deployments?sha={sha}&environment={Uri.EscapeDataString(environment)}&per_page=100", GitHubJson.Default.ImmutableArrayDeployment, cancellationToken))
            .Then(page => new Outcome<Deployment?>.Done(page.Value.FirstOrDefault(one => one.Payload is { ValueKind: JsonValueKind.Object } payload && payload.TryGetProperty("run", out var run) && run.ValueKind == JsonValueKind.String && run.GetString() == key)));

    public Task<Outcome<Deployment>> DeployAsync(Repository repository, JsonObject body, CancellationToken cancellationToken) =>
        WriteAsync(repository, HttpMethod.Post, "deployments", body, GitHubJson.Default.Deployment, cancellationToken);

    /// <summary>Newest first.</summary>
    public async Task<Outcome<ImmutableArray<DeploymentStatus>>> StatusesAsync(Repository repository, string deployment, CancellationToken cancellationToken) =>
        (await ListAsync(repository, $"deployments/{deployment}/statuses?per_page=100", GitHubJson.Default.ImmutableArrayDeploymentStatus, cancellationToken)).Then(page => new Outcome<ImmutableArray<DeploymentStatus>>.Done(page.Value));

    public Task<Outcome<DeploymentStatus>> SetStatusAsync(Repository repository, string deployment, JsonObject body, CancellationToken cancellationToken) =>
        WriteAsync(repository, HttpMethod.Post, $"deployments/{deployment}/statuses", body, GitHubJson.Default.DeploymentStatus, cancellationToken);

    /// <summary>Whether somebody has commented with this text in it.</summary>
    public async Task<Outcome<bool>> HasCommentAsync(Repository repository, int pull, string text, DateTimeOffset since, CancellationToken cancellationToken)
    {
        Uri? next = calls.Address($"repos/{repository}/issues/{pull}/comments?per_page=100&since={Uri.EscapeDataString(since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null))}");
        for (var page = 0; page < MostCommentPages && next is not null; page++)
        {
            var read = await SendAsync(repository, HttpMethod.Get, next, null, GitHubJson.Default.ImmutableArrayIssueComment, cancellationToken);
            if (read is not Outcome<Page<ImmutableArray<IssueComment>>>.Done { Value: var comments }) return read.Then<Page<ImmutableArray<IssueComment>>, bool>(_ => throw new InvalidOperationException("It is not done."));
            if (comments.Value.Any(comment => comment.Body?.Contains(text, StringComparison.Ordinal) == true)) return new Outcome<bool>.Done(true);
            next = comments.Next;
        }

        return new Outcome<bool>.Done(false);
    }

    public Task<Outcome<IssueComment>> CommentAsync(Repository repository, int pull, string body, CancellationToken cancellationToken) =>
        WriteAsync(repository, HttpMethod.Post, $"issues/{pull}/comments", new JsonObject { ["body"] = body }, GitHubJson.Default.IssueComment, cancellationToken);

    /// <summary>Never, with <see cref="GitHubCalls.NotFound"/>, when there is none.</summary>
    public async Task<Outcome<ReleaseText>> ReleaseAsync(Repository repository, string tag, CancellationToken cancellationToken) =>
        (await SendAsync(repository, HttpMethod.Get, calls.Address($"repos/{repository}/releases/tags/{Uri.EscapeDataString(tag)}"), null, GitHubJson.Default.ReleaseText, cancellationToken)).Then(page => new Outcome<ReleaseText>.Done(page.Value));

    public Task<Outcome<ReleaseText>> WriteReleaseAsync(Repository repository, long? existing, JsonObject body, CancellationToken cancellationToken) => existing is { } id
        ? WriteAsync(repository, HttpMethod.Patch, $"releases/{id}", body, GitHubJson.Default.ReleaseText, cancellationToken)
        : WriteAsync(repository, HttpMethod.Post, "releases", body, GitHubJson.Default.ReleaseText, cancellationToken);

    private Task<Outcome<Page<T>>> ListAsync<T>(Repository repository, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(repository, HttpMethod.Get, calls.Address($"repos/{repository}/{path}"), null, type, cancellationToken);

    private async Task<Outcome<T>> WriteAsync<T>(Repository repository, HttpMethod method, string path, JsonObject body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        (await SendAsync(repository, method, calls.Address($"repos/{repository}/{path}"), body, type, cancellationToken)).Then(page => new Outcome<T>.Done(page.Value));

    private async Task<Outcome<Page<T>>> SendAsync<T>(Repository repository, HttpMethod method, Uri url, JsonObject? body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await (await tokens.ForAsync(repository, cancellationToken)).ThenAsync(async token =>
        {
            var outcome = await calls.SendAsync(method, url, token, body?.ToJsonString(), type, cancellationToken);
            return outcome switch
            {
                Outcome<Page<T>>.Never { Fault.Code: GitHubCalls.NotSignedIn } when tokens.Forget(repository, token) => new Outcome<Page<T>>.Later("GitHub no longer takes the app's token; the next try gets another.", TimeSpan.FromSeconds(1)),
                Outcome<Page<T>>.Never { Fault: { Code: "github-forbidden" } fault } when body is not null => new Outcome<Page<T>>.Never(fault with { Next = "Give the token or the app write access to deployments, pull requests and contents." }),
                _ => outcome,
            };
        });
}
