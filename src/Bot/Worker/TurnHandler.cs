using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Plans a run again: when its turn comes, and when the configuration changes.</summary>
internal sealed class TurnHandler(RunEngine engine, Targets targets, TrainYard trains, Func<Configuration> configuration) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [RunWork.TurnKind, RunWork.ReplanKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = Book.Read(work.Item);
        if (await engine.FindAsync(about.Run, cancellationToken) is not { IsOver: false } run) return new Done.Finished();
        var turn = work.Item.Kind == RunWork.TurnKind;
        if (run.Opened.Train is { } part) return turn ? await TakeTurnAsync(run, part, work, cancellationToken) : new Done.Finished();
        var planned = await PlanAgainAsync(run, look: turn, cancellationToken);
        var why = planned is null ? "" : Why(run.Plan, planned.Plan);
        RunCommand? command = (turn, planned) switch
        {
            (true, _) => new RunCommand.TakeTurn(planned?.Plan, planned?.Steps ?? [], why),
            (false, not null) => new RunCommand.ChangePlan(planned.Plan, planned.Steps, why),
            _ => null,
        };
        if (command is null) return new Done.Finished();
        await engine.TellAsync(run.Id, command, null, work, cancellationToken);
        return new Done.Kept();
    }

    /// <summary>The run of one of a train's services goes by the plan that was approved, or not at all.</summary>
    private async Task<Done> TakeTurnAsync(RunState run, PartOf part, ClaimedWork work, CancellationToken cancellationToken)
    {
        var seen = await targets.For(run.Opened.Target).LookAsync(run.Opened.Target, cancellationToken) is Outcome<Sighting>.Done done ? done.Value.Version : null;
        RunCommand command = run.QueuedFrom is not null && seen is not null && run.Plan.FromVersion is { } from && seen != from
            ? new RunCommand.CallOff(part.Train, $"{run.Site} runs {seen} now, not {from}: the plan that was approved no longer holds")
            : new RunCommand.TakeTurn(null, [], "");
        await engine.TellAsync(run.Id, command, null, work, cancellationToken);
        return new Done.Kept();
    }

    /// <summary>What the plan would be now; null when the service or its runbook is gone, and the run goes on as it was planned.</summary>
    private async Task<Planned?> PlanAgainAsync(RunState run, bool look, CancellationToken cancellationToken)
    {
        var current = configuration();
        if (current.Service(run.Site.Service) is not { } service || service.Environment(run.Site.Environment) is not { } environment) return null;
        var from = run.Plan.FromVersion;
        if (look && await targets.For(environment.Target).LookAsync(environment.Target, cancellationToken) is Outcome<Sighting>.Done seen) from = seen.Value.Version;
        if (run.Plan.Kind == RunKind.Rollback || current.Runbook(run.Plan.Runbook ?? environment.Runbook) is not { } runbook) return null;
        if (run.Opened.Emergency is not null) runbook = current.Overrides.InEmergency(runbook);
        else if (run.Opened.Exception is not null) runbook = current.Overrides.WithException(runbook);
        var context = new PlanContext(service, environment, run.Plan.Version, run.Opened.By) { Inputs = run.Opened.Inputs, Emergency = run.Opened.Emergency, At = engine.Now, Calendar = current.Calendar };
        return run.Plan.Kind == RunKind.Procedure ? await trains.PlanAsync(context, runbook, from, cancellationToken) : Planner.Deploy(context, runbook, current.Runbook, from);
    }

    private static string Why(Plan old, Plan now)
    {
        if (old.FromVersion != now.FromVersion) return $"{now.Site} runs {now.FromVersion ?? "an unknown version"} now, not {old.FromVersion ?? "an unknown version"}";
        return old.Where != now.Where ? $"the target is now {now.Where}" : "the runbook or the service was edited";
    }
}
