using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that waits until enough people have approved the plan they were shown: never the one who asked, each person once.</summary>
/// <remarks>Whether a person belongs to <paramref name="From"/> was settled by Access before this is asked.</remarks>
/// <param name="From">Groups whose members may approve.</param>
/// <param name="Count">Different people needed, at least 1.</param>
/// <param name="Within">How long the question stays open, from the moment it was asked.</param>
public sealed record Approval(StepId Id, string Title, ImmutableArray<GroupName> From, int Count, TimeSpan Within) : Step(Id, Title)
{
    public sealed record State(PlanHash Plan, DateTimeOffset Until, ImmutableArray<Given> Yes) : StepState;

    public sealed record Given(Person By, DateTimeOffset At);

    public override string Kind => "approval";

    public override bool Skippable => false;

    public override string Says() =>
        $"{Count} of {string.Join(" or ", From.Select(group => group.Name))}, not whoever asked, within {Words.Duration(Within)}";

    public override StepDecision Begin(StepContext context) => StepDecision.Nothing.And(new Wake(), context.Now + Within);

    public override StepState Begun(StepContext context) => new State(context.Plan, context.Now + Within, []);

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context)
    {
        var s = (State)state;
        return command switch
        {
            Approve or Reject when context.Now >= s.Until => StepDecision.Refuse(
                RefusalCodes.ApprovalExpired, $"This question closed after {Words.Duration(Within)}.", "Start the run again."),
            Approve c when c.Plan != s.Plan => StepDecision.Refuse(
                RefusalCodes.PlanChanged, "The plan changed after this card was shown.", "Read the new card and approve that."),
            Approve c when c.By == context.Requester => StepDecision.Refuse(
                RefusalCodes.ApprovalOwn, "Whoever asks for a change can't approve it.", $"Somebody else of {string.Join(" or ", From.Select(group => group.Name))} has to."),
            Approve c when s.Yes.Any(given => given.By == c.By) => StepDecision.Nothing,      // a second click is no news
            Approve c when s.Yes.Length + 1 == Count => StepDecision.Accept(new Approved(c.By, c.Plan), new StepPassed()),
            Approve c => StepDecision.Accept(new Approved(c.By, c.Plan)),
            Reject c => StepDecision.Accept(
                new Rejected(c.By, c.Reason), new StepEnded($"{c.By.ShortName} rejected it{(c.Reason is null ? "" : $": {c.Reason}")}")),
            TimePassed when context.Now >= s.Until => StepDecision.Accept(
                new ApprovalExpired(), new StepEnded($"nobody else approved within {Words.Duration(Within)}")),
            TimePassed => StepDecision.Nothing.And(new Wake(), s.Until),
            _ => StepDecision.Nothing,
        };
    }

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at) =>
        what is Approved e && state is State s ? s with { Yes = s.Yes.Add(new Given(e.By, at)) } : state;

    public override StepDecision Resume(StepState state, StepContext context) => StepDecision.Nothing.And(new Wake(), ((State)state).Until);

    public override StepState Shift(StepState state, TimeSpan pause) => state is State s ? s with { Until = s.Until + pause } : state;
}
