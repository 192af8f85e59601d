using System.Collections.Immutable;
using ChatOps.Runbooks.Conditions;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Runs;

/// <summary>Makes the steps of one run from those of a file: what does not belong is left out, and blocks become the steps in them with what each waits for.</summary>
/// <param name="others">Runbooks by name, for those that are run inside.</param>
internal sealed class Unfolding(PlanContext context, Func<string, Runbook?> others)
{
    /// <summary>Runbooks inside runbooks inside …: lint refuses circles, this holds whatever was not linted.</summary>
    private const int Deepest = 10;

    public ImmutableArray<Step> Steps(Runbook runbook)
    {
        var all = new List<Step>();
        Chain(runbook.Steps, new At(context, "", null, 0, [runbook.Name]), [], all);

        // Waiting for the step right before needs no words.
        return [.. all.Select((step, at) => step.Needs is [var only] && at > 0 && only == all[at - 1].Id || at == 0 ? step with { Needs = null } : step)];
    }

    /// <summary>Steps one after the other.</summary>
    /// <param name="before">What the first of them waits for.</param>
    /// <returns>What whatever follows has to wait for.</returns>
    private ImmutableArray<StepId> Chain(ImmutableArray<Step> steps, At at, ImmutableArray<StepId> before, List<Step> all) =>
        steps.Where(step => Belongs(step, at.Plan)).Aggregate(before, (needs, step) => One(step, at, needs, all));

    private ImmutableArray<StepId> One(Step step, At at, ImmutableArray<StepId> needs, List<Step> all)
    {
        switch (step)
        {
            case SideBySide parallel:
                var ends = parallel.Branches.SelectMany((branch, number) => Chain(branch.Steps, at.Branch(parallel, number, branch.Name), needs, all)).Distinct();
                return [.. ends];
            case InnerRunbook inner:
                return at.Depth < Deepest && others(inner.Runbook) is { } runbook && !at.Within.Contains(runbook.Name) ? Chain(runbook.Steps, at.Inside(inner, runbook), needs, all) : needs;
            case Rollout { Strategy: { } strategy } deploy:
                return Chain([.. strategy.Steps(deploy, at.Plan)], at, needs, all);
            default:
                var planned = step.For(at.Plan) with { Id = new StepId(at.Prefix + step.Id), Needs = needs, Part = at.Part, Rules = Ruled(step.Rules, at) };
                all.Add(planned);
                return [planned.Id];
        }
    }

    private StepRules? Ruled(StepRules? own, At at) => StepRules.Within(at.Rules, own) is not { } rules ? null : rules with
    {
        When = null,
        OnlyFor = [],
        Undo = Flat(rules.Undo, at),
        RemedySteps = rules.Remedy is { } name && at.Depth < Deepest && others(name) is { } runbook
            ? [.. new Unfolding(at.Plan with { Inputs = runbook.Filled(ImmutableSortedDictionary<string, string>.Empty) }, _ => null).Steps(runbook)]
            : [],
    };

    /// <summary>What takes a step back is walked one after the other, whatever it is made of.</summary>
    private ImmutableArray<Step> Flat(ImmutableArray<Step> steps, At at)
    {
        var all = new List<Step>();
        Chain(steps, at with { Rules = null }, [], all);
        return [.. all.Select(step => step with { Needs = null })];
    }

    private static bool Belongs(Step step, PlanContext plan) =>
        (step.Rules?.OnlyFor is not { IsEmpty: false } only || only.Contains(plan.Environment.Name, StringComparer.OrdinalIgnoreCase))
        && (step.Rules?.When is not { } when || Holds(when, plan));

    /// <summary>Where it can't be told, the step belongs: a check too many does no harm, one too few may.</summary>
    private static bool Holds(string when, PlanContext plan) =>
        Condition.Read(when) is not Reading<Condition>.Understood condition || condition.Value.Holds(plan.Facts()) != Truth.No;

    /// <summary>Where in the file it is: what texts are filled from, what goes before names, and the heading.</summary>
    /// <param name="Within">The runbooks that it stands in, so that none runs itself.</param>
    private sealed record At(PlanContext Plan, string Prefix, string? Part, int Depth, ImmutableArray<string> Within)
    {
        /// <summary>What the blocks around say for steps that say nothing else.</summary>
        public StepRules? Rules { get; init; }

        public At Branch(SideBySide parallel, int number, string? name) =>
            this with { Prefix = $"{Prefix}{parallel.Id}{(char)('a' + number)}-", Part = Under(name), Rules = StepRules.Within(Rules, parallel.Rules?.OfBlock()) };

        public At Inside(InnerRunbook inner, Runbook runbook) => new(
            Plan with { Inputs = runbook.Filled(inner.Inputs.ToImmutableSortedDictionary(input => input.Key, input => Plan.Fill(input.Value))) },
            $"{Prefix}{inner.Id}-", Under(inner.Title), Depth + 1, Within.Add(runbook.Name)) { Rules = StepRules.Within(Rules, inner.Rules?.OfBlock()) };

        private string? Under(string? name) => name is null ? Part : Part is null ? name : $"{Part} · {name}";
    }
}
