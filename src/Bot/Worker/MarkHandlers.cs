using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Orders one piece of work for each system that the service's file says is to be told of the run.</summary>
internal sealed class MarksHandler(RunEngine engine, Summaries summaries, Records records, IEnumerable<IDeploymentMarker> markers, Func<Configuration> configuration) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [SummaryWork.MarksKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutSummary.Read(work.Item);
        if (await engine.FindAsync(about.Run, cancellationToken) is not { } run || configuration().Service(run.Site.Service) is not { } service) return new Done.Finished();
        var wanted = markers.Where(marker => marker.Wants(service, about.Phase!.Value)).ToList();
        foreach (var (system, setting) in Unconnected(service))
        {
            if (markers.All(marker => marker.System != system) && about.Phase != MarkPhase.Began)
                await summaries.TellAsync(run.Id, new SummaryCommand.WasNotMarked(system, about.Phase!.Value, $"it is not connected: {setting} is missing in the settings."), null, cancellationToken);
        }

        await records.OrderAsync(commit => commit with { Work = [.. wanted.Select(marker => SummaryWork.Mark(run.Id, marker.System, about.Phase!.Value, engine.Now))], Completes = work }, cancellationToken);
        return new Done.Kept();
    }

    /// <summary>What a service's file asks for, and the setting without which nobody can do it.</summary>
    private static IEnumerable<(string System, string Setting)> Unconnected(Runbooks.Catalog.Service service)
    {
        if (service.Tell is not { } tell) yield break;
        if (!tell.GitHub.IsEmpty) yield return ("github-deployment", "GitHub:Token");
        if (tell.Sentry is not null) yield return ("sentry", "Sentry:Token");
        if (tell.Datadog) yield return ("datadog", "Datadog:ApiKey");
        if (tell.PagerDuty) yield return ("pagerduty", "PagerDuty:ChangeKey");
    }
}

/// <summary>Tells one system of a run. It never holds up the run: what does not answer is told later, and given up in the end.</summary>
internal sealed class MarkHandler(RunEngine engine, Summaries summaries, IEnumerable<IDeploymentMarker> markers, Func<Configuration> configuration, BotAddress address) : IWorkHandler
{
    private static readonly TimeSpan CommitsWithin = TimeSpan.FromMinutes(1), GivenUpAfter = TimeSpan.FromDays(1), Untouched = TimeSpan.FromSeconds(15);

    public ImmutableArray<string> Kinds => [SummaryWork.MarkKind];

    public bool Waits => true;

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutSummary.Read(work.Item);
        var phase = about.Phase!.Value;
        if (await engine.FindAsync(about.Run, cancellationToken) is not { } run || markers.FirstOrDefault(one => one.System == about.System) is not { } marker
            || configuration().Service(run.Site.Service) is not { } service) return new Done.Finished();
        var summary = await summaries.FindAsync(run.Id, cancellationToken);
        var told = summary.Marks.GetValueOrDefault(marker.System);

        // Its end may have been told first, where its beginning had to wait.
        if (told is { Why: null } && (told.Phase == phase || phase == MarkPhase.Began)) return new Done.Finished();

        // Comments and notes are about commits: they wait until it is known whether there are any.
        if (phase != MarkPhase.Began && !summary.Looked && engine.Now - run.EndedAt < CommitsWithin) return new Done.Again(TimeSpan.FromSeconds(2), Untried: true);
        var outcome = await marker.MarkAsync(MarkOf(run, service, phase, summary, told, work), cancellationToken);
        switch (outcome)
        {
            case Outcome<Record>.Done done:
                await summaries.TellAsync(run.Id, new SummaryCommand.WasMarked(marker.System, phase, done.Value), work, cancellationToken);
                return new Done.Kept();
            case Outcome<Record>.Later later when engine.Now - (run.EndedAt ?? engine.Now) < GivenUpAfter:
                // What certainly did not get through is no try that may have: the next one need not look for it.
                return later.Untouched ? new Done.Again(later.After ?? Untouched, Untried: work.Attempt == 1) : new Done.Again(later.After);
            case Outcome<Record>.Later later:
                await summaries.TellAsync(run.Id, new SummaryCommand.WasNotMarked(marker.System, phase, later.Why), work, cancellationToken);
                return new Done.Kept();
            case Outcome<Record>.Never never:
                await summaries.TellAsync(run.Id, new SummaryCommand.WasNotMarked(marker.System, phase, never.Fault.Next is null ? never.Fault.Why : $"{never.Fault.Why} {never.Fault.Next}"), work, cancellationToken);
                return new Done.Kept();
            default:
                throw new InvalidOperationException("An outcome is one of three.");
        }
    }

    private Mark MarkOf(RunState run, Runbooks.Catalog.Service service, MarkPhase phase, SummaryState summary, MarkState? told, ClaimedWork work)
    {
        var began = run.Steps.FirstOrDefault(step => step is { Step: Runbooks.Steps.Rollout, BeganAt: not null })?.BeganAt ?? run.OpenedAt;
        return new Mark(
            run.Id, service, run.Site.Environment, run.Opened.Protected, phase, run.Plan.Version, run.BackTo ?? run.Plan.FromVersion, run.Opened.By, began,
            phase == MarkPhase.Began ? began : run.EndedAt ?? engine.Now, address.Public is { } root ? new Uri(root, $"runs/{run.Id}") : null, told?.Handle, work.Attempt > 1)
        {
            Changes = summary.Changes?.Changes,
        };
    }
}
