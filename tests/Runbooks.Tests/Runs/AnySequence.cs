using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Runs;

/// <summary>Whatever people click and the world reports, in whatever order: what must hold, holds.</summary>
public sealed class AnySequence
{
    /// <summary>Who asks for the run, with every right: only that it is their own keeps them from approving it.</summary>
    private static readonly Caller Boss = Ana with { Groups = [Engineers, Managers, OnCall] };

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(120);

    /// <summary>Below a thousand: anything. From there: what the run waits for, by somebody, so that runs get past their checklist.</summary>
    private static readonly Arbitrary<int[]> AnyWords = Gen.Frequency((2, Gen.Choose(0, 999)), (3, Gen.Choose(1_000, 1_999))).ArrayOf().ToArbitrary();

    [Fact]
    public void Keeps_every_promise()
    {
        var met = new HashSet<RunStatus>();
        Prop.ForAll(AnyWords, words =>
        {
            var walk = new Walk(words.Length % 2 == 0 ? RollbackMode.Automatic : RollbackMode.Ask, behind: words.Length % 5 == 0);
            foreach (var word in words)
            {
                walk.Next(word);
                met.Add(walk.Status);
            }
        }).Check(Many);

        // Promises kept by runs that go nowhere would be worth little.
        met.ShouldBe(Enum.GetValues<RunStatus>().Except([RunStatus.WaitingForPerson]), ignoreOrder: true);      // no step here asks a person to do something
    }

    /// <summary>A run under fire: after each command everything that must hold is looked at.</summary>
    private sealed class Walk
    {
        private readonly List<(RunEvent What, DateTimeOffset At)> events = [];
        private DateTimeOffset now = Noon;
        private RunState run;

        public Walk(RollbackMode mode, bool behind)
        {
            var (state, decision) = Decider.Open(OpenedEvent(mode, "v1.2.2", behind ? [new RunId(6)] : []), now);
            run = state;
            Look(null, decision);
        }

        public RunStatus Status => run.Status;

        public void Next(int word)
        {
            now += TimeSpan.FromSeconds(word >= 1_000 ? word % 100 : word % 700);
            var command = word >= 1_000 ? Wanted(word - 1_000) : Command(word);
            var before = run;
            var (next, decision) = Decider.Decide(run, command, At(now));
            if (decision.Refused is not null)
            {
                RefusalCodes.All.ShouldContain(decision.Refused.Code);
                decision.Events.ShouldBeEmpty();
                decision.Work.ShouldBeEmpty();
            }

            run = next;
            Look(before, decision);
        }

        /// <summary>What would bring the run on now, though not always by the right person.</summary>
        private RunCommand Wanted(int word)
        {
            var who = (word % 5) switch { 0 => Boss, 1 or 2 => Ben, _ => Dora };
            if (run.Status == RunStatus.Queued) return new RunCommand.TakeTurn(null, [], "");
            if (run.Status == RunStatus.Paused) return new RunCommand.Resume(who);
            if (run.Status == RunStatus.Deciding) return word % 3 == 0 ? new RunCommand.Abort(who, "enough") : new RunCommand.Retry(who);
            return run.Current switch
            {
                { Step: Checklist } => new RunCommand.Tick(who, null, word / 5 % 2),
                { Step: Approval } => new RunCommand.Approve(who, null, run.Plan.Hash),
                { State: Rollout.State { Begun: null } } => run.Report(new RolloutAccepted(Begun)),
                { Step: Rollout } when word % 7 == 0 => run.Report(new WorldRefused(new Fault("w", "no."))),
                { Step: Rollout } => run.Report(new RolloutSeen(Seen(RolloutPhase.Complete))),
                { Step: HealthCheck, State: var state } => run.Report(new ProbeAnswered(0, word % 2 + 1, new HealthAnswer(true, "200", TimeSpan.Zero))),
                { Step: Soak } => Later(run.Report(new TimePassed())),
                { } other => run.Report(new TimePassed()),
                null => new RunCommand.Resume(who),
            };
        }

        private RunCommand Later(RunCommand command)
        {
            now += TimeSpan.FromMinutes(10);
            return command;
        }

        private RunCommand Command(int word)
        {
            var who = (word / 20 % 5) switch { 0 => Boss, 1 => Ben, 2 => Dora, 3 => Cleo, _ => Stranger };
            var step = run.Current?.Step.Id ?? new StepId("s1");
            var attempt = run.Current?.Attempt ?? 1;
            RunCommand Reports(StepCommand what) => new RunCommand.Report(step, word % 7 == 0 ? attempt - 1 : attempt, what);
            return (word % 20) switch
            {
                0 or 1 => new RunCommand.Tick(who, null, word / 100 % 3),
                2 => new RunCommand.Untick(who, null, word / 100 % 2),
                3 or 4 or 5 => new RunCommand.Approve(who, null, word % 4 == 0 ? new PlanHash("00") : run.Plan.Hash),
                6 => word % 3 == 0 ? new RunCommand.Reject(who, null, "no") : Reports(new TimePassed()),
                7 => new RunCommand.Pause(who, null),
                8 => new RunCommand.Resume(who),
                9 => new RunCommand.Retry(who),
                10 => new RunCommand.Skip(who, null, "late"),
                11 => word % 3 == 0 ? new RunCommand.RollBack(who, null) : Reports(new RolloutAccepted(Begun)),
                12 => word % 4 == 0 ? new RunCommand.Abort(who, null) : Reports(new RolloutAccepted(Begun)),
                13 => Reports(new RolloutSeen(Seen((RolloutPhase)(word / 20 % 5), word % 4, word % 2 == 0 ? new Fault("x", "y.") : null))),
                14 or 15 => Reports(new RolloutSeen(Seen(RolloutPhase.Complete))),
                16 => Reports(new ProbeAnswered(0, word / 20 % 2 + 1, new HealthAnswer(word % 3 != 0, "200", TimeSpan.Zero))),
                17 => word % 2 == 0 ? Reports(new WorldSilent("silence")) : Reports(new WorldRefused(new Fault("z", "no."))),
                18 => word % 2 == 0 ? new RunCommand.GiveWay(new RunId(9)) : new RunCommand.TakeTurn(null, [], ""),
                _ => new RunCommand.ChangePlan(Planner.From(run, $"v{word % 3}"), [.. run.Steps.Select(s => s.Step).Where(s => !s.Id.Name.StartsWith("undo", StringComparison.Ordinal))], "it moved"),
            };
        }

        private void Look(RunState? before, RunDecision decision)
        {
            foreach (var what in decision.Events) events.Add((what, now));
            NobodyApprovedTwiceOrTheirOwn();
            decision.Events.OfType<StepHappened>().Select(happened => happened.What).OfType<Approved>().ShouldAllBe(approved => approved.Plan == (before ?? run).Plan.Hash);
            NothingStartedUnapproved(decision);
            OverIsOver(before, decision);
            ReplayingGivesTheSame();
            EveryButtonWouldBeTaken();
        }

        private void NobodyApprovedTwiceOrTheirOwn()
        {
            foreach (var given in run.Steps.Select(step => step.State).OfType<Approval.State>())
            {
                given.Yes.Select(yes => yes.By).Distinct().Count().ShouldBe(given.Yes.Length);
                given.Yes.ShouldAllBe(yes => yes.By != Ana.Person!.Value);
                given.Plan.ShouldBe(run.Plan.Hash);
            }
        }

        private void NothingStartedUnapproved(RunDecision decision)
        {
            if (!decision.Work.Any(item => item.Kind == RunWork.StartKind)) return;
            var approval = run.Steps.First(step => step.Step is Approval);
            approval.Status.ShouldBe(StepStatus.Passed);
            ((Approval.State)approval.State!).Yes.Length.ShouldBe(2);
            run.Steps[0].Status.ShouldBe(StepStatus.Passed);
        }

        private static void OverIsOver(RunState? before, RunDecision decision)
        {
            if (before is not { IsOver: true }) return;
            decision.Events.ShouldBeEmpty();
            decision.Work.ShouldBeEmpty();
        }

        private void ReplayingGivesTheSame()
        {
            RunState? again = null;
            long version = 0;
            foreach (var (what, at) in events)
            {
                var written = RunJson.Write(what);
                var read = RunJson.ReadRun(new StoredEvent(run.Id.Stream, ++version, written.Type, written.Body, at));
                again = again is null ? RunState.Open((RunOpened)read, at) : again.Evolve(read, at);
            }

            Picture(again!).ShouldBe(Picture(run));
        }

        private void EveryButtonWouldBeTaken()
        {
            var card = RunCard.Of(run, now, null);
            card.Fallback.ShouldEndWith(".");
            var boss = new Caller(new Person("boss@example.com"), "boss", [Engineers, Managers, OnCall]);
            foreach (var action in card.Buttons.Select(button => button.Action).Concat(card.Body.OfType<CardBlock.Checklist>().SelectMany(list => list.Items).Select(item => item.Toggle).OfType<CardAction>()))
            {
                RunCommand? command = action.Verb switch
                {
                    "approve" => new RunCommand.Approve(boss, action.Step, new PlanHash(action.Argument!)),
                    "reject" => new RunCommand.Reject(boss, action.Step, null),
                    "tick" => new RunCommand.Tick(boss, action.Step, int.Parse(action.Argument!)),
                    "untick" => new RunCommand.Untick(boss, action.Step, int.Parse(action.Argument!)),
                    "pause" => new RunCommand.Pause(boss, null),
                    "resume" => new RunCommand.Resume(boss),
                    "retry" => new RunCommand.Retry(boss),
                    "skip" => new RunCommand.Skip(boss, action.Step, "why"),
                    "abort" => new RunCommand.Abort(boss, null),
                    "take" => new RunCommand.TakeOn(boss),
                    "say" => null,      // a command of its own, judged as if it were typed
                    "rollback" => run.IsOver ? null : new RunCommand.RollBack(boss, null),
                    _ => throw new InvalidOperationException(action.Verb),
                };
                if (command is null) continue;

                // A question that ran out between two ticks of the clock is the one thing a card can't know.
                var refused = Decider.Decide(run, command, At(now)).Decision.Refused;
                if (refused is not null && refused.Code != RefusalCodes.ApprovalExpired) throw new InvalidOperationException($"{action} is offered and refused: {refused}");
            }
        }

        private static string Picture(RunState run) => string.Join('\n', new[]
        {
            $"{run.Status} {run.Version} {run.Before} {run.QueuedFrom} {run.HeldAt:O} {run.Notice} {run.Ending} {run.UpdatedAt:O} {run.Plan.Hash} {run.Origin}",
        }.Concat(run.Steps.Select(step => $"{step.Step.Id} {step.Status} {step.Attempt} {step.BeganAt:O} {step.EndedAt:O} {step.Fault} {step.Note} {StatePicture(step.State)}")));

        private static string StatePicture(StepState? state) => state switch
        {
            Checklist.State s => string.Join(',', s.Ticks),
            Approval.State s => $"{s.Plan} {s.Until:O} {string.Join(',', s.Yes)}",
            _ => state?.ToString() ?? "",
        };
    }
}
