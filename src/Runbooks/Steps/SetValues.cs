using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that gives names to values, for the steps after it: <c>{values.NAME}</c>.</summary>
public sealed record SetValues(StepId Id, string Title, ImmutableSortedDictionary<string, string> Values) : Step(Id, Title)
{
    public sealed record State : StepState;

    public override string Kind => "set";

    public override string Says() => string.Join(", ", Values.Select(value => $"{value.Key} = {value.Value}"));

    public override Step For(PlanContext plan) => this with
    {
        Title = plan.Fill(Title),
        Values = Values.ToImmutableSortedDictionary(value => value.Key, value => plan.Fill(value.Value)),
    };

    public override StepDecision Begin(StepContext context) => StepDecision.Accept(new ValuesSet(Values), new StepPassed());

    public override StepState Begun(StepContext context) => new State();

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => StepDecision.Nothing;
}
