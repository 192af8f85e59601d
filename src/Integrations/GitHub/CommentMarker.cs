using System.Globalization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.GitHub;

/// <summary>Comments on each pull request that went out: where it is live now, or that it was taken back.</summary>
/// <remarks>The run's key is in each comment, unseen: what was written before is found by it, so a try that was cut short goes on where it stopped.</remarks>
internal sealed class CommentMarker(GitHubMarks marks) : IDeploymentMarker
{
    /// <summary>Beyond this it is a release of everything: nobody waits for word about one of so many.</summary>
    private const int MostPulls = 30;

    /// <summary>Clocks differ: a comment is looked for from a little before the run on.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    public string System => "github-comments";

    public bool Wants(Service service, MarkPhase phase) => phase is MarkPhase.Succeeded or MarkPhase.RolledBack && service.Tell?.GitHub.Contains("comments") == true;

    public async Task<Outcome<Record>> MarkAsync(Mark mark, CancellationToken cancellationToken)
    {
        if (Repository.Read(mark.Service.Repository) is not { } repository) return NoRepository.Of<Record>();
        var pulls = mark.Changes?.PullRequests.Take(MostPulls).ToList() ?? [];
        foreach (var pull in pulls)
        {
            var written = await (await marks.HasCommentAsync(repository, pull.Number, Marker(mark), mark.Began - Margin, cancellationToken)).ThenAsync(async before =>
                before ? new Outcome<bool>.Done(true) : (await marks.CommentAsync(repository, pull.Number, Body(mark), cancellationToken)).Then(_ => new Outcome<bool>.Done(true)));

            // One that is locked or gone does not keep the others from being told.
            if (written is Outcome<bool>.Later later) return new Outcome<Record>.Later(later.Why, later.After);
            if (written is Outcome<bool>.Never { Fault: { Code: GitHubCalls.NotSignedIn or "github-forbidden" } fault }) return new Outcome<Record>.Never(fault);
        }

        return new Outcome<Record>.Done(new Record(pulls.Count.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Marker(Mark mark) => $"<!-- {mark.Key} -->";

    private static string Body(Mark mark) => $"{Marker(mark)}\n{Escaped(mark.Says)}.{(mark.Link is { } link ? $" [Run {mark.Run}]({link.AbsoluteUri})" : $" Run {mark.Run}.")}";

    /// <summary>Names come from files and people: they neither mention anybody nor format anything.</summary>
    private static string Escaped(string text) => string.Concat(text.Select(letter => letter is '@' or '#' or '*' or '_' or '`' or '[' or ']' or '<' or '>' or '\\' or '!' or '~' ? $"\\{letter}" : $"{letter}")).Replace("\\@", "@\u200b", StringComparison.Ordinal);
}
