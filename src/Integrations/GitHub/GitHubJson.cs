using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ChatOps.Integrations.GitHub;

/// <param name="Type"><c>User</c> or <c>Bot</c>.</param>
internal sealed record Account(string Login, string? Type = null)
{
    public bool IsBot => Type == "Bot";
}

/// <param name="Author">Null when the address in the commit belongs to no account.</param>
internal sealed record Commit(string Sha, CommitText Text, Uri HtmlUrl, Account? Author = null)
{
    [JsonPropertyName("commit")]
    public CommitText Text { get; init; } = Text;
}

internal sealed record CommitText(string Message, Signature? Author = null);

internal sealed record Signature(string? Name = null, string? Email = null, DateTimeOffset? Date = null);

internal sealed record CheckRuns(int TotalCount, ImmutableArray<CheckRun> Runs)
{
    [JsonPropertyName("check_runs")]
    public ImmutableArray<CheckRun> Runs { get; init; } = Runs;
}

internal sealed record CheckRun(string Name, string Status, string? Conclusion = null, Uri? HtmlUrl = null);

internal sealed record CombinedStatus(int TotalCount, ImmutableArray<CommitStatus> Statuses);

internal sealed record CommitStatus(string Context, string State, string? TargetUrl = null);

/// <summary>An entry of a folder, or one file.</summary>
/// <param name="Type"><c>file</c>, <c>dir</c>, <c>symlink</c> or <c>submodule</c>.</param>
/// <param name="Size">In bytes.</param>
internal sealed record Content(string Name, string Path, string Type, long Size, string? Encoding = null)
{
    /// <summary>What is in the file; only where it was asked for alone.</summary>
    [JsonPropertyName("content")]
    public string? Body { get; init; }
}

/// <param name="MergedAt">Null when it is open, or was closed without being merged.</param>
internal sealed record Pull(int Number, string Title, Uri HtmlUrl, Account? User = null, DateTimeOffset? MergedAt = null);

/// <param name="User">Null when the account is gone.</param>
internal sealed record Review(string State, Account? User = null);

/// <param name="Files">At most 300, and only with the first page.</param>
internal sealed record Comparison(int BehindBy, int TotalCommits, Uri HtmlUrl, ImmutableArray<Commit> Commits, ImmutableArray<ChangedFile>? Files = null);

internal sealed record ChangedFile(string Filename, string? PreviousFilename = null);

internal sealed record Release(string TagName, Uri HtmlUrl, bool Prerelease = false);

internal sealed record Installation(long Id);

internal sealed record InstallationToken(string Token, DateTimeOffset ExpiresAt);

/// <summary>An issue or a pull request, as far as its address and its mark go.</summary>
internal sealed record Issue(Uri HtmlUrl, string? Body = null);

internal sealed record RepositoryBody(string DefaultBranch);

internal sealed record GitReference(GitObject Object);

internal sealed record GitObject(string Sha);

/// <param name="Content">In Base64, with line breaks.</param>
internal sealed record FileBody(string Sha, string? Content = null);

internal sealed record FileKept(GitObject Content);

internal sealed record ErrorBody(string? Message = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Commit))]
[JsonSerializable(typeof(CheckRuns))]
[JsonSerializable(typeof(CombinedStatus))]
[JsonSerializable(typeof(ImmutableArray<Pull>))]
[JsonSerializable(typeof(ImmutableArray<Review>))]
[JsonSerializable(typeof(Comparison))]
[JsonSerializable(typeof(ImmutableArray<Content>))]
[JsonSerializable(typeof(Release))]
[JsonSerializable(typeof(Issue))]
[JsonSerializable(typeof(ImmutableArray<Issue>))]
[JsonSerializable(typeof(RepositoryBody))]
[JsonSerializable(typeof(GitReference))]
[JsonSerializable(typeof(FileBody))]
[JsonSerializable(typeof(FileKept))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(ImmutableArray<Deployment>))]
[JsonSerializable(typeof(DeploymentStatus))]
[JsonSerializable(typeof(ImmutableArray<DeploymentStatus>))]
[JsonSerializable(typeof(IssueComment))]
[JsonSerializable(typeof(ImmutableArray<IssueComment>))]
[JsonSerializable(typeof(ReleaseText))]
[JsonSerializable(typeof(Installation))]
[JsonSerializable(typeof(InstallationToken))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class GitHubJson : JsonSerializerContext;
