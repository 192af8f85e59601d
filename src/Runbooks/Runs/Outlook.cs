using System.Collections.Immutable;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>What is known about a change before it is started: looked at when somebody asks for its plan, and kept nowhere.</summary>
/// <param name="Changes">What the version brings; null when it can't be told, and <paramref name="NoChanges"/> says why.</param>
/// <param name="Items">Checklist items that verify themselves, as they stand now.</param>
/// <param name="Approvers">For each approval of the plan, in order, who could give it.</param>
/// <param name="Window">Whether the place may change now, in words.</param>
public sealed record Outlook(ChangeSet? Changes, string? NoChanges, ImmutableArray<ItemOutlook> Items, ImmutableArray<ApproverOutlook> Approvers, WindowOutlook Window, Usual? Usual)
{
    /// <summary>How this version failed there before, as a sentence; null = it did not.</summary>
    public string? FailedBefore { get; init; }

    /// <summary>What each operation would change.</summary>
    public ImmutableArray<Foreseen> Operations { get; init; } = [];
}

/// <summary>What an operation would change, as it was looked at before anything was done.</summary>
/// <param name="Shows">Lines for people, or why it can't be told.</param>
public sealed record Foreseen(StepId Step, string Title, ImmutableArray<string> Shows);

/// <param name="Answer">What was seen.</param>
public sealed record ItemOutlook(string Text, Answer Answer);

/// <param name="People">Who may approve, without the one who asks; by name.</param>
/// <param name="Unknown">Groups whose members can't be looked up now.</param>
/// <param name="InHours">Whether it is a time at which they can be expected to answer.</param>
public sealed record ApproverOutlook(string Approval, int Needed, ImmutableArray<string> People, ImmutableArray<string> Unknown, bool InHours, DateTimeOffset? NextHours);

/// <param name="Open">Whether a change could be made right now.</param>
public sealed record WindowOutlook(bool Open, string Says);
