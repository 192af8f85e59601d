using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Versions;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Runs;

/// <summary>What going back would mean is said before anybody approves; and what is known of versions decides where it leads.</summary>
public sealed class WayOutTests
{
    private static readonly Site Place = new("api", "prod");
    private static readonly Step Undo = new Manual(new("u1"), "Restore", "", [], false, false);

    [Fact]
    public void Where_there_is_no_way_back_the_approval_begins_with_that()
    {
        var run = Migrating(undo: []).Ticked();
        run = run.Then(new RunCommand.SawWayOut(Way(run)));
        var card = RunCard.Of(run, run.UpdatedAt, null);
        card.Body.OfType<CardBlock.Approvals>().Single().Heading.ShouldBe("No way back: Migrate can't be undone. Production change");
        var lines = card.Body.OfType<CardBlock.List>().Single(list => list.Heading == "If it has to go back").Lines;
        lines[0].ShouldBe(new ListLine("There is no way back: Migrate can't be undone.", Tone.Bad));
        lines.ShouldContain(line => line.Text == "It should take about 40 s");
    }

    [Fact]
    public void Otherwise_it_is_said_to_which_version_what_has_to_be_done_and_how_long_it_takes()
    {
        var run = Migrating([Undo]).Ticked();
        var way = Way(run) with { Good = new RunId(5), Target = "revision 4 is there", ByHand = "Not by a run: kubectl changed it." };
        run = run.Then(new RunCommand.SawWayOut(way));
        var card = RunCard.Of(run, run.UpdatedAt, null);
        card.Body.OfType<CardBlock.Approvals>().Single().Heading.ShouldBe("Production change");
        card.Body.OfType<CardBlock.List>().Single(list => list.Heading == "If it has to go back").Lines.Select(line => line.Text).ShouldBe(
        [
            "To v1.2.2, which stayed well in run 5: revision 4 is there", "Migrate: has to be undone by hand", "Not by a run: kubectl changed it.", "It should take about 40 s",
        ]);
        run.Told(new RunCommand.SawWayOut(way)).Decision.Events.ShouldBeEmpty("what was known is no news");
        WayOutLines.Short(way).ShouldBe("it can go back to v1.2.2 in about 40 s, and something has to be undone by hand; it was changed by hand since");
    }

    [Fact]
    public void An_image_that_its_registry_has_no_more_is_no_way_back_and_a_run_without_a_version_needs_none()
    {
        var run = Migrating([Undo]).Ticked();
        (Way(run) with { ImageGone = "registry.example.com/api:v1.2.2" }).Impossible.ShouldBe("its image registry.example.com/api:v1.2.2 is no longer in the registry");
        var steps = Way(run) with { ToVersion = null, Between = [] };
        steps.Impossible.ShouldBe("what ran before is not known");
        (steps with { StepsOnly = true }).Impossible.ShouldBeNull();
        WayOutLines.Short(steps with { StepsOnly = true }).ShouldBe("what it changed can be undone");
    }

    [Fact]
    public void Once_a_decision_is_asked_for_only_what_began_has_to_be_undone()
    {
        var run = Migrating([Undo]);
        WayOut.ChangesOf(run).ShouldHaveSingleItem();
        WayOut.ChangesOf(run with { Status = RunStatus.Deciding }).ShouldBeEmpty();
    }

    [Fact]
    public void A_run_that_is_over_walks_its_undo_no_more_so_people_have_to()
    {
        Step[] undo = [new SetValues(new("u1"), "Set back", ImmutableSortedDictionary<string, string>.Empty)];
        var open = Migrating([.. undo]);
        WayOut.ChangesOf(open).ShouldHaveSingleItem().How.ShouldBe(Undoing.Reversible);
        WayOut.ChangesOf(open with { Status = RunStatus.Succeeded, Steps = [.. open.Steps.Select(step => step with { BeganAt = Noon })] }).ShouldHaveSingleItem().How.ShouldBe(Undoing.Script);
    }

    [Fact]
    public void Where_what_ran_before_never_stayed_well_it_goes_back_to_the_last_that_did()
    {
        var run = Opened();
        run = RunState.Open(run.Opened with { Good = "v1.2.0" }, Noon);
        run.BackTo.ShouldBe("v1.2.0");
        run = Decider.Open(run.Opened, Noon).State.Ticked().Approved().Reports(new RolloutAccepted(Begun)).Reports(new RolloutSeen(Seen(RolloutPhase.Failed, 0, new Fault("image-pull", "no image"))));
        run.Rollback!.ToVersion.ShouldBe("v1.2.0");
        run.Rollback.Steps.OfType<Rollout>().Single().ToRevision.ShouldBeNull("the revision before is that of the version that was not well");
    }

    [Fact]
    public void The_last_version_that_stayed_well_is_neither_one_that_failed_since_nor_the_one_that_is_asked_about()
    {
        var book = Told(new VersionPassed(Place, "v1", new RunId(1)), new VersionPassed(Place, "v2", new RunId(2)), new VersionPassed(Place, "v3", new RunId(3)), new VersionFailed(Place, "v2", new RunId(4), "it broke.", false));
        book.Of(Place).LastGood("v3")!.Version.ShouldBe("v1");
        book.Of(Place).LastGood("v4")!.Version.ShouldBe("v3");
        book.Of(Place).FailureOf("v2")!.Run.ShouldBe(new RunId(4));
        book = Told(book, new VersionPassed(Place, "v2", new RunId(5)));
        book.Of(Place).FailureOf("v2").ShouldBeNull("a success takes the mark away");
        book.Of(Place).LastGood("v3")!.Version.ShouldBe("v2");
        book.Of(new Site("api", "qa")).Passed.ShouldBeEmpty("a version may be well in one place and not in another");
    }

    [Fact]
    public void A_mark_is_taken_away_by_a_person_with_a_reason_and_the_right_and_what_a_run_says_twice_is_kept_once()
    {
        var failed = new VersionFailed(Place, "v2", new RunId(4), "it broke.", true);
        var book = Told(failed);
        VersionDecider.Decide(book, [failed]).ShouldBeEmpty();
        VersionDecider.Clear(book, Place, "v2", Ana, " ", null).Refused!.Code.ShouldBe(RefusalCodes.ReasonMissing);
        VersionDecider.Clear(book, Place, "v3", Ana, "fixed", null).Refused!.Code.ShouldBe(RefusalCodes.NotMarked);
        VersionDecider.Clear(book, Place, "v2", Ana, "fixed", new Refusal(RefusalCodes.NotAllowed, "no", null)).Refused!.Code.ShouldBe(RefusalCodes.NotAllowed);
        var cleared = VersionDecider.Clear(book, Place, "v2", Ana, "it was the disk", null).Event!;
        Told(book, cleared).Of(Place).Failed.ShouldBeEmpty();
        foreach (var what in (VersionEvent[])[failed, cleared, new VersionWatched(Place, "v2", new RunId(4), Noon), new VersionUnwatched(Place, new RunId(4)), new VersionPassed(Place, "v2", new RunId(4))])
        {
            var written = VersionJson.Write(what);
            VersionJson.Read(new StoredEvent(VersionBook.Stream, 1, written.Type, written.Body, Noon)).ShouldBe(what);
        }
    }

    [Fact]
    public void What_a_rollback_took_back_failed_and_what_it_brought_back_is_well()
    {
        var planned = Planner.Rollback(Api, Prod with { Health = [] }, "v1.2.2", 4, "v1.2.3", Ana.Person!.Value);
        var run = Decider.Open(new RunOpened(new RunId(9), planned.Plan, planned.Steps, Prod.Target, true, RollbackMode.Ask, null, [Engineers], Ana.Person.Value, "it is slow", [], [], new RunId(7)), Noon).State;
        run = run.Reports(new RolloutAccepted(new RolloutBegun("v1.2.3", 5, 6, false))).Reports(new RolloutSeen(Seen(RolloutPhase.Complete)));
        run.Status.ShouldBe(RunStatus.Succeeded);
        run.Watch.ShouldBeNull("nothing takes a rollback back by itself");
        Standing.Of(run).ShouldBe([new VersionFailed(Place, "v1.2.3", new RunId(7), "It was taken back by ana: it is slow.", false), new VersionPassed(Place, "v1.2.2", new RunId(9))]);
    }

    /// <summary>A rollback that fails is never rolled back: it stops, and somebody is asked.</summary>
    [Fact]
    public void A_rollback_that_fails_touches_nothing_more_and_asks()
    {
        var planned = Planner.Rollback(Api, Prod, "v1.2.2", 4, "v1.2.3", Ana.Person!.Value);
        var run = Decider.Open(new RunOpened(new RunId(9), planned.Plan, planned.Steps, Prod.Target, true, RollbackMode.Automatic, OnCall, [Engineers], Ana.Person.Value, null, [], [], new RunId(7)), Noon).State;
        run = run.Reports(new RolloutAccepted(new RolloutBegun("v1.2.3", 5, 6, false)));
        var (failed, decision) = run.Told(run.Report(new RolloutSeen(Seen(RolloutPhase.Failed, 0, new Fault("image-pull", "The image can't be pulled.", "Check that it is there.")))));
        failed.Status.ShouldBe(RunStatus.Deciding);
        decision.Work.ShouldNotContain(work => work.Kind == RunWork.StartKind || work.Kind == RunWork.HoldKind);
        decision.Events.ShouldContain(what => what is DecisionAsked);
        RunCard.Of(failed, failed.UpdatedAt, null).Body.OfType<CardBlock.Notice>().ShouldContain(notice => notice.Value.Contains("Check that it is there.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_gate_that_trips_takes_a_version_back_once_and_asks_the_second_time()
    {
        var gate = new Gate("errors", new GateQuery("json", "https://example.com"), new GateValue(1, GateUnit.Plain), Worse.Higher);
        RunState Soaking(FailedVersion? before)
        {
            var prod = Prod with { Gates = [gate], Health = [] };
            var planned = Planner.Deploy(new PlanContext(Api, prod, "v1.2.3", Ana.Person!.Value), Rolling with { Steps = [.. Rolling.Steps.Select(step => step is Soak one ? one with { Watches = [Soak.All] } : step)] }, _ => null, "v1.2.2");
            var opened = new RunOpened(new RunId(7), planned.Plan, planned.Steps, prod.Target, true, RollbackMode.Automatic, null, [Engineers], Ana.Person.Value, null, [], [], null) { FailedBefore = before };
            return Decider.Open(opened, Noon).State.Ticked().Approved().Reports(new RolloutAccepted(Begun)).Reports(new RolloutSeen(Seen(RolloutPhase.Complete)));
        }

        RunState Tripped(RunState run) => run.Reports(new GateAnswered(0, 0, new GateSample(run.UpdatedAt, 5)));
        Tripped(Soaking(null)).Status.ShouldBe(RunStatus.RollingBack);
        Tripped(Soaking(new FailedVersion("v1.2.3", new RunId(3), "it leaked.", Noon, Automatic: false))).Status.ShouldBe(RunStatus.RollingBack);
        var asked = Tripped(Soaking(new FailedVersion("v1.2.3", new RunId(3), "it leaked.", Noon, Automatic: true)));
        asked.Status.ShouldBe(RunStatus.Deciding);
        asked.Notice!.ShouldContain("taken back by itself once before, after run 3");
    }

    private static WayOut Way(RunState run) => new(run.BackTo, null, [.. WayOut.ChangesOf(run)], null, TimeSpan.FromSeconds(40), null);

    private static RunState Migrating(ImmutableArray<Step> undo)
    {
        var migrate = new JobRun(new("m"), "Migrate", "migrate", "{}", false) { Rules = new StepRules { Undo = undo } };
        return Opened(Rolling with { Steps = Rolling.Steps.Insert(2, migrate) });
    }

    private static VersionBook Told(params ReadOnlySpan<VersionEvent> events) => Told(VersionBook.Empty, events);

    private static VersionBook Told(VersionBook book, params ReadOnlySpan<VersionEvent> events)
    {
        foreach (var what in events) book = book.Evolve(what, Noon);
        return book;
    }
}
