using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>Follow-ups as issues, reviews as pull requests. Neither call can be repeated safely: an issue is found by a comment in its text that readers do not see, a pull request by its branch.</summary>
/// <remarks>The token or the app needs write access to issues, contents and pull requests of that repository.</remarks>
internal sealed class GitHubTracker(GitHubClient client) : ITracker
{
    private const string Exists = "github-422", Write = "Give the token or the app write access to issues, contents and pull requests there.";

    public async Task<Outcome<Uri>> FileAsync(FiledFollowUp followUp, CancellationToken cancellationToken)
    {
        if (Repository.Read(followUp.Repository) is not { } repository) return NoRepository(followUp.Repository);
        var mark = $"<!-- {followUp.Marker} -->";
        return Explained(await (await client.IssuesAsync(repository, followUp.Since, cancellationToken)).ThenAsync(async pages =>
        {
            if (pages.Values.SelectMany(page => page).FirstOrDefault(issue => issue.Body?.Contains(mark, StringComparison.Ordinal) == true) is { } found) return new Outcome<Uri>.Done(found.HtmlUrl);
            var body = new JsonObject { ["title"] = followUp.Title, ["body"] = $"{followUp.Text}\n\n{mark}\n" };
            return (await client.SendAsync(repository, HttpMethod.Post, "issues", body.ToJsonString(), GitHubJson.Default.Issue, cancellationToken)).Then(issue => new Outcome<Uri>.Done(issue.HtmlUrl));
        }));
    }

    public async Task<Outcome<Uri>> ProposeAsync(ProposedReview review, CancellationToken cancellationToken)
    {
        if (Repository.Read(review.Repository) is not { } repository) return NoRepository(review.Repository);
        var main = await client.SendAsync(repository, HttpMethod.Get, "", null, GitHubJson.Default.RepositoryBody, cancellationToken);
        return Explained(await main.ThenAsync(async about => await (await BranchAsync(repository, about.DefaultBranch, review.Branch, cancellationToken))
            .ThenAsync(async _ => await (await KeepAsync(repository, review, cancellationToken)).ThenAsync(_ => PullAsync(repository, about.DefaultBranch, review, cancellationToken)))));
    }

    /// <summary>The branch, made where the main one stands; one that is there already stays.</summary>
    private async Task<Outcome<Nothing>> BranchAsync(Repository repository, string main, string branch, CancellationToken cancellationToken)
    {
        var head = await client.SendAsync(repository, HttpMethod.Get, $"git/ref/heads/{Escaped(main)}", null, GitHubJson.Default.GitReference, cancellationToken);
        return await head.ThenAsync(async from =>
        {
            var body = new JsonObject { ["ref"] = $"refs/heads/{branch}", ["sha"] = from.Object.Sha };
            var made = await client.SendAsync(repository, HttpMethod.Post, "git/refs", body.ToJsonString(), GitHubJson.Default.GitReference, cancellationToken);
            return made is Outcome<GitReference>.Never { Fault.Code: Exists } ? new Outcome<Nothing>.Done(Nothing.Value) : made.Then(_ => new Outcome<Nothing>.Done(Nothing.Value));
        });
    }

    /// <summary>The file on the branch, in place of what an earlier try or an earlier resolution left.</summary>
    private async Task<Outcome<Nothing>> KeepAsync(Repository repository, ProposedReview review, CancellationToken cancellationToken)
    {
        var path = $"contents/{Escaped(review.Path)}";
        var there = await client.SendAsync(repository, HttpMethod.Get, $"{path}?ref={Uri.EscapeDataString(review.Branch)}", null, GitHubJson.Default.FileBody, cancellationToken);
        if (there is Outcome<FileBody>.Later later) return new Outcome<Nothing>.Later(later.Why, later.After);
        if (there is Outcome<FileBody>.Never { Fault: { Code: not GitHubCalls.NotFound } fault }) return new Outcome<Nothing>.Never(fault);
        var content = Convert.ToBase64String(Encoding.UTF8.GetBytes(review.Markdown));
        var known = (there as Outcome<FileBody>.Done)?.Value;
        if (known?.Content?.ReplaceLineEndings("") == content) return new Outcome<Nothing>.Done(Nothing.Value);
        var body = new JsonObject { ["message"] = review.Title, ["content"] = content, ["branch"] = review.Branch };
        if (known is not null) body["sha"] = known.Sha;
        return (await client.SendAsync(repository, HttpMethod.Put, path, body.ToJsonString(), GitHubJson.Default.FileKept, cancellationToken)).Then(_ => new Outcome<Nothing>.Done(Nothing.Value));
    }

    private async Task<Outcome<Uri>> PullAsync(Repository repository, string main, ProposedReview review, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["title"] = review.Title, ["head"] = review.Branch, ["base"] = main, ["body"] = review.Text };
        var made = await client.SendAsync(repository, HttpMethod.Post, "pulls", body.ToJsonString(), GitHubJson.Default.Issue, cancellationToken);
        if (made is not Outcome<Issue>.Never { Fault: { Code: Exists } fault }) return made.Then(pull => new Outcome<Uri>.Done(pull.HtmlUrl));
        var known = await client.SendAsync(repository, HttpMethod.Get, $"pulls?state=all&head={Uri.EscapeDataString($"{repository.Owner}:{review.Branch}")}", null, GitHubJson.Default.ImmutableArrayIssue, cancellationToken);
        return known.Then(pulls => pulls.IsEmpty ? (Outcome<Uri>)new Outcome<Uri>.Never(fault) : new Outcome<Uri>.Done(pulls[0].HtmlUrl));
    }

    /// <summary>GitHub says "not there" to those who may not write, too.</summary>
    private static Outcome<Uri> Explained(Outcome<Uri> outcome) =>
        outcome is Outcome<Uri>.Never { Fault: { Code: GitHubCalls.NotFound or "github-forbidden" } fault } ? new Outcome<Uri>.Never(fault with { Next = Write }) : outcome;

    private static Outcome<Uri>.Never NoRepository(string name) => new(new Fault("github-repository", $"{name} is no repository.", "Write repository: owner/name in incidents.yaml."));

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
