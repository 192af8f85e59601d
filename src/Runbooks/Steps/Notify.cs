using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that says something somewhere. It passes as soon as the words are handed over: they are kept until they can be posted.</summary>
/// <remarks>So nobody's absence holds up a run. Whom the words could not be brought to is said on the card later.</remarks>
/// <param name="Channel">Null = where the run's card is, unless it is for somebody in particular.</param>
public sealed record Notify(StepId Id, string Title, string? Channel, string Text) : Step(Id, Title)
{
    public sealed record State : StepState;

    /// <summary>People and further channels; null = the channel alone.</summary>
    public Recipients? Whom { get; init; }

    public override string Kind => "notify";

    public override string Says() => Whom is null ? $"say in {Channel ?? "the run's channel"}: {Text}"
        : $"{(Channel is null ? "" : $"says in {Channel}, and ")}{Whom.Says()}: {Text}";

    public override Step For(PlanContext plan) => this with { Title = plan.Fill(Title), Text = plan.Fill(Text), Whom = Whom?.For(plan.By, plan.Service.Owners) };

    public override StepDecision Begin(StepContext context)
    {
        var text = context.Fill(Text);
        if (Whom is null) return StepDecision.Accept(new Spoken(Channel, text), new StepPassed()).And(new Say(Channel, text, Summary: false), context.Now);
        var told = StepDecision.Accept(new Informed(Whom, text), new StepPassed()).And(new Inform(Whom, text, "1"), context.Now);
        return Channel is null ? told : told with { Events = told.Events.Insert(0, new Spoken(Channel, text)), Orders = told.Orders.Add(new Ordered(new Say(Channel, text, Summary: false), context.Now)) };
    }

    public override StepState Begun(StepContext context) => new State();

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => StepDecision.Nothing;
}
