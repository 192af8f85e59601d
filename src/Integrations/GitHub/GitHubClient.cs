using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>All pages of a list, as far as they were read.</summary>
/// <param name="Whole">False when there are more.</param>
internal sealed record Pages<T>(ImmutableArray<T> Values, bool Whole);

/// <summary>The reading that the bot does, of one repository at a time.</summary>
internal sealed class GitHubClient(GitHubCalls calls, GitHubTokens tokens)
{
    private const int MostPages = 10;

    private const string TagsQuery =
        "query($owner:String!,$name:String!){repository(owner:$owner,name:$name){refs(refPrefix:\"refs/tags/\",first:30,orderBy:{field:TAG_COMMIT_DATE,direction:DESC})"
        + "{nodes{name target{...on Commit{...C} ...on Tag{target{...on Commit{...C}}}}}}}} fragment C on Commit{committedDate author{name user{login}} statusCheckRollup{state}}";

    public Task<Outcome<Commit>> CommitAsync(Repository repository, string reference, CancellationToken cancellationToken) =>
        OneAsync(repository, $"commits/{Uri.EscapeDataString(reference)}", GitHubJson.Default.Commit, cancellationToken);

    public Task<Outcome<Release>> ReleaseAsync(Repository repository, string tag, CancellationToken cancellationToken) =>
        OneAsync(repository, $"releases/tags/{Uri.EscapeDataString(tag)}", GitHubJson.Default.Release, cancellationToken);

    /// <summary>The newest run of each check.</summary>
    public Task<Outcome<Pages<CheckRuns>>> CheckRunsAsync(Repository repository, string sha, CancellationToken cancellationToken) =>
        AllAsync(repository, $"commits/{sha}/check-runs?filter=latest&per_page=100", GitHubJson.Default.CheckRuns, MostPages, cancellationToken);

    /// <summary>The newest status of each context.</summary>
    public Task<Outcome<Pages<CombinedStatus>>> StatusesAsync(Repository repository, string sha, CancellationToken cancellationToken) =>
        AllAsync(repository, $"commits/{sha}/status?per_page=100", GitHubJson.Default.CombinedStatus, MostPages, cancellationToken);

    /// <summary>Pull requests that the commit is part of, merged or not.</summary>
    public Task<Outcome<Pages<ImmutableArray<Pull>>>> PullsAsync(Repository repository, string sha, CancellationToken cancellationToken) =>
        AllAsync(repository, $"commits/{sha}/pulls?per_page=100", GitHubJson.Default.ImmutableArrayPull, MostPages, cancellationToken);

    /// <summary>Oldest first.</summary>
    public Task<Outcome<Pages<ImmutableArray<Review>>>> ReviewsAsync(Repository repository, int pull, CancellationToken cancellationToken) =>
        AllAsync(repository, $"pulls/{pull}/reviews?per_page=100", GitHubJson.Default.ImmutableArrayReview, MostPages, cancellationToken);

    /// <summary>What <paramref name="head"/> has since it parted from <paramref name="from"/>.</summary>
    public Task<Outcome<Pages<Comparison>>> CompareAsync(Repository repository, string from, string head, int mostPages, CancellationToken cancellationToken) =>
        AllAsync(repository, $"compare/{from}...{head}?per_page=100", GitHubJson.Default.Comparison, mostPages, cancellationToken);

    /// <summary>The newest tags with their commits, in one question: over REST it would take one for each.</summary>
    public async Task<Outcome<TagsAnswer>> NewestTagsAsync(Repository repository, CancellationToken cancellationToken)
    {
        var asked = JsonSerializer.Serialize(new TagsQuestion(TagsQuery, new TagsOf(repository.Owner, repository.Name)), TagsJson.Default.TagsQuestion);
        return await (await tokens.ForAsync(repository, cancellationToken)).ThenAsync(async token =>
            (await calls.SendAsync(HttpMethod.Post, calls.GraphQl, token, asked, TagsJson.Default.TagsAnswer, cancellationToken))
            .Then(page => new Outcome<TagsAnswer>.Done(page.Value)));
    }
    /// <summary>Issues, the newest first, that changed since a time.</summary>
    public Task<Outcome<Pages<ImmutableArray<Issue>>>> IssuesAsync(Repository repository, DateTimeOffset since, CancellationToken cancellationToken) =>
        AllAsync(repository, $"issues?state=all&sort=created&direction=desc&since={since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}&per_page=100", GitHubJson.Default.ImmutableArrayIssue, MostPages, cancellationToken);

    /// <summary>One call; what it changes is up to the method.</summary>
    /// <param name="path">Below the repository; empty for itself.</param>
    /// <param name="body">JSON; null = none.</param>
    public async Task<Outcome<T>> SendAsync<T>(Repository repository, HttpMethod method, string path, string? body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        (await SendAsync(repository, method, calls.Address($"repos/{repository}{(path.Length > 0 ? "/" : "")}{path}"), body, type, cancellationToken)).Then(page => new Outcome<T>.Done(page.Value));

    /// <summary>What is in a folder, by names.</summary>
    public Task<Outcome<ImmutableArray<Content>>> ContentsAsync(Repository repository, string folder, string sha, CancellationToken cancellationToken) =>
        OneAsync(repository, $"contents/{folder}?ref={sha}", GitHubJson.Default.ImmutableArrayContent, cancellationToken);

    /// <summary>One file, with what is in it.</summary>
    public Task<Outcome<Content>> ContentAsync(Repository repository, string path, string sha, CancellationToken cancellationToken) =>
        OneAsync(repository, $"contents/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}?ref={sha}", GitHubJson.Default.Content, cancellationToken);

    private async Task<Outcome<T>> OneAsync<T>(Repository repository, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        (await GetAsync(repository, calls.Address($"repos/{repository}/{path}"), type, cancellationToken)).Then(page => new Outcome<T>.Done(page.Value));

    private async Task<Outcome<Pages<T>>> AllAsync<T>(Repository repository, string path, JsonTypeInfo<T> type, int most, CancellationToken cancellationToken)
    {
        var read = ImmutableArray.CreateBuilder<T>();
        Uri? next = calls.Address($"repos/{repository}/{path}");
        while (next is not null && read.Count < most)
        {
            var outcome = await GetAsync(repository, next, type, cancellationToken);
            if (outcome is not Outcome<Page<T>>.Done { Value: var page }) return outcome.Then<Page<T>, Pages<T>>(_ => throw new InvalidOperationException("It is not done."));
            read.Add(page.Value);
            next = page.Next;
        }

        return new Outcome<Pages<T>>.Done(new Pages<T>(read.ToImmutable(), next is null));
    }

    private Task<Outcome<Page<T>>> GetAsync<T>(Repository repository, Uri url, JsonTypeInfo<T> type, CancellationToken cancellationToken) => SendAsync(repository, HttpMethod.Get, url, null, type, cancellationToken);

    private async Task<Outcome<Page<T>>> SendAsync<T>(Repository repository, HttpMethod method, Uri url, string? body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await (await tokens.ForAsync(repository, cancellationToken)).ThenAsync(async token =>
        {
            var outcome = await calls.SendAsync(method, url, token, body, type, cancellationToken);
            return outcome is Outcome<Page<T>>.Never { Fault.Code: GitHubCalls.NotSignedIn } && tokens.Forget(repository, token)
                ? new Outcome<Page<T>>.Later("GitHub no longer takes the app's token; the next try gets another.", TimeSpan.FromSeconds(1))
                : outcome;
        });
}
