using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>Tells afterwards what happened: what went where, who asked and approved, how long it took, and where the time went.</summary>
public static class SummaryCard
{
    public static Card Of(RunState run, DateTimeOffset now, Uri? publicUrl)
    {
        var took = (run.EndedAt ?? now) - run.OpenedAt;
        var approvers = run.Steps.Select(step => step.State).OfType<Approval.State>().SelectMany(state => state.Yes).Select(yes => yes.By.ShortName).Distinct().ToList();
        var verdict = run.Rollback is not null ? $"was rolled back to {run.Rollback.ToVersion}" : $"is live in {run.Site.Environment}";
        var sentence = run.Plan.Kind == Plans.RunKind.Procedure
            ? $"{run.Plan.Runbook} {(run.Rollback is null ? "was run" : "was undone")} on {run.Site.Service} in {run.Site.Environment}, {Words.Duration(took)} after {run.Opened.By.ShortName} asked for it."
            : run.Rollback is null && run.Plan.Kind == Plans.RunKind.Rollback
            ? $"{run.Site.Service} is back on {run.Plan.Version} in {run.Site.Environment}, {Words.Duration(took)} after {run.Opened.By.ShortName} asked for it."
            : $"{run.Site.Service} {run.Plan.Version} {verdict}, {Words.Duration(took)} after {run.Opened.By.ShortName} asked for it.";
        return new Card($"Summary: {RunCard.TitleOf(run)}", run.Rollback is null ? Tone.Good : Tone.Warning, run.Rollback is null ? "done" : "rolled back", sentence)
        {
            Facts =
            [
                run.Plan.Kind == Plans.RunKind.Procedure ? new("Runbook", run.Plan.Runbook!) : new("Version", (run.Origin?.FromVersion ?? run.Plan.FromVersion) is { } from ? $"{from} → {run.Plan.Version}" : run.Plan.Version),
                new("Asked for by", run.Opened.By.Email),
                new("Approved by", approvers.Count == 0 ? "nobody had to" : Words.List(approvers)),
                new("Took", run.Spent.And(run, now - run.UpdatedAt).Says() + (run.Opened.Usual is { } usual ? $" (usually {usual.Says()}, without waiting)" : "")),
            ],
            Body = [new CardBlock.Text(sentence), new CardBlock.Steps([.. run.Steps.Where(step => step.BeganAt is not null && step.Step is not Summary).Select(step => Line(step, now))])],
            Links = publicUrl is null ? [] : [new Link("History", new Uri(publicUrl, $"runs/{run.Id}"))],
            Footer = $"Run {run.Id}{(run.Opened.Target.IsSimulated ? " · simulated target" : "")}",
        };
    }

    private static StepLine Line(StepProgress step, DateTimeOffset now) => new(
        step.Step.Title, step.Status == StepStatus.Passed ? Tone.Good : step.Status == StepStatus.Failed ? Tone.Bad : Tone.Muted,
        step.Status == StepStatus.Passed ? "done" : step.Status.ToString().ToLowerInvariant(), Took(step, now), step.Note ?? step.Fault?.Why ?? GateLines.Short(step));

    private static TimeSpan Took(StepProgress step, DateTimeOffset now) => step.BeganAt is { } began ? (step.EndedAt ?? now) - began : TimeSpan.Zero;
}
