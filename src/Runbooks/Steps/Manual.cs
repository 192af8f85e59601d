using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that a person does by hand: what to do, commands to copy, and a word when it is done.</summary>
/// <param name="Instructions">What to do, in words.</param>
/// <param name="Commands">To be copied, one each.</param>
/// <param name="NeedsNote">Whether whoever did it has to say what came of it.</param>
/// <param name="Changing">Whether it changes something, so that a run can't simply be cancelled once it began.</param>
public sealed record Manual(StepId Id, string Title, string Instructions, ImmutableArray<string> Commands, bool NeedsNote = false, bool Changing = false) : Step(Id, Title)
{
    public sealed record State : StepState;

    public override string Kind => "manual";

    public override Waits Waits => Waits.ForPerson;

    public override bool Changes => Changing;

    public override string Says() => string.Join("; ", new[] { $"a person does: {Instructions}" }.Concat(Commands.Select(command => $"`{command}`")));

    public override Step For(PlanContext plan) => this with
    {
        Title = plan.Fill(Title),
        Instructions = plan.Fill(Instructions),
        Commands = [.. Commands.Select(plan.Fill)],
    };

    public override StepDecision Begin(StepContext context) => StepDecision.Nothing;

    public override StepState Begun(StepContext context) => new State();

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => command switch
    {
        MarkDone c when NeedsNote && string.IsNullOrWhiteSpace(c.Note) => StepDecision.Refuse(
            RefusalCodes.ReasonMissing, $"\"{Title}\" needs a note: what came of it.", $"Say: done {context.Run} --note \"…\"."),
        MarkDone c => StepDecision.Accept(new MarkedDone(c.By, c.Note), new StepPassed()),
        MarkFailed c => StepDecision.Accept(new MarkedFailed(c.By, c.Why), new StepFailed(new Fault("manual-failed", $"{c.By.ShortName} says it failed: {c.Why}"))),
        _ => StepDecision.Nothing,
    };
}
