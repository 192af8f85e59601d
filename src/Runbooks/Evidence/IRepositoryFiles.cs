using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Evidence;

/// <summary>Where the files of a service's repository are read.</summary>
public interface IRepositoryFiles
{
    /// <summary>The YAML files of one folder, without those below it, at a version.</summary>
    /// <param name="repository"><c>owner/name</c>.</param>
    Task<Outcome<ImmutableArray<RepositoryFile>>> ReadAsync(string repository, string version, string folder, CancellationToken cancellationToken);
}

/// <param name="Path">From the repository's root.</param>
public sealed record RepositoryFile(string Path, string Text);
