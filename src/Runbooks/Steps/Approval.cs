using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that waits until enough people have approved the plan they were shown: never the one who asked, each person once.</summary>
/// <remarks>Whether a person belongs to the groups was settled by Access before this is asked.</remarks>
/// <param name="Quorums">What is needed: of each some groups' members and how many. One person counts for one of them.</param>
/// <param name="Within">How long the question stays open, from the moment it was asked.</param>
public sealed record Approval(StepId Id, string Title, ImmutableArray<Quorum> Quorums, TimeSpan Within) : Step(Id, Title)
{
    /// <summary>An approval by so many of these groups together.</summary>
    public static Approval By(StepId id, string title, ImmutableArray<GroupName> from, int count, TimeSpan within) => new(id, title, [new Quorum(from, count)], within);

    /// <summary>Who is asked too when nobody answers, and when, in order of time.</summary>
    public ImmutableArray<Escalation> Escalate { get; init; } = [];

    /// <summary>Whether the one who approves may leave out the soak.</summary>
    public bool MaySkipSoak { get; init; }

    /// <summary>Whether only time inside the calendar's working hours counts.</summary>
    public bool OnlyWorkingHours { get; init; }

    /// <summary>How long an approval counts for the same plan asked for again; null = not at all.</summary>
    public TimeSpan? Carry { get; init; }

    public sealed record State(PlanHash Plan, DateTimeOffset Since, DateTimeOffset Until, ImmutableArray<Given> Yes) : StepState
    {
        /// <summary>Groups that were asked besides those of the quorums, since nobody answered.</summary>
        public ImmutableArray<GroupName> Asked { get; init; } = [];

        public ImmutableArray<ApprovalDelegated> Delegates { get; init; } = [];

        /// <summary>How many of its moments, reminders and hand-overs, are behind it.</summary>
        public int Chased { get; init; }

        /// <summary>How long it was to be open when it was asked.</summary>
        public TimeSpan Span { get; init; }
    }

    /// <param name="As">Groups the person was in then.</param>
    public sealed record Given(Person By, DateTimeOffset At, ImmutableArray<GroupName> As, string? Note = null, RunId? From = null, bool SkipSoak = false);

    public override string Kind => "approval";

    public override Waits Waits => Waits.ForApproval;

    public override bool Skippable => false;

    /// <summary>Every group that may answer from the start.</summary>
    [JsonIgnore]
    public ImmutableArray<GroupName> From => [.. Quorums.SelectMany(quorum => quorum.From).Distinct()];

    /// <summary>How many people it takes.</summary>
    [JsonIgnore]
    public int Count => Quorums.Sum(quorum => quorum.Count);

    public override string Says() => string.Join("; ", Sentences());

    public override StepDecision Begin(StepContext context)
    {
        var decision = StepDecision.Nothing;
        var given = ImmutableArray<Given>.Empty;
        foreach (var carried in context.Carried.Where(one => Carry is { } carry && one.By != context.Requester && context.Now - one.At < carry))
        {
            if (given.Any(one => one.By == carried.By)) continue;
            given = given.Add(new Given(carried.By, context.Now, carried.As));
            decision = decision with { Events = decision.Events.Add(new Approved(carried.By, context.Plan, carried.As, null, false, carried.From)) };
        }

        if (Quorum.AreMet(Quorums, given, [])) return decision with { Events = decision.Events.Add(new StepPassed()) };
        return decision.And(new Wake(), NextWake((State)Begun(context)));
    }

    public override StepState Begun(StepContext context) => new State(context.Plan, context.Now, End(context), []) { Span = End(context) - context.Now };

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context)
    {
        var s = (State)state;
        return command switch
        {
            Approve or Reject or Delegate when context.Now >= s.Until => StepDecision.Refuse(
                RefusalCodes.ApprovalExpired, $"This question closed after {Words.Duration(s.Until - s.Since)}.", "Start the run again."),
            Approve c when c.Plan != s.Plan => StepDecision.Refuse(
                RefusalCodes.PlanChanged, "The plan changed after this card was shown.", "Read the new card and approve that."),
            Approve c when c.By == context.Requester => StepDecision.Refuse(
                RefusalCodes.ApprovalOwn, "Whoever asks for a change can't approve it.", $"Somebody else of {string.Join(" or ", From.Select(group => group.Name))} has to."),
            Approve c when s.Yes.Any(given => given.By == c.By) => StepDecision.Nothing,      // a second click is no news
            Approve c when s.Delegates.Any(one => one.By == c.By) => StepDecision.Refuse(
                RefusalCodes.ApprovalOwn, $"{c.By.ShortName} let {s.Delegates.First(one => one.By == c.By).To.ShortName} decide.", "One seat, one approval."),
            Approve c => Approves(s, c, context.Now),
            Delegate c => Delegates(s, c, context),
            Reject c => StepDecision.Accept(
                new Rejected(c.By, c.Reason), new StepEnded($"{c.By.ShortName} rejected it{(c.Reason is null ? "" : $": {c.Reason}")}")),
            TimePassed => Chase(s, context.Now),
            _ => StepDecision.Nothing,
        };
    }

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at) => (what, state) switch
    {
        (Approved e, State s) => s with { Yes = s.Yes.Add(new Given(e.By, at, e.As, e.Note, e.From, e.SkipSoak)) },
        (ApprovalDelegated e, State s) => s with { Delegates = s.Delegates.Add(e) },
        (ApproversReminded, State s) => s with { Chased = s.Chased + 1 },
        (ApprovalEscalated e, State s) => s with { Chased = Moments(s).FindIndex(s.Chased, one => one.To == e.To) + 1, Asked = s.Asked.Add(e.To), Until = e.Until },
        _ => state,
    };

    public override StepDecision Resume(StepState state, StepContext context) => StepDecision.Nothing.And(new Wake(), NextWake((State)state));

    public override StepState Shift(StepState state, TimeSpan pause) => state is State s ? s with { Since = s.Since + pause, Until = s.Until + pause } : state;

    private StepDecision Approves(State s, Approve c, DateTimeOffset now)
    {
        if (c.SkipSoak && !MaySkipSoak)
            return StepDecision.Refuse(RefusalCodes.StepNotSkippable, "This runbook does not let approvers leave out the soak.", "Approve it without, or ask for the emergency runbook.");
        var given = new Given(c.By, now, [.. c.As.Concat(s.Delegates.Where(one => one.To == c.By).SelectMany(one => one.As)).Distinct()]);
        var approved = new Approved(c.By, c.Plan, given.As, c.Note, c.SkipSoak);
        return Quorum.AreMet(Quorums, s.Yes.Add(given), s.Asked) ? StepDecision.Accept(approved, new StepPassed()) : StepDecision.Accept(approved);
    }

    private static StepDecision Delegates(State s, Delegate c, StepContext context) => c switch
    {
        { To: var to } when to == context.Requester => StepDecision.Refuse(
            RefusalCodes.ApprovalOwn, $"{to.ShortName} asked for this change and can't decide about it.", "Name somebody else."),
        { To: var to, By: var by } when to == by => StepDecision.Refuse(RefusalCodes.ApprovalOwn, "That is yourself.", "Name somebody else, or decide."),
        _ when s.Yes.Any(given => given.By == c.By) => StepDecision.Refuse(RefusalCodes.ApprovalOwn, $"{c.By.ShortName} has approved already.", null),
        _ when s.Delegates.Any(one => one.By == c.By) => StepDecision.Nothing,
        _ => StepDecision.Accept(new ApprovalDelegated(c.By, c.To, c.As)),
    };

    public override Step For(PlanContext plan) => this with
    {
        Title = plan.Fill(Title),
        Quorums = [.. Quorums.Select(quorum => quorum with { From = [.. quorum.From.SelectMany(group => group == AccessRules.Owners ? plan.Service.Owners : [group]).Distinct()] })],
    };

    /// <summary>What is due at each moment: at half time a reminder, before the end a warning, and the hand-overs as written. When nothing more is, it expires.</summary>
    private StepDecision Chase(State s, DateTimeOffset now)
    {
        var due = Moments(s).Skip(s.Chased).Where(one => now >= s.Since + one.After && (one.To is not null || now < s.Until)).Select(one => (GroupName?[])[one.To]).FirstOrDefault();
        if (due is null)
        {
            return now >= s.Until
                ? StepDecision.Accept(new ApprovalExpired(), new StepEnded($"nobody else approved within {Words.Duration(s.Until - s.Since)}"))
                : StepDecision.Nothing.And(new Wake(), NextWake(s));
        }

        var to = due[0];

        // A hand-over at the end keeps the question open as long again.
        StepEvent what = to is { } group ? new ApprovalEscalated(group, now >= s.Until ? now + Within : s.Until) : new ApproversReminded(s.Until - now);
        var next = (State)Evolve(s, what, now);
        var asked = to is { } named ? named.Name : Words.List(From.Concat(s.Asked).Select(one => one.Name), "and");
        var text = $"{asked}: \"{Title}\" still waits for {Words.Count(Math.Max(1, Count - s.Yes.Length), "approval", "approvals")}{(to is null ? "" : ", and nobody answered")}. It closes in {Words.Duration(next.Until - now)}.";
        return StepDecision.Accept(what).And(new Say(null, text, Summary: false), now).And(new Wake(), NextWake(next));
    }

    private DateTimeOffset NextWake(State s)
    {
        var moments = Moments(s);
        var next = s.Chased < moments.Count ? s.Since + moments[s.Chased].After : s.Until;
        return next < s.Until ? next : s.Until;
    }

    private DateTimeOffset End(StepContext context) => context.Until ?? context.Now + Within;

    private List<(TimeSpan After, GroupName? To)> Moments(State s)
    {
        var open = s.Span;
        var warning = TimeSpan.FromTicks(Math.Min(open.Ticks / 10, TimeSpan.FromMinutes(15).Ticks));
        IEnumerable<(TimeSpan After, GroupName? To)> all = open < TimeSpan.FromMinutes(2) ? [] : [(open / 2, null), (open - warning, null)];
        return [.. all.Concat(Escalate.Select(one => (one.After, (GroupName?)one.To))).OrderBy(one => one.After)];
    }

    private IEnumerable<string> Sentences()
    {
        yield return $"{Words.List(Quorums.Select(quorum => quorum.Says()))}, not whoever asked, within {Words.Duration(Within)}{(OnlyWorkingHours ? " of working hours" : "")}";
        foreach (var one in Escalate) yield return $"after {Words.Duration(one.After)} without an answer {one.To} is asked too";
        if (MaySkipSoak) yield return "whoever approves may leave out the soak";
        if (Carry is { } carry) yield return $"counts for the same change for {Words.Duration(carry)}";
    }
}

/// <param name="To">A group whose members may answer from then on.</param>
public sealed record Escalation(TimeSpan After, GroupName To);

/// <summary>Some of a group's people.</summary>
/// <param name="From">Groups whose members count.</param>
/// <param name="Count">Different people needed, at least 1.</param>
public sealed record Quorum(ImmutableArray<GroupName> From, int Count)
{
    public string Says() => $"{Count} of {Words.List(From.Select(group => group.Name), "or")}";

    /// <summary>Whether these approvals are enough, each counted for one quorum: a matching of people and seats (augmenting paths, Kuhn 1955).</summary>
    /// <param name="anywhere">Groups that were asked when nobody answered: their members count for any quorum.</param>
    public static bool AreMet(ImmutableArray<Quorum> quorums, ImmutableArray<Approval.Given> given, ImmutableArray<GroupName> anywhere)
    {
        var seats = quorums.SelectMany(quorum => Enumerable.Repeat(quorum, quorum.Count)).ToArray();
        var taken = new int[given.Length];
        Array.Fill(taken, -1);
        return Enumerable.Range(0, seats.Length).All(seat => Seat(seat, []));

        bool Seat(int seat, HashSet<int> tried)
        {
            for (var who = 0; who < given.Length; who++)
            {
                if (!Counts(given[who], seats[seat]) || !tried.Add(who)) continue;
                if (taken[who] >= 0 && !Seat(taken[who], tried)) continue;
                taken[who] = seat;
                return true;
            }

            return false;
        }

        bool Counts(Approval.Given one, Quorum quorum) => one.As.Any(group => quorum.From.Contains(group) || anywhere.Contains(group));
    }
}
