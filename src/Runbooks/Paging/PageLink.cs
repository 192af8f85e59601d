using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Paging;

/// <summary>What a link to one person's page says. It is sent signed: whoever opens it is that person, for this page alone.</summary>
/// <remarks>Made of what is kept, without chance: sent twice, it is the same link, and used once it is used up.</remarks>
/// <param name="Subject">What the page is about.</param>
/// <param name="Round">The round it belongs to.</param>
/// <param name="Way">What tells the links of one round apart: the number of the call, or the system that it was sent through.</param>
/// <param name="For">Who may use it.</param>
/// <param name="Until">Not from this moment on.</param>
/// <param name="Back">What can be taken back by it; null = it is for an answer alone.</param>
public sealed record PageLink(string Subject, int Round, string Way, Person For, DateTimeOffset Until, OfferedRollback? Back)
{
    /// <summary>How long a link holds, from the call that it belongs to.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(30);

    /// <summary>The name under which it is kept that it was used.</summary>
    public string Name => $"page-link:{Subject}/{Round}/{Way}:{Back?.Run}";
}

/// <summary>The rollback that a link offers: of this run, from the version that it brought to the one before, and no other.</summary>
public sealed record OfferedRollback(RunId Run, string From, string To);
