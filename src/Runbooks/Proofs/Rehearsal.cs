using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Proofs;

/// <summary>One thing that happened in a rehearsal.</summary>
/// <param name="At">Since the beginning, by the rehearsal's own clock.</param>
public sealed record Rehearsed(TimeSpan At, TimelineLine Line, RunState Run);

/// <summary>Walks a runbook without touching anything: people and targets are played, by the rules that walk real runs.</summary>
public static class Rehearsal
{
    private const int Longest = 2_000;

    /// <summary>Everything that happens, in order.</summary>
    /// <param name="fails">Steps that are to fail the first time, by their name or words of their title.</param>
    public static IEnumerable<Rehearsed> Walk(Model model, ImmutableArray<string> fails)
    {
        var (run, opened) = model.Open();
        var now = Model.Start;
        var told = RunState.Open(model.Opened, now);
        foreach (var line in Lines(opened.Events.Skip(1))) yield return line;
        for (var turn = 0; turn < Longest && !run.IsOver && run.Status != RunStatus.Deciding; turn++)
        {
            if (Next(model, run, fails) is not { } move) yield break;
            var (next, at, decisions, last, _) = Moves.Make(model, run, move, now);
            if (last is null) yield break;
            (run, now) = (next, at);
            foreach (var line in Lines(decisions.SelectMany(decision => decision.Events))) yield return line;
        }

        IEnumerable<Rehearsed> Lines(IEnumerable<RunEvent> events)
        {
            foreach (var what in events)
            {
                told = told.Evolve(what, now);
                if (Timeline.Of(told, what, now) is { } line) yield return new Rehearsed(now - Model.Start, line, told);
            }
        }
    }

    /// <summary>The step that a word names: by its name, or by words of its title.</summary>
    public static Step? Find(Model model, string word) =>
        model.Opened.Steps.FirstOrDefault(step => step.Id.Name.Equals(word, StringComparison.OrdinalIgnoreCase))
        ?? model.Opened.Steps.FirstOrDefault(step => step.Title.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>What happens next: of what stands side by side, what is done first.</summary>
    private static Move? Next(Model model, RunState run, ImmutableArray<string> fails) => run.Active
        .Select(step => Moves.Of(model, run, step).FirstOrDefault(move => move.Good != Fails(model, step, fails)))
        .OfType<Move>().MinBy(move => move.Took);

    private static bool Fails(Model model, StepProgress step, ImmutableArray<string> fails) =>
        step is { Way: Way.Forward, Attempt: 1 } && fails.Any(word => Find(model, word)?.Id == step.Step.Id);
}
