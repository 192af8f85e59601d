using System.Collections.Immutable;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Runs;

/// <summary>What every kind of step may say: how long, how often, what its failure leads to, and what stands beside it.</summary>
public sealed class WalkTests
{
    private static readonly Fault Broken = new("broken", "It broke.");

    [Fact]
    public void Branches_begin_together_and_what_follows_waits_for_all_of_them()
    {
        var run = Walking(new SideBySide(new("s1"), "x", [new Branch("Search", [Hand("a"), Hand("b")]), new Branch(null, [Hand("c")])]), Hand("last"));
        run.Active.Select(step => step.Step.Id.Name).ShouldBe(["s1a-a", "s1b-c"]);
        run.Find(new("s1a-a"))!.Step.Part.ShouldBe("Search");
        run = run.Then(new RunCommand.Done(Ana, new("s1b-c"), null));
        run.Active.Select(step => step.Step.Id.Name).ShouldBe(["s1a-a"]);
        run = run.Then(new RunCommand.Done(Ana, null, null));
        run.Active.Select(step => step.Step.Id.Name).ShouldBe(["s1a-b"]);
        run = run.Then(new RunCommand.Done(Ana, null, null));
        run.Active.Select(step => step.Step.Id.Name).ShouldBe(["last"]);
        run.Then(new RunCommand.Done(Ana, null, null)).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public void What_a_block_says_of_failures_and_of_skipping_holds_for_steps_that_say_nothing_else()
    {
        var own = Hand("b") with { Rules = new StepRules { OnFailure = FailureMode.Continue, SkippableBy = [], Undo = [Hand("back")] } };
        var outer = new StepRules { OnFailure = FailureMode.Rollback, SkippableBy = [OnCall] };
        var run = Walking(new SideBySide(new("s1"), "x", [new Branch(null, [Hand("a"), own])]) { Rules = outer }, Hand("last"));
        run.Steps.Select(step => (step.Step.Rules?.OnFailure, step.Step.Rules?.SkippableBy?.Length)).ShouldBe([(FailureMode.Rollback, 1), (FailureMode.Continue, 0), (null, null)]);
        run.Steps[1].Step.Rules!.Undo.ShouldHaveSingleItem().Rules.ShouldBeNull();
    }

    [Fact]
    public void With_several_things_waiting_a_word_without_a_step_is_asked_about()
    {
        var run = Walking(new SideBySide(new("s1"), "x", [new Branch(null, [Hand("a")]), new Branch(null, [Hand("b")])]));
        var refused = run.Told(new RunCommand.Done(Ana, null, null)).Decision.Refused.ShouldNotBeNull();
        refused.Code.ShouldBe(RefusalCodes.WordsAmbiguous);
        refused.Next.ShouldNotBeNull().ShouldContain("s1a-a");
    }

    [Fact]
    public void The_first_failure_stops_what_stands_beside_it_and_retrying_takes_both_up()
    {
        var run = Walking(new SideBySide(new("s1"), "x", [new Branch(null, [Hand("a")]), new Branch(null, [Hand("b")])]), Hand("last"));
        run = run.Then(new RunCommand.NotDone(Ana, new("s1a-a"), "no disk"));
        run.Status.ShouldBe(RunStatus.Deciding);
        run.Steps.Select(step => step.Status).ShouldBe([StepStatus.Failed, StepStatus.Stopped, StepStatus.Pending]);
        run = run.Then(new RunCommand.Retry(Ana));
        run.Active.Select(step => (step.Step.Id.Name, step.Attempt)).ShouldBe([("s1a-a", 2), ("s1b-b", 2)]);
    }

    [Fact]
    public void A_runbook_inside_is_walked_in_place_with_its_inputs()
    {
        var inner = new Runbook("purge", "", "run", [Hand("p") with { Instructions = "Purge {inputs.zone} of {service}." }], new OnFailure(RollbackMode.Ask)) { Inputs = [new Input("zone", "text", "", null, [])] };
        var run = Walking(name => name == "purge" ? inner : null, new InnerRunbook(new("s1"), "purge", "purge", ImmutableSortedDictionary<string, string>.Empty.Add("zone", "eu-{environment}")), Hand("last"));
        run.Steps.Select(step => step.Step.Id.Name).ShouldBe(["s1-p", "last"]);
        ((Manual)run.Steps[0].Step).Instructions.ShouldBe("Purge eu-prod of api.");
        run.Steps[0].Step.Part.ShouldBe("purge");
    }

    [Theory]
    [InlineData("environment.protected", true)]
    [InlineData("not environment.protected", false)]
    [InlineData("service == api and version matches \"v1.*\"", true)]
    [InlineData("changed(\"db/**\")", true)]                 // not known: a step too many does no harm
    public void A_step_belongs_where_its_condition_is_not_false(string when, bool belongs) =>
        Walking(Hand("a") with { Rules = new StepRules { When = when } }, Hand("b")).Steps.Length.ShouldBe(belongs ? 2 : 1);

    [Fact]
    public void A_step_is_tried_again_by_itself_each_time_later_and_then_a_person_is_asked()
    {
        var run = Walking(Hand("a") with { Rules = new StepRules { Retries = 2, Backoff = TimeSpan.FromSeconds(30) } });
        run = run.Then(new RunCommand.NotDone(Ana, null, "one"));
        run.Current!.ShouldSatisfyAllConditions(step => step.Attempt.ShouldBe(2), step => (step.From - run.UpdatedAt).ShouldBe(TimeSpan.FromSeconds(30)));
        run = run.Then(new RunCommand.NotDone(Ana, null, "two"));
        (run.Current!.From - run.UpdatedAt).ShouldBe(TimeSpan.FromSeconds(60));
        run.Then(new RunCommand.NotDone(Ana, null, "three")).Status.ShouldBe(RunStatus.Deciding);
    }

    [Fact]
    public void A_try_after_a_failure_asks_the_world_only_when_its_delay_is_over()
    {
        var run = Opened(Shop.Rolling with { Steps = [new Rollout(new("s1"), "x") { Rules = new StepRules { Retries = 1, Backoff = TimeSpan.FromMinutes(1) } }] });
        var (again, decision) = run.Told(run.Report(new WorldRefused(Broken)));
        again.Status.ShouldBe(RunStatus.Running);
        decision.Work.Single(item => item.Kind == RunWork.StartKind).Due.ShouldBe(again.UpdatedAt + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_step_that_takes_too_long_fails_and_a_pause_does_not_count()
    {
        var run = Walking(Hand("a") with { Rules = new StepRules { Timeout = TimeSpan.FromMinutes(10) } });
        var expired = new RunCommand.Expired(new("a"), 1);
        run.Told(expired, TimeSpan.FromMinutes(9)).State.Status.ShouldBe(RunStatus.WaitingForPerson);
        run.Told(expired, TimeSpan.FromMinutes(10)).State.ShouldSatisfyAllConditions(r => r.Status.ShouldBe(RunStatus.Deciding), r => r.Current!.Fault!.Code.ShouldBe("timed-out"));
        var (paused, _) = run.Told(new RunCommand.Pause(Ana, null), TimeSpan.FromMinutes(5));
        var (resumed, decision) = paused.Told(new RunCommand.Resume(Ana), TimeSpan.FromMinutes(60));
        decision.Work.ShouldContain(item => item.Kind == RunWork.ExpireKind);
        resumed.Told(expired, TimeSpan.FromMinutes(4)).State.Status.ShouldBe(RunStatus.WaitingForPerson);
        resumed.Told(expired, TimeSpan.FromMinutes(5)).State.Status.ShouldBe(RunStatus.Deciding);
        resumed.Told(new RunCommand.Expired(new("a"), 2), TimeSpan.FromMinutes(5)).Decision.Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_failure_that_does_not_matter_is_noted_and_the_run_goes_on()
    {
        var run = Walking(Hand("a") with { Rules = new StepRules { OnFailure = FailureMode.Continue } }, Hand("b")).Then(new RunCommand.NotDone(Ana, null, "no disk"));
        run.Active.Single().Step.Id.Name.ShouldBe("b");
        run.Steps[0].ShouldSatisfyAllConditions(step => step.Status.ShouldBe(StepStatus.Skipped), step => step.Note.ShouldNotBeNull().ShouldContain("no disk"));
        run.Then(new RunCommand.Done(Ana, null, null)).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public void What_ran_is_undone_the_last_first_and_what_did_not_run_is_not()
    {
        var run = Walking(
            Undone("a"), Undone("b"),
            Hand("c") with { Rules = new StepRules { OnFailure = FailureMode.Rollback } }, Undone("d"));
        run = run.Then(new RunCommand.Done(Ana, null, null), new RunCommand.Done(Ana, null, null), new RunCommand.NotDone(Ana, null, "no"));
        run.Status.ShouldBe(RunStatus.RollingBack);
        run.Steps.Where(step => step.Way == Way.Back).Select(step => step.Step.Id.Name).ShouldBe(["undo-b-u", "undo-a-u"]);
        run.Active.Single().Step.Id.Name.ShouldBe("undo-b-u");
        run = run.Then(new RunCommand.Done(Ana, null, null), new RunCommand.Done(Ana, null, null));
        run.Status.ShouldBe(RunStatus.RolledBack);
        run.Ending.ShouldBe("what it did was undone");
    }

    [Fact]
    public void Ways_back_of_a_runbook_inside_have_names_of_their_own_and_may_be_made_of_blocks()
    {
        var inner = new Runbook("inner", "", "run", [Undone("a")], new OnFailure(RollbackMode.Ask));
        var purge = new Runbook("purge", "", "run", [Hand("p"), Hand("q")], new OnFailure(RollbackMode.Ask));
        var run = Walking(
            name => name == "inner" ? inner : purge,
            Undone("a"), new InnerRunbook(new("s2"), "inner", "inner", ImmutableSortedDictionary<string, string>.Empty),
            Hand("c") with { Rules = new StepRules { Undo = [new InnerRunbook(new("u"), "purge", "purge", ImmutableSortedDictionary<string, string>.Empty)], OnFailure = FailureMode.Rollback } });
        run = run.Then(new RunCommand.Done(Ana, null, null), new RunCommand.Done(Ana, null, null), new RunCommand.NotDone(Ana, null, "no"));
        run.Steps.Where(step => step.Way == Way.Back).Select(step => step.Step.Id.Name).ShouldBe(["undo-u-p", "undo-u-q", "undo-s2-a-u", "undo-a-u"]);
        for (var step = 0; step < 4; step++) run = run.Then(new RunCommand.Done(Ana, null, null));
        run.Status.ShouldBe(RunStatus.RolledBack);
    }

    [Fact]
    public void A_runbook_that_runs_itself_is_walked_once() =>
        Walking(name => new Runbook("by-hand", "", "run", [Hand("x")], new OnFailure(RollbackMode.Ask)), Hand("a"), new InnerRunbook(new("s2"), "by-hand", "by-hand", ImmutableSortedDictionary<string, string>.Empty)).Steps.Length.ShouldBe(1);

    [Fact]
    public void A_remedy_is_walked_and_then_a_person_decides()
    {
        var aid = new Runbook("first-aid", "", "run", [Hand("x")], new OnFailure(RollbackMode.Ask));
        var run = Walking(name => name == "first-aid" ? aid : null, Hand("a") with { Rules = new StepRules { OnFailure = FailureMode.Run, Remedy = "first-aid" } }, Hand("b"));
        run = run.Then(new RunCommand.NotDone(Ana, null, "no"));
        run.Active.Single().ShouldSatisfyAllConditions(step => step.Step.Id.Name.ShouldBe("aid-x"), step => step.Way.ShouldBe(Way.Aid));
        run = run.Then(new RunCommand.Done(Ana, null, null));
        run.Status.ShouldBe(RunStatus.Deciding);
        run.Notice.ShouldNotBeNull().ShouldContain("first-aid");
        run.Then(new RunCommand.TakeOn(Cleo)).TakenOnBy.ShouldBe(Cleo.Person);
        run = run.Then(new RunCommand.Retry(Ana));
        run.Active.Single().Step.Id.Name.ShouldBe("a");
        run.Then(new RunCommand.Done(Ana, null, null), new RunCommand.Done(Ana, null, null)).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public void Only_those_named_may_skip_and_nobody_skips_what_nobody_may()
    {
        var run = Walking(Hand("a") with { Rules = new StepRules { SkippableBy = [OnCall] } });
        run.Told(new RunCommand.Skip(Ana, null, "late")).Decision.Refused!.Code.ShouldBe(RefusalCodes.NotInGroup);
        run.Told(new RunCommand.Skip(Cleo, null, "late")).State.Status.ShouldBe(RunStatus.Succeeded);
        Walking(Hand("a") with { Rules = new StepRules { SkippableBy = [] } }).Told(new RunCommand.Skip(Cleo, null, "late")).Decision.Refused!.Code.ShouldBe(RefusalCodes.StepNotSkippable);
    }

    [Fact]
    public void Values_that_were_kept_fill_the_texts_after_them()
    {
        var call = new HttpCall(new("a"), "x", "POST", "https://x", ImmutableSortedDictionary<string, string>.Empty, null, 200, ImmutableSortedDictionary<string, string>.Empty, ImmutableSortedDictionary<string, string>.Empty.Add("job", "id"), TimeSpan.FromSeconds(5));
        var (run, decision) = Walking(call, new Notify(new("b"), "Say", null, "Job {values.job} of {service}")).Let(run => run.Told(run.Report(new RequestAnswered(true, "200", ImmutableSortedDictionary<string, string>.Empty.Add("job", "42")))));
        run.Status.ShouldBe(RunStatus.Succeeded);
        decision.Work.Single(item => item.Kind == RunWork.SayKind).Payload.ShouldContain("Job 42 of api");
    }

    [Fact]
    public void A_wait_ends_at_its_moment_by_its_signal_or_when_somebody_says_go()
    {
        var until = Walking(new Wait(new("a"), "x", "18:00", null));
        until.Told(until.Report(new TimePassed()), TimeSpan.FromHours(5)).State.Status.ShouldBe(RunStatus.Running);
        until.Told(until.Report(new TimePassed()), TimeSpan.FromHours(6)).State.Status.ShouldBe(RunStatus.Succeeded);
        var signal = Walking(new Wait(new("a"), "x", null, "tested"));
        signal.Told(new RunCommand.Signal("other", null)).Decision.Refused.ShouldNotBeNull();
        signal.Told(new RunCommand.Done(Ana, null, null)).Decision.Refused.ShouldNotBeNull();
        signal.Then(new RunCommand.Signal("tested", "ok")).Status.ShouldBe(RunStatus.Succeeded);
        Walking(new Wait(new("a"), "x", null, null)).Then(new RunCommand.Done(Ana, null, null)).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public void A_newer_version_takes_the_place_of_a_run_that_changed_nothing()
    {
        var run = Opened();
        run.Then(new RunCommand.GiveUpFor(new RunId(9), "v1.2.4", Ana.Person!.Value)).ShouldSatisfyAllConditions(r => r.Status.ShouldBe(RunStatus.Cancelled), r => r.Ending.ShouldBe("superseded by run 9 (v1.2.4)"));
        run.Ticked().Approved().Reports(new RolloutAccepted(Begun)).Told(new RunCommand.GiveUpFor(new RunId(9), "v1.2.4", Ana.Person!.Value)).Decision.Refused!.Code.ShouldBe(RefusalCodes.LockHeld);
    }

    private static Manual Hand(string id) => new(new StepId(id), $"Do {id}", "Do it.", []);

    private static Manual Undone(string id) => Hand(id) with { Rules = new StepRules { Undo = [Hand($"{id}-u")] } };

    private static RunState Walking(params ImmutableArray<Step> steps) => Walking(_ => null, steps);

    private static RunState Walking(Func<string, Runbook?> others, params ImmutableArray<Step> steps)
    {
        var planned = Planner.Procedure(new PlanContext(Api, Prod, "v1.2.2", Ana.Person!.Value), new Runbook("by-hand", "", "run", steps, new OnFailure(RollbackMode.Ask)), others, "v1.2.2");
        return Decider.Open(new RunOpened(new RunId(7), planned.Plan, planned.Steps, Prod.Target, true, RollbackMode.Ask, null, [Engineers], Ana.Person.Value, null, [], [], null), Noon).State;
    }
}

internal static class Fluently
{
    public static TResult Let<T, TResult>(this T value, Func<T, TResult> then) => then(value);
}
