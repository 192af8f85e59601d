using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Tests.Runs;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Summaries;

/// <summary>Runs that are over, each in its own way.</summary>
internal static class Ended
{
    /// <summary>Approved, rolled out, well, soaked.</summary>
    public static RunState Well()
    {
        var run = RolledOut();
        run = Next(run, r => r.Report(new ProbeAnswered(0, 1, new HealthAnswer(true, "200", TimeSpan.Zero))));
        return Next(run, r => r.Report(new TimePassed()), 10);
    }

    /// <summary>Rolled out, not well, taken back by itself.</summary>
    public static RunState Back()
    {
        var run = RolledOut();
        for (var tries = 1; run.Status != RunStatus.RollingBack; tries++) run = Next(run, r => r.Report(new ProbeAnswered(0, tries, new HealthAnswer(false, "503, expected 200", TimeSpan.Zero))));
        run = Next(run, r => r.Report(new RolloutAccepted(new RolloutBegun("v1.2.3", 4, 5, false))));
        run = Next(run, r => r.Report(new RolloutSeen(Seen(RolloutPhase.Complete))));
        while (!run.IsOver) run = Next(run, r => r.Report(new ProbeAnswered(0, 1, new HealthAnswer(true, "200", TimeSpan.Zero))));
        return run;
    }

    private static RunState RolledOut()
    {
        var run = Next(Opened(), _ => new RunCommand.Tick(Ana, null, 0));
        run = Next(run, _ => new RunCommand.Tick(Ana, null, 1));
        run = Next(run, r => new RunCommand.Approve(Ben, null, r.Plan.Hash, "looks fine"));
        run = Next(run, r => new RunCommand.Approve(Shop.Dora, null, r.Plan.Hash));
        run = Next(run, r => r.Report(new RolloutAccepted(Begun)));
        return Next(run, r => r.Report(new RolloutSeen(Seen(RolloutPhase.Complete))));
    }

    private static RunState Next(RunState run, Func<RunState, RunCommand> command, double minutes = 1)
    {
        var (next, decision) = run.Told(command(run), TimeSpan.FromMinutes(minutes));
        if (decision.Refused is { } refusal) throw new InvalidOperationException(refusal.Why);
        return next;
    }
}
