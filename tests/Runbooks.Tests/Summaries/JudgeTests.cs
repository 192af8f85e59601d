using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Summaries;

public sealed class JudgeTests
{
    private static readonly RunState Deployed = Ended.Well();
    private static readonly Look AllWell = new("v1.2.3", [new Seen("api/health: 200", true)], [], []);

    [Fact]
    public void A_place_that_answers_well_at_the_version_that_was_brought_is_still_healthy() =>
        Judge.Of(Deployed, AllWell).ShouldSatisfyAllConditions(
            one => one.Verdict.ShouldBe(Verdict.Healthy),
            one => one.Says.ShouldBe("Still healthy: 1 of 1 question answered well, no alert since."));

    [Theory]
    [InlineData("v9.9.9", true, Verdict.Unhealthy, "v9.9.9 runs there")]
    [InlineData("v1.2.3", false, Verdict.Unhealthy, "Not well: api/health")]
    [InlineData(null, null, Verdict.Unknown, "Nothing there could be asked.")]
    [InlineData(null, true, Verdict.Healthy, "1 of 1")]
    [InlineData("v1.2.3", null, Verdict.Healthy, "1 could not be asked")]
    public void What_is_not_known_is_never_well_and_what_is_bad_is_said(string? live, bool? well, Verdict verdict, string says)
    {
        var judged = Judge.Of(Deployed, AllWell with { Live = live, Lines = [new Seen("api/health", well)] });
        judged.Verdict.ShouldBe(verdict);
        judged.Says.ShouldContain(says);
    }

    [Fact]
    public void A_firing_alert_counts_before_everything_but_a_later_run_and_one_that_is_over_is_only_told()
    {
        var (firing, over) = (new AlertSeen(new AlertId(1), "HighErrorRate: api in prod", true, null), new AlertSeen(new AlertId(2), "Slow", false, null));
        Judge.Of(Deployed, AllWell with { Alerts = [over, firing] }).ShouldSatisfyAllConditions(
            one => one.Verdict.ShouldBe(Verdict.Alerting), one => one.Says.ShouldBe("1 alert fires: A1 HighErrorRate: api in prod."), one => one.Alerts[0].ShouldBe(firing));
        Judge.Of(Deployed, AllWell with { Alerts = [over] }).ShouldSatisfyAllConditions(one => one.Verdict.ShouldBe(Verdict.Healthy), one => one.Says.ShouldContain("1 alert since, over again"));
        Judge.Of(Deployed, AllWell with { Alerts = [firing], Later = [Later(8, RunKind.Deploy, "v1.2.4", "v1.2.3")] }).Verdict.ShouldBe(Verdict.Superseded);
    }

    [Theory]
    [InlineData(RunKind.Rollback, "v1.2.2", "v1.2.3", null, Verdict.RolledBack)]
    [InlineData(RunKind.Deploy, "v1.2.4", "v1.2.3", null, Verdict.Superseded)]
    [InlineData(RunKind.Deploy, "v1.2.2", "v1.2.3", 7L, Verdict.RolledBack)]
    [InlineData(RunKind.Rollback, "v1.2.1", "v1.2.2", null, Verdict.Superseded)]        // it left another version than ours
    [InlineData(RunKind.Deploy, null, "v1.2.3", null, Verdict.Healthy)]                 // it went back by itself: ours is there again
    public void A_later_run_ends_it_only_when_it_left_something_else_there(RunKind kind, string? landed, string left, long? reverts, Verdict verdict)
    {
        var judged = Judge.Of(Deployed, AllWell with { Later = [Later(8, kind, landed, left, reverts is { } run ? new RunId(run) : null)] });
        judged.Verdict.ShouldBe(verdict);
        judged.IsFinal.ShouldBe(verdict != Verdict.Healthy);
        if (judged.IsFinal) judged.Says.ShouldContain("run 8");
    }

    [Fact]
    public void Who_took_it_back_is_named_whatever_was_deployed_after() =>
        Judge.Of(Deployed, AllWell with { Later = [Later(9, RunKind.Deploy, "v1.2.4", "v1.2.2"), Later(8, RunKind.Rollback, "v1.2.2", "v1.2.3")] }).By.ShouldBe(new RunId(8));

    [Fact]
    public void Runs_before_it_say_nothing_about_it() => Judge.Of(Deployed, AllWell with { Later = [Later(6, RunKind.Deploy, "v1.2.2", "v1.2.1")] }).Verdict.ShouldBe(Verdict.Healthy);

    [Fact]
    public void After_a_rollback_it_is_the_version_before_that_must_run_there()
    {
        var back = Ended.Back();
        Judge.ExpectedAt(back).ShouldBe("v1.2.2");
        Judge.Of(back, AllWell with { Live = "v1.2.2" }).Verdict.ShouldBe(Verdict.Healthy);
        Judge.Of(back, AllWell).Verdict.ShouldBe(Verdict.Unhealthy);
    }

    private static LaterRun Later(long run, RunKind kind, string? landed, string? left, RunId? reverts = null) => new(new RunId(run), kind, landed, left, reverts, "ben");
}
