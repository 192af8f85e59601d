using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Evidence;

/// <summary>Something that can look at the world and say whether a checklist item holds.</summary>
/// <remarks>What can't be told is <see cref="EvidenceVerdict.Unknown"/>, with a sentence why: never as good as holding.</remarks>
public interface IVerifier
{
    /// <summary>What it answers to after <c>verify:</c>.</summary>
    ImmutableArray<string> Names { get; }

    Task<Seen> LookAsync(Question question, CancellationToken cancellationToken);
}

/// <summary>What is asked.</summary>
/// <param name="Options">What the item says under <c>with:</c>.</param>
/// <param name="Repository">As the service's file says; null = none.</param>
/// <param name="FromVersion">What is live before; null = not known.</param>
public sealed record Question(
    string Verify, ImmutableSortedDictionary<string, string> Options, string Service, string Environment, string? Repository, string Version, string? FromVersion, Person Requester)
{
    public string? Option(string name) => Options.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}

public enum EvidenceVerdict
{
    Holds,
    Fails,
    Pending,
    Unknown,
}

/// <param name="Says">A sentence without its full stop: <c>12 checks are green</c>.</param>
/// <param name="Link">Where it can be seen.</param>
public sealed record Seen(EvidenceVerdict Verdict, string Says, Uri? Link = null);

/// <summary>Tells what changed between two versions.</summary>
public interface IChanges
{
    Task<Outcome<ChangeSet>> BetweenAsync(string repository, string from, string to, CancellationToken cancellationToken);
}

/// <summary>What changed between two versions.</summary>
/// <param name="Commits">Oldest first.</param>
/// <param name="Paths">From the repository's root.</param>
/// <param name="Truncated">There is more than could be read.</param>
/// <param name="Dropped">Commits of the old version that the new one does not have.</param>
public sealed record ChangeSet(ImmutableArray<ChangeSet.Change> Commits, int Count, ImmutableArray<string> Paths, bool Truncated, int Dropped, Uri? Link)
{
    public sealed record Change(string Sha, string Says, string By);
}
