using System.Collections.Immutable;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Which step of a run a person means: by its id, its title, or words that only its title has. A guess is offered, never taken.</summary>
internal static class StepWords
{
    /// <summary>The step, or why it can't be told, with the ids of those that may have been meant.</summary>
    public static (StepId? Step, Refusal? Refusal, ImmutableArray<StepId> Near) Find(RunState run, string word)
    {
        if (run.Steps.FirstOrDefault(step => step.Step.Id.Name.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } byId) return (byId.Step.Id, null, []);
        ImmutableArray<StepProgress> found = [.. run.Steps.Where(step => step.Step.Title.Equals(word, StringComparison.OrdinalIgnoreCase))];
        if (found.IsEmpty) found = [.. run.Steps.Where(step => step.Step.Title.Contains(word, StringComparison.OrdinalIgnoreCase))];
        if (found.Length == 1) return (found[0].Step.Id, null, []);
        if (found.Length > 1)
            return (null, new Refusal(RefusalCodes.WordsAmbiguous, $"\"{word}\" can be more than one step of run {run.Id}: {Names(found)}.", "Say the step's id."), Ids(found));
        var near = Near(run, word);
        return (null, new Refusal(
            RefusalCodes.StepUnknown,
            $"Run {run.Id} has no step \"{word}\".",
            near.IsEmpty ? $"Its steps are {Names(run.Steps)}." : $"Did you mean {string.Join(" or ", near.Select(Name))}?"), Ids(near));
    }

    /// <summary>By its id, its whole title, or a word of its title.</summary>
    private static ImmutableArray<StepProgress> Near(RunState run, string word)
    {
        var words = run.Steps.SelectMany(step => step.Step.Title.Split(' ').Append(step.Step.Title).Append(step.Step.Id.Name).Select(name => (Name: name, Step: step))).ToLookup(pair => pair.Name, pair => pair.Step, StringComparer.OrdinalIgnoreCase);
        return [.. Nearest.To(word, words.Select(each => each.Key)).SelectMany(name => words[name]).Distinct().Take(3)];
    }

    private static ImmutableArray<StepId> Ids(ImmutableArray<StepProgress> steps) => [.. steps.Take(3).Select(step => step.Step.Id)];

    private static string Names(IEnumerable<StepProgress> steps) => Words.List(steps.Select(Name));

    private static string Name(StepProgress step) => $"{step.Step.Id} ({step.Step.Title})";
}
