using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Scales down what carried traffic before a switch, once it was kept long enough. The run is mostly over by then.</summary>
internal sealed partial class RetireHandler(RunEngine engine, Targets targets, IStore store, ILogger<RetireHandler> logger) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.RetireKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var wanted = RunWork.Read(work.Item);
        if (await engine.FindAsync(wanted.Run, cancellationToken) is not { } run || run.Find(wanted.Step)?.Step is not Rollout rollout) return new Done.Finished();
        var change = new Change(run.Id, string.Create(CultureInfo.InvariantCulture, $"{run.Id}/{wanted.Step}/{wanted.Attempt}"), run.Plan.Version, run.Opened.By, null, rollout.Stage);
        switch (await targets.For(run.Opened.Target).RetireAsync(run.Opened.Target, change, cancellationToken))
        {
            case Outcome<Retired>.Later later:
                return new Done.Again(later.After);
            case Outcome<Retired>.Never { Fault: var fault }:
                Log.NotRetired(logger, run.Id, fault.Why);
                return await TellAsync(work, run, $"What carried traffic before could not be scaled down: {fault.Why} {fault.Next}".TrimEnd(), cancellationToken);
            case Outcome<Retired>.Done { Value.Says: { } says }:
                return await TellAsync(work, run, says, cancellationToken);
            default:
                return new Done.Finished();
        }
    }

    /// <summary>A line in the run's threads: its events are closed.</summary>
    private async Task<Done> TellAsync(ClaimedWork work, RunState run, string says, CancellationToken cancellationToken)
    {
        await store.CommitAsync(new Commit(engine.Now) { Work = [.. run.Opened.Places.Select(place => Book.Line(run.Id, place, "retired", says, engine.Now))], Completes = work }, cancellationToken);
        return new Done.Kept();
    }

    private static partial class Log
    {
        [LoggerMessage(165, LogLevel.Warning, "What carried traffic before run {RunId} could not be scaled down: {Why}")]
        public static partial void NotRetired(ILogger logger, RunId runId, string why);
    }
}
