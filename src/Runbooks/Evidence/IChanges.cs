using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Evidence;

/// <summary>Where it is known what changed between two versions.</summary>
public interface IChanges
{
    /// <param name="repository"><c>owner/name</c>.</param>
    /// <param name="from">The version that runs.</param>
    /// <param name="to">The version that would.</param>
    Task<Outcome<ChangeSet>> BetweenAsync(string repository, string from, string to, CancellationToken cancellationToken);
}

/// <summary>What a version brings that another does not have.</summary>
/// <param name="Commits">Oldest first.</param>
/// <param name="PullRequests">Those that brought the commits, each once, in the commits' order.</param>
/// <param name="Paths">Files that differ, and what renamed ones were called before.</param>
/// <param name="Truncated">True when there is more than what is listed here.</param>
/// <param name="Link">Where people can read it all.</param>
public sealed record ChangeSet(
    ImmutableArray<Change> Commits, ImmutableArray<ChangeRequest> PullRequests, ImmutableArray<string> Paths, bool Truncated, Uri? Link)
{
    /// <summary>How many commits the older version has that the newer lacks: going there would drop them. 0 for a plain step forward.</summary>
    public int Dropped { get; init; }
}

/// <param name="Id">The commit's whole hash.</param>
/// <param name="Title">The first line of its message.</param>
public sealed record Change(string Id, string Author, string Title)
{
    /// <summary>When it was written; null when that is not known.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The author's address, as the commit has it; null when it has none.</summary>
    public string? Email { get; init; }
}

/// <summary>A pull request.</summary>
public sealed record ChangeRequest(int Number, string Title, string Author, Uri? Link);
