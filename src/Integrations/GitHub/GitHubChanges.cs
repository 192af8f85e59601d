using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>What changed between two versions, by GitHub's comparison of their commits.</summary>
internal sealed class GitHubChanges(GitHubClient client, GitHubVersions versions, Differences differences) : IChanges
{
    /// <summary>Pages of a hundred commits; commits whose pull requests are looked up, the newest; and how many of those at once.</summary>
    private const int MostPages = 3, MostLookedUp = 40, AtOnce = 5;

    public async Task<Outcome<ChangeSet>> BetweenAsync(string repository, string from, string to, CancellationToken cancellationToken)
    {
        if (Repository.Read(repository) is not { } read) return new Outcome<ChangeSet>.Never(new Fault("github-no-repository", "The repository has to be written as owner/name.", "Correct it in the service's file."));
        var before = await versions.FindAsync(read, from, cancellationToken);
        return await before.ThenAsync(async old => await (await versions.FindAsync(read, to, cancellationToken)).ThenAsync(async wanted =>
        {
            var difference = await differences.BetweenAsync(read, old.Commit.Sha, wanted.Commit.Sha, MostPages, cancellationToken);
            return await difference.ThenAsync(found => WithPullsAsync(read, found, cancellationToken));
        }));
    }

    private async Task<Outcome<ChangeSet>> WithPullsAsync(Repository repository, Difference found, CancellationToken cancellationToken)
    {
        var asked = found.Commits.TakeLast(MostLookedUp).ToList();
        var answers = new Outcome<Pages<ImmutableArray<Pull>>>[asked.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, asked.Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (at, token) => answers[at] = await client.PullsAsync(repository, asked[at].Sha, token));
        var pulls = new List<Pull>();
        foreach (var answer in answers)
        {
            if (answer is not Outcome<Pages<ImmutableArray<Pull>>>.Done { Value: var pages }) return answer.Then<Pages<ImmutableArray<Pull>>, ChangeSet>(_ => throw new InvalidOperationException("It is not done."));
            pulls.AddRange(pages.Values.SelectMany(page => page).Where(pull => pull.MergedAt is not null));
        }

        return new Outcome<ChangeSet>.Done(new ChangeSet(
            [.. found.Commits.Select(Read)], [.. pulls.DistinctBy(pull => pull.Number).Select(Read)], found.Paths,
            !found.AllCommits || !found.AllPaths || found.Commits.Length > MostLookedUp, found.Link)
        {
            Dropped = found.Dropped,
        });
    }

    private static Change Read(Commit commit) => new(
        commit.Sha, BoundedReads.Printable(commit.Author?.Login ?? commit.Text.Author?.Name ?? "somebody", 60), BoundedReads.Printable(commit.Text.Message.Split('\n', 2)[0], 120))
    {
        At = commit.Text.Author?.Date,
        Email = commit.Text.Author?.Email is { Length: <= 254 } email && email.Contains('@', StringComparison.Ordinal) ? email : null,
    };

    private static ChangeRequest Read(Pull pull) => new(pull.Number, BoundedReads.Printable(pull.Title, 120), pull.User?.Login ?? "somebody", pull.HtmlUrl);
}
