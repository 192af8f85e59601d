using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Begins a rollout or a rollback at the target, unless the target is not what the approved plan says it is.</summary>
internal sealed class StartHandler(RunEngine engine, Targets targets, Locks locks) : StepHandler(engine)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    public override ImmutableArray<string> Kinds => [RunWork.StartKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        var target = targets.For(errand.Target);
        var start = (StartRollout)errand.Wanted.Order;
        var stage = (errand.Step.Step as Rollout)?.Stage?.Kind;
        var ends = stage is StageKind.EndCanary or StageKind.Tidy;
        if (!start.Back && !ends && await locks.RefuseAsync(errand.Run.Site, Openings.PassOf(errand.Run, Engine.Now), cancellationToken) is { } way)
            return await SilentAsync(errand, way.Refusal.Why, Patience(way.Opens), cancellationToken);
        if (!start.Back && errand.Run.Origin is null && await MovedAsync(target, errand, cancellationToken) is { } moved) return moved;
        var change = ChangeOf(errand);

        // A try before this one may have been held where it was; what is held at a part is held on purpose.
        if (errand.Wanted.Attempt > 1 && stage is not StageKind.Part) await target.HoldAsync(errand.Target, change, hold: false, cancellationToken);
        var outcome = start.Back
            ? await target.RollBackAsync(errand.Target, change, start.ToRevision, cancellationToken)
            : await target.RollOutAsync(errand.Target, change, cancellationToken);
        return outcome switch
        {
            Outcome<RolloutBegun>.Done done => await ReportAsync(errand, new RolloutAccepted(done.Value), cancellationToken),
            Outcome<RolloutBegun>.Later later => await SilentAsync(errand, later.Why, later.After, cancellationToken),
            Outcome<RolloutBegun>.Never never => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }

    /// <summary>It opens when it opens, but a lock may go and a freeze may be lifted before.</summary>
    private TimeSpan Patience(DateTimeOffset? opens)
    {
        var wait = opens - Engine.Now ?? LookAgain;
        return wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait > LookAgain ? LookAgain : wait;
    }

    /// <summary>Approvals are bound to the plan, and the plan says what is live before: when that is no longer so, they fall away.</summary>
    private async Task<Done?> MovedAsync(ITargets target, Errand errand, CancellationToken cancellationToken)
    {
        var looked = await target.LookAsync(errand.Target, cancellationToken);
        if (looked is not Outcome<Sighting>.Done { Value: var seen }) return null;
        var run = errand.Run;
        if (seen.Run == run.Id || run.Plan.FromVersion is null || seen.Version == run.Plan.FromVersion) return null;
        var why = $"{run.Site} runs {seen.Version} now, not {run.Plan.FromVersion}";

        // What a train's approvers approved is this plan and no other: it does not go by itself to another.
        if (run.Opened.Train is not null) return await ReportAsync(errand, new WorldRefused(new Fault("plan-changed", $"{why}.", "Look who changed it. Then start it again.")), cancellationToken);
        await Engine.TellAsync(run.Id, new RunCommand.ChangePlan(Planner.From(run, seen.Version), [.. run.Steps.Select(step => step.Step)], why), null, errand.Work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Watches a rollout and reports what moved.</summary>
internal sealed class WatchHandler(RunEngine engine, Targets targets) : StepHandler(engine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public override ImmutableArray<string> Kinds => [RunWork.WatchKind];

    public override bool Waits => true;

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        if (errand.Run.Status == RunStatus.Paused) return new Done.Finished();
        var last = ((WatchRollout)errand.Wanted.Order).Last;
        return await targets.For(errand.Target).ObserveAsync(errand.Target, ChangeOf(errand), last, Patience, cancellationToken) switch
        {
            Outcome<RolloutSighting>.Done done => await ReportAsync(errand, new RolloutSeen(done.Value), cancellationToken),
            Outcome<RolloutSighting>.Later later => await SilentAsync(errand, later.Why, later.After ?? TimeSpan.FromSeconds(2), cancellationToken),
            Outcome<RolloutSighting>.Never never => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }
}

/// <summary>Holds a rollout while its run is paused, and lets it go on afterwards.</summary>
internal sealed class HoldHandler(RunEngine engine, Targets targets) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.HoldKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        // The run's state now is what counts, not what it was when this was ordered.
        var part = errand.Step.Step is Rollout { Stage.Kind: StageKind.Part } rollout && rollout.IsHeld(errand.Step.State);
        var hold = errand.Run.Status == RunStatus.Paused || part;
        return await targets.For(errand.Target).HoldAsync(errand.Target, ChangeOf(errand), hold, cancellationToken) switch
        {
            Outcome<Nothing>.Later later => new Done.Again(later.After),

            // Whoever waits for it to be held has to know that it never will be.
            Outcome<Nothing>.Never never when part => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            _ => new Done.Finished(),
        };
    }
}

/// <summary>Gives what was brought up its share of the traffic.</summary>
internal sealed class TrafficHandler(RunEngine engine, Targets targets) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.TrafficKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        // While a run is paused nothing goes on; it is ordered again once what is up was seen anew.
        if (errand.Run.Status == RunStatus.Paused) return new Done.Finished();
        return await targets.For(errand.Target).SendTrafficAsync(errand.Target, ChangeOf(errand), cancellationToken) switch
        {
            Outcome<Nothing>.Later later => await SilentAsync(errand, later.Why, later.After, cancellationToken),
            Outcome<Nothing>.Never never => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            _ => new Done.Finished(),
        };
    }
}

/// <summary>Asks health questions.</summary>
internal sealed class HealthHandler(RunEngine engine, Targets targets) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.ProbeKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        var ask = (AskHealth)errand.Wanted.Order;
        var probe = ((HealthCheck)errand.Step.Step).Probes[ask.Probe];
        var answer = await targets.For(errand.Target).ProbeAsync(errand.Target, probe, cancellationToken);
        return await ReportAsync(errand, new ProbeAnswered(ask.Probe, ask.Try, answer), cancellationToken);
    }
}

/// <summary>Tells a run that a step's time is up.</summary>
internal sealed class ExpireHandler(RunEngine engine) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.ExpireKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        await Engine.TellAsync(errand.Run.Id, new RunCommand.Expired(errand.Wanted.Step, errand.Wanted.Attempt), null, errand.Work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Tells a step that time has passed.</summary>
internal sealed class WakeHandler(RunEngine engine) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.WakeKind];

    protected override Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken) => ReportAsync(errand, new TimePassed(), cancellationToken);
}
