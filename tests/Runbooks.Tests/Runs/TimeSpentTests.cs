using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Runs;

public sealed class TimeSpentTests
{
    [Fact]
    public void Every_second_of_a_run_is_somewhere_in_its_ledger()
    {
        var run = After(Opened(), TimeSpan.FromMinutes(3), r => new RunCommand.Tick(Ana, null, 0));
        run = After(run, TimeSpan.FromMinutes(1), r => new RunCommand.Tick(Ana, null, 1));
        run = After(run, TimeSpan.FromMinutes(4), r => new RunCommand.Approve(Ben, null, r.Plan.Hash));
        run = After(run, TimeSpan.FromMinutes(2), r => new RunCommand.Approve(Dora, null, r.Plan.Hash));
        run = After(run, TimeSpan.FromSeconds(30), r => r.Report(new WorldSilent("the window is closed")));
        run = After(run, TimeSpan.FromMinutes(5), r => r.Report(new RolloutAccepted(Begun)));
        run = After(run, TimeSpan.FromSeconds(20), _ => new RunCommand.Pause(Ana, null));
        run = After(run, TimeSpan.FromMinutes(7), _ => new RunCommand.Resume(Ana));
        run = After(run, TimeSpan.FromSeconds(40), r => r.Report(new RolloutSeen(Seen(RolloutPhase.Complete))));
        run = After(run, TimeSpan.FromSeconds(5), r => r.Report(new ProbeAnswered(0, 1, new HealthAnswer(true, "200", TimeSpan.Zero))));
        run = After(run, TimeSpan.FromMinutes(10), r => r.Report(new TimePassed()));
        run.Status.ShouldBe(RunStatus.Succeeded);

        run.Spent.ShouldBe(new TimeSpent(
            Working: TimeSpan.FromSeconds(30 + 20 + 40 + 5), Watching: TimeSpan.FromMinutes(10), People: TimeSpan.FromMinutes(10), Queued: default, Held: TimeSpan.FromMinutes(5), Paused: TimeSpan.FromMinutes(7)));
        run.Spent.Total.ShouldBe(run.EndedAt!.Value - run.OpenedAt);
        run.Spent.Says().ShouldBe("33 min 35 s: 1 min 35 s working, 10 min watching, 10 min waiting for people, 5 min waiting for its time or its target, 7 min paused");
    }

    [Fact]
    public void Time_behind_another_run_is_time_in_the_queue() =>
        After(Opened(behind: [new RunId(6)]), TimeSpan.FromHours(1), _ => new RunCommand.TakeTurn(null, [], "")).Spent.ShouldBe(TimeSpent.None with { Queued = TimeSpan.FromHours(1) });

    [Theory]
    [InlineData(new[] { 60, 60 }, null)]
    [InlineData(new[] { 60, 60, 60 }, "1 min")]
    [InlineData(new[] { 240, 60, 120 }, "2 min, nine of ten within 4 min")]
    [InlineData(new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 600 }, "5 s, nine of ten within 9 s")]
    public void What_is_usual_is_told_from_three_runs_on(int[] seconds, string? says) => (Usual.Of(seconds.Select(one => TimeSpan.FromSeconds(one)))?.Says()).ShouldBe(says);

    private static RunState After(RunState run, TimeSpan later, Func<RunState, RunCommand> command)
    {
        var (next, decision) = run.Told(command(run), later);
        decision.Refused.ShouldBeNull();
        return next;
    }
}
