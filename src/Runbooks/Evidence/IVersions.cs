using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Evidence;

/// <summary>Where it is known which versions there are.</summary>
public interface IVersions
{
    /// <summary>The newest versions, the newest first; at most thirty.</summary>
    /// <param name="repository"><c>owner/name</c>.</param>
    Task<Outcome<ImmutableArray<KnownVersion>>> NewestAsync(string repository, CancellationToken cancellationToken);
}

/// <param name="At">When its commit was made; null = not known.</param>
/// <param name="By">Whose commit it is; null = not known.</param>
public sealed record KnownVersion(string Name, DateTimeOffset? At, string? By, ChecksState Checks);

/// <summary>How all checks of a commit stand together.</summary>
public enum ChecksState
{
    /// <summary>There are none, or it can't be told.</summary>
    Unknown,
    Running,
    Green,
    Red,
}
