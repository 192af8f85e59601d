using System.Collections.Immutable;
using ChatOps.Runbooks.Access;

namespace ChatOps.Runbooks.Evidence;

/// <summary>Something that can look at the world and say whether a checklist item holds.</summary>
/// <remarks>
/// It changes nothing, so it can be asked as often as wanted. What it can't find out is <see cref="EvidenceVerdict.Unknown"/>, said in words: it throws for
/// nothing but cancellation.
/// </remarks>
public interface IVerifier
{
    /// <summary>What it answers to, as a runbook's <c>verify:</c> says.</summary>
    ImmutableArray<string> Names { get; }

    Task<Answer> LookAsync(Question question, CancellationToken cancellationToken);
}

/// <summary>What a checklist item wants to know.</summary>
/// <param name="Verify">One of the verifier's names: <c>github-checks</c>.</param>
/// <param name="Options">What stands beside <c>verify:</c> in the runbook: <c>url</c>, <c>paths</c>, <c>days</c>. No placeholders are left in them.</param>
/// <param name="Repository"><c>owner/name</c>; null when the service's file names none.</param>
/// <param name="Version">What is to be deployed.</param>
/// <param name="FromVersion">What runs now; null when nothing is known to.</param>
/// <param name="Requester">Who asked for the run.</param>
public sealed record Question(
    string Verify, ImmutableSortedDictionary<string, string> Options, string Service, string Environment, string? Repository, string Version, string? FromVersion, Person Requester);

public enum EvidenceVerdict
{
    /// <summary>It was looked at, and it is so.</summary>
    Holds,

    /// <summary>It was looked at, and it is not so.</summary>
    Fails,

    /// <summary>It is being found out elsewhere: look again.</summary>
    Pending,

    /// <summary>It could not be looked at. Never to be taken for <see cref="Holds"/>.</summary>
    Unknown,
}

/// <param name="Says">One sentence for people: what was found, or why nothing could be.</param>
/// <param name="Link">Where to see it; null where there is nothing to see.</param>
public sealed record Answer(EvidenceVerdict Verdict, string Says, Uri? Link)
{
    public static Answer Holds(string says, Uri? link = null) => new(EvidenceVerdict.Holds, says, link);

    public static Answer Fails(string says, Uri? link = null) => new(EvidenceVerdict.Fails, says, link);

    public static Answer Pending(string says, Uri? link = null) => new(EvidenceVerdict.Pending, says, link);

    public static Answer Unknown(string says, Uri? link = null) => new(EvidenceVerdict.Unknown, says, link);
}
