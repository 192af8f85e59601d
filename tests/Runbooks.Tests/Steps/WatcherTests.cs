using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Tests.Runs;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Steps;

/// <summary>Somebody stays with a soak: silence hands the watch on, and when nobody is left it pauses or goes back, as the runbook says.</summary>
public sealed class WatcherTests
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(2), Within = TimeSpan.FromMinutes(1);
    private static readonly ImmutableArray<Person> People = [Ana.Person!.Value, Cleo.Person!.Value];

    [Fact]
    public void Silence_hands_the_watch_to_the_next_and_then_holds_the_run()
    {
        var run = Watched(SilenceMeans.Pause);
        run = Due(run, Every);
        Vigil(run).ShouldSatisfyAllConditions(vigil => vigil.Asked.ShouldBeTrue(), vigil => vigil.Now.ShouldBe(People[0]), vigil => vigil.Due.ShouldBe(run.UpdatedAt + Within));
        RunCard.Of(run, run.UpdatedAt, null).Facts.ShouldContain(fact => fact.Name == "Watched by" && fact.Value.StartsWith("ana@example.com, asked to answer by"));
        run = Due(run, Within);
        Vigil(run).Now.ShouldBe(People[1]);
        run = Due(run, Within);
        run.Status.ShouldBe(RunStatus.Paused);
        run.Version.ShouldBeGreaterThan(0);

        // Whoever resumes it begins the watch anew, with the first.
        var later = run.Told(new RunCommand.Resume(Ana), TimeSpan.FromHours(1));
        later.State.Status.ShouldBe(RunStatus.Running);
        Vigil(later.State).ShouldSatisfyAllConditions(vigil => vigil.Now.ShouldBe(People[0]), vigil => vigil.Asked.ShouldBeFalse(), vigil => vigil.Due.ShouldBe(later.State.UpdatedAt + Every));
        later.Decision.Work.ShouldContain(item => item.Kind == RunWork.WatcherKind && item.Due == later.State.UpdatedAt + Every);
    }

    [Theory]
    [InlineData(SilenceMeans.Rollback, RunStatus.RollingBack)]
    [InlineData(SilenceMeans.Pause, RunStatus.Paused)]
    public void What_silence_leads_to_is_what_the_runbook_says(SilenceMeans then, RunStatus status)
    {
        Due(Due(Due(Watched(then), Every), Within), Within).Status.ShouldBe(status);
        Soaking(then).Reports(new WatchersAre([])).Status.ShouldBe(status);
    }

    [Fact]
    public void A_sign_of_life_begins_it_anew_and_whoever_gives_it_has_the_watch()
    {
        var run = Due(Watched(SilenceMeans.Rollback), Every);
        run = run.Then(new RunCommand.Here(Cleo, null));
        Vigil(run).ShouldSatisfyAllConditions(vigil => vigil.Now.ShouldBe(People[1]), vigil => vigil.Asked.ShouldBeFalse(), vigil => vigil.Silent.ShouldBe(0), vigil => vigil.Due.ShouldBe(run.UpdatedAt + Every));

        // A second click is no news.
        run.Told(new RunCommand.Here(Cleo, null)).Decision.Events.ShouldBeEmpty();

        // Too early a look asks nobody.
        var (_, early) = run.Told(run.Report(new WatchDue()), TimeSpan.FromSeconds(1));
        early.Events.ShouldBeEmpty();
        early.Work.ShouldHaveSingleItem().Due.ShouldBe(Vigil(run).Due);
        run = Due(run, Every);
        Due(Due(run, Within), Within).Status.ShouldBe(RunStatus.RollingBack);
    }

    [Fact]
    public void Only_who_watches_can_say_so_and_only_while_it_soaks()
    {
        Soaking(SilenceMeans.Pause).Told(new RunCommand.Here(Ana, null)).Decision.Refused!.Code.ShouldBe(RefusalCodes.StepNotWaiting);
        var run = Due(Watched(SilenceMeans.Pause), Every);
        run.Told(new RunCommand.Here(Ben, null)).Decision.Refused!.Code.ShouldBe(RefusalCodes.NotInGroup);
        run.Told(new RunCommand.Here(Stranger, null)).Decision.Refused!.Code.ShouldBe(RefusalCodes.ReadOnly);
        RunCard.Of(run, run.UpdatedAt, null).Buttons.ShouldContain(button => button.Label == "Still here" && button.For.Contains(new GroupName("cleo@example.com")));
        run.Then(new RunCommand.Pause(Ana, null)).Told(new RunCommand.Here(Ana, null)).Decision.Refused!.Code.ShouldBe(RefusalCodes.RunPaused);
    }

    [Fact]
    public void A_pause_stops_the_watch_and_its_question_is_taken_up_again()
    {
        var run = Due(Watched(SilenceMeans.Rollback), Every).Then(new RunCommand.Pause(Ana, "lunch"));
        run.Told(run.Report(new WatchDue()), TimeSpan.FromHours(2)).Decision.Events.ShouldBeEmpty();
        var left = Vigil(run).Due - run.UpdatedAt;
        run = run.Told(new RunCommand.Resume(Ana), TimeSpan.FromHours(2)).State;
        Vigil(run).Due.ShouldBe(run.UpdatedAt + left);
    }

    [Fact]
    public void The_question_goes_to_one_person_with_a_button_and_says_what_silence_leads_to()
    {
        var run = Watched(SilenceMeans.Rollback);
        var (asked, decision) = run.Told(run.Report(new WatchDue()), Every);
        var inform = RunWork.Read(decision.Work.Single(item => item.Kind == RunWork.InformKind)).Order.ShouldBeOfType<Inform>();
        inform.Whom.To.ShouldBe(["ana@example.com"]);
        inform.Asks.ShouldBe(1);
        inform.Text.ShouldContain("Without an answer within 1 min the next person is asked.");
        var (_, next) = asked.Told(asked.Report(new WatchDue()), Within);
        var second = (Inform)RunWork.Read(next.Work.Single(item => item.Kind == RunWork.InformKind)).Order;
        second.ShouldSatisfyAllConditions(one => one.Whom.To.ShouldBe(["cleo@example.com"]), one => one.Text.ShouldContain("since ana did not answer"), one => one.Text.ShouldContain("it is rolled back"));
    }

    [Fact]
    public void Whatever_is_said_silence_ends_in_time_and_nobody_is_asked_twice_in_one_round()
    {
        var signs = Gen.Elements<StepCommand>(new WatchDue(), new WatchDue(), new SayHere(People[0]), new SayHere(People[1]), new WatchersAre(People), new WatchersAre([]));
        var watcher = new Watcher(["oncall"], Every, Within, SilenceMeans.Pause);
        Prop.ForAll(signs.ListOf().ToArbitrary(), said =>
        {
            var (vigil, now) = (ChatOps.Runbooks.Steps.Vigil.Unknown, Noon);
            void Tell(StepCommand command, List<StepEvent> into)
            {
                foreach (var what in watcher.Decide(vigil, command, now).Events)
                {
                    into.Add(what);
                    vigil = watcher.Evolve(vigil, what, now);
                }
            }

            var all = new List<StepEvent>();
            Tell(new WatchersAre(People), all);
            foreach (var command in said)
            {
                now += TimeSpan.FromSeconds(50);
                Tell(command, all);
            }

            // From here on nobody says anything: it is lost after everybody was asked once at the most.
            var silent = new List<StepEvent>();
            var began = now;
            for (var i = 0; i < 10 && !silent.OfType<WatchLost>().Any(); i++)
            {
                now = vigil.Due > now ? vigil.Due : now;
                Tell(new WatchDue(), silent);
            }

            silent.OfType<WatchLost>().ShouldHaveSingleItem();
            (now - began).ShouldBeLessThanOrEqualTo(Every + (Within * People.Length));
            silent.OfType<WatcherAsked>().Select(one => one.Person).ShouldBeUnique();
            all.OfType<WatcherAsked>().Select(one => one.Number).ShouldBeUnique();
        }).QuickCheckThrowOnFailure();
    }

    private static RunState Watched(SilenceMeans then) => Soaking(then).Reports(new WatchersAre(People));

    private static RunState Due(RunState run, TimeSpan later) => run.Told(run.Report(new WatchDue()), later).State;

    private static Vigil Vigil(RunState run) => ((Soak.State)run.Find(new StepId("s5"))!.State!).Vigil!;

    private static RunState Soaking(SilenceMeans then)
    {
        var runbook = Rolling with { Steps = [.. Rolling.Steps.Select(step => step is Soak soak ? soak with { Length = TimeSpan.FromHours(1), Watcher = new Watcher(["requester", "oncall"], Every, Within, then) } : step is HealthCheck ? new SetValues(step.Id, "Set", ImmutableSortedDictionary<string, string>.Empty.Add("a", "b")) : step)] };
        var run = Opened(runbook).Ticked().Approved();
        run = run.Reports(new RolloutAccepted(new RolloutBegun("v1.2.2", 1, 2, false))).Reports(new RolloutSeen(new RolloutSighting(RolloutPhase.Complete, 3, 3, 3, "3 of 3 ready", null)));
        run.Current!.Step.ShouldBeOfType<Soak>().Watcher!.Who.ShouldBe(["ana@example.com", "oncall"]);
        return run;
    }
}
