using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>Shows a plan: what would happen, step by step, and who must approve.</summary>
public static class PlanCard
{
    /// <param name="deploy">The command that starts it, to be offered as a button; null = it runs already.</param>
    /// <param name="outlook">What is to be expected; null = nothing was looked at.</param>
    /// <param name="clock">A moment in the words and the zone of the configuration.</param>
    public static Card Of(Plan plan, string? deploy, Outlook? outlook = null, Func<DateTimeOffset, string>? clock = null) => new(
        $"Plan: {char.ToLowerInvariant(RunCard.TitleOf(plan)[0])}{RunCard.TitleOf(plan)[1..]}",
        Tone.Neutral,
        deploy is null ? null : "nothing was started",
        plan.Kind == RunKind.Procedure
            ? $"The plan runs {plan.Runbook} on {plan.Site.Service} in {plan.Site.Environment} in {Words.Count(plan.Steps.Length, "step", "steps")}."
            : $"The plan takes {plan.Site.Service} in {plan.Site.Environment} {(plan.FromVersion is null ? "" : $"from {plan.FromVersion} ")}to {plan.Version} in {plan.Steps.Length} steps.")
    {
        Facts =
        [
            new("From", plan.FromVersion ?? "not known"), new("To", plan.Version), new("Target", plan.Where), new("If a step fails", plan.OnFailure),
            .. outlook is null ? [] : OutlookBlocks.Facts(outlook),
        ],
        Body = [.. outlook is null ? [] : OutlookBlocks.Of(outlook, clock ?? (at => $"{at.UtcDateTime:yyyy-MM-dd HH:mm} UTC")), new CardBlock.Table(["#", "Step", "What it does"], [.. plan.Steps.Select((step, at) => (System.Collections.Immutable.ImmutableArray<string>)[$"{at + 1}", step.Title, step.Says])]), .. Whole(plan)],
        Buttons = deploy is null ? [] : [new Button("Start it", ButtonStyle.Primary, CardAction.Say(deploy))],
        Footer = $"Plan {plan.Hash.Short}: approvals are bound to exactly this.",
    };

    /// <summary>What is about other runs too is said whole: a cell would cut it.</summary>
    private static IEnumerable<CardBlock> Whole(Plan plan) =>
        plan.Steps.Where(step => step.Bound is { Length: > 0 }).Select(step => new CardBlock.Text(step.Says.Replace(". ", "\n", StringComparison.Ordinal), step.Title));
}
