using System.Collections.Immutable;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Runs;

/// <summary>What an abort leads to, as on-abort and on-failure say, and how far the run had come.</summary>
public sealed class AbortTests
{
    private static readonly Runbook Three = new("three", "", "deploy", [Hand("a"), Hand("b"), Hand("c")], new OnFailure(RollbackMode.Ask));

    [Theory]

    // Nothing ran: it is cancelled, whatever is written.
    [InlineData(0, null, "ask", "Cancelled", "")]
    [InlineData(0, "automatic", "ask", "Cancelled", "")]
    [InlineData(0, "ask", "automatic", "Cancelled", "")]

    // What began is undone, the last first; what did not isn't.
    [InlineData(1, "automatic", "ask", "RollingBack", "undo-a")]
    [InlineData(2, "automatic", "ask", "RollingBack", "undo-b undo-a")]
    [InlineData(3, "automatic", "ask", "RollingBack", "undo-c undo-b undo-a")]

    // on-abort before on-failure; without it on-failure says.
    [InlineData(2, "ask", "automatic", "Deciding", "")]
    [InlineData(2, null, "automatic", "RollingBack", "undo-b undo-a")]
    [InlineData(2, null, "ask", "Deciding", "")]
    public void An_abort_goes_as_far_back_as_the_run_came(int began, string? onAbort, string onFailure, string status, string undone)
    {
        var run = Begun(began, onAbort, onFailure).Then(new RunCommand.Abort(Ana, "enough"));
        run.Status.ToString().ShouldBe(status);
        string.Join(' ', run.Steps.Where(step => step.Way == Way.Back).Select(step => step.Step.Id)).ShouldBe(undone);
        (run.Aborted is not null).ShouldBe(onAbort is not null);
    }

    [Fact]
    public void The_way_back_of_an_abort_ends_rolled_back()
    {
        var run = Begun(2, "automatic", "ask").Then(new RunCommand.Abort(Ana, null));
        run.Then(new RunCommand.Done(Ana, null, null), new RunCommand.Done(Ana, null, null)).ShouldSatisfyAllConditions(back => back.Status.ShouldBe(RunStatus.RolledBack), back => back.Aborted!.By.ShouldBe(Ana.Person!.Value));
    }

    [Fact]
    public void A_run_that_somebody_has_go_on_is_aborted_no_longer()
    {
        var run = Begun(2, "ask", "ask").Then(new RunCommand.Abort(Ana, null));
        run.Then(new RunCommand.Retry(Ana)).Aborted.ShouldBeNull();
        run.Then(new RunCommand.Skip(Ana, null, "not needed")).Aborted.ShouldBeNull();
        run.Then(new RunCommand.RollBack(Ana, null)).Aborted.ShouldNotBeNull();
    }

    [Fact]
    public void Leaving_a_failed_run_as_it_is_is_no_abort()
    {
        var run = Begun(2, "automatic", "ask").Then(new RunCommand.NotDone(Ana, null, "no"), new RunCommand.Abort(Ana, "leave it"));
        (run.Status, run.Aborted).ShouldBe((RunStatus.Failed, null));
    }

    [Fact]
    public void The_plan_that_is_approved_says_what_an_abort_does_and_reads_otherwise_when_that_changes()
    {
        static string Says(OnFailure? abort) => (Three with { OnAbort = abort }).SaysOfTrouble();
        Says(null).ShouldBe("asks whether to retry, roll back or leave it");
        Says(new OnFailure(RollbackMode.Automatic, OnCall) { Tell = new Recipients(["requester"], ["audit@example.com"]) })
            .ShouldBe("asks whether to retry, roll back or leave it; aborted, it goes back by itself, tells requester, and mails audit@example.com, pages oncall");
    }

    private static RunState Begun(int steps, string? onAbort, string onFailure)
    {
        static RollbackMode Mode(string word) => word == "automatic" ? RollbackMode.Automatic : RollbackMode.Ask;
        var gate = new Wait(new("go"), "Go", null, null);
        var planned = Planner.Deploy(
            new PlanContext(Api, Prod, "v1.2.3", Ana.Person!.Value),
            Three with { Steps = [gate, .. Three.Steps], OnFailure = new OnFailure(Mode(onFailure)), OnAbort = onAbort is null ? null : new OnFailure(Mode(onAbort)) }, _ => null, "v1.2.2");
        var run = Decider.Open(new RunOpened(new ChatOps.Runbooks.Work.RunId(7), planned.Plan, planned.Steps, Prod.Target, true, planned.OnFailure, null, [Engineers], Ana.Person.Value, null, [], [], null) { OnAbort = planned.OnAbort }, Noon).State;
        for (var done = 0; done < steps; done++) run = run.Then(new RunCommand.Done(Ana, null, null));
        return run;
    }

    private static Manual Hand(string name) => new(new(name), name, "Do it.", [], false, true)
    {
        Rules = new StepRules { Undo = ImmutableArray.Create<Step>(new Manual(new(name), $"Undo {name}", "Undo it.", [], false, true)) },
    };
}
