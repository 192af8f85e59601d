using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that posts what happened: what went where, who asked and approved, how long each step took.</summary>
/// <param name="Channel">Null = where the run's card is.</param>
public sealed record Summary(StepId Id, string Title, string? Channel) : Step(Id, Title)
{
    public sealed record State : StepState;

    public override string Kind => "summary";

    public override string Says() => $"post the summary in {Channel ?? "the run's channel"}";

    public override StepDecision Begin(StepContext context) =>
        StepDecision.Accept(new Spoken(Channel, "the summary"), new StepPassed()).And(new Say(Channel, "", Summary: true), context.Now);

    public override StepState Begun(StepContext context) => new State();

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => StepDecision.Nothing;
}
