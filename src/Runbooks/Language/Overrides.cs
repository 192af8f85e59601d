using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Language;

/// <summary>Who may let a change pass what closes a place: the approval that stands in front of it then.</summary>
/// <param name="Emergency">In place of a runbook's own approvals, when it can't wait; null = nobody may.</param>
/// <param name="Exception">Besides a runbook's own approvals, through a freeze; null = nobody may.</param>
public sealed record Overrides(Approval? Emergency, Approval? Exception)
{
    /// <summary>How long after an exception was approved its change may begin.</summary>
    public TimeSpan ExceptionLasts { get; init; } = TimeSpan.FromDays(1);

    public static readonly Overrides None = new(null, null);

    public static Approval Of(string title, ImmutableArray<GroupName> from, int count, TimeSpan within) => Approval.By(Runs.PassUsed.Question, title, from, count, within);

    /// <summary>The runbook as it is walked in an emergency: one approval first, and a word about the review at the end.</summary>
    public Runbook InEmergency(Runbook runbook) => runbook with
    {
        Steps =
        [
            .. Emergency is { } approval ? [approval] : Array.Empty<Step>(),
            .. runbook.Steps.Where(step => step is not Approval),
            new Notify(new StepId("review"), "Ask for a review", null, "This was an emergency change of {service} in {environment}, asked for by {by}. It needs a review: write what happened as a note on the run."),
        ],
    };

    /// <summary>The runbook as it is walked through a freeze: one approval more.</summary>
    public Runbook WithException(Runbook runbook) => Exception is { } approval ? runbook with { Steps = [approval, .. runbook.Steps] } : runbook;
}
