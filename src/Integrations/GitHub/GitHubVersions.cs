using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>A version as the repository knows it.</summary>
/// <param name="Tag">Null when the version is the commit's own hash.</param>
internal sealed record Revision(Commit Commit, string? Tag)
{
    public string Short => Commit.Sha[..Math.Min(7, Commit.Sha.Length)];

    /// <summary><c>v1.2.3 (6dcb09b)</c>.</summary>
    public override string ToString() => Tag is null ? Short : $"{Tag} ({Short})";
}

/// <summary>Finds what a version stands for: the tag <c>VERSION</c>, the tag <c>vVERSION</c>, or the commit of that hash, in this order.</summary>
internal sealed class GitHubVersions(GitHubClient client)
{
    /// <summary>Never, with <see cref="GitHubCalls.NoCommit"/>, when the repository has none of them.</summary>
    public async Task<Outcome<Revision>> FindAsync(Repository repository, string version, CancellationToken cancellationToken)
    {
        var found = await FindTagAsync(repository, version, cancellationToken);
        if (!IsMissing(found) || !IsHash(version)) return found;
        var byHash = await client.CommitAsync(repository, version, cancellationToken);

        // A branch can be called like a hash, and would be found by its name.
        return byHash.Then<Commit, Revision>(commit => commit.Sha.StartsWith(version, StringComparison.OrdinalIgnoreCase) ? new Outcome<Revision>.Done(new Revision(commit, null)) : Missing(repository, version))
            is var outcome && IsMissing(outcome) ? Missing(repository, version) : outcome;
    }

    /// <inheritdoc cref="FindAsync"/>
    public async Task<Outcome<Revision>> FindTagAsync(Repository repository, string version, CancellationToken cancellationToken)
    {
        if (!IsUsable(version)) return Missing(repository, version);
        foreach (var tag in (string[])[version, $"v{version}"])
        {
            var outcome = (await client.CommitAsync(repository, $"tags/{tag}", cancellationToken)).Then(commit => new Outcome<Revision>.Done(new Revision(commit, tag)));
            if (!IsMissing(outcome)) return outcome;
        }

        return Missing(repository, version);
    }

    public static bool IsMissing(Outcome<Revision> outcome) => outcome is Outcome<Revision>.Never { Fault.Code: GitHubCalls.NoCommit };

    private static Outcome<Revision>.Never Missing(Repository repository, string version) =>
        new(new Fault(GitHubCalls.NoCommit, $"{repository} has no tag {BoundedReads.Printable(version, 80)}, with or without a v, and no such commit."));

    // What can be part of an address without becoming another one.
    private static bool IsUsable(string version) => version.Length is > 0 and <= 200 && !version.Contains("..", StringComparison.Ordinal)
        && version.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or '+' or '/' or '@');

    private static bool IsHash(string version) => version.Length is >= 7 and <= 64 && version.All(char.IsAsciiHexDigit);
}
