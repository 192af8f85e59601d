using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that waits while the new version carries real traffic.</summary>
/// <param name="Length">How long; a pause does not count.</param>
public sealed record Soak(StepId Id, string Title, TimeSpan Length) : Step(Id, Title)
{
    public sealed record State(DateTimeOffset Until) : StepState;

    public override string Kind => "soak";

    public override string Says() => $"wait {Words.Duration(Length)}";

    public override StepDecision Begin(StepContext context) => context.SoakWaivedBy is not null
        ? StepDecision.Accept(new StepPassed())
        : StepDecision.Nothing.And(new Wake(), context.Now + Length);

    public override StepState Begun(StepContext context) => new State(context.Now + Length);

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => command switch
    {
        TimePassed when context.Now >= ((State)state).Until => StepDecision.Accept(new StepPassed()),
        TimePassed => StepDecision.Nothing.And(new Wake(), ((State)state).Until),
        _ => StepDecision.Nothing,
    };

    public override StepDecision Resume(StepState state, StepContext context) => StepDecision.Nothing.And(new Wake(), ((State)state).Until);

    public override StepState Shift(StepState state, TimeSpan pause) => new State(((State)state).Until + pause);
}
