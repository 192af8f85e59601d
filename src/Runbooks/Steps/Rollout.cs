using System.Text.Json.Serialization;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that brings a version to the target, or takes the target back, and watches until every replica runs it.</summary>
/// <param name="Back">Go back instead of forward.</param>
/// <param name="ToRevision">With <paramref name="Back"/>: the revision to go back to; null = the newest that ran the run's version.</param>
public sealed record Rollout(StepId Id, string Title, bool Back = false, long? ToRevision = null) : Step(Id, Title)
{
    /// <summary>How the file says that it is done; null = in place, and always null once a run is planned.</summary>
    [JsonIgnore]
    public Strategy? Strategy { get; init; }

    /// <summary>Which part of its strategy it is; null = replicas are replaced in place.</summary>
    public Stage? Stage { get; init; }

    /// <summary>After a switch: how long what carried traffic before stays up.</summary>
    public TimeSpan? Keep { get; init; }

    /// <summary>Whether the version is what the place runs once this is done.</summary>
    [JsonIgnore]
    public bool Lands => Stage is null or { Kind: StageKind.Switch or StageKind.All };

    /// <param name="Begun">Null until the target accepted the change.</param>
    /// <param name="Silent">Why the target does not answer, while it does not.</param>
    public sealed record State(RolloutBegun? Begun, RolloutSighting? Last, string? Silent) : StepState;

    public override string Kind => Back ? "rollback" : "deploy";

    public override bool Changes => true;

    public override bool Skippable => false;

    public override string Says() => (Stage, Back) switch
    {
        ({ Kind: StageKind.Beside }, _) => "blue-green: bring it up beside what is live, as many replicas, without traffic",
        ({ Kind: StageKind.Switch }, false) => $"blue-green: switch traffic to it in one change; what carried it before stays up for {Words.Duration(Kept)}, then is scaled to zero",
        ({ Kind: StageKind.Switch }, true) => "blue-green: switch traffic back in one change; where what ran before was scaled down, bring it up first",
        ({ Kind: StageKind.Dismiss }, _) => "blue-green: scale what was brought up beside to zero",
        ({ Kind: StageKind.Canary, Percent: var share }, _) => $"canary: run it beside on as many replicas as it takes to carry {share}% of the traffic, and give it that share",
        ({ Kind: StageKind.EndCanary }, _) => "canary: scale it to zero",
        ({ Kind: StageKind.Part, Percent: var share, Pace: var pace }, _) => $"rolling: replace {share}% of the replicas{InWords(pace)}, and hold it there",
        ({ Kind: StageKind.All, Pace: var pace }, _) => $"rolling: replace all replicas{InWords(pace)}; what is held goes on",
        ({ Kind: StageKind.Tidy }, _) => "rolling: put surge and unavailable back as they were",
        (_, true) => ToRevision is { } revision ? $"undo to revision {revision}" : "undo to the revision that ran this version",
        _ => Strategy is { } strategy ? strategy.Word : "rolling: replace replicas a few at a time, as the target's own strategy says",
    };

    public override StepDecision Begin(StepContext context) => StepDecision.Nothing.And(new StartRollout(Back, ToRevision), context.Now);

    public override StepState Begun(StepContext context) => new State(null, null, null);

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context)
    {
        var s = (State)state;
        return command switch
        {
            RolloutAccepted c when s.Begun is null => Answers(s, new RolloutStarted(c.Begun)).And(new WatchRollout(null), context.Now),
            RolloutSeen { Sighting.Phase: RolloutPhase.Complete } c when Stage?.Kind == StageKind.Switch => Seen(s, c.Sighting, context.Now).And(new Retire(), context.Now + Kept),
            RolloutSeen { Sighting.Phase: RolloutPhase.Up } c => Seen(s, c.Sighting, context.Now).And(new SendTraffic(), context.Now),
            RolloutSeen { Sighting.Phase: RolloutPhase.Progressing } c when Reached(c.Sighting) => Seen(s, c.Sighting, context.Now).And(new HoldRollout(true), context.Now),
            RolloutSeen c => Seen(s, c.Sighting, context.Now),
            WorldSilent c when c.Why != s.Silent => StepDecision.Accept(new Delayed(c.Why)),
            WorldRefused c => Answers(s, new StepFailed(c.Fault)),
            _ => StepDecision.Nothing,
        };
    }

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at)
    {
        var s = (State)state;
        return what switch
        {
            RolloutStarted e => s with { Begun = e.Begun },
            RolloutMoved e => s with { Last = e.Sighting },
            Delayed e => s with { Silent = e.Why },
            _ => state,
        };
    }

    public override StepDecision Pause(StepState state, StepContext context) =>
        state is State { Begun: not null } ? StepDecision.Nothing.And(new HoldRollout(true), context.Now) : StepDecision.Nothing;

    public override StepDecision Resume(StepState state, StepContext context) => state is State { Begun: not null } s
        ? StepDecision.Nothing.And(new HoldRollout(IsHeld(s)), context.Now).And(new WatchRollout(s.Last), context.Now)
        : Begin(context);

    /// <summary>Whether so many replicas run it that it is held there, whatever the run as a whole does.</summary>
    public bool IsHeld(StepState? state) => state is State { Last: { } seen } && Reached(seen);

    private bool Reached(RolloutSighting seen) => Stage is { Kind: StageKind.Part, Percent: var share } && seen.Wanted > 0 && seen.Updated >= Shares.Part(seen.Wanted, share);

    private static string InWords(Pace? pace) => pace is null ? " a few at a time, as the target's own strategy says"
        : $", {Words.List(new[] { pace.Surge is { } surge ? $"at most {surge} more" : null, pace.Unavailable is { } fewer ? $"at most {fewer} fewer" : null }.OfType<string>())} than wanted at a time";

    private TimeSpan Kept => Keep ?? BlueGreen.UsualKeep;

    private static StepDecision Seen(State s, RolloutSighting seen, DateTimeOffset now)
    {
        var moved = seen == s.Last ? Answers(s) : Answers(s, new RolloutMoved(seen));
        return seen.Phase switch
        {
            RolloutPhase.Complete => moved with { Events = moved.Events.Add(new StepPassed()) },
            RolloutPhase.Failed => moved with { Events = moved.Events.Add(new StepFailed(seen.Trouble ?? new("rollout-failed", seen.Says))) },
            RolloutPhase.Superseded => moved with
            {
                Events = moved.Events.Add(new StepFailed(new(FaultCodes.ChangedByHand, seen.Trouble?.Why ?? seen.Says, seen.Trouble?.Next))),
            },
            _ => moved.And(new WatchRollout(seen), now),
        };
    }

    private static StepDecision Answers(State s, params ReadOnlySpan<StepEvent> events) =>
        StepDecision.Accept(s.Silent is null ? [.. events] : [new Delayed(null), .. events]);
}
