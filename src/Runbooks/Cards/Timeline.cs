using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>One thing that happened, as people read it.</summary>
/// <param name="By">A person, or null for the bot and the world.</param>
/// <param name="Worth">Whether it is worth a line in the run's thread.</param>
public sealed record TimelineLine(DateTimeOffset At, string? By, string Says, Tone Tone, bool Worth = false)
{
    /// <summary>Where it can be read as it was said; null = nowhere that is known.</summary>
    public Uri? Link { get; init; }
}

/// <summary>Tells events in words, for the run's page and its thread.</summary>
public static class Timeline
{
    /// <summary>The line for one event; null for what is no news to people.</summary>
    /// <param name="run">The run's state just after it.</param>
    public static TimelineLine? Of(RunState run, RunEvent what, DateTimeOffset at)
    {
        string Title(StepId id) => run.Find(id)?.Step.Title ?? id.Name;
        return what switch
        {
            RunOpened e => new(at, e.By.Email, $"asked: {RunCard.TitleOf(run)}{(e.Reason is null ? "" : $" ({e.Reason})")}{(e.Behind.IsEmpty ? "" : $", queued behind run {Words.List(e.Behind.Select(id => id.ToString()))}")}", Tone.Neutral),
            TurnCame => new(at, null, "It is this run's turn.", Tone.Active),
            TurnLost e => new(at, null, $"Run {e.To}, a rollback, went ahead.", Tone.Warning, true),
            PlanChanged => new(at, null, run.Notice ?? "The plan changed.", Tone.Warning, true),
            StepBegan e => new(at, null, e.Attempt == 1 ? $"{Title(e.Step)}: began" : $"{Title(e.Step)}: began again, try {e.Attempt}", Tone.Active),
            StepHappened e => OfStep(run, e, Title(e.Step), at),
            StepSkipped e => new(at, e.By.Email, $"skipped \"{Title(e.Step)}\": {e.Reason}", Tone.Warning, true),
            StepRetried { By: { } by } e => new(at, by.Email, $"retries \"{Title(e.Step)}\"", Tone.Active, true),
            StepRetried e => new(at, null, $"{Title(e.Step)}: is tried again by itself", Tone.Active, true),
            StepLeftBehind e => new(at, null, $"{Title(e.Step)} failed, and the run goes on: {e.Why}", Tone.Warning, true),
            StepsStopped e => new(at, null, $"Stopped since a step beside it failed: {Words.List(e.Steps.Select(Title))}.", Tone.Warning),
            RemedyBegan e => new(at, null, $"{e.Runbook} is run, since {Title(e.Failed)} failed.", Tone.Warning, true),
            DecisionTaken e => new(at, e.By.Email, "looks after it", Tone.Active, true),
            NoteAdded e => new(at, e.By.Email, $"noted: {e.Text}", Tone.Neutral, true),
            TrainEnded e => new(at, null, $"The release train, run {e.Train}, is over.", Tone.Neutral),
            PageTold e => new(at, null, e.Says, Tone.Waiting, true),
            DecisionAsked e => new(at, null, $"{e.Why} Somebody has to decide.", Tone.Warning),
            RunAborted e => new(at, e.By.Email, $"aborted it{(e.Reason is null ? "" : $": {e.Reason}")}", Tone.Warning),
            RunPaused e => new(at, e.By.Email, $"paused it{(e.Reason is null ? "" : $": {e.Reason}")}", Tone.Waiting, true),
            RunResumed e => new(at, e.By.Email, "resumed it", Tone.Active, true),
            RollbackBegan e => new(at, e.By?.Email, e.By is null ? $"Rolling back to {e.ToVersion} by itself: {e.Why}" : $"rolls back to {e.ToVersion}: {e.Why}", Tone.Warning, true),
            RunRolledBack => new(at, null, $"Rolled back to {run.Rollback?.ToVersion}.", Tone.Warning, true),
            RunSucceeded => new(at, null, "Succeeded.", Tone.Good),
            RunGivenUp e => new(at, e.By.Email, $"left it as it is{(e.Reason is null ? "" : $": {e.Reason}")}", Tone.Bad, true),
            RunCancelled e => new(at, e.By?.Email, $"Cancelled: {e.Why}.", Tone.Muted, true),
            CardPosted e => new(at, null, $"Card posted in {e.Place}.", Tone.Neutral),
            NotInformed e => new(at, null, $"{e.Whom} could not be told: {e.Why}", Tone.Warning, true),
            AskedElsewhere e => new(at, null, $"{(e.Surface == "slack" ? "Slack" : e.Surface == "teams" ? "Teams" : e.Surface)} can't be reached: whoever may approve is asked in another chat, by e-mail or in the console.", Tone.Warning, true),
            WatchBegan e => new(at, null, $"Its gates are watched on for {Words.Duration(e.Until - at)}.", Tone.Active),
            WatchSampled e => WatchLines.OfGate(run, e, at),
            WatchTripped e => new(at, null, $"{e.Fault.Why} {(e.GoesBack ? $"It goes back to {run.BackTo} by itself." : e.Why ?? "Somebody has to decide.")}", Tone.Bad, true),
            WatchEnded e => WatchLines.Of(run, e, at),
            WatchTakenBack e => new(at, null, e.Says, Tone.Warning, true),
            WatchVouched e => new(at, e.By.Email, $"says that it is well: {e.Reason}", Tone.Good, true),
            NotPosted e => new(at, null, $"Could not post in {e.Place}: {e.Why}", Tone.Warning),
            _ => null,
        };
    }

    private static TimelineLine? OfStep(RunState run, StepHappened happened, string title, DateTimeOffset at) => happened.What switch
    {
        StepPassed => new(at, null, $"{title}: done", Tone.Good),
        StepFailed failed => new(at, null, $"{title}: {failed.Fault.Why}{(failed.Fault.Next is null ? "" : $" {failed.Fault.Next}")}", Tone.Bad, true),
        StepEnded => null,
        Delayed { Why: { } why } => new(at, null, $"Waiting: {why}", Tone.Warning, true),
        Delayed => new(at, null, "It answers again.", Tone.Active, true),
        ItemTicked tick => new(at, tick.By.Email, $"ticked \"{Item(run, happened.Step, tick.Item)}\"", Tone.Neutral),
        ItemUnticked tick => new(at, tick.By.Email, $"took back the tick on \"{Item(run, happened.Step, tick.Item)}\"", Tone.Neutral),
        Approved { From: { } from } carried => new(at, carried.By.Email, $"had approved exactly this plan in run {from}: the approval counts here too", Tone.Good, true),
        Approved approved => new(at, approved.By.Email, $"approved plan {approved.Plan.Short}{(approved.SkipSoak ? ", without the soak" : "")}{(approved.Note is null ? "" : $": {approved.Note}")}", Tone.Good, true),
        ApprovalDelegated e => new(at, e.By.Email, $"lets {e.To.ShortName} decide in their place", Tone.Neutral, true),
        ApproversReminded e => new(at, null, $"Approvers were reminded: {Words.Duration(e.Left)} left.", Tone.Waiting),
        ApprovalEscalated e => new(at, null, $"Nobody answered: {e.To} was asked too.", Tone.Warning),
        ItemVerified e => new(at, null, $"{Item(run, happened.Step, e.Item)}: {e.Says}", e.Verdict switch { ItemVerdict.Holds => Tone.Good, ItemVerdict.Fails => Tone.Bad, _ => Tone.Waiting }),
        MarkedDone e => new(at, e.By.Email, $"says done: {title}{(e.Note is null ? "" : $" ({e.Note})")}", Tone.Good, true),
        MarkedFailed e => new(at, e.By.Email, $"says it failed: {title}: {e.Why}", Tone.Bad, true),
        SignalCame e => new(at, null, $"The signal {e.Name} came{(e.Text is null ? "" : $": {e.Text}")}.", Tone.Good, true),
        Answered e => new(at, null, $"{title}: {e.Says}", Tone.Neutral),
        ValuesSet e => new(at, null, $"Set {Words.List(e.Values.Select(value => $"{value.Key} = {value.Value}"))}.", Tone.Neutral),
        Rejected rejected => new(at, rejected.By.Email, $"rejected it{(rejected.Reason is null ? "" : $": {rejected.Reason}")}", Tone.Bad, true),
        ApprovalExpired => new(at, null, "The time to approve ran out.", Tone.Bad, true),
        CarsOpened e => TrainBlocks.Opened(run, happened.Step, e, at),
        CarMoved e => TrainBlocks.Moved(e, at),
        TrainDeparted => new(at, null, $"{title}: every place is held, and nothing stands in the way. It begins.", Tone.Active, true),
        CarsTold e => new(at, null, $"{title}: now {Words.List(e.Services)}", Tone.Active, true),
        CarsLeftOut e => new(at, null, $"{title}: {Words.List(e.Services)} left out, since what they need failed", Tone.Warning, true),
        CarsToldBack e => new(at, null, $"{title}: now {Words.List(e.Services)}", Tone.Warning, true),
        JobStarted e => new(at, null, $"{title}: the job {e.Name} began", Tone.Active),
        JobMoved e => new(at, null, $"{title}: {e.Sighting.Says}", e.Sighting.Phase is JobPhase.Failed or JobPhase.Gone ? Tone.Bad : Tone.Active),
        OperationNoted e => e.Shows.IsEmpty ? null : new(at, null, $"{title}: {string.Join("; ", e.Shows.Take(5))}{(e.Shows.Length > 5 ? $"; and {e.Shows.Length - 5} more" : "")}", Tone.Neutral),
        OperationMade e => new(at, null, $"{title}: {e.Says}", Tone.Active, true),
        OperationMoved e => new(at, null, $"{title}: {e.Sighting.Trouble?.Why ?? e.Sighting.Says}", e.Sighting.Phase == OperationPhase.Failed ? Tone.Bad : Tone.Active),
        RolloutStarted started => new(at, null, Started(started.Begun), Tone.Active, true),
        RolloutMoved moved => new(at, null, moved.Sighting.Trouble is { } trouble ? $"{moved.Sighting.Says} {trouble.Why}" : $"{moved.Sighting.Ready} of {moved.Sighting.Wanted} ready. {moved.Sighting.Says}", moved.Sighting.Phase is RolloutPhase.Failed or RolloutPhase.Superseded ? Tone.Bad : Tone.Active),
        Probed probed => new(at, null, $"{title}: {probed.Says}{(probed.Healthy ? "" : $" (try {probed.Try})")}", probed.Healthy ? Tone.Good : Tone.Warning),
        WatchersFound e => new(at, null, $"{e.People[0].ShortName} watches{(e.People.Length > 1 ? $", then {Words.List(e.People.Skip(1).Select(one => one.ShortName), "then")}" : "")}.", Tone.Active, true),
        WatcherAsked e => new(at, null, $"{e.Person.ShortName} was asked whether they are still there.", Tone.Waiting),
        StillHere e => new(at, e.By.Email, "is still there", Tone.Good),
        WatchPassedOn e => new(at, null, $"{e.From.ShortName} did not answer: {e.To.ShortName} watches now.", Tone.Warning, true),
        WatchLost e => new(at, null, e.Why, Tone.Bad, true),
        GateSampled e => OfGate(run, happened.Step, e, at),
        Informed e => new(at, null, $"{Capital(e.Whom.Says())}: {e.Text}", Tone.Neutral),
        Spoken spoken => new(at, null, $"Said in {spoken.Channel ?? "the run's channel"}: {spoken.Text}", Tone.Neutral),
        _ => null,
    };

    /// <summary>A sample is news when it changes how its gate stands.</summary>
    private static TimelineLine? OfGate(RunState run, StepId id, GateSampled e, DateTimeOffset at)
    {
        if (run.Find(id) is not { Step: Soak soak, State: Soak.State state } || e.Gate >= soak.Gates.Length) return null;
        var (gate, track) = (soak.Gates[e.Gate], state.Tracks[e.Gate]);
        var begins = track switch
        {
            { Verdict: GateVerdict.Tripped } => track.Last?.Value is not null,
            { Unknowns: 1 } or { Breaches: 1 } or { Known: 1, Unknowns: 0 } => true,
            _ => false,
        };
        return begins ? new TimelineLine(at, null, $"{gate.Name} is {GateJudge.ValueInWords(gate, track)}: {GateJudge.Says(gate, track)}", GateLines.ToneOf(track.Verdict)) : null;
    }

    private static string Started(RolloutBegun begun) => begun switch
    {
        { Unchanged: true } => "The target already runs exactly this: nothing was changed.",
        { FromVersion: { } from, Revision: { } revision } => $"The target accepted the change: revision {revision}, from {from}.",
        { FromVersion: { } from } => $"The target accepted the change, from {from}.",
        _ => "The target accepted the change.",
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Item(RunState run, StepId step, int item) =>
        run.Find(step)?.Step is Checklist list && item < list.Items.Length ? list.Items[item].Text : $"item {item + 1}";
}
