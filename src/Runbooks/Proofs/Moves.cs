using System.Collections.Immutable;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Proofs;

/// <summary>Something that can happen next, as one would tell it.</summary>
/// <param name="Says">A sentence.</param>
/// <param name="Good">It is what everybody hopes for.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Do">What is told to the run, one after the other; each sees what the one before led to, and null ends it.</param>
public sealed record Move(string Says, bool Good, TimeSpan Took, Func<RunState, DateTimeOffset, int, RunCommand?> Do);

/// <summary>Everything that can happen to a run next: what its steps can answer, and what people can say.</summary>
public static class Moves
{
    private static readonly Fault Broken = new("rehearsed", "It failed, since this was to be seen.");

    /// <summary>What a step can answer.</summary>
    public static IEnumerable<Move> Of(Model model, RunState run, StepProgress step)
    {
        var (id, title, attempt) = (step.Step.Id, step.Step.Title, step.Attempt);
        RunCommand Report(StepCommand what) => new RunCommand.Report(id, attempt, what);
        bool Active(RunState now) => now.Find(id) is { Status: StepStatus.Active } still && still.Attempt == attempt;
        Move Once(string says, bool good, TimeSpan took, Func<RunState, RunCommand> command) => new(says, good, took, (now, _, turn) => turn == 0 ? command(now) : null);
        switch (step.Step)
        {
            case Checklist list:
                yield return new Move($"Everything on \"{title}\" is ticked.", true, TimeSpan.FromMinutes(2), (now, _, turn) => turn >= list.Items.Length || !Active(now) ? null
                    : list.Items[turn].Verify is null ? new RunCommand.Tick(model.Requester, id, turn) : Report(new ItemLooked(turn, ItemVerdict.Holds, "it holds", null)));
                break;
            case Approval:
                yield return new Move($"Enough people approve \"{title}\".", true, TimeSpan.FromMinutes(3), (now, _, turn) => Active(now) && turn < model.People.Length ? new RunCommand.Approve(model.People[turn], id, now.Plan.Hash) : null);
                yield return Once($"Somebody rejects \"{title}\".", false, TimeSpan.FromMinutes(3), _ => new RunCommand.Reject(model.People[0], id, "no"));
                yield return new Move($"Nobody answers \"{title}\".", false, TimeSpan.FromDays(30), (now, _, turn) => Active(now) && turn < 12 ? Report(new TimePassed()) : null);
                break;
            case Wait { Signal: { } signal }:
                yield return Once($"The signal {signal} comes.", true, TimeSpan.FromMinutes(1), _ => new RunCommand.Signal(signal, null));
                break;
            case Wait when step.State is Wait.State { Until: { } moment }:
                yield return Once($"The moment of \"{title}\" comes.", true, Later(moment, run), _ => Report(new TimePassed()));
                break;
            case Wait:
                yield return Once($"Somebody says go to \"{title}\".", true, TimeSpan.FromMinutes(1), _ => new RunCommand.Done(model.Requester, id, null));
                break;
            case Manual:
                yield return Once($"Somebody does \"{title}\" by hand.", true, TimeSpan.FromMinutes(5), _ => new RunCommand.Done(model.Requester, id, "it went well"));
                yield return Once($"\"{title}\" fails by hand.", false, TimeSpan.FromMinutes(5), _ => new RunCommand.NotDone(model.Requester, id, "it did not work"));
                break;
            case Rollout rollout:
                var begun = new RolloutBegun(rollout.Back ? run.Plan.Version : "v1", 1, 2, false);
                yield return new Move($"\"{title}\" completes.", true, TimeSpan.FromSeconds(40), (_, _, turn) => turn switch
                {
                    0 => Report(new RolloutAccepted(begun)),
                    1 => Report(new RolloutSeen(new RolloutSighting(RolloutPhase.Complete, 3, 3, 3, "3 of 3 ready", null))),
                    _ => null,
                });
                yield return new Move($"\"{title}\" fails after it began.", false, TimeSpan.FromMinutes(2), (_, _, turn) => turn switch
                {
                    0 => Report(new RolloutAccepted(begun)),
                    1 => Report(new RolloutSeen(new RolloutSighting(RolloutPhase.Failed, 1, 0, 3, "0 of 3 ready", Broken))),
                    _ => null,
                });
                yield return Once($"The target refuses \"{title}\".", false, TimeSpan.FromSeconds(2), _ => Report(new WorldRefused(Broken)));
                break;
            case HealthCheck check:
                yield return new Move($"\"{title}\" finds it healthy.", true, TimeSpan.FromSeconds(3), (now, _, turn) =>
                    Active(now) && turn < check.Probes.Length && now.Find(id)!.State is HealthCheck.State s ? Report(new ProbeAnswered(s.Probe, s.Try, new HealthAnswer(true, "200", TimeSpan.Zero))) : null);
                if (check.Probes.IsEmpty) break;
                yield return new Move($"\"{title}\" finds it unhealthy.", false, TimeSpan.FromSeconds(20), (now, _, turn) =>
                    Active(now) && turn < 200 && now.Find(id)!.State is HealthCheck.State s ? Report(new ProbeAnswered(s.Probe, s.Try, new HealthAnswer(false, "503, expected 200", TimeSpan.Zero))) : null);
                break;
            case Soak when step.State is Soak.State soak:
                foreach (var move in OfSoak((Soak)step.Step, soak, Later(soak.Until, run), Report, Active)) yield return move;
                break;
            case JobRun:
                JobSighting Ended(JobPhase phase) => new(phase, phase == JobPhase.Complete ? "It ended with exit code 0." : "It ended with exit code 1.", phase == JobPhase.Complete ? 0 : 1, "", phase == JobPhase.Complete ? null : Broken);
                yield return new Move($"\"{title}\" completes.", true, TimeSpan.FromMinutes(1), (_, _, turn) => turn switch { 0 => Report(new JobAccepted("job")), 1 => Report(new JobSeen(Ended(JobPhase.Complete))), _ => null });
                yield return new Move($"\"{title}\" fails.", false, TimeSpan.FromMinutes(1), (_, _, turn) => turn switch { 0 => Report(new JobAccepted("job")), 1 => Report(new JobSeen(Ended(JobPhase.Failed))), _ => null });
                break;
            case Train or TrainBack:
                foreach (var move in TrainModels.Of(step, Report)) yield return move;
                break;
            case Operate { Operation: var operation }:
                OperationSighting Stands(OperationPhase phase) => new(phase, phase == OperationPhase.Complete ? "It is as wanted." : "It does not come to an end.", phase == OperationPhase.Complete ? null : Broken);
                RunCommand? Told(int turn, OperationPhase ends) => turn switch
                {
                    0 => Report(new OperationForeseen(new Foresight([], operation is Operation.TakeBack ? null : "{}"))),
                    1 => Report(new OperationDone("done")),
                    2 => Report(new OperationSeen(Stands(ends))),
                    _ => null,
                };
                yield return new Move($"\"{title}\" is done.", true, TimeSpan.FromSeconds(30), (_, _, turn) => Told(turn, OperationPhase.Complete));
                yield return new Move($"\"{title}\" fails after it began.", false, TimeSpan.FromMinutes(2), (_, _, turn) => Told(turn, OperationPhase.Failed));
                yield return Once($"The target refuses \"{title}\".", false, TimeSpan.FromSeconds(2), _ => Report(new WorldRefused(Broken)));
                break;
            case HttpCall call:
                var values = call.Capture.ToImmutableSortedDictionary(value => value.Key, value => $"<{value.Key}>");
                yield return Once($"\"{title}\" is answered as expected.", true, TimeSpan.FromSeconds(1), _ => Report(new RequestAnswered(true, $"{call.Expect}", values)));
                yield return Once($"\"{title}\" is answered otherwise.", false, TimeSpan.FromSeconds(1), _ => Report(new RequestAnswered(false, $"500, expected {call.Expect}", ImmutableSortedDictionary<string, string>.Empty)));
                break;
            default:
                break;
        }

        if (step.Deadline is { } deadline) yield return Once($"\"{title}\" takes too long.", false, Later(deadline, run), _ => new RunCommand.Expired(id, attempt));
    }

    /// <summary>Every gate stays good and the time passes; or one trips, or none is ever known.</summary>
    private static IEnumerable<Move> OfSoak(Soak step, Soak.State state, TimeSpan took, Func<StepCommand, RunCommand> report, Func<RunState, bool> active)
    {
        // Enough good samples of each gate, as its verdict needs them; a comparison gets its other side with them.
        yield return new Move(step.Gates.IsEmpty ? $"\"{step.Title}\" is over." : $"\"{step.Title}\" is over, and its gates are good.", true, took, (now, at, turn) =>
        {
            if (!active(now)) return null;
            var tracks = ((Soak.State)now.Find(step.Id)!.State!).Tracks;
            for (var gate = 0; gate < step.Gates.Length; gate++)
            {
                if (tracks[gate].Known < Math.Max(step.Gates[gate].MinSamples, step.Gates[gate].Compare == Compare.Nothing ? 1 : MannWhitney.Least) && turn < 360)
                    return report(new GateAnswered(gate, tracks[gate].Round, new GateSample(at, Good(step.Gates[gate]), null, Good(step.Gates[gate]))));
            }

            return turn < 380 ? report(new TimePassed()) : null;
        });
        foreach (var (gate, number) in step.Gates.Select((gate, number) => (gate, number)).Where(one => one.gate.Limit is not null).Take(1))
        {
            yield return new Move($"\"{step.Title}\": {gate.Name} trips.", false, took, (now, at, turn) => active(now) && turn < 150
                ? report(new GateAnswered(number, ((Soak.State)now.Find(step.Id)!.State!).Tracks[number].Round, new GateSample(at - (turn == 0 ? gate.For : TimeSpan.Zero), Bad(gate))))
                : null);
        }

        if (state.Vigil is { IsUnknown: true }) yield return new Move($"\"{step.Title}\": nobody is there to watch it.", false, TimeSpan.FromSeconds(1), (now, _, turn) => active(now) && turn == 0 ? report(new WatchersAre([])) : null);
        if (!step.Gates.IsEmpty && step.Gates.Any(gate => gate.OnUnknown != OnUnknown.Ignore))
            yield return new Move($"\"{step.Title}\": nobody knows its gates.", false, took + step.Patience, (now, _, turn) => active(now) && turn < 2 ? report(new TimePassed()) : null);
    }

    private static double Good(Gate gate) => gate.Limit is { } limit ? limit.Number : 1;

    private static double Bad(Gate gate) => gate.Limit!.Value.Number + ((gate.Worse == Worse.Higher ? 1 : -1) * Math.Max(1, Math.Abs(gate.Limit.Value.Number)));

    /// <summary>What people can say of the run as a whole.</summary>
    public static IEnumerable<Move> OfPeople(Model model, RunState run)
    {
        Move Says(string says, RunCommand command) => new(says, false, TimeSpan.FromMinutes(1), (_, _, turn) => turn == 0 ? command : null);
        var who = model.Requester;
        bool May(RunCommand.ByPerson command) => RunRules.Untimely(run, command) is null;
        if (May(new RunCommand.Abort(who, null))) yield return Says(run.Status == RunStatus.Deciding ? "Somebody leaves it as it is." : "Somebody aborts the run.", new RunCommand.Abort(who, "enough"));
        if (May(new RunCommand.RollBack(who, null))) yield return Says("Somebody rolls back.", new RunCommand.RollBack(who, "enough"));
        if (May(new RunCommand.Retry(who)) && run.Steps.Where(step => step.Status is StepStatus.Failed or StepStatus.Stopped).All(step => step.Attempt < 2)) yield return Says("Somebody tries again what failed.", new RunCommand.Retry(who));
        foreach (var step in run.Steps.Where(step => step.Status is StepStatus.Active or StepStatus.Failed && May(new RunCommand.Skip(who, step.Step.Id, "-"))))
            yield return Says($"Somebody skips \"{step.Step.Title}\".", new RunCommand.Skip(who, step.Step.Id, "not needed"));
        if (May(new RunCommand.Resume(who))) yield return Says("Somebody resumes the run.", new RunCommand.Resume(who));
        if (May(new RunCommand.Pause(who, null)))
            yield return new Move("Somebody pauses the run, and resumes it.", false, TimeSpan.FromMinutes(5), (_, _, turn) => turn switch { 0 => new RunCommand.Pause(who, null), 1 => new RunCommand.Resume(who), _ => null });
    }

    /// <summary>Makes a move: what the run is then, when, and what was decided on the way.</summary>
    public static (RunState Run, DateTimeOffset Now, ImmutableArray<RunDecision> Decisions, RunCommand? Last, RunState Before) Make(Model model, RunState run, Move move, DateTimeOffset now)
    {
        now += move.Took;
        var decisions = ImmutableArray.CreateBuilder<RunDecision>();
        RunCommand? last = null;
        var before = run;
        for (var turn = 0; turn < 400 && move.Do(run, now, turn) is { } command; turn++)
        {
            var (next, decision) = Decider.Decide(run, command, model.At(now));
            decisions.Add(decision);
            if (decision.Refused is not null) break;
            (before, run, last) = (run, next, command);
        }

        return (run, now, decisions.ToImmutable(), last, before);
    }

    private static TimeSpan Later(DateTimeOffset moment, RunState run) => moment > run.UpdatedAt ? moment - run.UpdatedAt : TimeSpan.Zero;
}
