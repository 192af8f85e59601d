using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Tests.Runs;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Steps;

/// <summary>A soak watches its gates: it fails at once when one trips, and ends only when each was judged.</summary>
public sealed class SoakTests
{
    private static readonly Gate ErrorRate = new("error-rate", new GateQuery("prometheus", "errors"), new GateValue(0.05, GateUnit.Share), Worse.Higher)
    {
        For = TimeSpan.FromMinutes(2), Every = TimeSpan.FromMinutes(1), Link = new Uri("https://grafana.example.com/d/api"),
    };

    [Fact]
    public void Each_gate_is_asked_on_its_own_schedule()
    {
        var run = Soaking(ErrorRate, ErrorRate with { Name = "slow", Every = TimeSpan.FromMinutes(3) });
        var (next, decision) = Told(run, 1, new GateSample(run.UpdatedAt, 0.01), TimeSpan.FromSeconds(1));
        var asked = decision.Work.Where(work => work.Kind == RunWork.GateKind).ShouldHaveSingleItem();
        asked.Key.ShouldBe("gate:7:s5:1:1");
        asked.Due.ShouldBe(next.UpdatedAt + TimeSpan.FromMinutes(3));
        asked.Lane.ShouldNotBe(RunWork.Of(run, new StepId("s5"), 1, new Ordered(new AskGate(0, 0), run.UpdatedAt)).Lane);
    }

    [Fact]
    public void The_usual_gates_are_those_of_the_place_where_it_has_its_own()
    {
        var own = UsualGates.Restarts with { Every = TimeSpan.FromSeconds(5) };
        var place = Prod with { Gates = [ErrorRate, own] };
        Gate[] Watched(params string[] names) => [.. ((Soak)new Soak(new("s5"), "Soak", TimeSpan.FromMinutes(5)) { Watches = [.. names] }.For(new PlanContext(Api, place, "v1", Ana.Person!.Value))).Gates];
        Watched(Soak.Usual).Select(gate => gate.Name).ShouldBe(["restarts", "health", "out-of-memory", "alerts"], ignoreOrder: true);
        Watched(Soak.Usual).Single(gate => gate.Name == "restarts").Every.ShouldBe(own.Every);
        Watched(Soak.All, Soak.Usual).Select(gate => gate.Name).ShouldBe(["error-rate", "restarts", "health", "out-of-memory", "alerts"], ignoreOrder: true);
    }

    [Fact]
    public void When_one_trips_the_run_goes_back_at_once_and_the_card_says_why()
    {
        var run = Sampled(Soaking(ErrorRate), 0.01, 0.09, 0.09);
        run.Status.ShouldBe(RunStatus.Running);
        run = Sampled(run, 0.12);
        run.Status.ShouldBe(RunStatus.RollingBack);
        var card = RunCard.Of(run, run.UpdatedAt, new Uri("https://ops.example.com/"));
        card.Body.OfType<CardBlock.Notice>().First().Value.ShouldBe("Soak: error-rate is 12%: its limit is above 5% for 2 min. Look at what the new version does, then roll back or retry.");
        card.Links[0].Url.ShouldBe(ErrorRate.Link);
        card.Body.OfType<CardBlock.List>().Single().Lines.Single().ShouldSatisfyAllConditions(line => line.Text.ShouldStartWith("error-rate ▁▇▇█ 12% (limit: above 5% for 2 min)"), line => line.Tone.ShouldBe(Tone.Bad));
        run.Rollback!.Why.ShouldContain("error-rate is 12%");
    }

    [Theory]
    [InlineData(true, RunStatus.Deciding)]
    [InlineData(false, RunStatus.RollingBack)]
    public void What_the_gates_can_not_tell_is_asked_of_a_person_where_the_soak_says_so(bool asks, RunStatus status)
    {
        var run = Soaking(asks, ErrorRate);
        run = Decider.Decide(run, new RunCommand.Report(new StepId("s5"), 1, new TimePassed()), At(((Soak.State)run.Find(new StepId("s5"))!.State!).Until)).State;
        run = Decider.Decide(run, new RunCommand.Report(new StepId("s5"), 1, new TimePassed()), At(run.UpdatedAt + TimeSpan.FromHours(1))).State;
        run.Status.ShouldBe(status);
        run.Find(new StepId("s5"))!.Fault!.Code.ShouldBe(FaultCodes.Inconclusive);
    }

    // What tells the two sides apart, by how much: nothing, a little, so much that it trips.
    [Theory]
    [InlineData(0.0, null, RunStatus.Succeeded)]
    [InlineData(0.55, FaultCodes.Inconclusive, RunStatus.Deciding)]
    [InlineData(3.0, GateJudge.Tripped, RunStatus.RollingBack)]
    public void A_comparison_that_is_nearly_sure_is_asked_too_and_one_that_is_sure_goes_back_by_itself(double worse, string? code, RunStatus status)
    {
        var gate = new Gate("errors", new GateQuery("prometheus", "a") { Baseline = "b" }, null, Worse.Higher) { Compare = Compare.Canary, MinSamples = 20, Every = TimeSpan.FromSeconds(10) };
        var run = Soaking(true, gate);
        for (var round = 0; round < 20 && run.Status == RunStatus.Running; round++)
            run = Told(run, 0, new GateSample(run.UpdatedAt, round + (worse * 6), null, round), TimeSpan.FromSeconds(10)).State;
        if (run.Status == RunStatus.Running) run = Decider.Decide(run, new RunCommand.Report(new StepId("s5"), 1, new TimePassed()), At(((Soak.State)run.Find(new StepId("s5"))!.State!).Until)).State;
        (run.Find(new StepId("s5"))!.Fault?.Code).ShouldBe(code);
        run.Status.ShouldBe(status);
        if (code == FaultCodes.Inconclusive) run.Find(new StepId("s5"))!.Fault!.Why.ShouldContain("% sure that it is worse");
    }

    [Fact]
    public void It_ends_when_its_time_is_over_and_its_gates_are_good() => Over(Sampled(Soaking(ErrorRate), 0.01, 0.02)).Status.ShouldBe(RunStatus.Succeeded);

    [Fact]
    public void Without_a_judged_gate_it_goes_on_and_one_good_sample_ends_it()
    {
        var run = Over(Soaking(ErrorRate));
        run.Status.ShouldBe(RunStatus.Running);
        RunCard.Of(run, run.UpdatedAt, null).Body.OfType<CardBlock.Steps>().Single().Lines.ShouldContain(line => line.Detail == "its time is over; it waits for its gates: error-rate unknown: it has not been asked yet");
        Sampled(run, 0.01).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public void It_does_not_end_in_the_middle_of_a_breach()
    {
        var run = Over(Sampled(Soaking(ErrorRate), 0.01, 0.09));
        run.Status.ShouldBe(RunStatus.Running);
        Sampled(run, 0.01).Status.ShouldBe(RunStatus.Succeeded);
        Sampled(run, 0.09).Status.ShouldBe(RunStatus.RollingBack);
    }

    [Fact]
    public void What_stays_unknown_fails_it_in_the_end()
    {
        var run = Over(Sampled(Soaking(ErrorRate), null, null));
        run.Status.ShouldBe(RunStatus.Running);
        var (failed, _) = run.Told(run.Report(new TimePassed()), TimeSpan.FromMinutes(10));
        failed.Find(new StepId("s5"))!.Fault!.ShouldSatisfyAllConditions(fault => fault.Code.ShouldBe(FaultCodes.Inconclusive), fault => fault.Why.ShouldBe("error-rate is not known: there is no data."));
        failed.Status.ShouldBe(RunStatus.Deciding);
        failed.Notice!.ShouldBe("Whether v1.2.3 is well can't be told: nothing is taken back without being asked.");
        RunCard.Of(failed, failed.UpdatedAt, null).Body.OfType<CardBlock.List>().Single().Lines.Single().Text.ShouldContain("unknown: there is no data");
        failed.Then(new RunCommand.RollBack(Cleo, "not worth the risk")).Status.ShouldBe(RunStatus.RollingBack);
    }

    [Fact]
    public void What_is_to_be_ignored_when_unknown_stands_in_nobodys_way() => Over(Sampled(Soaking(ErrorRate with { OnUnknown = OnUnknown.Ignore }), null, null)).Status.ShouldBe(RunStatus.Succeeded);

    [Fact]
    public void What_is_to_fail_when_unknown_fails_as_a_breach_would() => Sampled(Soaking(ErrorRate with { OnUnknown = OnUnknown.Fail }), 0.01, null, null, null).Status.ShouldBe(RunStatus.RollingBack);

    [Fact]
    public void An_answer_given_twice_counts_once()
    {
        var run = Soaking(ErrorRate);
        var answer = run.Report(new GateAnswered(0, 0, new GateSample(run.UpdatedAt, 0.09)));
        run = run.Then(answer);
        run.Told(answer).Decision.ShouldSatisfyAllConditions(decision => decision.Events.ShouldBeEmpty(), decision => decision.Work.ShouldBeEmpty());
    }

    [Fact]
    public void A_pause_stops_every_clock_and_asks_again_afterwards()
    {
        var run = Sampled(Soaking(ErrorRate), 0.09, 0.09).Then(new RunCommand.Pause(Ana, null));
        var (resumed, decision) = run.Told(new RunCommand.Resume(Ana), TimeSpan.FromHours(1));
        decision.Work.ShouldContain(work => work.Kind == RunWork.GateKind && work.Due == resumed.UpdatedAt);
        decision.Withdrawn.ShouldContain("gate:7:s5:1:0");
        Told(resumed, 0, new GateSample(resumed.UpdatedAt, 0.09), TimeSpan.FromSeconds(1)).State.Status.ShouldBe(RunStatus.Running);
    }

    [Fact]
    public void The_numbers_before_the_change_are_kept_and_drawn()
    {
        var run = Soaking(ErrorRate);
        var past = new GatePast([new GatePoint(run.UpdatedAt.AddMinutes(-3), 0.01), new GatePoint(run.UpdatedAt.AddMinutes(-2), 0.02)], null);
        run = run.Reports(new GateAnswered(0, 0, new GateSample(run.UpdatedAt, 0.03), null, past));
        var chart = GateCharts.Of(run).ShouldHaveSingleItem();
        chart.Points.Select(point => point.Value).ShouldBe([0.01, 0.02, 0.03]);
        chart.Limit.ShouldBe(0.05);
    }

    [Fact]
    public void A_comparison_is_judged_once_more_at_the_end()
    {
        var compared = new Gate("latency", new GateQuery("prometheus", "latency"), null, Worse.Higher) { Compare = Compare.Before, MinSamples = 8, Every = TimeSpan.FromMinutes(1) };
        var run = Soaking(compared);
        var past = new GatePast([.. Enumerable.Range(0, 10).Select(at => new GatePoint(run.UpdatedAt.AddMinutes(at - 20), 1 + (at / 10.0)))], null);
        run = run.Reports(new GateAnswered(0, 0, new GateSample(run.UpdatedAt, 1.55), null, past));

        // Higher in most pairs: 98 % sure, and not the 99.9 % that it takes before the end.
        run = Sampled(run, 1.65, 1.75, 1.6, 1.7, 1.8, 1.9, 2, 2.1);
        run.Status.ShouldBe(RunStatus.Running);
        run = Over(run);
        run.Status.ShouldBe(RunStatus.RollingBack);
        run.Find(new StepId("s5"))!.Fault!.Why.ShouldContain("% sure that it is worse");
    }

    [Fact]
    public void Without_gates_it_waits_as_it_always_did()
    {
        var run = Over(Soaking());
        run.Status.ShouldBe(RunStatus.Succeeded);
        run.Find(new StepId("s5"))!.Step.Says().ShouldBe("wait 10 min");
        GateLines.Block(run).ShouldBeNull();
    }

    /// <summary>A run that was opened by a version without gates is read as one that watches none.</summary>
    [Fact]
    public void A_soak_that_was_kept_before_there_were_gates_is_read()
    {
        var written = RunJson.Write(OpenedEvent(RollbackMode.Ask, "v1.2.2", []));
        var old = written.Body.Replace(",\"watches\":[]", "", StringComparison.Ordinal).Replace(",\"gates\":[]", "", StringComparison.Ordinal).Replace("\"watches\":[],", "", StringComparison.Ordinal).Replace("\"gates\":[],", "", StringComparison.Ordinal);
        old.ShouldNotContain("gates");
        var read = (RunOpened)RunJson.ReadRun(new StoredEvent(new RunId(7).Stream, 1, written.Type, old, Noon));
        var soak = read.Steps.OfType<Soak>().Single();
        soak.Says().ShouldBe("wait 10 min");
        ((Soak.State)soak.Begun(RunState.Open(read, Noon).Context(1, Noon))).Tracks.ShouldBeEmpty();
    }

    /// <summary>A run that has come to its soak.</summary>
    private static RunState Soaking(params ReadOnlySpan<Gate> gates) => Soaking(null, gates);

    private static RunState Soaking(bool? asks, params ReadOnlySpan<Gate> gates)
    {
        var prod = Prod with { Gates = [.. gates], Health = [] };
        var soak = Rolling with { Steps = [.. Rolling.Steps.Select(step => step is Soak one ? one with { Watches = [Soak.All], Asks = asks == true, FailsUnclear = asks == false } : step)] };
        var planned = Planner.Deploy(new PlanContext(Api, prod, "v1.2.3", Ana.Person!.Value), soak, _ => null, "v1.2.2");
        var opened = new RunOpened(new RunId(7), planned.Plan, planned.Steps, prod.Target, true, RollbackMode.Automatic, null, [Engineers], Ana.Person.Value, null, [], [], null);
        var run = Decider.Open(opened, Noon).State.Ticked().Approved();
        run = run.Reports(new RolloutAccepted(Begun)).Reports(new RolloutSeen(Seen(RolloutPhase.Complete)));
        run.Current!.Step.ShouldBeOfType<Soak>();
        return run;
    }

    /// <summary>Numbers of the first gate, a minute apart; null = unknown.</summary>
    private static RunState Sampled(RunState run, params ReadOnlySpan<double?> values)
    {
        foreach (var value in values) run = Told(run, 0, new GateSample(run.UpdatedAt.AddMinutes(1), value, value is null ? "there is no data" : null), TimeSpan.FromMinutes(1)).State;
        return run;
    }

    private static (RunState State, RunDecision Decision) Told(RunState run, int gate, GateSample sample, TimeSpan later) =>
        run.Told(run.Report(new GateAnswered(gate, ((Soak.State)run.Current!.State!).Tracks[gate].Round, sample)), later);

    private static RunState Over(RunState run)
    {
        var until = ((Soak.State)run.Current!.State!).Until;
        return run.Told(run.Report(new TimePassed()), until - run.UpdatedAt).State;
    }
}
