using System.Collections.Immutable;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>What verifies something about the commit that a version stands for.</summary>
internal abstract class GitHubVerifier(GitHubVersions versions) : IVerifier
{
    protected GitHubVersions Versions { get; } = versions;

    public abstract ImmutableArray<string> Names { get; }

    public async Task<Answer> LookAsync(Question question, CancellationToken cancellationToken)
    {
        if (question.Repository is null) return Answer.Unknown($"{question.Service} names no repository.");
        if (Repository.Read(question.Repository) is not { } repository) return Answer.Unknown($"The repository of {question.Service} has to be written as owner/name.");
        var found = await Versions.FindAsync(repository, question.Version, cancellationToken);
        if (found is Outcome<Revision>.Never { Fault: { Code: GitHubCalls.NoCommit } missing }) return WithoutRevision(missing);
        return (await found.ThenAsync(revision => JudgeAsync(repository, revision, question, cancellationToken))).OrUnknown();
    }

    /// <summary>What to answer when the repository was read and has no such version.</summary>
    protected virtual Answer WithoutRevision(Fault missing) => Answer.Unknown(missing.Why);

    protected abstract Task<Outcome<Answer>> JudgeAsync(Repository repository, Revision revision, Question question, CancellationToken cancellationToken);
}
