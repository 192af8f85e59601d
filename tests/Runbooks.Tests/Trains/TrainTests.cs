using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Trains;

/// <summary>A release train: places are held before the first change, waves follow each other, and a failure leads where the file says.</summary>
public sealed class TrainTests
{
    private static readonly Dictionary<string, string[]> Shop = new() { ["web"] = ["orders", "pay"], ["orders"] = ["db"], ["pay"] = ["db"], ["db"] = [] };

    [Fact]
    public void Waves_follow_each_other_and_places_are_held_until_the_train_is_over()
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop))).Run();
        Began(world).ShouldBe(["db", "orders", "pay", "web"]);
        world.Train.Status.ShouldBe(RunStatus.WaitingForPerson);
        foreach (var service in Shop.Keys)
        {
            world.Of(service).Status.ShouldBe(RunStatus.Running, "it holds its place");
            Cars.Seen(world.Of(service)).Phase.ShouldBe(CarPhase.Healthy);
        }

        world.Tell(world.Train.Id, new RunCommand.Done(TrainWorld.Ana, null, null)).Refused.ShouldBeNull();
        world.Run().Train.Status.ShouldBe(RunStatus.Succeeded);
        foreach (var service in Shop.Keys) world.Of(service).Status.ShouldBe(RunStatus.Succeeded);
        world.Queues.Values.ShouldAllBe(queue => queue.Line.IsEmpty);
    }

    [Fact]
    public void Nothing_begins_until_the_last_place_is_held()
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop)));
        world.Hold("web");
        world.Run();
        Began(world).ShouldBeEmpty();
        Cars.Seen(world.Of("web")).Phase.ShouldBe(CarPhase.Queued);
        Cars.Seen(world.Of("db")).Phase.ShouldBe(CarPhase.Ready);
        RunCard.Of(world.Train, world.Train.UpdatedAt, null).Next!.ShouldContain("waiting for web (queued behind run 99)");
        world.Free("web");
        world.Run();
        Began(world).Count.ShouldBe(4);
    }

    [Fact]
    public void What_nobody_holds_yet_is_free_again_when_the_train_is_aborted()
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop)));
        world.Hold("web");
        world.Run();
        world.Tell(world.Train.Id, new RunCommand.Abort(TrainWorld.Ana, "not today")).Refused.ShouldBeNull();
        world.Run();
        world.Train.Status.ShouldBe(RunStatus.Cancelled);
        foreach (var service in Shop.Keys) world.Of(service).Status.ShouldBe(RunStatus.Cancelled);
        world.Queues.Values.Where(queue => queue.Site.Service != "web").ShouldAllBe(queue => queue.Line.IsEmpty);
    }

    [Fact]
    public void A_lock_on_any_of_them_stops_the_train_before_any_change_and_says_which()
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop)));
        world.Locked.Add("web");
        world.Run();
        world.Train.Status.ShouldBe(RunStatus.Deciding);
        world.Train.Find(new("train"))!.Fault!.Why.ShouldStartWith("web can't go");
        world.Train.MayHaveChanged.ShouldBeFalse();
        world.Locked.Clear();
        world.Tell(world.Train.Id, new RunCommand.Retry(TrainWorld.Ana)).Refused.ShouldBeNull();
        Began(world.Run()).Count.ShouldBe(4);
    }

    [Fact]
    public void Stop_lets_finish_what_runs_calls_off_the_rest_and_a_retry_brings_what_is_missing()
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop, "    on-failure: stop\n")));
        world.Failing.Add("orders");
        world.Run();
        world.Train.Status.ShouldBe(RunStatus.Deciding);
        world.Of("orders").Status.ShouldBe(RunStatus.RolledBack, "its own runbook says so");
        Cars.Seen(world.Of("pay")).Phase.ShouldBe(CarPhase.Healthy);
        world.Of("web").Status.ShouldBe(RunStatus.Cancelled);
        world.Queues[new("web", "prod")].Line.ShouldBeEmpty();
        world.Failing.Clear();
        world.Tell(world.Train.Id, new RunCommand.Retry(TrainWorld.Ana)).Refused.ShouldBeNull();
        world.Run();
        Began(world).ShouldBe(["db", "orders", "pay", "orders", "web"]);
        world.Train.Find(new("train"))!.Status.ShouldBe(StepStatus.Passed);
    }

    [Fact]
    public void A_retry_tries_again_what_waits_for_a_decision()
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop, own: "ask")));
        world.Failing.Add("db");
        world.Run();
        (world.Train.Status, world.Of("db").Status).ShouldBe((RunStatus.Deciding, RunStatus.Deciding));
        var run = world.Of("db").Id;
        world.Failing.Clear();
        world.Tell(world.Train.Id, new RunCommand.Retry(TrainWorld.Ana)).Refused.ShouldBeNull();
        world.Run();
        world.Of("db").Id.ShouldBe(run);
        world.Train.Find(new("train"))!.Status.ShouldBe(StepStatus.Passed);
    }

    [Fact]
    public void Continue_goes_on_with_what_does_not_need_the_failed_one()
    {
        var needs = new Dictionary<string, string[]>(Shop) { ["mail"] = ["pay"] };
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(needs, "    on-failure: continue\n")));
        world.Failing.Add("orders");
        world.Run();
        Began(world).ShouldBe(["db", "orders", "pay", "mail"]);
        world.Of("web").Status.ShouldBe(RunStatus.Cancelled);
        world.Train.Status.ShouldBe(RunStatus.WaitingForPerson, "the run goes on");
        world.Train.Find(new("train"))!.Status.ShouldBe(StepStatus.Skipped);
    }

    [Theory]
    [InlineData("automatic", "    on-failure: rollback\n", "ask")]
    [InlineData("ask", "    on-failure: rollback\n", "ask")]
    [InlineData("automatic", "", "automatic")]
    public void Rollback_takes_back_everything_the_last_wave_first(string own, string more, string whole)
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop, more, own, whole: whole)));
        world.Failing.Add("web");
        world.Run();
        world.Train.Status.ShouldBe(RunStatus.RolledBack);
        Back(world).Take(1).ShouldBe(["web"]);
        Back(world).Skip(1).Take(2).ShouldBe(["orders", "pay"], ignoreOrder: true);
        Back(world)[^1].ShouldBe("db");
        foreach (var service in Shop.Keys) world.Of(service).Status.ShouldBe(RunStatus.RolledBack);
        world.Of("db").Rollback!.With.ShouldBe(world.Train.Id, "it was well, and only went with the others");
        world.Of("web").Rollback!.With.ShouldBeNull();
        world.Queues.Values.ShouldAllBe(queue => queue.Line.IsEmpty);
    }

    [Fact]
    public void The_train_can_be_taken_back_as_long_as_its_run_is_open()
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop))).Run();
        world.Tell(world.Train.Id, new RunCommand.RollBack(TrainWorld.Ana, "customers complain")).Refused.ShouldBeNull();
        world.Run().Train.Status.ShouldBe(RunStatus.RolledBack);
        Back(world).ShouldBe(["web", "orders", "pay", "db"]);
    }

    [Theory]
    [InlineData("automatic", RunStatus.RolledBack)]
    [InlineData("ask", RunStatus.Deciding)]
    public void An_abort_in_the_middle_calls_off_what_has_not_begun_and_goes_back_or_asks(string whole, RunStatus end)
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop, whole: whole)));
        while (!world.Events.Any(one => one.What is StepHappened { What: RolloutStarted })) world.DoOne(0, false);
        world.Tell(world.Train.Id, new RunCommand.Abort(TrainWorld.Ana, "stop")).Refused.ShouldBeNull();
        world.Run();
        world.Train.Status.ShouldBe(end);
        Began(world).ShouldBe(["db"]);
        world.Of("web").Status.ShouldBe(RunStatus.Cancelled);
        world.Of("db").Status.ShouldBe(whole == "ask" ? RunStatus.Running : RunStatus.RolledBack);
    }

    [Fact]
    public void A_pause_holds_the_train_between_services_and_nothing_is_lost()
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop)));
        while (!world.Events.Any(one => one.What is StepHappened { What: RolloutStarted })) world.DoOne(0, false);
        world.Tell(world.Train.Id, new RunCommand.Pause(TrainWorld.Ana, null)).Refused.ShouldBeNull();
        world.Run();
        Began(world).ShouldBe(["db"]);
        Cars.Seen(world.Of("db")).Phase.ShouldBe(CarPhase.Healthy);
        world.Tell(world.Train.Id, new RunCommand.Resume(TrainWorld.Ana)).Refused.ShouldBeNull();
        Began(world.Run()).Count.ShouldBe(4);
    }

    [Fact]
    public void Its_own_place_can_be_part_of_the_train()
    {
        var needs = new Dictionary<string, string[]>(Shop) { ["platform"] = ["web"] };
        ImmutableArray<SourceFile> files = [.. TrainWorld.Files(needs).Reverse().DistinctBy(file => file.File)];
        var world = new TrainWorld(TrainWorld.Read(files)).Run();
        Began(world).ShouldBe(["db", "orders", "pay", "web", "platform"]);
    }

    [Theory]
    [InlineData(1, "managers", 2, true)]
    [InlineData(2, "managers", 2, true)]
    [InlineData(3, "managers", 1, false)]           // fewer people than the service's own asks for
    [InlineData(4, "others", 2, false)]             // other people
    [InlineData(5, "managers, others", 2, false)]   // more groups than the service's own asks
    public void A_service_s_own_approval_is_left_out_only_where_the_train_s_is_as_strict(int number, string from, int count, bool covered)
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop, steps: $"  - approval: Release {number}\n    from: [{from}]\n    count: {count}\n", @protected: true)));
        foreach (var car in world.Step.Cars)
        {
            car.AsksItself.ShouldBe(!covered, car.Service);
            car.ApprovedBy.IsEmpty.ShouldBe(!covered);
            car.Plan.Steps.Count(step => step.Kind == "approval").ShouldBe(covered ? 0 : 1);
        }

        world.Train.Status.ShouldBe(RunStatus.WaitingForApproval);
        world.Run();
        world.Has("db").ShouldBeFalse("nothing is opened before the approval");
    }

    [Fact]
    public void An_approval_beside_or_behind_the_train_stands_for_nothing()
    {
        var files = TrainWorld.Files(Shop, @protected: true).Select(file => file.File == "runbooks/release.yaml"
            ? file with { Text = "runbook: release\nstarts-with: run\nsteps:\n  - parallel:\n      - approval: Beside\n        from: [managers]\n        count: 2\n      - waves: Release\n        services: [db]\n        version: v2\n  - approval: Behind\n    from: [managers]\n    count: 2\n" } : file);
        new TrainWorld(TrainWorld.Read([.. files])).Step.Cars.ShouldAllBe(car => car.AsksItself && car.ApprovedBy.IsEmpty);
    }

    [Fact]
    public void What_is_approved_changes_when_any_service_s_plan_does()
    {
        var one = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop))).Train.Plan.Hash;
        new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop))).Train.Plan.Hash.ShouldBe(one);
        var edited = TrainWorld.Files(Shop).Select(file => file with { Text = file.Text.Replace("soak: 1s", "soak: 2s") });
        new TrainWorld(TrainWorld.Read([.. edited])).Train.Plan.Hash.ShouldNotBe(one);
    }

    [Fact]
    public void The_card_is_a_matrix_of_services_and_how_they_stand()
    {
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(Shop, own: "ask")));
        world.Failing.Add("orders");
        world.Run();
        var card = RunCard.Of(world.Train, world.Train.UpdatedAt, null);
        var table = card.Body.OfType<CardBlock.Table>().ShouldHaveSingleItem();
        table.Columns.ShouldBe(["Wave", "Service", "Version", "Steps", "State", "Took"]);
        table.Rows.Select(row => string.Join(' ', row.Take(5))).ShouldBe(
        [
            "1 db (run 2) v1 → v2 ✓✓ healthy", "2 orders (run 3) v1 → v2 ✗· waiting for a decision: No such image", "2 pay (run 4) v1 → v2 ✓✓ healthy", "3 web (run 5) v1 → v2 –– the train goes no further",
        ], ignoreOrder: true);
        card.Body.OfType<CardBlock.List>().ShouldHaveSingleItem().Lines.ShouldHaveSingleItem().Button!.Action.Argument.ShouldBe("show 3");
    }

    /// <summary>Whatever fails, in whatever order work is done, once or twice, and whoever says stop: what must hold, holds.</summary>
    [Fact]
    public void Whatever_happens_no_service_goes_before_what_it_needs_and_none_is_lost() => Prop.ForAll(Gen.Choose(0, 9_999).ArrayOf(60).ToArbitrary(), words =>
    {
        string[] modes = ["    on-failure: stop\n", "    on-failure: continue\n", "    on-failure: rollback\n", ""];
        var (size, atOnce, mode) = (2 + (words[0] % 5), 1 + (words[1] % 3), modes[words[2] % 4]);
        var needs = Enumerable.Range(0, size).ToDictionary(at => $"s{at}", at => Enumerable.Range(0, at).Where(before => words[10 + at] >> before % 8 % 2 == 1 || (words[10 + at] >> before & 1) == 1).Select(before => $"s{before}").ToArray());
        var world = new TrainWorld(TrainWorld.Read(TrainWorld.Files(needs, $"{mode}    at-once: {atOnce}\n", words[3] % 2 == 0 ? "automatic" : "ask", whole: words[4] % 2 == 0 ? "automatic" : "ask")));
        foreach (var at in Enumerable.Range(0, size).Where(at => words[20 + at] % 4 == 0)) world.Failing.Add($"s{at}");
        world.Watch = (now, run, what) => LooksRight(now, run, what, atOnce);
        for (var turn = 0; !world.IsQuiet; turn++)
        {
            turn.ShouldBeLessThan(3_000, "it comes to rest");
            if (turn == 30 + (words[5] % 40) && words[6] % 3 == 0) world.Tell(world.Train.Id, new RunCommand.Abort(TrainWorld.Ana, "enough"));
            world.DoOne(words[turn % words.Length], words[(turn * 7) % words.Length] % 5 == 0);
        }

        // At rest: over, or it waits for somebody; and once it is over, so is everything that nobody has to decide about.
        (world.Train.IsOver || world.Train.Status is RunStatus.Deciding or RunStatus.WaitingForPerson).ShouldBeTrue(world.Train.Status.ToString());
        if (world.Train.Status == RunStatus.Deciding) world.Tell(world.Train.Id, new RunCommand.Abort(TrainWorld.Ana, "leave it"));
        else if (!world.Train.IsOver) world.Tell(world.Train.Id, new RunCommand.Done(TrainWorld.Ana, null, null));
        world.Run();
        world.Train.IsOver.ShouldBeTrue();
        foreach (var car in world.Runs.Values.Where(run => run.Opened.Train is not null)) (car.IsOver || car.Status == RunStatus.Deciding).ShouldBeTrue($"{car.Site} is {car.Status}");
        if (world.Train.Status == RunStatus.RolledBack) foreach (var car in world.Runs.Values.Where(run => run.Opened.Train is not null)) car.Status.ShouldBeOneOf(RunStatus.RolledBack, RunStatus.Cancelled);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static void LooksRight(TrainWorld world, RunId id, RunEvent what, int atOnce)
    {
        var run = world.Runs[id];
        if (what is StepBegan began && run.Opened.Train is { } part && run.Find(began.Step) is { Way: Way.Forward, Step: Rollout } && began.Attempt == 1)
        {
            var car = world.Step.Cars.Single(one => one.Service == part.Service);
            foreach (var need in car.Needs) Cars.Seen(world.Of(need)).Phase.ShouldBe(CarPhase.Healthy, $"{car.Service} needs {need}");
            world.Step.Cars.Count(one => world.Has(one.Service) && Cars.Seen(world.Of(one.Service)) is { Begun: true, Phase: not CarPhase.Healthy, HasFailed: false }).ShouldBeLessThanOrEqualTo(atOnce);
            world.Step.Cars.ShouldAllBe(one => world.Has(one.Service));
            world.Events.Count(one => one.Run == id && one.What is StepBegan { Attempt: 1 } same && same.Step == began.Step).ShouldBe(1, "it begins once");
        }

        // A wave goes back when those behind it are back. What goes back by itself does not wait.
        if (what is RollbackBegan && run.Opened.Train is { } going && world.Train.Rollback is not null && run.Rollback!.Why.Contains("the train goes back", StringComparison.Ordinal))
        {
            var wave = world.Step.Cars.Single(one => one.Service == going.Service).Wave;
            world.Step.Cars.Where(one => one.Wave > wave).ShouldAllBe(one => world.Of(one.Service).IsOver);
        }
    }

    private static List<string> Began(TrainWorld world) =>
        [.. world.Events.Where(one => one.What is StepBegan began && world.Runs[one.Run].Opened.Train is not null && world.Runs[one.Run].Find(began.Step) is { Way: Way.Forward, Step: Rollout }).Select(one => world.Runs[one.Run].Site.Service)];

    private static List<string> Back(TrainWorld world) =>
        [.. world.Events.Where(one => one.What is RollbackBegan && world.Runs[one.Run].Opened.Train is not null).Select(one => world.Runs[one.Run].Site.Service)];
}
