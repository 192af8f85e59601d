using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary><c>github-checks</c>: every check run and every commit status of the version's commit is green, and there is at least one.</summary>
internal sealed class ChecksVerifier(GitHubClient client, GitHubVersions versions) : GitHubVerifier(versions)
{
    private const int MostNamed = 3;

    private enum State
    {
        Green,
        Pending,
        Failing,
    }

    public override ImmutableArray<string> Names => ["github-checks"];

    protected override async Task<Outcome<Answer>> JudgeAsync(Repository repository, Revision revision, Question question, CancellationToken cancellationToken)
    {
        var runs = await client.CheckRunsAsync(repository, revision.Commit.Sha, cancellationToken);
        return await runs.ThenAsync(async checks =>
        {
            var statuses = await client.StatusesAsync(repository, revision.Commit.Sha, cancellationToken);
            return statuses.Then(contexts => Judge(revision, checks, contexts).Done());
        });
    }

    private static Answer Judge(Revision revision, Pages<CheckRuns> checks, Pages<CombinedStatus> contexts)
    {
        ImmutableArray<Check> all = [.. checks.Values.SelectMany(page => page.Runs).Select(Check.Of), .. contexts.Values.SelectMany(page => page.Statuses).Select(Check.Of)];
        var expected = checks.Values.Max(page => page.TotalCount) + contexts.Values.Max(page => page.TotalCount);
        var link = Addresses.Read(revision.Commit.HtmlUrl + "/checks");
        ImmutableArray<Check> failing = [.. all.Where(check => check.State == State.Failing)], pending = [.. all.Where(check => check.State == State.Pending)];
        if (!failing.IsEmpty) return Answer.Fails($"{Listed(failing)} on {revision}.", failing[0].Link ?? link);
        if (!pending.IsEmpty) return Answer.Pending($"{Listed(pending)} on {revision}.", link);
        if (!checks.Whole || !contexts.Whole || all.Length < expected) return Answer.Unknown($"There are more checks on {revision} than could be read.", link);
        if (all.IsEmpty) return Answer.Fails($"No check has run on {revision}.", link);
        return Answer.Holds(all.Length == 1 ? $"The one check on {revision} is green." : $"All {all.Length} checks on {revision} are green.", link);
    }

    private static string Listed(ImmutableArray<Check> checks)
    {
        var named = checks.Take(MostNamed).Select(check => $"{BoundedReads.Printable(check.Name, 60)} {check.Says}");
        return checks.Length > MostNamed ? $"{string.Join(", ", named)} and {checks.Length - MostNamed} more" : Words.List(named);
    }

    /// <summary>A check run or a commit status, which say the same in different words.</summary>
    private sealed record Check(string Name, State State, string Says, Uri? Link)
    {
        public static Check Of(CheckRun run) => (run.Status, run.Conclusion) switch
        {
            ("completed", "success" or "neutral" or "skipped") => new Check(run.Name, State.Green, "is green", run.HtmlUrl),
            ("completed", "failure") => new Check(run.Name, State.Failing, "failed", run.HtmlUrl),
            ("completed", var end) => new Check(run.Name, State.Failing, $"ended as {Word(end ?? "nothing")}", run.HtmlUrl),
            var (status, _) => new Check(run.Name, State.Pending, $"is {Word(status)}", run.HtmlUrl),
        };

        public static Check Of(CommitStatus status) => status.State switch
        {
            "success" => new Check(status.Context, State.Green, "is green", Addresses.Read(status.TargetUrl)),
            "pending" => new Check(status.Context, State.Pending, "is pending", Addresses.Read(status.TargetUrl)),
            "failure" => new Check(status.Context, State.Failing, "failed", Addresses.Read(status.TargetUrl)),
            var other => new Check(status.Context, State.Failing, $"ended as {Word(other)}", Addresses.Read(status.TargetUrl)),
        };

        private static string Word(string state) => BoundedReads.Printable(state, 30).Replace('_', ' ');
    }
}
