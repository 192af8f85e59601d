using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Tests.Runs;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Steps;

/// <summary>An operation is looked at, noted, done and followed, in that order; what was noted first is what it is taken back to.</summary>
public sealed class OperateTests
{
    private static readonly Operate Five = new(new StepId("s1"), "Scale worker to 5", new Operation.Scale(new ObjectRef("apps/v1", "Deployment", "worker"), 5));
    private static readonly OperationForeseen Three = new(new Foresight(["deployment worker, spec.replicas: 3 → 5"], """{"replicas":3}"""));

    [Fact]
    public void Nothing_is_done_before_what_is_there_was_noted()
    {
        var run = Opened();
        (run.MayHaveChanged, run.CanGoBack).ShouldBe((false, false));
        var (noted, decision) = run.Told(run.Report(Three));
        decision.Work.ShouldHaveSingleItem().Kind.ShouldBe(RunWork.MakeKind);
        (noted.MayHaveChanged, noted.CanGoBack).ShouldBe((true, true));
        RunCard.Of(noted, Shop.Noon, null).Body.OfType<CardBlock.List>().ShouldHaveSingleItem().Lines[0].Text.ShouldBe("deployment worker, spec.replicas: 3 → 5");
        noted.Told(noted.Report(new OperationDone("scaled"))).Decision.Work.ShouldHaveSingleItem().Kind.ShouldBe(RunWork.OperationWatchKind);
        noted.Reports(new OperationDone("scaled")).Reports(new OperationSeen(Seen(OperationPhase.Complete))).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_goes_back_to_what_was_noted_before_the_first_try(bool retried)
    {
        var run = Opened().Reports(Three).Reports(new OperationDone("scaled")).Reports(new OperationSeen(Seen(OperationPhase.Failed)));
        run.Status.ShouldBe(RunStatus.Deciding);
        if (retried)
        {
            // The second look finds what the first try left.
            run = run.Then(new RunCommand.Retry(Shop.Ana));
            run = run.Reports(new OperationForeseen(new Foresight(["already so"], """{"replicas":5}"""))).Reports(new OperationDone("so")).Reports(new OperationSeen(Seen(OperationPhase.Failed)));
        }

        var back = run.Then(new RunCommand.RollBack(Shop.Ana, null)).Current!;
        ((Operation.TakeBack)((Operate)back.Step).Operation).Before.ShouldBe("""{"replicas":3}""");
        back.Step.Id.Name.ShouldBe("undo-s1");
    }

    [Fact]
    public void An_undo_that_is_written_takes_the_place_of_its_own_and_where_there_was_nothing_to_note_there_is_none()
    {
        var written = Opened(Five with { Rules = new StepRules { Undo = [new Manual(new StepId("u1"), "By hand", "Scale it.", [], false, false)] } }).Reports(Three).Then(new RunCommand.RollBack(Shop.Ana, null));
        written.Current!.Step.ShouldBeOfType<Manual>();
        var nothing = Opened().Reports(new OperationForeseen(new Foresight(["nothing"], null)));
        nothing.CanGoBack.ShouldBeFalse();
    }

    [Fact]
    public void What_a_person_changed_meanwhile_is_asked_about_rather_than_undone()
    {
        var run = Opened(Five, RollbackMode.Automatic).Reports(Three).Reports(new WorldRefused(new Fault(FaultCodes.ChangedByHand, "Somebody changed it.")));
        run.Status.ShouldBe(RunStatus.Deciding);
        run.Rollback.ShouldBeNull();
        Opened(Five, RollbackMode.Automatic).Reports(Three).Reports(new WorldRefused(new Fault("other", "No."))).Status.ShouldBe(RunStatus.RollingBack);
    }

    [Fact]
    public void A_repeated_answer_counts_once_and_progress_while_it_is_made_does_not_end_it()
    {
        var run = Opened().Reports(Three);
        run = run.Reports(new OperationSeen(Seen(OperationPhase.Progressing)));
        run.Reports(new OperationSeen(Seen(OperationPhase.Complete))).Status.ShouldBe(RunStatus.Running);
        var done = run.Reports(new OperationDone("scaled"));
        done.Told(done.Report(new OperationDone("scaled"))).Decision.Events.ShouldBeEmpty();
        done.Told(done.Report(Three)).Decision.Events.ShouldBeEmpty();
    }

    [Fact]
    public void After_a_pause_it_is_looked_at_again_from_where_it_was()
    {
        var run = Opened().Reports(Three);
        Kinds(run).ShouldContain(RunWork.ForeseeKind);
        Kinds(run.Reports(new OperationDone("scaled"))).ShouldContain(RunWork.OperationWatchKind);

        static IEnumerable<string> Kinds(RunState run) => run.Then(new RunCommand.Pause(Shop.Ana, null)).Told(new RunCommand.Resume(Shop.Ana)).Decision.Work.Select(item => item.Kind);
    }

    [Fact]
    public void Events_and_orders_survive_being_written_down()
    {
        var run = Opened().Reports(Three);
        var stored = new StoredEvent(run.Id.Stream, 1, "step.operation-noted", RunJson.Write(new StepHappened(new StepId("s1"), new OperationNoted(Three.Foresight.Shows, "{}"))).Body, Shop.Noon);
        ((StepHappened)RunJson.ReadRun(stored)).What.ShouldBeOfType<OperationNoted>().Shows.ShouldBe(Three.Foresight.Shows);
        foreach (var operation in new Operation[] { Five.Operation, new Operation.Restart(ObjectRef.Target), new Operation.Patch(ObjectRef.Target, "{}"), new Operation.Delete(ObjectRef.Target), new Operation.TakeBack(Five.Operation, "{}") })
        {
            var opened = run.Opened with { Steps = [new Operate(new StepId("s1"), operation.Title, operation)] };
            ((Operate)((RunOpened)RunJson.ReadRun(stored with { Body = RunJson.Write(opened).Body })).Steps[0]).Operation.ShouldBe(operation);
        }
    }

    private static RunState Opened(Operate? step = null, RollbackMode mode = RollbackMode.Ask) => Shop.Opened(Shop.Rolling with { Steps = [step ?? Five], OnFailure = new OnFailure(mode) });

    private static OperationSighting Seen(OperationPhase phase) => new(phase, phase.ToString(), phase == OperationPhase.Failed ? new Fault("image-pull", "It can't be pulled.") : null);
}
