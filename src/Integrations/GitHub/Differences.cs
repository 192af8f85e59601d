using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>What lies between two commits.</summary>
/// <param name="Commits">What the second has that the first lacks, oldest first.</param>
/// <param name="Dropped">How many commits the first has that the second lacks.</param>
/// <param name="AllCommits">False when there are more commits than these.</param>
/// <param name="AllPaths">False when there may be more paths than these.</param>
internal sealed record Difference(ImmutableArray<Commit> Commits, ImmutableArray<string> Paths, int Dropped, bool AllCommits, bool AllPaths, Uri Link);

/// <summary>Compares two commits of a repository.</summary>
internal sealed class Differences(GitHubClient client)
{
    /// <summary>So many files GitHub lists at most, without saying that there are more.</summary>
    private const int MostFiles = 300;

    /// <param name="mostPages">Of a hundred commits each.</param>
    public async Task<Outcome<Difference>> BetweenAsync(Repository repository, string from, string to, int mostPages, CancellationToken cancellationToken)
    {
        var ahead = await client.CompareAsync(repository, from, to, mostPages, cancellationToken);
        return await ahead.ThenAsync(async pages =>
        {
            var first = pages.Values[0];
            if (first.BehindBy == 0) return new Outcome<Difference>.Done(Joined(pages, null));

            // GitHub lists what the newer one has since they parted. Going back, what the older one loses counts just as much.
            var behind = await client.CompareAsync(repository, to, from, 1, cancellationToken);
            return behind.Then(back => new Outcome<Difference>.Done(Joined(pages, back.Values[0])));
        });
    }

    private static Difference Joined(Pages<Comparison> pages, Comparison? back)
    {
        var first = pages.Values[0];
        ImmutableArray<Commit> commits = [.. pages.Values.SelectMany(page => page.Commits)];
        ImmutableArray<ChangedFile> ahead = first.Files ?? [], behind = back?.Files ?? [];
        return new Difference(
            commits,
            [.. ahead.Concat(behind).SelectMany(file => file.PreviousFilename is { } old ? [file.Filename, old] : (string[])[file.Filename]).Distinct()],
            first.BehindBy,
            pages.Whole && commits.Length >= first.TotalCommits,
            IsWhole(first) && (back is null || IsWhole(back)),
            first.HtmlUrl);
    }

    // No list at all is not an empty list.
    private static bool IsWhole(Comparison comparison) => comparison.Files is { Length: < MostFiles };
}
