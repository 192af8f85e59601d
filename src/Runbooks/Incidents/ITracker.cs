using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>Something that is to be done afterwards.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Marker">Kept in its text, so that it is found rather than filed again.</param>
/// <param name="Since">Nothing older can be it.</param>
public sealed record FiledFollowUp(string Repository, string Title, string Text, string Marker, DateTimeOffset Since);

/// <summary>A review that is proposed for a repository.</summary>
/// <param name="Path">The file's path in it.</param>
/// <param name="Branch">The branch that it comes by: the same each time.</param>
public sealed record ProposedReview(string Repository, string Path, string Branch, string Title, string Text, string Markdown);

/// <summary>Where work is written down: GitHub. What was written down before is found by its marker or its branch.</summary>
public interface ITracker
{
    /// <returns>The address.</returns>
    Task<Outcome<Uri>> FileAsync(FiledFollowUp followUp, CancellationToken cancellationToken);

    /// <returns>The pull request's address.</returns>
    Task<Outcome<Uri>> ProposeAsync(ProposedReview review, CancellationToken cancellationToken);
}
