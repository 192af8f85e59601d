using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>Decides about the watch behind a run: pure, as all of <see cref="Decider"/>.</summary>
internal static class Watching
{
    /// <summary>A deployment that changed something is watched on, where its soak says so. A rollback never is: nothing takes it back by itself.</summary>
    public static void Begin(Walk walk)
    {
        var run = walk.State;
        if (run is not { Status: RunStatus.Succeeded, Plan.Kind: RunKind.Deploy, Origin: { Unchanged: false } }) return;
        if (run.Steps.LastOrDefault(step => step is { Way: Way.Forward, Step: Soak { WatchAfter: not null, Gates.IsEmpty: false }, Status: StepStatus.Passed or StepStatus.Skipped }) is not { Step: Soak { WatchAfter: { } length } } step) return;
        walk.Happen(new WatchBegan(step.Step.Id, walk.Now + length));
        var watch = walk.State.Watch!;
        for (var gate = 0; gate < watch.Gates.Length; gate++) Ask(walk, gate, walk.Now + watch.Every(gate));
        Order(walk, new EndWatch(), watch.Until);
    }

    public static Refusal? Answered(Walk walk, RunCommand.WatchAnswered c)
    {
        // Asked twice, since a process died in between: the first answer counts.
        if (walk.State.Watch is not { IsOn: true } watch || c.Gate < 0 || c.Gate >= watch.Gates.Length || c.Round != watch.Tracks[c.Gate].Round) return null;

        // Nobody was there for so long that this says nothing about the time that was to be watched.
        if (c.Sample.At > watch.Until + watch.Patience) return Over(walk);
        walk.Happen(new WatchSampled(c.Gate, c.Sample, watch.Tracks[c.Gate].Link == c.Link ? null : c.Link));
        watch = walk.State.Watch!;
        if (GateJudge.Fault(watch.Gates[c.Gate], watch.Tracks[c.Gate]) is { } fault) Trip(walk, fault);
        else if (!watch.Over || !Ends(walk)) Ask(walk, c.Gate, walk.Now + watch.Every(c.Gate));
        return null;
    }

    /// <summary>The time is over: it passed, or what can't be told yet is waited for, up to a bound.</summary>
    public static Refusal? Over(Walk walk)
    {
        if (walk.State.Watch is not { IsOn: true } watch) return null;
        if (walk.Now < watch.Until) Order(walk, new EndWatch(), watch.Until);
        else if (!Ends(walk) && walk.Now < watch.Until + watch.Patience) Order(walk, new EndWatch(), watch.Until + watch.Patience);
        else if (walk.State.Watch is { IsOn: true } still) End(walk, new WatchEnded(WatchStatus.Unclear, null, Unclear(still, walk.Now)));
        return null;
    }

    public static Refusal? Stop(Walk walk, RunCommand.StopWatch c)
    {
        if (string.IsNullOrWhiteSpace(c.Reason)) return new(RefusalCodes.ReasonMissing, "Stopping a watch needs a reason.", $"Say: unwatch {walk.State.Id} \"why\".");
        End(walk, new WatchEnded(WatchStatus.Stopped, c.Who.Person, c.Reason));
        return null;
    }

    public static Refusal? Vouch(Walk walk, RunCommand.Vouch c) => string.IsNullOrWhiteSpace(c.Reason)
        ? new(RefusalCodes.ReasonMissing, "Say how you know that it is well.", $"Say: vouch {walk.State.Id} \"why\".")
        : walk.Note(new WatchVouched(c.Who.Person!.Value, c.Reason));

    /// <summary>Something newer has begun to change the place: what is seen from now on says nothing about this version.</summary>
    public static Refusal? Supersede(Walk walk, RunCommand.SupersedeWatch c)
    {
        if (walk.State.Watch is { IsOn: true }) End(walk, new WatchEnded(WatchStatus.Superseded, null, c.Why));
        return null;
    }

    public static Refusal? TakenBack(Walk walk, RunCommand.WatchTakenBack c)
    {
        if (walk.State.Watch is { Status: WatchStatus.Tripped, GoesBack: true, Rollback: null }) walk.Happen(new WatchTakenBack(c.Rollback, c.Says));
        return null;
    }

    private static void Trip(Walk walk, Fault fault)
    {
        var run = walk.State;
        var wanted = run.Find(run.Watch!.Step)!.Step.Rules?.OnFailure switch
        {
            FailureMode.Rollback => true,
            null => run.Opened.OnFailure == RollbackMode.Automatic,
            _ => false,
        };
        var why = !wanted ? null
            : run.BackTo is null ? "What ran before is not known, so nothing is taken back by itself."
            : run.WasTakenBackBefore;
        Withdraw(walk);
        walk.Happen(new WatchTripped(fault, wanted && why is null, why));
        if (walk.State.Watch!.GoesBack) Order(walk, new TakeVersionBack(), walk.Now);
    }

    /// <summary>Whether it ended: every gate was judged and is good, or a comparison tripped at its last look.</summary>
    private static bool Ends(Walk walk)
    {
        var judged = walk.State.Watch!.Judged();
        for (var gate = 0; gate < judged.Gates.Length; gate++)
        {
            if (GateJudge.Fault(judged.Gates[gate], judged.Tracks[gate]) is not { } fault) continue;
            walk.Happen(new WatchJudged());
            Trip(walk, fault);
            return true;
        }

        if (!walk.State.Watch.Over || judged.IsSettled(walk.Now)) walk.Happen(new WatchJudged());
        if (!judged.IsSettled(walk.Now)) return false;
        End(walk, new WatchEnded(WatchStatus.Passed, null, null));
        return true;
    }

    private static string Unclear(Watch watch, DateTimeOffset now)
    {
        var open = Enumerable.Range(0, watch.Gates.Length).FirstOrDefault(gate => !GateJudge.IsSettled(watch.Gates[gate], watch.Tracks[gate]), -1);
        if (open < 0) return $"Nobody asked from {watch.Tracks.Min(track => track.Last?.At ?? watch.Since).UtcDateTime:HH:mm} to {now.UtcDateTime:HH:mm} UTC.";
        return watch.Tracks[open].Verdict == GateVerdict.Breaching
            ? $"{watch.Gates[open].Name} did not come back from past its limit: {GateJudge.ValueInWords(watch.Gates[open], watch.Tracks[open])}, {watch.Gates[open].LimitInWords}."
            : GateJudge.NotKnown(watch.Gates[open], watch.Tracks[open]).Why;
    }

    private static void End(Walk walk, WatchEnded how)
    {
        Withdraw(walk);
        walk.Happen(how);
    }

    private static void Ask(Walk walk, int gate, DateTimeOffset due) => Order(walk, new AskWatch(gate, walk.State.Watch!.Tracks[gate].Round), due);

    private static void Order(Walk walk, Order order, DateTimeOffset due) => walk.Order(walk.State.Find(walk.State.Watch!.Step)!, StepDecision.Nothing.And(order, due));

    private static void Withdraw(Walk walk)
    {
        var (run, watch) = (walk.State, walk.State.Watch!);
        var step = run.Find(watch.Step)!;
        foreach (var order in watch.Gates.Select((_, gate) => (Order)new AskWatch(gate, 0)).Append(new EndWatch())) walk.Withdraw(step, order);
    }
}
