using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>Makes a run's card: one look tells what, where, who, how it stands, what happens next and what can be done.</summary>
public static class RunCard
{
    private static readonly Caller Anybody = new(new Person("anybody@"), "anybody", []);

    /// <param name="publicUrl">Where the run's page is; null = nowhere that can be linked to.</param>
    public static Card Of(RunState run, DateTimeOffset now, Uri? publicUrl) => new(TitleOf(run), ToneOf(run), RunWords.Of(run.Status), Fallback(run))
    {
        Facts = Facts(run),
        Body = [.. Body(run, now)],
        Buttons = [.. Buttons(run)],
        Links = publicUrl is null ? [] : [new Link("History", new Uri(publicUrl, $"runs/{run.Id}"))],
        Next = Next(run, forSentence: false),
        Footer = $"Run {run.Id} · asked for by {run.Opened.By.ShortName}{(run.Opened.Target.IsSimulated ? " · simulated target" : "")}",
    };

    public static string TitleOf(RunState run) => run.Plan.Kind == RunKind.Deploy
        ? $"Deploy {run.Site.Service} {run.Plan.Version} to {run.Site.Environment}"
        : $"Roll {run.Site.Service} back to {run.Plan.Version} in {run.Site.Environment}";

    public static Tone ToneOf(RunState run) => run.Status switch
    {
        RunStatus.Queued or RunStatus.WaitingForChecklist or RunStatus.WaitingForApproval or RunStatus.Paused => Tone.Waiting,
        RunStatus.Running => Tone.Active,
        RunStatus.Deciding or RunStatus.RollingBack => Tone.Warning,
        RunStatus.Succeeded => Tone.Good,
        RunStatus.Failed => Tone.Bad,
        RunStatus.RolledBack => Tone.Warning,
        _ => Tone.Muted,
    };

    /// <summary>One full sentence that says it all.</summary>
    public static string Fallback(RunState run)
    {
        var what = $"{TitleOf(run)}, asked for by {run.Opened.By.ShortName}, is {RunWords.Of(run.Status)}";
        if (run.Status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.RolledBack or RunStatus.Cancelled)
            what = $"{TitleOf(run)}, asked for by {run.Opened.By.ShortName}, {(run.Status is RunStatus.Succeeded or RunStatus.Failed ? RunWords.Of(run.Status) : "was " + RunWords.Of(run.Status))}";
        return run.Ending is { } ending && run.Status != RunStatus.RolledBack ? $"{what}: {ending}." : Next(run, forSentence: true) is { } next ? $"{what}; {next}" : $"{what}.";
    }

    private static ImmutableArray<Fact> Facts(RunState run)
    {
        var facts = ImmutableArray.CreateBuilder<Fact>();
        var from = run.Origin?.FromVersion ?? run.Plan.FromVersion;
        facts.Add(new("Service", run.Site.Service));
        facts.Add(new("Environment", run.Opened.Protected ? $"{run.Site.Environment} (protected)" : run.Site.Environment));
        facts.Add(new("Version", from is null ? run.Plan.Version : $"{from} → {run.Plan.Version}"));
        facts.Add(new("Asked for by", run.Opened.By.Email));
        if (run.Opened.Reason is { } reason) facts.Add(new("Reason", reason));
        if (run.Opened.Reverts is { } reverts) facts.Add(new("Takes back", $"run {reverts}"));
        facts.Add(new("Target", run.Opened.Target.ToString()!));
        if (run.Opened.Page is { } page && run.Status is RunStatus.Deciding or RunStatus.RollingBack or RunStatus.RolledBack or RunStatus.Failed) facts.Add(new("Concerns", page.Name));
        return facts.ToImmutable();
    }

    private static IEnumerable<CardBlock> Body(RunState run, DateTimeOffset now)
    {
        if (run.Notice is { } notice) yield return new CardBlock.Notice(Tone.Warning, notice);
        if (Trouble(run) is { } trouble) yield return trouble;
        if (run.Status == RunStatus.Queued) yield return new CardBlock.Text($"Behind run {Words.List(run.Behind.Select(id => id.ToString()))}, which may change {run.Site} now.", "In the queue");
        if (run.Current is { Status: StepStatus.Active } current)
        {
            if (current.State is Checklist.State ticks) yield return ChecklistOf(run, (Checklist)current.Step, current, ticks);
            if (current.State is Approval.State given) yield return ApprovalsOf((Approval)current.Step, given);
            if (current is { Step: Rollout rollout, State: Rollout.State { Last: { } seen } }) yield return ProgressOf(rollout, seen);
        }

        yield return new CardBlock.Steps([.. run.Steps.Where(step => step.Status != StepStatus.NotReached || run.Rollback is null).Select(step => LineOf(run, step, now))]);
        if (run.IsOver && Given(run) is { Length: > 0 } approvers) yield return new CardBlock.Text($"Approved by {approvers}.");
    }

    private static CardBlock.Notice? Trouble(RunState run)
    {
        var failed = run.Steps.LastOrDefault(step => step.Status == StepStatus.Failed);
        if (failed?.Fault is { } fault) return new(Tone.Bad, $"{failed.Step.Title}: {fault.Why}{(fault.Next is null ? "" : $" {fault.Next}")}");
        return run.Current switch
        {
            { State: Rollout.State { Silent: { } why } } => new(Tone.Warning, $"Waiting: {why} It is tried again until it answers."),
            { State: Rollout.State { Last.Trouble: { } trouble } } => new(Tone.Warning, trouble.Why),
            _ => run.Rollback is { } back && run.Status == RunStatus.RollingBack ? new(Tone.Warning, $"Rolling back: {back.Why}") : null,
        };
    }

    private static CardBlock.Checklist ChecklistOf(RunState run, Checklist list, StepProgress step, Checklist.State ticks) => new(
        list.Title,
        [.. list.Items.Select((item, at) =>
        {
            var tick = ticks.Ticks.GetValueOrDefault(at);
            var click = run.Status != RunStatus.WaitingForChecklist ? null
                : new CardAction(tick is null ? "tick" : "untick", run.Id, step.Step.Id, at.ToString(CultureInfo.InvariantCulture));
            var text = item.Verify is null ? item.Text : $"{item.Text} (nothing verifies {item.Verify} yet: tick it yourself)";
            return new ChecklistLine(text, tick is not null, tick is null ? null : $"{tick.By.ShortName}, {Clock(tick.At)}", Verifies: false, click);
        })]);

    private static CardBlock.Approvals ApprovalsOf(Approval approval, Approval.State state) => new(
        approval.Title, [.. state.Yes.Select(given => $"{given.By.ShortName}, {Clock(given.At)}")], approval.Count,
        Words.List(approval.From.Select(group => group.Name), "or"), state.Until);

    private static CardBlock.Progress ProgressOf(Rollout rollout, RolloutSighting seen) => new(
        rollout.Title, seen.Ready, seen.Wanted, $"{seen.Ready} of {seen.Wanted} ready",
        seen.Phase switch { RolloutPhase.Complete => Tone.Good, RolloutPhase.Failed or RolloutPhase.Superseded => Tone.Bad, RolloutPhase.Held => Tone.Waiting, _ => Tone.Active });

    private static StepLine LineOf(RunState run, StepProgress step, DateTimeOffset now)
    {
        var waiting = step.Step is Checklist or Approval;
        var (tone, mark) = step.Status switch
        {
            StepStatus.Passed => (Tone.Good, "done"),
            StepStatus.Failed => (Tone.Bad, "failed"),
            StepStatus.Skipped => (Tone.Muted, "skipped"),
            StepStatus.Stopped => (Tone.Muted, "stopped"),
            StepStatus.NotReached => (Tone.Muted, "not reached"),
            StepStatus.Active when run.Status == RunStatus.Paused => (Tone.Waiting, "paused"),
            StepStatus.Active => waiting ? (Tone.Waiting, "waiting") : (Tone.Active, "running"),
            _ => (Tone.Neutral, "to do"),
        };
        var took = step.BeganAt is { } began ? (step.EndedAt ?? now) - began : (TimeSpan?)null;
        return new StepLine(step.Step.Title, tone, mark, took < TimeSpan.Zero ? TimeSpan.Zero : took, Detail(step));
    }

    private static string? Detail(StepProgress step) => step switch
    {
        { Note: { } note } => note,
        { Fault: { } fault, Status: StepStatus.Failed } => fault.Why,
        { State: Checklist.State ticks, Step: Checklist list } => $"{ticks.Ticks.Count} of {list.Items.Length} ticked",
        { State: Approval.State given, Step: Approval approval } => given.Yes.IsEmpty
            ? $"0 of {approval.Count} approvals"
            : $"{given.Yes.Length} of {approval.Count}: {Words.List(given.Yes.Select(yes => yes.By.ShortName))}",
        { State: Rollout.State { Last: { } seen } } => seen.Phase == RolloutPhase.Complete ? $"{seen.Ready} of {seen.Wanted} ready" : seen.Says,
        { State: HealthCheck.State { Last: { } says } } => says,
        { State: Soak.State soak, Status: StepStatus.Active } => $"until {Clock(soak.Until)}",
        _ => null,
    };

    private static string? Next(RunState run, bool forSentence)
    {
        var says = run switch
        {
            { Status: RunStatus.Queued } => $"it starts by itself after run {Words.List(run.Behind.Select(id => id.ToString()))}",
            { Status: RunStatus.Paused } => $"it goes on when somebody resumes it{(run.PausedBy is { } by ? $"; {by.ShortName} paused it" : "")}",
            { Status: RunStatus.Deciding } => $"somebody has to say: {Words.List(Choices(run), "or")}",
            { Current: { State: Checklist.State ticks, Step: Checklist list } } =>
                $"{Words.Count(list.Items.Length - ticks.Ticks.Count, "item is", "items are")} still to be ticked",
            { Current: { State: Approval.State given, Step: Approval approval } } =>
                $"{Words.Count(approval.Count - given.Yes.Length, "approval is", "approvals are")} needed from {Words.List(approval.From.Select(group => group.Name), "or")} by {Clock(given.Until)}",
            { Current: { Status: StepStatus.Active } current } => Following(run, current),
            _ => null,
        };
        if (says is null) return null;
        return forSentence ? says + "." : char.ToUpperInvariant(says[0]) + says[1..] + ".";
    }

    private static string Following(RunState run, StepProgress current)
    {
        var next = run.Steps.SkipWhile(step => step != current).Skip(1).FirstOrDefault(step => step.Status == StepStatus.Pending);
        return next is null ? $"{Lower(current.Step.Title)} is the last step" : $"after {Lower(current.Step.Title)} comes {Lower(next.Step.Title)}";
    }

    private static IEnumerable<string> Choices(RunState run)
    {
        yield return run.Rollback is null ? "retry" : "retry the rollback";
        if (RunRules.Untimely(run, new RunCommand.Skip(Anybody, null, "-")) is null) yield return "skip the step";
        if (RunRules.Untimely(run, new RunCommand.RollBack(Anybody, null)) is null) yield return "roll back";
        yield return "leave it as it is";
    }

    /// <summary>Only the buttons that make sense now: asked of the rules that would decide about the click.</summary>
    private static IEnumerable<Button> Buttons(RunState run)
    {
        var step = run.Current?.Step.Id;
        bool Timely(RunCommand.ByPerson command) => RunRules.Untimely(run, command) is null;
        CardAction Does(string verb, string? argument = null) => new(verb, run.Id, step, argument);

        if (Timely(new RunCommand.Approve(Anybody, null, run.Plan.Hash)))
        {
            yield return new Button("Approve", ButtonStyle.Primary, Does("approve", run.Plan.Hash.Hex));
            yield return new Button("Reject", ButtonStyle.Danger, Does("reject"),
                new Confirm("Reject this change?", "The run ends, and everybody sees why.", "Reject", "Keep it"), AsksReason: true);
        }

        if (Timely(new RunCommand.Retry(Anybody))) yield return new Button(run.Rollback is null ? "Retry" : "Retry the rollback", ButtonStyle.Primary, Does("retry"));
        if (Timely(new RunCommand.RollBack(Anybody, null)))
        {
            yield return new Button($"Roll back to {run.BackTo}", ButtonStyle.Danger, Does("rollback"),
                new Confirm($"Roll {run.Site} back?", $"It goes back to {run.BackTo}.", "Roll back", "Not now"));
        }

        if (run.Status == RunStatus.Deciding && Timely(new RunCommand.Skip(Anybody, null, "-")))
        {
            yield return new Button("Skip the step", ButtonStyle.Plain, Does("skip"),
                new Confirm("Skip this step?", "The run goes on without it. The reason is kept.", "Skip", "Not now"), AsksReason: true);
        }

        if (Timely(new RunCommand.Resume(Anybody))) yield return new Button("Resume", ButtonStyle.Primary, Does("resume"));
        if (Timely(new RunCommand.Pause(Anybody, null)) && run.Status == RunStatus.Running) yield return new Button("Pause", ButtonStyle.Plain, Does("pause"));
        if (Timely(new RunCommand.Abort(Anybody, null))) yield return Abort(run, Does("abort"));
        if (run.Status == RunStatus.Succeeded && run is { Plan.Kind: RunKind.Deploy, BackTo: { } back })
        {
            yield return new Button($"Roll back to {back}", ButtonStyle.Danger, Does("rollback"),
                new Confirm($"Roll {run.Site} back?", $"A new run takes it from {run.Plan.Version} back to {back}.", "Roll back", "Not now"));
        }
    }

    private static Button Abort(RunState run, CardAction action) => run switch
    {
        { Status: RunStatus.Deciding } => new("Leave it as it is", ButtonStyle.Plain, action,
            new Confirm("Leave it as it is?", "The run ends as failed, and the target stays as it is now.", "Leave it", "Not now")),
        { MayHaveChanged: true, Opened.OnFailure: RollbackMode.Automatic } => new("Abort and roll back", ButtonStyle.Danger, action,
            new Confirm("Abort this run?", $"The target was changed already: it goes back to {run.BackTo}.", "Abort and roll back", "Keep going")),
        { MayHaveChanged: true } => new("Abort", ButtonStyle.Danger, action,
            new Confirm("Abort this run?", "The target was changed already: you will be asked whether to roll back.", "Abort", "Keep going")),
        _ => new("Abort", ButtonStyle.Plain, action, new Confirm("Abort this run?", "Nothing was changed yet.", "Abort", "Keep going")),
    };

    private static string Given(RunState run) =>
        Words.List(run.Steps.Select(step => step.State).OfType<Approval.State>().SelectMany(state => state.Yes).Select(given => given.By.ShortName).Distinct());

    private static string Lower(string title) => title.Length > 1 && char.IsLower(title[1]) ? char.ToLowerInvariant(title[0]) + title[1..] : title;

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
