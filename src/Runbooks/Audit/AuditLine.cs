using System.Collections.Immutable;

namespace ChatOps.Runbooks.Audit;

/// <summary>One decision, as an auditor reads it.</summary>
/// <param name="Entry">Its place in the chain.</param>
/// <param name="By">An e-mail address; null = the bot decided by itself, as the runbook says.</param>
/// <param name="Decision">What kind: <c>run-opened</c>, <c>approved</c>, <c>item-ticked</c>, <c>lock-set</c>. A stable name.</param>
/// <param name="Says">The same in words.</param>
/// <param name="Plan">The hash of the plan that it was about, in full; null where there is none.</param>
/// <param name="Via">Where it came from: the delivery that brought it (surface, account, its own number there), or <c>bot</c>.</param>
/// <param name="Evidence">For approvals: what was to be seen when it was given: the plan step by step, and how the checklists stood. For an app that was let in: what it may do there.</param>
public sealed record AuditLine(
    long Entry, DateTimeOffset At, string? By, string Decision, string Says, long? Run, string? Service, string? Environment, string? Version, string? Plan, string Via,
    ImmutableArray<string> Evidence, string Hash)
{
    /// <summary>Whether a word of the search is found in it; every word must be.</summary>
    public bool Has(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .All(word => ((string?[])[By ?? "bot", Decision, Says, Run is { } run ? $"run {run} #{run}" : null, Service, Environment, Version, Plan, Via]).Any(text => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true));
}
