using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Runs;

public sealed class PassUsedTests
{
    [Theory]
    [InlineData(null, 100, true)]          // kept before there was a limit
    [InlineData(8, 7, true)]
    [InlineData(8, 9, false)]
    public void An_exception_counts_for_a_while_after_it_was_approved(int? lasts, int hours, bool counts)
    {
        var run = Excepted(lasts);
        PassUsed.StillCounts(run, Noon.AddDays(30)).ShouldBeTrue("it was not approved yet, so its time has not begun");
        run = run.Then(new RunCommand.Approve(Ben, null, run.Plan.Hash), new RunCommand.Approve(Dora, null, run.Plan.Hash));
        PassUsed.StillCounts(run, run.UpdatedAt.AddHours(hours)).ShouldBe(counts);
        PassUsed.Of(run).ShouldBeNull("nothing was changed yet");
        run = run.Then(new RunCommand.Done(Ana, null, null)).Reports(new RolloutAccepted(Begun));
        PassUsed.StillCounts(run, run.UpdatedAt.AddHours(hours)).ShouldBeTrue("what has begun is not held half way");
        PassUsed.Of(run)!.ShouldSatisfyAllConditions(
            used => used.Why.ShouldBe("tax rate"), used => used.IsEmergency.ShouldBeFalse(), used => used.By.ShouldBe(Ana.Person!.Value),
            used => used.ApprovedBy.ShouldBe([Ben.Person!.Value, Dora.Person!.Value]), used => used.UsedAt.ShouldBe(run.Steps[2].BeganAt!.Value), used => used.Version.ShouldBe("v1.2.3"));
    }

    [Fact]
    public void What_needed_no_exception_used_none() =>
        PassUsed.Of(Opened().Ticked().Approved().Reports(new RolloutAccepted(Begun))).ShouldBeNull();

    private static RunState Excepted(int? lasts)
    {
        var overrides = new Overrides(null, Overrides.Of("Exception", [Managers], 2, TimeSpan.FromHours(4)));
        var runbook = overrides.WithException(Rolling with { Steps = [new Wait(new("go"), "Go", null, null), new Rollout(new("s3"), "Roll out")] });
        var planned = Planner.Deploy(new PlanContext(Api, Prod, "v1.2.3", Ana.Person!.Value), runbook, _ => null, "v1.2.2");
        return Decider.Open(new RunOpened(new RunId(7), planned.Plan, planned.Steps, Prod.Target, true, planned.OnFailure, null, [Engineers], Ana.Person.Value, null, [], [], null)
        {
            Exception = "tax rate", ExceptionLasts = lasts is { } hours ? TimeSpan.FromHours(hours) : null,
        }, Noon).State;
    }
}
