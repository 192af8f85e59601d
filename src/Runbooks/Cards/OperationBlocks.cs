using System.Collections.Immutable;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Cards;

/// <summary>Shows what operations change: what was foreseen when the run was asked for, while they are still to come; what was noted, once they began.</summary>
internal static class OperationBlocks
{
    private const int MostLines = 20;

    public static IEnumerable<CardBlock> Of(RunState run)
    {
        if (run.IsOver) yield break;
        foreach (var step in run.Steps.Where(step => step.Step is Operate && run.IsOfThisWay(step)))
        {
            if (step is { Status: StepStatus.Active or StepStatus.Failed, State: Operate.State { Noted: true } state }) yield return Block($"{step.Step.Title} changes", state.Shows);
            else if (step.Status == StepStatus.Pending && run.Opened.Foreseen.FirstOrDefault(one => one.Step == step.Step.Id) is { } foreseen) yield return Block($"{step.Step.Title} would change, as it stood when this was asked for", foreseen.Shows);
        }
    }

    public static CardBlock.List Block(string title, ImmutableArray<string> shows) => new(title,
    [
        .. shows.Take(MostLines).Select(line => new ListLine(line, ToneOf(line))),
        .. shows.Length > MostLines ? [new ListLine($"and {Words.Count(shows.Length - MostLines, "line", "lines")} more")] : ImmutableArray<ListLine>.Empty,
        .. shows.IsEmpty ? [new ListLine("nothing")] : ImmutableArray<ListLine>.Empty,
    ]);

    private static Tone ToneOf(string line) => line.StartsWith('!') ? Tone.Warning : Tone.Neutral;
}
