using System.Collections.Immutable;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary><c>github-review</c>: every merged pull request that brought the version's commit was approved by somebody other than its author.</summary>
/// <remarks>Each person's latest review counts; a comment leaves the one before as it was. Accounts of bots don't count.</remarks>
internal sealed class ReviewVerifier(GitHubClient client, GitHubVersions versions) : GitHubVerifier(versions)
{
    public override ImmutableArray<string> Names => ["github-review"];

    protected override async Task<Outcome<Answer>> JudgeAsync(Repository repository, Revision revision, Question question, CancellationToken cancellationToken)
    {
        var pulls = await client.PullsAsync(repository, revision.Commit.Sha, cancellationToken);
        return await pulls.ThenAsync(pages => JudgeAsync(repository, revision, pages, cancellationToken));
    }

    private async Task<Outcome<Answer>> JudgeAsync(Repository repository, Revision revision, Pages<ImmutableArray<Pull>> pages, CancellationToken cancellationToken)
    {
        ImmutableArray<Pull> merged = [.. pages.Values.SelectMany(pull => pull).Where(pull => pull.MergedAt is not null)];
        if (!pages.Whole) return Answer.Unknown($"{revision} is part of more pull requests than could be read.").Done();
        if (merged.IsEmpty) return Answer.Fails($"No merged pull request brought {revision}: nobody reviewed it.", revision.Commit.HtmlUrl).Done();
        var approvals = new List<string>();
        foreach (var pull in merged)
        {
            var reviews = await client.ReviewsAsync(repository, pull.Number, cancellationToken);
            var judged = reviews.Then(read => Judge(pull, read).Done());
            if (judged is not Outcome<Answer>.Done { Value: { Verdict: EvidenceVerdict.Holds, Says: var says } }) return judged;
            approvals.Add(says);
        }

        return Answer.Holds(string.Join(' ', approvals), merged[0].HtmlUrl).Done();
    }

    private static Answer Judge(Pull pull, Pages<ImmutableArray<Review>> pages)
    {
        if (!pages.Whole) return Answer.Unknown($"#{pull.Number} has more reviews than could be read.", pull.HtmlUrl);
        if (pull.User is not { } author) return Answer.Unknown($"The account that opened #{pull.Number} is gone: who else approved it can't be told.", pull.HtmlUrl);
        var last = pages.Values.SelectMany(page => page)
            .Where(review => review is { User.IsBot: false, State: "APPROVED" or "CHANGES_REQUESTED" or "DISMISSED" } && !review.User.Login.Equals(author.Login, StringComparison.OrdinalIgnoreCase))
            .GroupBy(review => review.User!.Login, StringComparer.OrdinalIgnoreCase).Select(reviews => (reviews.Key, reviews.Last().State)).ToList();
        ImmutableArray<string> against = [.. last.Where(review => review.State == "CHANGES_REQUESTED").Select(review => review.Key)], by = [.. last.Where(review => review.State == "APPROVED").Select(review => review.Key)];
        if (!against.IsEmpty) return Answer.Fails($"{Words.List(against)} asked for changes in #{pull.Number}.", pull.HtmlUrl);
        return by.IsEmpty
            ? Answer.Fails($"Nobody has approved #{pull.Number} beside its author {author.Login}.", pull.HtmlUrl)
            : Answer.Holds($"#{pull.Number} of {author.Login} was approved by {Words.List(by)}.", pull.HtmlUrl);
    }
}
