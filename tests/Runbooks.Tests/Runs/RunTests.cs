using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Runs;

public sealed class RunTests
{
    [Fact]
    public void A_run_walks_from_its_checklist_to_its_summary()
    {
        var run = Opened();
        run.Status.ShouldBe(RunStatus.WaitingForChecklist);
        run = run.Ticked();
        run.Status.ShouldBe(RunStatus.WaitingForApproval);
        run = run.Approved();
        run.Status.ShouldBe(RunStatus.Running);
        run = run.Reports(new RolloutAccepted(Begun)).Reports(new RolloutSeen(Seen(RolloutPhase.Progressing, 1))).Reports(new RolloutSeen(Seen(RolloutPhase.Complete)));
        run.Current!.Step.ShouldBeOfType<HealthCheck>();
        run = run.Reports(new ProbeAnswered(0, 1, new HealthAnswer(true, "200", TimeSpan.Zero)));
        run.Current!.Step.ShouldBeOfType<Soak>();
        var (done, decision) = run.Told(run.Report(new TimePassed()), TimeSpan.FromMinutes(10));
        done.Status.ShouldBe(RunStatus.Succeeded);
        decision.Work.ShouldContain(item => item.Kind == RunWork.SayKind);
    }

    [Theory]
    [InlineData("ana", "approval-own")]          // who asked, though an engineer who is also a manager elsewhere would pass the group
    [InlineData("cleo", "not-in-group")]
    [InlineData("someone", "read-only")]
    [InlineData("bot", "read-only")]
    [InlineData("ben", null)]
    public void Only_a_member_who_did_not_ask_may_approve(string who, string? code)
    {
        var run = Opened().Ticked();
        var caller = who switch
        {
            "ana" => Ana with { Groups = [Engineers, Managers] },
            "cleo" => Cleo,
            "bot" => Ben with { IsBot = true },
            "ben" => Ben,
            _ => Stranger,
        };
        (run.Told(new RunCommand.Approve(caller, null, run.Plan.Hash)).Decision.Refused?.Code).ShouldBe(code);
    }

    [Fact]
    public void The_same_person_twice_is_one_approval()
    {
        var run = Opened().Ticked();
        run = run.Then(new RunCommand.Approve(Ben, null, run.Plan.Hash));
        var (again, decision) = run.Told(new RunCommand.Approve(Ben, null, run.Plan.Hash));
        decision.Refused.ShouldBeNull();
        decision.Events.ShouldBeEmpty();
        again.Status.ShouldBe(RunStatus.WaitingForApproval);
    }

    [Fact]
    public void An_approval_for_another_plan_is_refused()
    {
        var run = Opened().Ticked();
        run.Told(new RunCommand.Approve(Ben, null, new PlanHash("00"))).Decision.Refused!.Code.ShouldBe(RefusalCodes.PlanChanged);
    }

    [Fact]
    public void When_the_plan_changes_approvals_fall_away_and_ticks_stay()
    {
        var run = Opened().Ticked();
        run = run.Then(new RunCommand.Approve(Ben, null, run.Plan.Hash));
        var changed = Planner.From(run, "v1.2.9");
        run = run.Then(new RunCommand.ChangePlan(changed, [.. run.Steps.Select(step => step.Step)], "prod runs v1.2.9 now"));
        run.Status.ShouldBe(RunStatus.WaitingForApproval);
        run.Notice.ShouldNotBeNull().ShouldContain("1 approval fell away");
        ((Approval.State)run.Current!.State!).Yes.ShouldBeEmpty();
        run.Steps[0].Status.ShouldBe(StepStatus.Passed);
        run.Approved().Status.ShouldBe(RunStatus.Running);
    }

    [Fact]
    public void Nobody_answering_closes_the_approval()
    {
        var run = Opened().Ticked();
        var (closed, _) = run.Told(run.Report(new TimePassed()), TimeSpan.FromMinutes(30));
        closed.Status.ShouldBe(RunStatus.Cancelled);
        closed.Ending.ShouldNotBeNull().ShouldContain("within 30 min");
    }

    [Theory]
    [InlineData(29, null)]
    [InlineData(30, "approval-expired")]
    public void An_approval_counts_only_in_time(int minutes, string? code)
    {
        var run = Opened().Ticked();
        (run.Told(new RunCommand.Approve(Ben, null, run.Plan.Hash), TimeSpan.FromMinutes(minutes)).Decision.Refused?.Code).ShouldBe(code);
    }

    [Fact]
    public void A_rollout_that_fails_rolls_back_by_itself_where_the_runbook_says_so()
    {
        var run = Opened().Ticked().Approved().Reports(new RolloutAccepted(Begun));
        var (failing, decision) = run.Told(run.Report(new RolloutSeen(Seen(RolloutPhase.Failed, 0, new Fault("image-pull", "No such image.")))));
        failing.Status.ShouldBe(RunStatus.RollingBack);
        decision.Work.ShouldContain(item => item.Kind == RunWork.StartKind);
        var undone = failing.Reports(new RolloutAccepted(new RolloutBegun("v1.2.3", 5, 6, false))).Reports(new RolloutSeen(Seen(RolloutPhase.Complete)))
            .Reports(new ProbeAnswered(0, 1, new HealthAnswer(true, "200", TimeSpan.Zero)));
        undone.Status.ShouldBe(RunStatus.RolledBack);
        undone.Rollback!.ToVersion.ShouldBe("v1.2.2");
    }

    [Fact]
    public void A_rollout_that_fails_asks_where_the_runbook_says_so()
    {
        var run = Opened(RollbackMode.Ask).Ticked().Approved().Reports(new RolloutAccepted(Begun))
            .Reports(new RolloutSeen(Seen(RolloutPhase.Failed, 0, new Fault("image-pull", "No such image."))));
        run.Status.ShouldBe(RunStatus.Deciding);
        var retried = run.Then(new RunCommand.Retry(Ana));
        retried.Current!.Attempt.ShouldBe(2);
        run.Then(new RunCommand.RollBack(Cleo, null)).Status.ShouldBe(RunStatus.RollingBack);
        run.Then(new RunCommand.Abort(Ana, "good enough")).Status.ShouldBe(RunStatus.Failed);
    }

    [Fact]
    public void A_change_by_hand_is_never_undone_without_being_asked()
    {
        var run = Opened().Ticked().Approved().Reports(new RolloutAccepted(Begun))
            .Reports(new RolloutSeen(Seen(RolloutPhase.Superseded, 0, new Fault("x", "kubectl set v9."))));
        run.Status.ShouldBe(RunStatus.Deciding);
        run.Rollback.ShouldBeNull();
    }

    [Fact]
    public void A_rollback_that_fails_is_a_persons_to_decide_and_can_be_retried()
    {
        var failing = Opened().Ticked().Approved().Reports(new RolloutAccepted(Begun)).Then(new RunCommand.RollBack(Cleo, "errors"));
        failing = failing.Reports(new WorldRefused(new Fault("permission-missing", "May not patch.")));
        failing.Status.ShouldBe(RunStatus.Deciding);
        failing.Then(new RunCommand.Retry(Ana)).Status.ShouldBe(RunStatus.RollingBack);

        // Whoever is called about it may have no right to deploy.
        failing.Then(new RunCommand.Retry(Cleo)).Status.ShouldBe(RunStatus.RollingBack);
        var forward = Opened().Ticked().Approved().Reports(new WorldRefused(new Fault("permission-missing", "May not patch.")));
        forward.Told(new RunCommand.Retry(Cleo)).Decision.Refused.ShouldNotBeNull().Code.ShouldBe(RefusalCodes.NotAllowed);
    }

    [Fact]
    public void Nothing_that_was_refused_by_the_target_is_rolled_back()
    {
        var run = Opened().Ticked().Approved().Reports(new WorldRefused(new Fault("permission-missing", "May not patch.")));
        run.Status.ShouldBe(RunStatus.Deciding);
        run.MayHaveChanged.ShouldBeFalse();
    }

    [Fact]
    public void A_pause_holds_the_rollout_and_does_not_count_as_soaking()
    {
        var soaking = Opened().Ticked().Approved().Reports(new RolloutAccepted(Begun));
        var (paused, decision) = soaking.Told(new RunCommand.Pause(Ana, null));
        decision.Work.ShouldContain(item => item.Kind == RunWork.HoldKind);
        paused.Then(new RunCommand.Resume(Ana)).Status.ShouldBe(RunStatus.Running);

        soaking = soaking.Reports(new RolloutSeen(Seen(RolloutPhase.Complete))).Reports(new ProbeAnswered(0, 1, new HealthAnswer(true, "200", TimeSpan.Zero)));
        var until = ((Soak.State)soaking.Current!.State!).Until;
        var (held, _) = soaking.Told(new RunCommand.Pause(Ana, null));
        var (resumed, _) = held.Told(new RunCommand.Resume(Ana), TimeSpan.FromMinutes(5));
        ((Soak.State)resumed.Current!.State!).Until.ShouldBe(until + TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Aborting_before_anything_changed_cancels_and_after_that_rolls_back()
    {
        Opened().Then(new RunCommand.Abort(Ana, null)).Status.ShouldBe(RunStatus.Cancelled);
        Opened().Ticked().Approved().Reports(new RolloutAccepted(Begun)).Then(new RunCommand.Abort(Ana, null)).Status.ShouldBe(RunStatus.RollingBack);
    }

    [Fact]
    public void An_approval_and_a_checklist_can_not_be_skipped_and_a_soak_only_with_a_reason()
    {
        Opened().Told(new RunCommand.Skip(Ana, null, "late")).Decision.Refused.ShouldNotBeNull();
        Opened().Ticked().Told(new RunCommand.Skip(Ana, null, "late")).Decision.Refused.ShouldNotBeNull();
        var soaking = Opened().Ticked().Approved().Reports(new RolloutAccepted(Begun)).Reports(new RolloutSeen(Seen(RolloutPhase.Complete)))
            .Reports(new ProbeAnswered(0, 1, new HealthAnswer(true, "200", TimeSpan.Zero)));
        soaking.Told(new RunCommand.Skip(Ana, null, " ")).Decision.Refused!.Code.ShouldBe(RefusalCodes.ReasonMissing);
        soaking.Told(new RunCommand.Skip(Ana, null, "hotfix")).State.Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public void A_queued_run_starts_when_its_turn_comes_and_asks_again_when_the_plan_is_another_by_then()
    {
        var queued = Opened(behind: new RunId(6));
        queued.Status.ShouldBe(RunStatus.Queued);
        queued.Then(new RunCommand.TakeTurn(null, [], "")).Status.ShouldBe(RunStatus.WaitingForChecklist);
        var other = Planner.From(queued, "v1.2.9");
        var begun = queued.Then(new RunCommand.TakeTurn(other, [.. queued.Steps.Select(step => step.Step)], "prod runs v1.2.9 now"));
        begun.Status.ShouldBe(RunStatus.WaitingForChecklist);
        begun.Plan.FromVersion.ShouldBe("v1.2.9");
    }

    [Fact]
    public void A_run_that_changed_nothing_gives_way_to_a_rollback_and_comes_back_where_it_was()
    {
        var waiting = Opened().Ticked();
        var moved = waiting.Then(new RunCommand.GiveWay(new RunId(9)));
        moved.Status.ShouldBe(RunStatus.Queued);
        moved.Then(new RunCommand.TakeTurn(null, [], "")).Status.ShouldBe(RunStatus.WaitingForApproval);
        var changing = waiting.Approved();
        changing.Told(new RunCommand.GiveWay(new RunId(9))).Decision.Refused!.Code.ShouldBe(RefusalCodes.LockHeld);
    }

    [Fact]
    public void A_report_of_an_earlier_attempt_is_no_news()
    {
        var run = Opened(RollbackMode.Ask).Ticked().Approved().Reports(new RolloutAccepted(Begun))
            .Reports(new RolloutSeen(Seen(RolloutPhase.Failed, 0, new Fault("x", "y")))).Then(new RunCommand.Retry(Ana));
        run.Told(new RunCommand.Report(run.Current!.Step.Id, 1, new RolloutSeen(Seen(RolloutPhase.Complete)))).Decision.Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_silent_target_is_said_once_and_its_return_too()
    {
        var run = Opened().Ticked().Approved();
        var (silent, said) = run.Told(run.Report(new WorldSilent("The cluster does not answer.")));
        said.Events.Length.ShouldBe(1);
        silent.Told(silent.Report(new WorldSilent("The cluster does not answer."))).Decision.Events.ShouldBeEmpty();
        var back = silent.Reports(new RolloutAccepted(Begun));
        ((Rollout.State)back.Current!.State!).Silent.ShouldBeNull();
    }
}
