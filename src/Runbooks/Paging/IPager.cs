using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Paging;

public enum PagerAction
{
    Trigger,
    Acknowledge,
    Resolve,
}

/// <summary>What a system that calls people is told.</summary>
/// <param name="Key">The same for everything about one round of a page.</param>
/// <param name="Summary">A sentence.</param>
/// <param name="Link">Where people look closer.</param>
public sealed record PagerNote(PagerAction Action, string Key, string Summary, string Source, bool Critical, Uri? Link)
{
    /// <summary>What can be done about it: a label, and where.</summary>
    public ImmutableArray<(string Label, Uri Url)> Ways { get; init; } = [];
}

/// <summary>A system that calls people: PagerDuty. Telling it the same thing twice changes nothing.</summary>
public interface IPager
{
    /// <summary>As people call it.</summary>
    string Name { get; }

    /// <summary>How long it is waited for before the bot pages by itself.</summary>
    TimeSpan Patience { get; }

    Task<Outcome<Nothing>> TellAsync(PagerNote note, CancellationToken cancellationToken);
}
