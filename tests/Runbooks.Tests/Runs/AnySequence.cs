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
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(120);

    [Fact]
    public void Keeps_every_promise() => Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), words =>
    {
        var walk = new Walk(words.Length % 2 == 0 ? RollbackMode.Automatic : RollbackMode.Ask, behind: words.Length % 5 == 0);
        foreach (var word in words) walk.Next(Math.Abs(word % 1_000));
    }).Check(Many);

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

        public void Next(int word)
        {
            now += TimeSpan.FromSeconds(word % 700);
            var command = Command(word);
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

        private RunCommand Command(int word)
        {
            var who = (word / 20 % 5) switch { 0 => Ana, 1 => Ben, 2 => Dora, 3 => Cleo, _ => Stranger };
            var step = run.Current?.Step.Id ?? new StepId("s1");
            var attempt = run.Current?.Attempt ?? 1;
            RunCommand Reports(StepCommand what) => new RunCommand.Report(step, word % 7 == 0 ? attempt - 1 : attempt, what);
            return (word % 20) switch
            {
                0 or 1 => new RunCommand.Tick(who, null, word / 100 % 3),
                2 => new RunCommand.Untick(who, null, word / 100 % 2),
                3 or 4 or 5 => new RunCommand.Approve(who, null, word % 11 == 0 ? new PlanHash("00") : run.Plan.Hash),
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
