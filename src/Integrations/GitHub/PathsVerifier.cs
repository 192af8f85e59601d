using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Conditions;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary><c>github-paths</c>: no file that matches differs between what runs and what is to be deployed, or at least one does.</summary>
internal sealed class PathsVerifier(GitHubVersions versions, Differences differences) : GitHubVerifier(versions)
{
    private const int MostNamed = 3;

    public override ImmutableArray<string> Names => ["github-paths"];

    protected override async Task<Outcome<Answer>> JudgeAsync(Repository repository, Revision revision, Question question, CancellationToken cancellationToken)
    {
        ImmutableArray<string> globs = [.. (question.Options.GetValueOrDefault("paths") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        if (globs.IsEmpty) return Answer.Unknown("paths: has to be a pattern like db/migrations/**, or several with commas between.").Done();
        if (question.Options.GetValueOrDefault("expect", "none") is not ("none" or "some")) return Answer.Unknown("expect: has to be none or some.").Done();
        if (question.FromVersion is not { } from) return Answer.Unknown($"What {question.Service} runs in {question.Environment} is not known: there is nothing to compare with.").Done();
        var before = await Versions.FindAsync(repository, from, cancellationToken);
        return await before.ThenAsync(async old =>
        {
            var between = await differences.BetweenAsync(repository, old.Commit.Sha, revision.Commit.Sha, 1, cancellationToken);
            return between.Then(difference => Judge(difference, globs, question.Options.GetValueOrDefault("expect") == "some", $"between {old} and {revision}").Done());
        });
    }

    private static Answer Judge(Difference difference, ImmutableArray<string> globs, bool wanted, string between)
    {
        ImmutableArray<string> hits = [.. difference.Paths.Where(path => globs.Any(glob => Glob.MatchesPath(glob, path)))];
        var asked = string.Join(", ", globs);
        if (hits.IsEmpty && !difference.AllPaths) return Answer.Unknown($"More files changed {between} than GitHub lists, so whether {asked} did can't be told.", difference.Link);
        if (hits.IsEmpty) return new Answer(wanted ? EvidenceVerdict.Fails : EvidenceVerdict.Holds, $"Nothing in {asked} changed {between}.", difference.Link);
        var named = hits.Take(MostNamed).Select(path => BoundedReads.Printable(path, 80));
        var says = hits.Length > MostNamed ? $"{string.Join(", ", named)} and {hits.Length - MostNamed} more changed {between}." : $"{Words.List(named)} changed {between}.";
        return new Answer(wanted ? EvidenceVerdict.Holds : EvidenceVerdict.Fails, says, difference.Link);
    }
}
