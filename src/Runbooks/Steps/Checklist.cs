using System.Collections.Immutable;
using System.Text;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that waits until everything on it is ticked: by people, whose ticks are kept with the time, or by what was looked at.</summary>
public sealed record Checklist(StepId Id, string Title, ImmutableArray<ChecklistItem> Items) : Step(Id, Title)
{
    /// <summary>What was seen longer ago is looked at again before the run goes on.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AgainWhenGood = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AgainWhenNot = TimeSpan.FromSeconds(20);

    /// <param name="Ticks">By item, from 0.</param>
    /// <param name="Looks">What was seen last of each item that verifies itself.</param>
    public sealed record State(ImmutableSortedDictionary<int, TickMark> Ticks, ImmutableSortedDictionary<int, Look> Looks) : StepState;

    public sealed record TickMark(Person By, DateTimeOffset At);

    public sealed record Look(ItemVerdict Verdict, string Says, Uri? Link, DateTimeOffset At);

    public override string Kind => "checklist";

    public override Waits Waits => Waits.ForChecklist;

    public override bool Skippable => false;

    public override string Says()
    {
        var text = new StringBuilder();
        string? group = null;
        foreach (var item in Items)
        {
            if (text.Length > 0) text.Append("; ");
            if (item.Group != group && item.Group is not null) text.Append(item.Group).Append(": ");
            group = item.Group;
            text.Append(item.Text);
            if (item.Verify is not null) text.Append(" (verified by ").Append(item.Verify).Append(string.Concat(item.Options.Select(option => $", {option.Key} {option.Value}"))).Append(')');
            if (!item.By.IsEmpty) text.Append(" (ticked by ").AppendJoin(" or ", item.By.Select(who => who.Name)).Append(')');
        }

        return text.ToString();
    }

    public override Step For(PlanContext plan) => this with
    {
        Title = plan.Fill(Title),
        Items =
        [
            .. Items.Where(item => item.OnlyFor.IsEmpty || item.OnlyFor.Contains(plan.Environment.Name, StringComparer.OrdinalIgnoreCase))
                .Select(item => item with { Text = plan.Fill(item.Text), OnlyFor = [], Options = item.Options.ToImmutableSortedDictionary(option => option.Key, option => plan.Fill(option.Value)) }),
        ],
    };

    public override StepDecision Begin(StepContext context) => Items.IsEmpty ? StepDecision.Accept(new StepPassed()) : LookAt(Verifying(), context.Now);

    public override StepState Begun(StepContext context) => new State(ImmutableSortedDictionary<int, TickMark>.Empty, ImmutableSortedDictionary<int, Look>.Empty);

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context)
    {
        var s = (State)state;
        return command switch
        {
            Tick or Untick when Number(command) is var item && (item < 0 || item >= Items.Length) => StepDecision.Refuse(
                RefusalCodes.ItemUnknown, $"This checklist has no item {Number(command) + 1}: it has {Items.Length}.", "Look at the card and tick what is on it."),
            Tick or Untick when TicksItself(s, Number(command)) => StepDecision.Refuse(
                RefusalCodes.ItemVerifiesItself, $"\"{Items[Number(command)].Text}\" ticks itself: {s.Looks.GetValueOrDefault(Number(command))?.Says ?? "it is being looked at"}.", "It is looked at again by itself."),
            Tick c when s.Ticks.ContainsKey(c.Item) => StepDecision.Nothing,      // a second click is no news
            Tick c => Settled(s with { Ticks = s.Ticks.SetItem(c.Item, new TickMark(c.By, context.Now)) }, context.Now, new ItemTicked(c.Item, c.By)),
            Untick c when s.Ticks.ContainsKey(c.Item) => StepDecision.Accept(new ItemUnticked(c.Item, c.By)),
            ItemLooked c when c.Item >= 0 && c.Item < Items.Length => Looked(s, c, context.Now),
            _ => StepDecision.Nothing,
        };
    }

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at)
    {
        var s = (State)state;
        return what switch
        {
            ItemTicked e => s with { Ticks = s.Ticks.SetItem(e.Item, new TickMark(e.By, at)) },
            ItemUnticked e => s with { Ticks = s.Ticks.Remove(e.Item) },
            ItemVerified e => s with { Looks = s.Looks.SetItem(e.Item, new Look(e.Verdict, e.Says, e.Link, at)) },
            _ => state,
        };
    }

    public override StepDecision Resume(StepState state, StepContext context) => LookAt(Verifying(), context.Now);

    /// <summary>Whether the item is done, by a person's tick or by what was seen.</summary>
    public bool IsDone(State state, int item) => TicksItself(state, item) ? state.Looks.GetValueOrDefault(item)?.Verdict == ItemVerdict.Holds : state.Ticks.ContainsKey(item);

    /// <summary>Whether people can't tick it. Where nothing of the name is connected, a person looks and ticks.</summary>
    public bool TicksItself(State state, int item) => Items[item].Verify is not null && state.Looks.GetValueOrDefault(item)?.Verdict != ItemVerdict.Unverifiable;

    private StepDecision Looked(State s, ItemLooked c, DateTimeOffset now)
    {
        var last = s.Looks.GetValueOrDefault(c.Item);
        var news = last is null || last.Verdict != c.Verdict || last.Says != c.Says || now - last.At >= Fresh;
        if (!news) return Again(StepDecision.Nothing, c, now);
        var seen = s with { Looks = s.Looks.SetItem(c.Item, new Look(c.Verdict, c.Says, c.Link, now)) };
        var decision = Settled(seen, now, new ItemVerified(c.Item, c.Verdict, c.Says, c.Link));
        return decision.Events.Any(what => what is StepPassed) ? decision : Again(decision, c, now);
    }

    /// <summary>Passes when everything is done and what verifies itself was seen just now; else what is stale is looked at again.</summary>
    private StepDecision Settled(State s, DateTimeOffset now, StepEvent what)
    {
        if (!Enumerable.Range(0, Items.Length).All(item => IsDone(s, item))) return StepDecision.Accept(what);
        ImmutableArray<int> stale = [.. Verifying().Where(item => TicksItself(s, item) && now - s.Looks[item].At >= Fresh)];
        return stale.IsEmpty ? StepDecision.Accept(what, new StepPassed()) : StepDecision.Accept(what) with { Orders = LookAt(stale, now).Orders };
    }

    private static StepDecision Again(StepDecision decision, ItemLooked c, DateTimeOffset now) =>
        c.Verdict == ItemVerdict.Unverifiable || decision.Orders.Any(ordered => ordered.Order is VerifyItem again && again.Item == c.Item)
            ? decision
            : decision.And(new VerifyItem(c.Item), now + (c.Verdict == ItemVerdict.Holds ? AgainWhenGood : AgainWhenNot));

    private static StepDecision LookAt(IEnumerable<int> items, DateTimeOffset now) =>
        items.Aggregate(StepDecision.Nothing, (decision, item) => decision.And(new VerifyItem(item), now));

    private IEnumerable<int> Verifying() => Enumerable.Range(0, Items.Length).Where(item => Items[item].Verify is not null);

    private static int Number(StepCommand command) => command switch
    {
        Tick c => c.Item,
        Untick c => c.Item,
        _ => -1,
    };
}

/// <param name="Verify">What verifies it: <c>github-checks</c>. Where nothing of that name is connected, a person ticks it and the card says so.</param>
public sealed record ChecklistItem(string Text, string? Verify = null)
{
    /// <summary>The heading it stands under; null = none.</summary>
    public string? Group { get; init; }

    /// <summary>Environments in which it is asked; empty = all.</summary>
    public ImmutableArray<string> OnlyFor { get; init; } = [];

    /// <summary>Groups whose members may tick it; empty = whoever may deploy.</summary>
    public ImmutableArray<GroupName> By { get; init; } = [];

    /// <summary>What whatever verifies it needs to know: an address, paths, days.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>What was seen of a checklist item.</summary>
public enum ItemVerdict
{
    Holds,
    Fails,

    /// <summary>Not yet: it is under way.</summary>
    Pending,

    /// <summary>It can't be told now. Never as good as holding.</summary>
    Unknown,

    /// <summary>Nothing is connected that could tell: a person looks and ticks.</summary>
    Unverifiable,
}
