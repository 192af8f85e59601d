using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that waits while the new version carries real traffic, and watches gates meanwhile.</summary>
/// <param name="Length">How long; a pause does not count.</param>
public sealed record Soak(StepId Id, string Title, TimeSpan Length) : Step(Id, Title)
{
    /// <summary>The word for every gate of the place.</summary>
    public const string All = "all";

    /// <summary>The word for gates that every place has without a query.</summary>
    public const string Usual = "usual";

    /// <summary>Names of the gates to watch, or <see cref="All"/>; empty = it only waits.</summary>
    /// <remarks>A soak that was kept before there were gates has neither: what reads it gives the default of an array then, which is none at all.</remarks>
    public ImmutableArray<string> Watches { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The gates themselves; copied from the service when the run is planned.</summary>
    public ImmutableArray<Gate> Gates { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Also a comparison that is nearly sure counts as one that can't tell.</summary>
    public bool Asks { get; init; }

    /// <summary>Where its gates can't tell, it fails like any step; otherwise nothing is taken back without being asked.</summary>
    public bool FailsUnclear { get; init; }

    /// <summary>How long its gates are watched on behind the run that it is part of; null = not at all.</summary>
    public TimeSpan? WatchAfter { get; init; }

    /// <summary>Who stays with it; null = nobody has to.</summary>
    public Watcher? Watcher { get; init; }

    /// <param name="Until">When its time is over.</param>
    public sealed record State(DateTimeOffset Until) : StepState
    {
        /// <summary>How each gate stands, in the step's order.</summary>
        public ImmutableArray<GateTrack> Tracks { get; init; } = [];

        /// <summary>The time is over, and it waits for gates that could not be judged yet.</summary>
        public bool Over { get; init; }

        /// <summary>How its watch stands; null where nobody has to stay.</summary>
        public Vigil? Vigil { get; init; }
    }

    public override string Kind => "soak";

    public override string Says() => $"wait {Words.Duration(Length)}{(Gates.IsEmpty ? "" : $", watching {string.Join("; ", Gates.Select(gate => gate.Says()))}{(Asks ? "; where they can't tell, ask" : "")}")}{(WatchAfter is { } after && !Gates.IsEmpty ? $"; they are watched for {Words.Duration(after)} behind the run" : "")}{(Watcher is null ? "" : $"; {Watcher.Says()}")}";

    /// <summary>How long after its time it still waits for a gate that is unknown or past its limit, before it fails.</summary>
    [JsonIgnore]
    public TimeSpan Patience => Gates.Select(gate => gate.For * 2).Append(Length).Append(TimeSpan.FromMinutes(5)).Max();

    public override Step For(PlanContext plan)
    {
        bool Same(Gate one, Gate other) => one.Name.Equals(other.Name, StringComparison.OrdinalIgnoreCase);
        var own = plan.Environment.Gates;
        var usual = Watches.Contains(Usual) ? UsualGates.Of(health: !plan.Environment.Health.IsEmpty).ToList() : [];

        // A place that has one of the usual gates with words of its own is watched by that.
        var watched = own.Where(gate => Watches.Contains(All) || Watches.Contains(gate.Name, StringComparer.OrdinalIgnoreCase) || usual.Exists(one => Same(one, gate)))
            .Concat(usual.Where(one => !own.Any(gate => Same(one, gate))));
        return this with { Title = plan.Fill(Title), Gates = [.. watched.Select(gate => gate with { Query = Filled(gate.Query, plan) })], Watcher = Watcher?.For(plan) };
    }

    public override StepDecision Begin(StepContext context) => context.SoakWaivedBy is not null
        ? StepDecision.Accept(new StepPassed())
        : Tended((State)Begun(context), context.Now, Ask((State)Begun(context), context.Now).And(new Wake(), context.Now + Length));

    public override StepState Begun(StepContext context) => new State(context.Now + Length) { Tracks = [.. Gates.Select(_ => GateTrack.Fresh)], Vigil = Watcher is null ? null : Vigil.Unknown };

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context) => (command, (State)state) switch
    {
        (WatchersAre or WatchDue or SayHere, { Vigil: { } vigil }) => Watcher!.Decide(vigil, command, context.Now),
        (GateAnswered c, var s) => Answered(s, c, context.Now),
        (TimePassed, var s) when context.Now >= s.Until => TimeIsOver(s, context.Now),
        (TimePassed, var s) => StepDecision.Nothing.And(new Wake(), s.Until),
        _ => StepDecision.Nothing,
    };

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at) => (what, (State)state) switch
    {
        (GateSampled e, var s) => With(s, e.Gate, track => GateJudge.Add(Gates[e.Gate], e.Link is null ? track : track with { Link = e.Link }, e.Sample)),
        (GatePastRead e, var s) => With(s, e.Gate, track => track with { Past = e.Points, PastUnknown = e.Why ?? (e.Points.IsEmpty ? "there is no data of the time before the change" : null) }),
        (WatchersFound or WatcherAsked or StillHere or WatchPassedOn or WatchLost, { Vigil: { } vigil } s) => s with { Vigil = Watcher!.Evolve(vigil, what, at) },
        (GatesJudged, var s) => s with { Over = true, Tracks = [.. s.Tracks.Select((track, at) => GateJudge.AtEnd(Gates[at], track))] },
        (_, var s) => s,
    };

    public override StepDecision Resume(StepState state, StepContext context) =>
        Tended((State)state, context.Now, Ask((State)state, context.Now).And(new Wake(), ((State)state).Over ? ((State)state).Until + Patience : ((State)state).Until));

    public override StepState Shift(StepState state, TimeSpan pause)
    {
        var s = (State)state;
        return s with { Until = s.Until + pause, Tracks = [.. s.Tracks.Select(track => track.Shifted(pause))], Vigil = s.Vigil is { } vigil ? vigil with { Due = vigil.Due + pause } : null };
    }

    private static StepDecision Tended(State s, DateTimeOffset now, StepDecision decision) =>
        s.Vigil is { } vigil ? decision.And(new TendWatch(), vigil.IsUnknown ? now : vigil.Due) : decision;

    private StepDecision Answered(State s, GateAnswered c, DateTimeOffset now)
    {
        // Asked twice, since a process died in between: the first answer counts.
        if (c.Gate < 0 || c.Gate >= Gates.Length || c.Round != s.Tracks[c.Gate].Round) return StepDecision.Nothing;
        var (gate, link) = (Gates[c.Gate], s.Tracks[c.Gate].Link == c.Link ? null : c.Link);
        var decision = c.Past is { } past
            ? StepDecision.Accept(new GatePastRead(c.Gate, past.Points, past.Why), new GateSampled(c.Gate, c.Sample, link))
            : StepDecision.Accept(new GateSampled(c.Gate, c.Sample, link));
        var next = decision.Events.Aggregate(s, (state, what) => (State)Evolve(state, what, now));
        if (GateJudge.Fault(gate, next.Tracks[c.Gate]) is { } fault) return decision with { Events = decision.Events.Add(new StepFailed(fault)) };

        // After its time one more good sample may be all that was missing; a comparison is looked at once more then.
        if (s.Over)
        {
            var judged = AtEnd(next);
            if (Ending(judged) is { } ending) return decision with { Events = [.. decision.Events, new GatesJudged(), ending] };
        }

        return decision.And(new AskGate(c.Gate, c.Round + 1), now + gate.Schedule(Length));
    }

    private StepDecision TimeIsOver(State s, DateTimeOffset now)
    {
        var judged = AtEnd(s);
        if (Ending(judged) is { } ending) return Gates.IsEmpty ? StepDecision.Accept(ending) : StepDecision.Accept(new GatesJudged(), ending);
        if (now < s.Until + Patience) return (s.Over ? StepDecision.Nothing : StepDecision.Accept(new GatesJudged())).And(new Wake(), s.Until + Patience);
        var open = Enumerable.Range(0, Gates.Length).First(at => !GateJudge.IsSettled(Gates[at], judged.Tracks[at]));
        return StepDecision.Accept(new StepFailed(judged.Tracks[open].Verdict == GateVerdict.Breaching
            ? new Fault(GateJudge.Tripped, $"{Gates[open].Name} did not come back from past its limit: {GateJudge.ValueInWords(Gates[open], judged.Tracks[open])}, {Gates[open].LimitInWords}.", "Roll back, or retry.") { Link = Gates[open].Link ?? judged.Tracks[open].Link }
            : GateJudge.NotKnown(Gates[open], judged.Tracks[open])));
    }

    /// <summary>How it ends, now that its time is over; null while a gate still has to be judged.</summary>
    private StepEvent? Ending(State judged)
    {
        for (var at = 0; at < Gates.Length; at++)
        {
            if (GateJudge.Fault(Gates[at], judged.Tracks[at]) is { } fault) return new StepFailed(fault);
        }

        for (var at = 0; Asks && at < Gates.Length; at++)
        {
            if (GateJudge.Doubt(Gates[at], judged.Tracks[at]) is { } doubt) return new StepFailed(doubt);
        }

        return Gates.Where((gate, at) => !GateJudge.IsSettled(gate, judged.Tracks[at])).Any() ? null : new StepPassed();
    }

    private State AtEnd(State s) => (State)Evolve(s, new GatesJudged(), s.Until);

    private static StepDecision Ask(State s, DateTimeOffset now) =>
        s.Tracks.Select((track, at) => (Order)new AskGate(at, track.Round)).Aggregate(StepDecision.Nothing, (decision, ask) => decision.And(ask, now));

    /// <summary>A version in a release's name stands until it is asked, since it is asked for the one before too.</summary>
    private static GateQuery Filled(GateQuery query, PlanContext plan) => query with { Text = plan.Fill(query.Text), Baseline = query.Baseline is null ? null : plan.Fill(query.Baseline) };

    private static State With(State s, int gate, Func<GateTrack, GateTrack> change) => s with { Tracks = s.Tracks.SetItem(gate, change(s.Tracks[gate])) };
}
