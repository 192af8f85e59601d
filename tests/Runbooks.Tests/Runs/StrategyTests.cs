using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Runs;

/// <summary>What a strategy is made of, and what takes back as much of it as was done.</summary>
public sealed class StrategyTests
{
    private const string Colours = "  - deploy: blue-green\n    id: go\n    keep: 2h\n    timeout: 20m\n  - check: health\n";
    private const string Held = "  - deploy: rolling\n    id: go\n    surge: 1\n    unavailable: 0\n    pause-at: 25%\n    soak: 5m\n    resume: ask\n  - check: health\n";
    private const string Shares = "  - deploy: canary\n    id: go\n    steps: [10%, 50%, 100%]\n    soak: 5m\n  - check: health\n";

    [Fact]
    public void Blue_green_is_brought_up_looked_at_and_switched()
    {
        Planned(Colours).Steps.Take(3).Select(step => $"{step.Id}: {step.Title} | {step.Says()}").ShouldBe(
        [
            "go-up: Bring up v2 beside | blue-green: bring it up beside what is live, as many replicas, without traffic",
            "go-preview: Check v2 on its preview | https://preview.example.com/ answers 200 to X-Preview: true, 3 tries, 5 s apart, 5 s each",
            "go: Switch traffic to v2 | blue-green: switch traffic to it in one change; what carried it before stays up for 2 h, then is scaled to zero",
        ]);
        Planned(Colours).Steps.Take(3).ShouldAllBe(step => step.Rules!.Timeout == TimeSpan.FromMinutes(20));
    }

    [Fact]
    public void A_canary_takes_share_after_share_and_soaks_between()
    {
        Planned(Shares + "  - soak: 1m\n").Steps.Select(step => $"{step.Id} {step.Kind} {step.Title}").ShouldBe(
        [
            "go-at10 deploy Canary of v2 at 10%", "go-soak10 soak Soak at 10%", "go-at50 deploy Canary of v2 at 50%", "go-soak50 soak Soak at 50%",
            "go deploy Roll out v2 to all", "go-end deploy End the canary", "s2 check Check health", "s3 soak Soak",
        ]);
        Planned(Shares.Replace("soak: 5m", "promote: ask", StringComparison.Ordinal)).Steps.Select(step => step.Id.Name).ShouldBe(["go-at10", "go-at50", "go-go", "go", "go-end", "s2"]);
    }

    [Fact]
    public void A_rollout_that_is_held_soaks_there_and_goes_on_and_its_pace_is_put_back_where_it_was_changed()
    {
        Planned(Held).Steps.Select(step => $"{step.Id} {step.Kind} {step.Title}").ShouldBe(
            ["go-at25 deploy Roll out v2 to 25%", "go-soak25 soak Soak at 25%", "go-go25 wait Wait for go at 25%", "go deploy Roll out v2 to all", "go-end deploy Put surge and unavailable back", "s2 check Check health"]);
        Planned(Held).Steps[0].Says().ShouldBe("rolling: replace 25% of the replicas, at most 1 more and at most 0 fewer than wanted at a time, and hold it there");
        Planned(Held).Steps[0].Rules!.Timeout.ShouldBe(TimeSpan.FromMinutes(15));
        Planned("  - deploy: rolling\n    id: go\n    pause-at: [10%, 50%]\n    soak: 5m\n  - check: health\n").Steps.Select(step => step.Id.Name).ShouldBe(["go-at10", "go-soak10", "go-at50", "go-soak50", "go", "s2"]);
        Planned("  - deploy: rolling\n  - check: health\n").Steps[0].ShouldBeOfType<Rollout>().Stage.ShouldBeNull();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void It_is_held_once_as_many_as_the_part_takes_were_started(int updated, bool held)
    {
        var run = Opened(Held);
        run = run.Then(Report(run, new RolloutAccepted(new RolloutBegun("v1", 4, null, false))));
        var (_, decision) = run.Told(Report(run, new RolloutSeen(new RolloutSighting(RolloutPhase.Progressing, updated, 0, 4, "under way", null))));
        decision.Work.Any(item => item.Kind == RunWork.HoldKind).ShouldBe(held);
        decision.Work.Any(item => item.Kind == RunWork.WatchKind).ShouldBeTrue();
    }

    [Fact]
    public void A_run_that_is_paused_and_resumed_lets_go_only_of_what_is_not_held_at_its_part()
    {
        var run = Opened(Held);
        run = run.Then(Report(run, new RolloutAccepted(new RolloutBegun("v1", 4, null, false))), Report(run, new RolloutSeen(new RolloutSighting(RolloutPhase.Progressing, 1, 0, 4, "one is up", null))));
        run = run.Then(new RunCommand.Pause(Shop.Ana, null));
        RunWork.Read(run.Told(new RunCommand.Resume(Shop.Ana)).Decision.Work.Single(item => item.Kind == RunWork.HoldKind)).Order.ShouldBe(new HoldRollout(true));
    }

    [Fact]
    public void Whoever_leaves_it_held_is_told_so()
    {
        var run = Passed(Opened(Held));
        run = run.Then(new RunCommand.Abort(Shop.Ana, null), new RunCommand.Abort(Shop.Ana, null));
        run.Status.ShouldBe(RunStatus.Failed);
        run.Ending.ShouldBe("ana left it as it is; its rollout is held at about 25% of the replicas until the next deployment or rollback, or kubectl rollout resume");
    }

    [Theory]
    [InlineData(Held, 0, "undo in place")]
    [InlineData(Held, 1, "undo in place")]
    [InlineData(Held, 3, "undo in place")]
    [InlineData(Colours, 0, "undo-up Dismiss")]
    [InlineData(Colours, 1, "undo-up Dismiss")]
    [InlineData(Colours, 2, "undo Switch")]
    [InlineData(Colours, 3, "undo Switch")]
    [InlineData(Shares, 0, "undo-canary EndCanary")]
    [InlineData(Shares, 3, "undo-canary EndCanary")]
    [InlineData(Shares, 4, "undo-canary EndCanary, undo in place")]
    [InlineData(Shares, 6, "undo-canary EndCanary, undo in place")]
    public void Going_back_takes_back_as_much_as_began(string steps, int behind, string way)
    {
        var run = Opened(steps);
        for (var step = 0; step < behind; step++) run = Passed(run);
        if (run.Current!.Step is Rollout) run = run.Then(Report(run, new RolloutAccepted(new RolloutBegun("v1", 4, null, false))));
        run = run.Then(new RunCommand.RollBack(Shop.Ana, "enough"));
        run.Status.ShouldBe(RunStatus.RollingBack);
        string.Join(", ", run.Steps.Where(step => step.Way == Way.Back).Select(step => step.Step).OfType<Rollout>().Select(step => $"{step.Id} {step.Stage?.Kind.ToString() ?? "in place"}")).ShouldBe(way);
        for (var turns = 0; !run.IsOver && turns < 10; turns++) run = Passed(run);
        run.Status.ShouldBe(RunStatus.RolledBack);
    }

    [Fact]
    public void Only_once_it_was_switched_it_is_live_and_what_stood_before_is_scaled_down_after_it_was_kept()
    {
        var run = Opened(Colours);
        run = Passed(Passed(run));
        run = run.Then(Report(run, new RolloutAccepted(new RolloutBegun("v1", null, null, false))));
        var (state, decision) = run.Told(Report(run, new RolloutSeen(Shop.Seen(RolloutPhase.Complete))));
        var retire = decision.Work.Single(item => item.Kind == RunWork.RetireKind);
        retire.Due.ShouldBe(state.UpdatedAt + TimeSpan.FromHours(2));
        retire.Key.ShouldBe("retire:7:go:1");
        decision.Work.Count(item => item.Kind == RunWork.RetireKind).ShouldBe(1);

        // Told again, since the process died in between: nothing more.
        Decider.Decide(state, Report(run, new RolloutSeen(Shop.Seen(RolloutPhase.Complete))), Shop.At(state.UpdatedAt)).Decision.Work.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Colours, "automatic")]
    [InlineData(Colours, "ask")]
    [InlineData(Shares, "automatic")]
    [InlineData(Held, "automatic")]
    [InlineData(Held, "ask")]
    [InlineData("  - deploy: canary\n    promote: ask\n    steps: [50%, 100%]\n  - check: health\n", "ask")]
    public void Every_way_that_a_strategy_can_go_keeps_every_promise(string steps, string rollback)
    {
        var read = Read("  - approval: Change\n    from: [managers]\n" + steps, rollback).ShouldNotBeNull();
        var proof = Verification.Of(Model.All(read, "default").ShouldHaveSingleItem());
        proof.Broken.ShouldBeEmpty(string.Join('\n', proof.Broken.Select(broken => $"{broken.Promise}: {broken.Why}\n{string.Join('\n', broken.Story)}")));
        proof.Holds.ShouldBeTrue();
    }

    [Fact]
    public void A_rollback_of_what_was_switched_switches_and_of_what_was_not_undoes()
    {
        var (service, environment) = (Read(Colours)!.Services[0], Read(Colours)!.Services[0].Environments[0]);
        Planner.Rollback(service, environment, "v1", 4, "v2", Shop.Ana.Person!.Value, Planned(Colours).Steps).Steps[0].ShouldBeOfType<Rollout>().ShouldSatisfyAllConditions(
            step => step.Stage!.Kind.ShouldBe(StageKind.Switch), step => step.Keep.ShouldBe(TimeSpan.FromHours(2)), step => step.Back.ShouldBeTrue());
        Planner.Rollback(service, environment, "v1", 4, "v2", Shop.Ana.Person!.Value, Planned(Shares).Steps).Steps[0].ShouldBeOfType<Rollout>().ShouldSatisfyAllConditions(step => step.Stage.ShouldBeNull(), step => step.ToRevision.ShouldBe(4));
    }

    [Theory]
    [InlineData(10, 5, 1)]
    [InlineData(10, 25, 4)]
    [InlineData(10, 50, 10)]
    [InlineData(3, 1, 1)]
    [InlineData(1, 50, 1)]
    [InlineData(4, 99, 4)]
    [InlineData(0, 5, 1)]
    [InlineData(100, 10, 12)]
    public void A_share_takes_the_fewest_replicas_that_carry_it(int stable, int percent, int replicas) => ChatOps.Runbooks.Catalog.Shares.Replicas(stable, percent).ShouldBe(replicas);

    [Fact]
    public void Every_part_of_a_strategy_reads_back_as_it_was_written()
    {
        foreach (var step in (Step[])[.. Planned(Colours).Steps, .. Planned(Shares).Steps, .. Planned(Held).Steps])
        {
            var opened = Shop.OpenedEvent(RollbackMode.Ask, "v1", []) with { Steps = [step] };
            ((RunOpened)RunJson.ReadRun(new StoredEvent(new RunId(7).Stream, 1, "opened", RunJson.Write(opened).Body, Shop.Noon))).Steps[0].Planned().ShouldBe(step.Planned());
        }
    }

    private static RunCommand Report(RunState run, StepCommand what) => new RunCommand.Report(run.Current!.Step.Id, run.Current.Attempt, what);

    private static RunState Passed(RunState run) => run.Current switch
    {
        { Step: Rollout, State: Rollout.State state } => (state.Begun is null ? run.Then(Report(run, new RolloutAccepted(new RolloutBegun("v1", 4, null, false)))) : run) is var begun
            ? begun.Then(Report(begun, new RolloutSeen(Shop.Seen(RolloutPhase.Complete)))) : run,
        { Step: Wait } => run.Then(new RunCommand.Done(Shop.Ana, null, null)),
        { Step: HealthCheck } => run.Then(Report(run, new ProbeAnswered(0, 1, new HealthAnswer(true, "200", TimeSpan.Zero)))),
        { State: Soak.State soak } => Decider.Decide(run, Report(run, new TimePassed()), Shop.At(soak.Until)).State,
        _ => throw new InvalidOperationException($"{run.Current?.Step.Title} is not known here."),
    };

    private static RunState Opened(string steps)
    {
        var read = Read(steps).ShouldNotBeNull();
        var planned = Planned(steps);
        return Decider.Open(new RunOpened(new RunId(7), planned.Plan, planned.Steps, read.Services[0].Environments[0].Target, false, planned.OnFailure, null, [Shop.Engineers], Shop.Ana.Person!.Value, null, [], [], null), Shop.Noon).State;
    }

    private static Planned Planned(string steps)
    {
        var read = Read(steps).ShouldNotBeNull();
        return Planner.Deploy(new PlanContext(read.Services[0], read.Services[0].Environments[0], "v2", Shop.Ana.Person!.Value), read.Runbook("default")!, read.Runbook, "v1");
    }

    private static Configuration? Read(string steps, string rollback = "ask") => ConfigurationReader.Read(
    [
        new SourceFile("access.yaml", "groups:\n  all: { all: true }\n  managers: { members: [a@x.com, b@x.com] }\nmay: { deploy: { '*': [all] }, rollback: { '*': [all] } }\n"),
        new SourceFile("services/api.yaml", "service: api\nenvironments:\n  prod:\n    simulated: {}\n    health: [{ url: 'https://example.com' }]\n    preview: [{ url: 'https://preview.example.com', headers: { X-Preview: 'true' } }]\n"),
        new SourceFile("runbooks/default.yaml", $"runbook: default\nsteps:\n{steps}on-failure: {{ rollback: {rollback} }}\n"),
    ]) is var (read, findings) && findings.All(finding => !finding.Error) ? read : throw new InvalidOperationException("It can't be read.");
}
