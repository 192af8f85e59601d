using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Finds who does an operation at a target.</summary>
internal sealed class Operations(IEnumerable<IOperations> all)
{
    private static readonly Fault Nobody = new("operation-unserved", "Nothing here does such an operation at this target.", "Take the step out, or connect what does it.");

    /// <summary>Who does it, or why nobody does.</summary>
    public (IOperations? By, Fault Why) For(Target target, Operation operation) => (all.FirstOrDefault(one => one.Serves(target, operation)), Nobody);
}

/// <summary>Looks at what an operation would change, and notes what is there. Nothing is changed before that was kept.</summary>
internal sealed class ForeseeHandler(RunEngine engine, Operations operations, ManifestDesk manifests) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.ForeseeKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        // While the run is paused nothing is begun: it is asked for again when it is resumed.
        if (errand.Run.Status == RunStatus.Paused) return new Done.Finished();
        var filled = await manifests.FilledAsync(((Operate)errand.Step.Step).Operation, errand.Run.Fill, cancellationToken);
        if (filled is Outcome<Operation>.Later silent) return await SilentAsync(errand, silent.Why, silent.After, cancellationToken);
        if (filled is Outcome<Operation>.Never refused) return await ReportAsync(errand, new WorldRefused(refused.Fault), cancellationToken);
        var operation = ((Outcome<Operation>.Done)filled).Value;
        var (by, nobody) = operations.For(errand.Target, operation);
        if (by is null) return await ReportAsync(errand, new WorldRefused(nobody), cancellationToken);
        return await by.ForeseeAsync(errand.Target, operation, cancellationToken) switch
        {
            Outcome<Foresight>.Done done => await ReportAsync(errand, new OperationForeseen(done.Value), cancellationToken),
            Outcome<Foresight>.Later later => await SilentAsync(errand, later.Why, later.After, cancellationToken),
            Outcome<Foresight>.Never never => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }
}

/// <summary>Does an operation, or finds it done; not while windows, freezes or locks stand against it.</summary>
internal sealed class MakeHandler(RunEngine engine, Operations operations, ManifestDesk manifests, Locks locks) : StepHandler(engine)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    public override ImmutableArray<string> Kinds => [RunWork.MakeKind];

    /// <summary>Some take minutes, and say how far they are.</summary>
    public override bool Waits => true;

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        if (errand.Run.Status == RunStatus.Paused || errand.Step.State is not Operate.State { Noted: true } state) return new Done.Finished();
        var step = (Operate)errand.Step.Step;
        if (!step.IsBack && errand.Step.Way == Way.Forward && await locks.RefuseAsync(errand.Run.Site, Openings.PassOf(errand.Run, Engine.Now), cancellationToken) is { } way) return await SilentAsync(errand, way.Refusal.Why, LookAgain, cancellationToken);
        var filled = await manifests.FilledAsync(step.Operation, errand.Run.Fill, cancellationToken);
        if (filled is Outcome<Operation>.Later silent) return await SilentAsync(errand, silent.Why, silent.After, cancellationToken);
        if (filled is Outcome<Operation>.Never refused) return await ReportAsync(errand, new WorldRefused(refused.Fault), cancellationToken);
        var operation = ((Outcome<Operation>.Done)filled).Value;
        var (by, nobody) = operations.For(errand.Target, operation);
        if (by is null) return await ReportAsync(errand, new WorldRefused(nobody), cancellationToken);
        return await by.MakeAsync(errand.Target, ChangeOf(errand), operation, state.Before, says => MovedAsync(errand, says, cancellationToken), cancellationToken) switch
        {
            Outcome<string>.Done done => await ReportAsync(errand, new OperationDone(done.Value), cancellationToken),
            Outcome<string>.Later later => await SilentAsync(errand, later.Why, later.After, cancellationToken),
            Outcome<string>.Never never => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }

    private Task<Telling> MovedAsync(Errand errand, string says, CancellationToken cancellationToken) => Engine.TellAsync(
        errand.Run.Id, new RunCommand.Report(errand.Wanted.Step, errand.Wanted.Attempt, new OperationSeen(new OperationSighting(OperationPhase.Progressing, says, null))), null, null, cancellationToken);
}

/// <summary>Watches what an operation changed, and reports what moved.</summary>
internal sealed class OperationWatchHandler(RunEngine engine, Operations operations) : StepHandler(engine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public override ImmutableArray<string> Kinds => [RunWork.OperationWatchKind];

    public override bool Waits => true;

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        if (errand.Run.Status == RunStatus.Paused || errand.Step.State is not Operate.State { Made: not null } state) return new Done.Finished();
        var operation = ((Operate)errand.Step.Step).Operation.Filled(errand.Run.Fill);
        var (by, nobody) = operations.For(errand.Target, operation);
        if (by is null) return await ReportAsync(errand, new WorldRefused(nobody), cancellationToken);
        return await by.ObserveAsync(errand.Target, operation, state.Before, ((WatchOperation)errand.Wanted.Order).Last, Patience, cancellationToken) switch
        {
            Outcome<OperationSighting>.Done done => await ReportAsync(errand, new OperationSeen(done.Value), cancellationToken),
            Outcome<OperationSighting>.Later later => await SilentAsync(errand, later.Why, later.After ?? TimeSpan.FromSeconds(2), cancellationToken),
            Outcome<OperationSighting>.Never never => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }
}
