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
    internal static readonly Caller Anybody = new(new Person("anybody@"), "anybody", []);

    /// <param name="publicUrl">Where the run's page is; null = nowhere that can be linked to.</param>
    public static Card Of(RunState run, DateTimeOffset now, Uri? publicUrl) => new(TitleOf(run), ToneOf(run), RunWords.Of(run.Status) + WatchLines.State(run), Fallback(run))
    {
        Facts = Facts(run),
        Body = [.. Body(run, now)],
        Buttons = [.. RunButtons.Of(run)],
        Links = [.. GateLines.Links(run), .. publicUrl is null ? [] : new[] { new Link("History", new Uri(publicUrl, $"runs/{run.Id}")) }],
        Next = Next(run, forSentence: false),
        Footer = $"Run {run.Id} · asked for by {run.Opened.By.ShortName}{(run.Opened.Target.IsSimulated ? " · simulated target" : "")}",
    };

    public static string TitleOf(RunState run) => TitleOf(run.Plan);

    public static string TitleOf(Plan plan) => plan.Kind switch
    {
        RunKind.Deploy => $"Deploy {plan.Site.Service} {plan.Version} to {plan.Site.Environment}",
        RunKind.Procedure => $"Run {plan.Runbook} on {plan.Site.Service} in {plan.Site.Environment}",
        _ => $"Roll {plan.Site.Service} back to {plan.Version} in {plan.Site.Environment}",
    };

    public static Tone ToneOf(RunState run) => WatchLines.ToneOf(run) ?? run.Status switch
    {
        RunStatus.Queued or RunStatus.WaitingForChecklist or RunStatus.WaitingForApproval or RunStatus.WaitingForPerson or RunStatus.Paused => Tone.Waiting,
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
        if (run.Plan.Kind != RunKind.Procedure) facts.Add(new("Version", from is null ? run.Plan.Version : $"{from} → {run.Plan.Version}"));
        foreach (var input in run.Opened.Inputs.Where(input => input.Value.Length > 0)) facts.Add(new(input.Key, input.Value));
        facts.Add(new("Asked for by", run.Opened.By.Email));
        if (run.Opened.Reason is { } reason) facts.Add(new("Reason", reason));
        if (run.Opened.Emergency is { } emergency) facts.Add(new("Emergency", emergency));
        if (run.Opened.Exception is { } exception) facts.Add(new("Exception from a freeze", exception));
        if (run.TakenOnBy is { } by) facts.Add(new("Looked after by", by.Email));
        if (run.Watched(null) is { State: Soak.State { Vigil: { } vigil } }) facts.Add(new("Watched by", vigil.Asked ? $"{vigil.Now.Email}, asked to answer by {Clock(vigil.Due)}" : vigil.Now.Email));
        if (run.Opened.Train is { } part) facts.Add(new("Release train", $"run {part.Train}"));
        if (run.Opened.Reverts is { } reverts) facts.Add(new("Takes back", $"run {reverts}"));
        facts.Add(new("Target", run.Opened.Target.ToString()!));
        if (run.Opened.Usual is { } usual && !run.IsOver) facts.Add(new("Usually takes", usual.Says()));
        if (run.Opened.Page is { } page && run.Status is RunStatus.Deciding or RunStatus.RollingBack or RunStatus.RolledBack or RunStatus.Failed) facts.Add(new("Concerns", page.Name));
        if (run.Paged is { } paged) facts.Add(new("Page", paged));
        return facts.ToImmutable();
    }

    private static IEnumerable<CardBlock> Body(RunState run, DateTimeOffset now)
    {
        if (WatchLines.Notice(run) is { } watched) yield return watched;
        if (run.Opened.FailedBefore is { } failed && !run.MayHaveChanged && !run.IsOver) yield return new CardBlock.Notice(Tone.Warning, $"{failed.Version} failed here before, in run {failed.Run}{(failed.Automatic ? ", and was taken back by itself" : "")}: {failed.Why}");
        if (run.Notice is { } notice) yield return new CardBlock.Notice(Tone.Warning, notice);
        if (run is { Status: RunStatus.Cancelled or RunStatus.Failed, Ending: { Length: > 0 } ending }) yield return new CardBlock.Notice(Tone.Muted, $"{char.ToUpperInvariant(ending[0])}{ending[1..]}.");
        if (Trouble(run) is { } trouble) yield return trouble;
        foreach (var unheard in run.Uninformed) yield return new CardBlock.Notice(Tone.Warning, $"{unheard.Whom} could not be told: {unheard.Why}");
        if (run.Status == RunStatus.Queued) yield return new CardBlock.Text($"Behind run {Words.List(run.Behind.Select(id => id.ToString()))}, which may change {run.Site} now.", "In the queue");
        foreach (var active in run.Active)
        {
            if (active.State is Checklist.State ticks) yield return ChecklistOf(run, (Checklist)active.Step, active, ticks);
            if (active.State is Approval.State given) yield return ApprovalsOf(run, (Approval)active.Step, given);
            if (active is { Step: Rollout rollout, State: Rollout.State { Last: { } seen } }) yield return ProgressOf(rollout, seen);
            if (active.Step is Manual manual) yield return new CardBlock.Text(string.Join('\n', manual.Commands.Select(run.Fill).Select(command => $"$ {command}").Prepend(run.Fill(manual.Instructions))), manual.Title);
        }

        foreach (var block in TrainBlocks.Of(run, now)) yield return block;
        if (WayOutLines.Of(run) is { } back) yield return back;
        foreach (var block in OperationBlocks.Of(run)) yield return block;
        if (GateLines.Block(run) is { } gates) yield return gates;
        foreach (var job in run.Steps.Where(step => step.State is JobRun.State { Last.Log.Length: > 0 } && step.Status is StepStatus.Failed or StepStatus.Passed).TakeLast(1))
            yield return new CardBlock.Text(((JobRun.State)job.State!).Last!.Log, $"Last lines of {((JobRun)job.Step).Job}");
        yield return new CardBlock.Steps([.. run.Steps.Where(step => step.Status != StepStatus.NotReached || run.Rollback is null).Select(step => LineOf(run, step, now))]);
        if (run.IsOver && Given(run) is { Length: > 0 } approvers) yield return new CardBlock.Text($"Approved by {approvers}.");
    }

    private static CardBlock.Notice? Trouble(RunState run)
    {
        var failed = run.Steps.LastOrDefault(step => step.Status == StepStatus.Failed);
        if (failed?.Fault is { } fault) return new(Tone.Bad, $"{failed.Step.Title}: {fault.Why}{(fault.Next is null ? "" : $" {fault.Next}")}");
        return run.Current switch
        {
            { State: Train.State { Silent: { } why } } => new(Tone.Warning, $"Waiting: {why} It is tried again until it answers."),
            { State: Rollout.State { Silent: { } why } } => new(Tone.Warning, $"Waiting: {why} It is tried again until it answers."),
            { State: Rollout.State { Last.Trouble: { } trouble } } => new(Tone.Warning, trouble.Why),
            { State: Operate.State { Silent: { } why } } => new(Tone.Warning, $"Waiting: {why} It is tried again until it answers."),
            { State: Operate.State { Last.Trouble: { } trouble } } => new(Tone.Warning, trouble.Why),
            _ => run.Rollback is { } back && run.Status == RunStatus.RollingBack ? new(Tone.Warning, $"Rolling back: {back.Why}") : null,
        };
    }

    private static CardBlock.Checklist ChecklistOf(RunState run, Checklist list, StepProgress step, Checklist.State ticks) => new(
        list.Title,
        [.. list.Items.Select((item, at) =>
        {
            var tick = ticks.Ticks.GetValueOrDefault(at);
            var self = list.TicksItself(ticks, at);
            var click = self || RunRules.Untimely(run, new RunCommand.Tick(Anybody, step.Step.Id, at)) is not null ? null
                : new CardAction(tick is null ? "tick" : "untick", run.Id, step.Step.Id, at.ToString(CultureInfo.InvariantCulture));
            var look = ticks.Looks.GetValueOrDefault(at);
            var text = item.Group is null ? item.Text : $"{item.Group}: {item.Text}";
            if (look?.Verdict == ItemVerdict.Unverifiable) text = $"{text} (nothing verifies {item.Verify} here: tick it yourself)";
            else if (self) text = $"{text} – {look?.Says ?? "being looked at"}";
            var by = self ? look is { Verdict: ItemVerdict.Holds } ? $"seen {Clock(look.At)}" : null : tick is null ? null : $"{tick.By.ShortName}, {Clock(tick.At)}";
            return new ChecklistLine(text, list.IsDone(ticks, at), by, Verifies: self, click);
        })]);

    private static CardBlock.Approvals ApprovalsOf(RunState run, Approval approval, Approval.State state) => new(
        run.WayOut?.Impossible is { } never ? $"No way back: {never}. {approval.Title}" : approval.Title, [.. state.Yes.Select(given => $"{given.By.ShortName}, {Clock(given.At)}{(given.From is { } run ? $", in run {run}" : "")}{(given.Note is null ? "" : $": {given.Note}")}")], approval.Count,
        Asked(approval, state), state.Until);

    private static string Asked(Approval approval, Approval.State state) => Words.List(
        approval.From.Concat(state.Asked).Select(group => group.Name).Concat(state.Delegates.Select(one => $"{one.To.ShortName} for {one.By.ShortName}")).Distinct(), "or");

    private static CardBlock.Progress ProgressOf(Rollout rollout, RolloutSighting seen) => new(
        rollout.Title, seen.Ready, seen.Wanted, $"{seen.Ready} of {seen.Wanted} ready",
        seen.Phase switch { RolloutPhase.Complete => Tone.Good, RolloutPhase.Failed or RolloutPhase.Superseded => Tone.Bad, RolloutPhase.Held => Tone.Waiting, _ => Tone.Active });

    private static StepLine LineOf(RunState run, StepProgress step, DateTimeOffset now)
    {
        var waiting = step.Step.Waits != Waits.ForNobody || step.Step is Wait;
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
        return new StepLine(step.Step.Part is { } part ? $"{part}: {step.Step.Title}" : step.Step.Title, tone, mark, took < TimeSpan.Zero ? TimeSpan.Zero : took, Detail(step));
    }

    private static string? Detail(StepProgress step) => step switch
    {
        { Note: { } note } => note,
        { Fault: { } fault, Status: StepStatus.Failed } => fault.Why,
        { Status: StepStatus.Active, From: { } from } when from > step.BeganAt && step.AutomaticTries > 0 => $"try {step.Attempt}, from {Clock(from)}",
        { State: Checklist.State ticks, Step: Checklist list } => $"{Done(list, ticks)} of {list.Items.Length} ticked",
        { State: Approval.State given, Step: Approval approval } => given.Yes.IsEmpty
            ? $"0 of {approval.Count} approvals"
            : $"{given.Yes.Length} of {approval.Count}: {Words.List(given.Yes.Select(yes => yes.By.ShortName))}",
        { Step: Rollout { Stage.Kind: StageKind.Canary }, State: Rollout.State { Last: { Phase: RolloutPhase.Complete } seen } } => $"{seen.Ready} of {seen.Wanted} ready: {seen.Says}",
        { Step: Rollout { Stage.Kind: StageKind.Switch or StageKind.Dismiss or StageKind.EndCanary or StageKind.Part or StageKind.Tidy }, State: Rollout.State { Last: { } seen } } => seen.Says,
        { State: Rollout.State { Last: { } seen } } => seen.Phase == RolloutPhase.Complete ? $"{seen.Ready} of {seen.Wanted} ready" : seen.Says,
        { State: HealthCheck.State { Last: { } says } } => says,
        { State: JobRun.State { Silent: { } why }, Status: StepStatus.Active } => why,
        { State: JobRun.State { Last: { } job } } => job.Says,
        { State: Operate.State { Silent: { } why }, Status: StepStatus.Active } => why,
        { State: Operate.State { Made: { } made }, Status: StepStatus.Passed } => made,
        { State: Operate.State operated } => operated.Last?.Says ?? operated.Made,
        { State: HttpCall.State { Silent: { } why } } => why,
        { State: HttpCall.State { Last: { } says } } => says,
        { State: Wait.State { Until: { } moment }, Status: StepStatus.Active } => $"until {Clock(moment)}",
        { State: Soak.State { Over: true }, Status: StepStatus.Active } => $"its time is over; it waits for its gates: {GateLines.Short(step)}",
        { State: Soak.State soak, Status: StepStatus.Active } => $"until {Clock(soak.Until)}",
        { State: Soak.State, Status: StepStatus.Passed } => GateLines.Short(step),
        _ => null,
    };

    private static string? Next(RunState run, bool forSentence)
    {
        var says = run switch
        {
            { Watch: not null } => WatchLines.Next(run),
            { Status: RunStatus.Queued } => $"it starts by itself after run {Words.List(run.Behind.Select(id => id.ToString()))}",
            { Status: RunStatus.Paused } => $"it goes on when somebody resumes it{(run.PausedBy is { } by ? $"; {by.ShortName} paused it" : "")}",
            { Status: RunStatus.Deciding } => $"somebody has to say: {Words.List(Choices(run), "or")}",
            { Current: { Status: StepStatus.Active, State: Checklist.State ticks, Step: Checklist list } } =>
                $"{Words.Count(list.Items.Length - Done(list, ticks), "item is", "items are")} still to be ticked",
            { Current: { Status: StepStatus.Active, State: Approval.State given, Step: Approval approval } } =>
                $"{Words.Count(Math.Max(1, approval.Count - given.Yes.Length), "approval is", "approvals are")} needed from {Asked(approval, given)} by {Clock(given.Until)}",
            { Current: { Status: StepStatus.Active, Step: Manual or Wait { Until: null, Signal: null } } current } => $"somebody has to say {(current.Step is Manual ? "that it is done" : "go")}: {Lower(current.Step.Title)}",
            { Current: { Status: StepStatus.Active, Step: Train or TrainBack or Boarding or Arrival } current } => TrainBlocks.Next(run, current),
            { Current: { Status: StepStatus.Active } current } => Following(run, current),
            _ => null,
        };
        if (says is null) return null;
        return forSentence ? says + "." : char.ToUpperInvariant(says[0]) + says[1..] + ".";
    }

    private static string Following(RunState run, StepProgress current)
    {
        var next = run.Steps.SkipWhile(step => step != current).Skip(1).FirstOrDefault(step => step.Status == StepStatus.Pending && run.IsOfThisWay(step));
        return next is null ? $"{Lower(current.Step.Title)} is the last step" : $"{Lower(next.Step.Title)} follows";
    }

    private static IEnumerable<string> Choices(RunState run)
    {
        yield return run.Rollback is null ? "retry" : "retry the rollback";
        if (RunRules.Untimely(run, new RunCommand.Skip(Anybody, null, "-")) is null) yield return "skip the step";
        if (RunRules.Untimely(run, new RunCommand.RollBack(Anybody, null)) is null) yield return "roll back";
        yield return "leave it as it is";
    }

    private static int Done(Checklist list, Checklist.State ticks) => Enumerable.Range(0, list.Items.Length).Count(item => list.IsDone(ticks, item));

    private static string Given(RunState run) =>
        Words.List(run.Steps.Select(step => step.State).OfType<Approval.State>().SelectMany(state => state.Yes).Select(given => given.By.ShortName).Distinct());

    private static string Lower(string title) => title.Length > 1 && char.IsLower(title[1]) ? char.ToLowerInvariant(title[0]) + title[1..] : title;

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
