using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

internal static class WatchHandlers
{
    /// <summary>Which run took the place of what was watched, in words.</summary>
    public static string Overtaken(RunState by) => $"Run {by.Id} {(by.Plan.Kind == RunKind.Rollback ? $"takes {by.Site} back to {by.Plan.Version}" : $"brings {by.Plan.Version} to {by.Site}")}.";
}

/// <summary>Asks a gate that is watched behind a run for one sample.</summary>
internal sealed class WatchGateHandler(RunEngine engine, GateQuestions questions) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.WatchGateKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var wanted = RunWork.Read(work.Item);
        if (wanted.Order is not AskWatch ask || await engine.FindAsync(wanted.Run, cancellationToken) is not { Watch: { IsOn: true } watch } run
            || ask.Gate >= watch.Gates.Length || watch.Tracks[ask.Gate].Round != ask.Round) return new Done.Finished();

        // What is seen while something newer changes the place says nothing about this version.
        if ((await engine.QueueAsync(run.Site, cancellationToken)).Holder is { } holder && await engine.FindAsync(holder, cancellationToken) is { MayHaveChanged: true } newer)
        {
            await engine.TellAsync(run.Id, new RunCommand.SupersedeWatch(WatchHandlers.Overtaken(newer)), null, work, cancellationToken);
            return new Done.Kept();
        }

        var (sample, link) = await questions.AskAsync(run, watch.Gates[ask.Gate], cancellationToken);
        await engine.TellAsync(run.Id, new RunCommand.WatchAnswered(ask.Gate, ask.Round, sample, link), null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Tells a run that the time of its watch is over.</summary>
internal sealed class WatchEndHandler(RunEngine engine) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.WatchEndKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        await engine.TellAsync(RunWork.Read(work.Item).Run, new RunCommand.WatchOver(), null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Opens the rollback of what tripped behind its run: once, however often the process dies.</summary>
internal sealed class TakeBackHandler(RunEngine engine, AutomaticRollbacks rollbacks) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.TakeBackKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(RunWork.Read(work.Item).Run, cancellationToken) is not { Watch: { Status: WatchStatus.Tripped, GoesBack: true, Rollback: null } } run) return new Done.Finished();
        if (await rollbacks.OpenAsync(run, $"take-back:{run.Id}", cancellationToken) is not { } answer) return new Done.Again(null);
        await engine.TellAsync(run.Id, answer, null, work, cancellationToken);
        return new Done.Kept();
    }
}
