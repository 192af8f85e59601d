using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>What handlers of a step's work share: whether it is still wanted, and how its answer is kept.</summary>
internal abstract class StepHandler(RunEngine engine) : IWorkHandler
{
    public abstract ImmutableArray<string> Kinds { get; }

    public virtual bool Waits => false;

    protected RunEngine Engine => engine;

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var wanted = RunWork.Read(work.Item);
        var run = await engine.FindAsync(wanted.Run, cancellationToken);
        var step = run?.Find(wanted.Step);

        // Aborted, skipped or begun again meanwhile: what was asked for is no longer wanted.
        if (run is null || run.IsOver || step is not { Status: StepStatus.Active } || step.Attempt != wanted.Attempt) return new Done.Finished();
        return await DoAsync(new Errand(work, wanted, run, step), cancellationToken);
    }

    protected abstract Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken);

    /// <summary>Keeps an answer and completes the work in one transaction.</summary>
    protected async Task<Done> ReportAsync(Errand errand, StepCommand what, CancellationToken cancellationToken)
    {
        await engine.TellAsync(errand.Run.Id, new RunCommand.Report(errand.Wanted.Step, errand.Wanted.Attempt, what), null, errand.Work, cancellationToken);
        return new Done.Kept();
    }

    /// <summary>Says that something does not answer, and leaves the work to be tried again.</summary>
    protected async Task<Done> SilentAsync(Errand errand, string why, TimeSpan? after, CancellationToken cancellationToken)
    {
        await engine.TellAsync(errand.Run.Id, new RunCommand.Report(errand.Wanted.Step, errand.Wanted.Attempt, new WorldSilent(why)), null, null, cancellationToken);
        return new Done.Again(after);
    }

    protected static Change ChangeOf(Errand errand)
    {
        var run = errand.Run;
        var version = run.Rollback is { } back ? back.ToVersion : run.Plan.Version;
        return new Change(run.Id, $"{run.Id}/{errand.Wanted.Step}/{errand.Wanted.Attempt}", version, run.Opened.By, run.Opened.Reason, (errand.Step.Step as Rollout)?.Stage);
    }

    /// <summary>One piece of a step's work, with all it needs read.</summary>
    protected sealed record Errand(ClaimedWork Work, RunWork Wanted, RunState Run, StepProgress Step)
    {
        public Target Target => Run.Opened.Target;
    }
}
