using System.Globalization;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Cards;

/// <summary>Shows the watch behind a run: until when, what tripped, and what becomes of it.</summary>
public static class WatchLines
{
    /// <summary>What follows the run's state: <c>, watching until 14:05 UTC</c>.</summary>
    public static string State(RunState run) => run.Watch switch
    {
        null => "",
        { Status: WatchStatus.On } watch => $", watching until {Clock(watch.Until)}",
        { Status: WatchStatus.Passed } => ", well since",
        { Status: WatchStatus.Tripped, Rollback: { } back } => $", then tripped: run {back} takes it back",
        { Status: WatchStatus.Tripped, GoesBack: true } => ", then tripped: it goes back",
        { Status: WatchStatus.Tripped } => ", then tripped",
        { Status: WatchStatus.Unclear } => ", and its gates could not tell",
        _ => "",
    };

    public static Tone? ToneOf(RunState run) => run.Watch switch
    {
        { Status: WatchStatus.Tripped } => Tone.Bad,
        { Status: WatchStatus.Unclear } => Tone.Warning,
        _ => null,
    };

    /// <summary>What heads the card: what tripped, here or behind the run that this one takes back.</summary>
    public static CardBlock.Notice? Notice(RunState run) => run switch
    {
        { Opened.Tripped: { } fault } => new(Tone.Bad, fault.Why),
        { Watch: { Status: WatchStatus.Tripped, Fault: { } fault } watch } => new(Tone.Bad, $"{fault.Why}{(watch.Says is null ? "" : $" {watch.Says}")}"),
        { Watch: { Status: WatchStatus.Unclear } watch } => new(Tone.Warning, $"{watch.Says} Whether it is well can't be told: somebody has to look."),
        { Watch: { Status: WatchStatus.Stopped or WatchStatus.Superseded or WatchStatus.Passed, Says: { } says } } => new(Tone.Neutral, says),
        _ => null,
    };

    /// <summary>What comes next, as a sentence goes on; null when nothing is awaited.</summary>
    public static string? Next(RunState run) => run.Watch switch
    {
        { Status: WatchStatus.On } watch => $"until {Clock(watch.Until)} its gates are watched{(GoesBack(run) ? $", and it goes back to {run.BackTo} by itself when one trips" : ", and somebody is asked when one trips")}",
        { Status: WatchStatus.Tripped, Rollback: { } back } => $"run {back} takes it back",
        { Status: WatchStatus.Tripped, GoesBack: true } => "it is taken back by itself",
        { Asks: true } => $"somebody has to look: roll back{(run.BackTo is { } to ? $" to {to}" : "")}, or say that it is well",
        _ => null,
    };

    private static bool GoesBack(RunState run) => run is { BackTo: not null, WasTakenBackBefore: null } && run.Find(run.Watch!.Step)?.Step.Rules?.OnFailure switch
    {
        FailureMode.Rollback => true,
        null => run.Opened.OnFailure == RollbackMode.Automatic,
        _ => false,
    };

    /// <summary>Whether a card reads otherwise after this: a sample that changes no verdict redraws nothing.</summary>
    public static bool IsNews(RunState? before, RunState after, RunEvent what) =>
        what is not WatchSampled e || before?.Watch is not { } old || after.Watch is not { } now || old.Tracks[e.Gate].Verdict != now.Tracks[e.Gate].Verdict;

    /// <summary>A sample is news when it changes how its gate stands.</summary>
    public static TimelineLine? OfGate(RunState run, WatchSampled e, DateTimeOffset at)
    {
        if (run.Watch is not { } watch) return null;
        var (gate, track) = (watch.Gates[e.Gate], watch.Tracks[e.Gate]);
        return track is { Unknowns: 1 } or { Breaches: 1 } ? new TimelineLine(at, null, $"{gate.Name} is {GateJudge.ValueInWords(gate, track)}: {GateJudge.Says(gate, track)}", GateLines.ToneOf(track.Verdict)) : null;
    }

    public static TimelineLine Of(RunState run, WatchEnded e, DateTimeOffset at) => e.How switch
    {
        WatchStatus.Passed => new(at, null, $"{run.Plan.Version} stayed well for as long as it was watched.", Tone.Good, true),
        WatchStatus.Unclear => new(at, null, $"The watch is over, and whether it is well can't be told: {e.Says}", Tone.Warning, true),
        WatchStatus.Stopped => new(at, e.By?.Email, $"stopped the watch: {e.Says}", Tone.Muted, true),
        _ => new(at, null, $"The watch ended: {e.Says}", Tone.Muted, true),
    };

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
