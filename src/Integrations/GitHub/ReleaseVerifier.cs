using System.Collections.Immutable;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary><c>github-release</c>: the version is a tag; a published release of it is said too.</summary>
internal sealed class ReleaseVerifier(GitHubClient client, GitHubVersions versions) : GitHubVerifier(versions)
{
    public override ImmutableArray<string> Names => ["github-release"];

    protected override async Task<Outcome<Answer>> JudgeAsync(Repository repository, Revision revision, Question question, CancellationToken cancellationToken)
    {
        if (revision.Tag is not { } tag) return Answer.Fails($"{revision} is a commit without a tag or release of that name.", revision.Commit.HtmlUrl).Done();
        return await client.ReleaseAsync(repository, tag, cancellationToken) is Outcome<Release>.Done { Value: var release }
            ? Answer.Holds($"{revision} is {(release.Prerelease ? "a pre-release" : "a release")}.", release.HtmlUrl).Done()
            : Answer.Holds($"{revision} is a tag.", revision.Commit.HtmlUrl).Done();
    }

    protected override Answer WithoutRevision(Fault missing) => Answer.Fails(missing.Why);
}
