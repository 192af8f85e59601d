using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step of a runbook's file that stands for others: it is gone once a run is planned, and only they are walked.</summary>
public abstract record Block(StepId Id, string Title) : Step(Id, Title)
{
    public override StepDecision Begin(StepContext context) => throw Unfolded();

    public override StepState Begun(StepContext context) => throw Unfolded();

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => throw Unfolded();

    private InvalidOperationException Unfolded() => new($"\"{Title}\" should have been unfolded when the run was planned.");
}

/// <summary>Steps side by side: the next step begins when all of them are behind the run.</summary>
/// <param name="Branches">Each walked in its own order.</param>
public sealed record SideBySide(StepId Id, string Title, ImmutableArray<Branch> Branches) : Block(Id, Title)
{
    public override string Kind => "parallel";

    [JsonIgnore]
    public override bool Changes => Branches.Any(branch => branch.Steps.Any(step => step.Changes));

    public override string Says() => $"side by side: {string.Join(" | ", Branches.Select(branch => string.Join(", ", branch.Steps.Select(step => step.Title))))}";
}

/// <param name="Name">The heading its steps are shown under; null = none.</param>
public sealed record Branch(string? Name, ImmutableArray<Step> Steps);

/// <summary>Another runbook's steps, walked here as part of this run.</summary>
/// <param name="Inputs">What is given for its inputs.</param>
public sealed record InnerRunbook(StepId Id, string Title, string Runbook, ImmutableSortedDictionary<string, string> Inputs) : Block(Id, Title)
{
    public override string Kind => "run";

    public override string Says() => $"the steps of {Runbook}{string.Concat(Inputs.Select(input => $", {input.Key} = {input.Value}"))}";
}
