using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Versions;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Runs;

/// <summary>Behind a run that has succeeded its gates are watched on: what trips is taken back once, or asked about, and what can't be told is never good.</summary>
public sealed class WatchTests
{
    private static readonly Gate ErrorRate = new("error-rate", new GateQuery("prometheus", "errors"), new GateValue(0.05, GateUnit.Share), Worse.Higher)
    {
        For = TimeSpan.FromMinutes(2), Every = TimeSpan.FromMinutes(1), Link = new Uri("https://grafana.example.com/d/api"),
    };

    [Fact]
    public void A_run_that_succeeded_is_over_and_watched_until_its_time_is_over()
    {
        var run = Watched();
        run.Status.ShouldBe(RunStatus.Succeeded);
        run.Watch!.ShouldSatisfyAllConditions(watch => watch.Status.ShouldBe(WatchStatus.On), watch => watch.Until.ShouldBe(run.EndedAt!.Value.AddHours(1)));
        var card = RunCard.Of(run, run.UpdatedAt, null);
        card.State.ShouldBe($"succeeded, watching until {run.Watch!.Until.UtcDateTime:HH:mm} UTC");
        card.Next!.ShouldContain("it goes back to v1.2.2 by itself when one trips");
        card.Buttons.ShouldContain(button => button.Label == "Stop watching" && button.AsksReason);
        Standing.Of(run).ShouldHaveSingleItem().ShouldBe(new VersionWatched(run.Site, "v1.2.3", run.Id, run.Watch.Until));
        run = Sampled(run, 0.01);
        run = Sampled(run, TimeSpan.FromMinutes(59), 0.01);
        run = run.Told(new RunCommand.WatchOver()).State;
        run.Watch!.Status.ShouldBe(WatchStatus.Passed);
        Standing.Of(run).ShouldHaveSingleItem().ShouldBe(new VersionPassed(run.Site, "v1.2.3", run.Id));
    }

    [Fact]
    public void What_trips_is_taken_back_once_and_heads_the_card_with_its_value_its_limit_and_a_link()
    {
        var (run, decision) = Answer(Sampled(Watched(), 0.01, 0.09, 0.09), 0.12, TimeSpan.FromMinutes(1));
        decision.Work.ShouldHaveSingleItem().Kind.ShouldBe(RunWork.TakeBackKind);
        decision.Withdrawn.ShouldBe(["watch-gate:7:s5:1:0", "watch-end:7:s5:1"]);
        run.Watch!.ShouldSatisfyAllConditions(watch => watch.Status.ShouldBe(WatchStatus.Tripped), watch => watch.GoesBack.ShouldBeTrue());
        var card = RunCard.Of(run, run.UpdatedAt, null);
        card.Body[0].ShouldBe(new CardBlock.Notice(Tone.Bad, "error-rate is 12%: its limit is above 5% for 2 min."));
        card.Links[0].ShouldBe(new Link("What tripped", ErrorRate.Link!));
        card.Tone.ShouldBe(Tone.Bad);
        Standing.Of(run).ShouldHaveSingleItem().ShouldBe(new VersionFailed(run.Site, "v1.2.3", run.Id, "error-rate is 12%: its limit is above 5% for 2 min.", Automatic: true));

        // Said again, since a process died in between, it is no news.
        Answer(run, 0.12, TimeSpan.FromMinutes(1)).Decision.Events.ShouldBeEmpty();
        var back = run.Then(new RunCommand.WatchTakenBack(new RunId(8), "Run 8 takes it back to v1.2.2."));
        RunCard.Of(back, back.UpdatedAt, null).State.ShouldBe("succeeded, then tripped: run 8 takes it back");
        back.Told(new RunCommand.WatchTakenBack(new RunId(9), "again")).Decision.Events.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(RollbackMode.Automatic, null, false, true)]
    [InlineData(RollbackMode.Ask, null, false, false)]
    [InlineData(RollbackMode.Ask, FailureMode.Rollback, false, true)]
    [InlineData(RollbackMode.Automatic, FailureMode.Stop, false, false)]
    [InlineData(RollbackMode.Automatic, null, true, false)]
    public void Whether_it_goes_back_by_itself_is_as_written_and_happens_once_for_a_version(RollbackMode mode, FailureMode? ofStep, bool before, bool itself)
    {
        var failed = before ? new FailedVersion("v1.2.3", new RunId(5), "error-rate is 9%.", Noon.AddDays(-1), Automatic: true) : null;
        var (run, decision) = Answer(Sampled(Watched(mode, ofStep, failed), 0.09, 0.09), 0.09, TimeSpan.FromMinutes(1));
        run.Watch!.GoesBack.ShouldBe(itself);
        decision.Work.Any(work => work.Kind == RunWork.TakeBackKind).ShouldBe(itself);
        if (itself) return;
        run.Watch.Asks.ShouldBeTrue();
        var card = RunCard.Of(run, run.UpdatedAt, null);
        card.Buttons.Select(button => button.Label).ShouldBe(["I look after it", "It is well", "Roll back to v1.2.2"]);
        if (before) ((CardBlock.Notice)card.Body[0]).Value.ShouldContain("taken back by itself once before, after run 5: this time somebody decides.");
    }

    [Fact]
    public void Only_a_deployment_that_changed_something_is_watched()
    {
        Finished(RollbackMode.Automatic, null, null, unchanged: true).Watch.ShouldBeNull();
        var back = Sampled(Finished(RollbackMode.Automatic, null, null), 0.09, 0.09, 0.09);
        back.Watch!.Status.ShouldBe(WatchStatus.Tripped);
        var rolled = Planner.Rollback(Api, Prod, "v1.2.2", 4, "v1.2.3", Ana.Person!.Value);
        rolled.Steps.OfType<Soak>().ShouldBeEmpty();
    }

    [Fact]
    public void What_was_wrong_before_nobody_looked_takes_nothing_back()
    {
        var run = Sampled(Watched(), 0.09);
        run.Watch!.Tracks[0].Verdict.ShouldBe(GateVerdict.Breaching);
        run = Sampled(run, TimeSpan.FromMinutes(40), 0.09);
        run.Watch!.ShouldSatisfyAllConditions(watch => watch.Status.ShouldBe(WatchStatus.On), watch => watch.Tracks[0].BreachSince.ShouldBe(run.UpdatedAt));
        Sampled(run, 0.09, 0.09).Watch!.Status.ShouldBe(WatchStatus.Tripped);
    }

    [Fact]
    public void A_gate_that_can_not_tell_is_waited_for_and_then_asked_about_with_what_is_known()
    {
        var run = Sampled(Sampled(Watched(), 0.01), TimeSpan.FromMinutes(59), null).Told(new RunCommand.WatchOver()).State;
        run.Watch!.ShouldSatisfyAllConditions(watch => watch.Status.ShouldBe(WatchStatus.On), watch => watch.Over.ShouldBeTrue());
        Sampled(run, 0.01).Watch!.Status.ShouldBe(WatchStatus.Passed);
        run = run.Told(new RunCommand.WatchOver(), TimeSpan.FromMinutes(10)).State;
        run.Watch!.Status.ShouldBe(WatchStatus.Unclear);
        Standing.Of(run).ShouldHaveSingleItem().ShouldBeOfType<VersionUnwatched>();
        ((CardBlock.Notice)RunCard.Of(run, run.UpdatedAt, null).Body[0]).Value.ShouldBe("error-rate is not known: there is no data. Whether it is well can't be told: somebody has to look.");
        var vouched = run.Then(new RunCommand.Vouch(Ana, "seen in the logs"));
        vouched.Watch!.Status.ShouldBe(WatchStatus.Passed);
        Standing.Of(vouched).ShouldHaveSingleItem().ShouldBeOfType<VersionPassed>();
    }

    [Fact]
    public void A_bot_that_was_away_for_the_whole_watch_does_not_say_that_it_went_well()
    {
        var run = Sampled(Watched(), 0.01);
        var late = Answer(run, 0.01, TimeSpan.FromHours(3)).State;
        late.Watch!.Status.ShouldBe(WatchStatus.Unclear);
        late.Watch.Says!.ShouldStartWith("Nobody asked from ");
        Answer(run, 0.9, TimeSpan.FromHours(3)).State.Watch!.Status.ShouldBe(WatchStatus.Unclear);
    }

    [Fact]
    public void A_person_with_the_right_stops_it_with_a_reason_and_something_newer_ends_it()
    {
        var run = Watched();
        run.Told(new RunCommand.StopWatch(Ana, " ")).Decision.Refused!.Code.ShouldBe(RefusalCodes.ReasonMissing);
        run.Told(new RunCommand.StopWatch(Stranger, "no")).Decision.Refused!.Code.ShouldBe(RefusalCodes.ReadOnly);
        var (stopped, decision) = run.Told(new RunCommand.StopWatch(Cleo, "the alarm is wrong"));
        stopped.Watch!.Status.ShouldBe(WatchStatus.Stopped);
        decision.Withdrawn.ShouldContain("watch-gate:7:s5:1:0");
        stopped.Told(new RunCommand.StopWatch(Ana, "again")).Decision.Refused!.Code.ShouldBe(RefusalCodes.NotWatched);
        var overtaken = run.Then(new RunCommand.SupersedeWatch("Run 8 brings v1.2.4 to api/prod."));
        overtaken.Watch!.Status.ShouldBe(WatchStatus.Superseded);
        Standing.Of(overtaken).ShouldHaveSingleItem().ShouldBeOfType<VersionUnwatched>();
        Sampled(overtaken, 0.9, 0.9, 0.9).Watch!.Status.ShouldBe(WatchStatus.Superseded);
    }

    [Fact]
    public void A_gate_that_goes_to_and_fro_takes_nothing_back_and_is_never_plainly_good()
    {
        var run = Sampled(Watched(), 0.09, 0.01, 0.09, null, 0.01, 0.09, 0.01);
        run.Watch!.ShouldSatisfyAllConditions(watch => watch.Status.ShouldBe(WatchStatus.On), watch => watch.Tracks[0].Verdict.ShouldBe(GateVerdict.Warn));
        RunCard.Of(run, run.UpdatedAt, null).Body.OfType<CardBlock.List>().Single().Lines.Single().Text.ShouldContain("went past its limit 3 times");
    }

    /// <summary>Whatever comes, and however often: it trips only when the limit was passed for as long as it says, within its time, and it opens at most one rollback.</summary>
    [Fact]
    public void Whatever_the_numbers_are_a_trip_needs_two_minutes_of_bad_ones_and_takes_back_once() => Prop.ForAll(
        Gen.Choose(0, 4).ListOf().Select(list => list.ToArray()).ToArbitrary(), kinds =>
        {
            var run = Watched();
            var takeBacks = 0;
            DateTimeOffset? bad = null;
            DateTimeOffset? earliest = null;
            foreach (var kind in kinds)
            {
                double? value = kind switch { 0 => null, 1 => 0.01, _ => 0.2 };
                var (next, decision) = Answer(run, value, TimeSpan.FromMinutes(1));
                if (value > 0.05) bad ??= next.UpdatedAt;
                else if (value is not null) bad = null;
                if (bad is { } since && value is not null && next.UpdatedAt - since >= ErrorRate.For) earliest ??= next.UpdatedAt;
                takeBacks += decision.Work.Count(work => work.Kind == RunWork.TakeBackKind);
                run = next;
            }

            (run.Watch!.Status == WatchStatus.Tripped).ShouldBe(earliest is not null && earliest <= run.Watch.Until + run.Watch.Patience);
            takeBacks.ShouldBe(run.Watch.Status == WatchStatus.Tripped ? 1 : 0);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Its_events_are_read_as_they_were_written()
    {
        RunEvent[] all =
        [
            new WatchBegan(new StepId("s5"), Noon), new WatchSampled(0, new GateSample(Noon, 0.1), new Uri("https://example.com")), new WatchJudged(), new WatchTripped(new Fault("gate-tripped", "error-rate is 9%."), true, null),
            new WatchEnded(WatchStatus.Stopped, Ana.Person, "why"), new WatchTakenBack(new RunId(8), "Run 8."), new WatchVouched(Ana.Person!.Value, "seen"),
        ];
        foreach (var what in all)
        {
            var written = RunJson.Write(what);
            RunJson.ReadRun(new StoredEvent(new RunId(7).Stream, 1, written.Type, written.Body, Noon)).ShouldBe(what);
        }
    }

    private static RunState Watched(RollbackMode mode = RollbackMode.Automatic, FailureMode? ofStep = null, FailedVersion? failed = null) => Finished(mode, ofStep, failed);

    private static RunState Finished(RollbackMode mode, FailureMode? ofStep, FailedVersion? failed, bool unchanged = false)
    {
        var prod = Prod with { Gates = [ErrorRate], Health = [] };
        var rolling = Rolling with
        {
            OnFailure = new OnFailure(mode),
            Steps = [.. Rolling.Steps.Select(step => step is Soak one ? one with { Watches = [Soak.All], WatchAfter = TimeSpan.FromHours(1), Rules = ofStep is null ? null : new StepRules { OnFailure = ofStep } } : step)],
        };
        var planned = Planner.Deploy(new PlanContext(Api, prod, "v1.2.3", Ana.Person!.Value), rolling, _ => null, "v1.2.2");
        var opened = new RunOpened(new RunId(7), planned.Plan, planned.Steps, prod.Target, true, mode, null, [Engineers], Ana.Person.Value, null, [], [], null) { FailedBefore = failed };
        var run = Decider.Open(opened, Noon).State.Ticked().Approved();
        run = run.Reports(new RolloutAccepted(Begun with { Unchanged = unchanged })).Reports(new RolloutSeen(Seen(RolloutPhase.Complete)));
        run = run.Reports(new GateAnswered(0, 0, new GateSample(run.UpdatedAt, 0.01)));
        run = run.Told(run.Report(new TimePassed()), TimeSpan.FromMinutes(10)).State;
        run = run.Status == RunStatus.Succeeded ? run : run.Then([.. run.Active.Select(step => (RunCommand)new RunCommand.Report(step.Step.Id, step.Attempt, new TimePassed()))]);
        run.Status.ShouldBe(RunStatus.Succeeded);
        return run;
    }

    private static RunState Sampled(RunState run, params ReadOnlySpan<double?> values)
    {
        foreach (var value in values) run = Answer(run, value, TimeSpan.FromMinutes(1)).State;
        return run;
    }

    private static RunState Sampled(RunState run, TimeSpan later, double? value) => Answer(run, value, later).State;

    private static (RunState State, RunDecision Decision) Answer(RunState run, double? value, TimeSpan later) =>
        run.Told(new RunCommand.WatchAnswered(0, run.Watch!.Tracks[0].Round, new GateSample(run.UpdatedAt + later, value, value is null ? "there is no data" : null)), later);
}
