using System.Collections.Immutable;
using System.Text;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that waits until everything on it is ticked: who ticked what, and when, is kept.</summary>
public sealed record Checklist(StepId Id, string Title, ImmutableArray<ChecklistItem> Items) : Step(Id, Title)
{
    /// <param name="Ticks">By item, from 0.</param>
    public sealed record State(ImmutableSortedDictionary<int, TickMark> Ticks) : StepState;

    public sealed record TickMark(Person By, DateTimeOffset At);

    public override string Kind => "checklist";

    public override bool Skippable => false;

    public override string Says()
    {
        var text = new StringBuilder();
        foreach (var item in Items)
        {
            if (text.Length > 0) text.Append("; ");
            text.Append(item.Text);
            if (item.Verify is not null) text.Append(" (verified by ").Append(item.Verify).Append(')');
        }

        return text.ToString();
    }

    public override Step For(PlanContext plan) => this with
    {
        Title = plan.Fill(Title),
        Items = [.. Items.Select(item => item with { Text = plan.Fill(item.Text) })],
    };

    public override StepDecision Begin(StepContext context) => Items.IsEmpty ? StepDecision.Accept(new StepPassed()) : StepDecision.Nothing;

    public override StepState Begun(StepContext context) => new State(ImmutableSortedDictionary<int, TickMark>.Empty);

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context)
    {
        var ticks = ((State)state).Ticks;
        return command switch
        {
            Tick or Untick when Number(command) is var item && (item < 0 || item >= Items.Length) => StepDecision.Refuse(
                RefusalCodes.ItemUnknown, $"This checklist has no item {Number(command) + 1}: it has {Items.Length}.", "Look at the card and tick what is on it."),
            Tick c when ticks.ContainsKey(c.Item) => StepDecision.Nothing,      // a second click is no news
            Tick c when ticks.Count + 1 == Items.Length => StepDecision.Accept(new ItemTicked(c.Item, c.By), new StepPassed()),
            Tick c => StepDecision.Accept(new ItemTicked(c.Item, c.By)),
            Untick c when ticks.ContainsKey(c.Item) => StepDecision.Accept(new ItemUnticked(c.Item, c.By)),
            _ => StepDecision.Nothing,
        };
    }

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at)
    {
        var ticks = ((State)state).Ticks;
        return what switch
        {
            ItemTicked e => new State(ticks.SetItem(e.Item, new TickMark(e.By, at))),
            ItemUnticked e => new State(ticks.Remove(e.Item)),
            _ => state,
        };
    }

    private static int Number(StepCommand command) => command switch
    {
        Tick c => c.Item,
        Untick c => c.Item,
        _ => -1,
    };
}

/// <param name="Verify">What verifies it: <c>github-checks</c>. Where nothing of that name is connected, a person ticks it and the card says so.</param>
public sealed record ChecklistItem(string Text, string? Verify = null);
