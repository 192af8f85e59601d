using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Begins a step's job, or finds it begun.</summary>
internal sealed class JobStartHandler(RunEngine engine, Targets targets) : StepHandler(engine)
{
    public override ImmutableArray<string> Kinds => [RunWork.JobStartKind];

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        // While the run is paused nothing is begun: it is asked for again when it is resumed.
        if (errand.Run.Status == RunStatus.Paused) return new Done.Finished();
        var step = (JobRun)errand.Step.Step;
        var name = Jobs.NameOf(step.Job, errand.Run.Id, errand.Wanted.Step, errand.Wanted.Attempt);
        var job = new JobToRun(name, Jobs.Fill(step.Manifest, errand.Run.Fill), step.Rules?.Timeout);
        return await targets.For(errand.Target).StartJobAsync(errand.Target, ChangeOf(errand), job, cancellationToken) switch
        {
            Outcome<Nothing>.Done => await ReportAsync(errand, new JobAccepted(name), cancellationToken),
            Outcome<Nothing>.Later later => await SilentAsync(errand, later.Why, later.After, cancellationToken),
            Outcome<Nothing>.Never never => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }
}

/// <summary>Watches a step's job and reports what moved.</summary>
internal sealed class JobWatchHandler(RunEngine engine, Targets targets) : StepHandler(engine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public override ImmutableArray<string> Kinds => [RunWork.JobWatchKind];

    public override bool Waits => true;

    protected override async Task<Done> DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        if (errand.Run.Status == RunStatus.Paused || errand.Step.State is not JobRun.State { Name: { } name }) return new Done.Finished();
        return await targets.For(errand.Target).ObserveJobAsync(errand.Target, name, ((WatchJob)errand.Wanted.Order).Last, Patience, cancellationToken) switch
        {
            Outcome<JobSighting>.Done done => await ReportAsync(errand, new JobSeen(done.Value), cancellationToken),
            Outcome<JobSighting>.Later later => await SilentAsync(errand, later.Why, later.After ?? TimeSpan.FromSeconds(2), cancellationToken),
            Outcome<JobSighting>.Never never => await ReportAsync(errand, new WorldRefused(never.Fault), cancellationToken),
            _ => throw new InvalidOperationException("An outcome is one of three."),
        };
    }
}

/// <summary>Ends the job of a try that was given up. The step, and mostly the run, is over by then.</summary>
internal sealed class JobStopHandler(RunEngine engine, Targets targets) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.JobStopKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var wanted = RunWork.Read(work.Item);
        if (await engine.FindAsync(wanted.Run, cancellationToken) is not { } run || run.Find(wanted.Step)?.Step is not JobRun step) return new Done.Finished();
        var name = Jobs.NameOf(step.Job, run.Id, wanted.Step, wanted.Attempt);
        return await targets.For(run.Opened.Target).StopJobAsync(run.Opened.Target, name, cancellationToken) is Outcome<Nothing>.Later later ? new Done.Again(later.After) : new Done.Finished();
    }
}
