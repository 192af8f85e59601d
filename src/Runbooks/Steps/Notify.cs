using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that says something somewhere. It passes as soon as the words are handed over: they are kept until they can be posted.</summary>
/// <param name="Channel">Null = where the run's card is.</param>
public sealed record Notify(StepId Id, string Title, string? Channel, string Text) : Step(Id, Title)
{
    public sealed record State : StepState;

    public override string Kind => "notify";

    public override string Says() => $"say in {Channel ?? "the run's channel"}: {Text}";

    public override Step For(PlanContext plan) => this with { Title = plan.Fill(Title), Text = plan.Fill(Text) };

    public override StepDecision Begin(StepContext context) =>
        StepDecision.Accept(new Spoken(Channel, context.Fill(Text)), new StepPassed()).And(new Say(Channel, context.Fill(Text), Summary: false), context.Now);

    public override StepState Begun(StepContext context) => new State();

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => StepDecision.Nothing;
}
