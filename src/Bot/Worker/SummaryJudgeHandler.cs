using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Gates;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Looks at the place of a run again, some time after its end: what runs there, health, gates, alerts, later runs.</summary>
internal sealed class SummaryJudgeHandler(
    RunEngine engine, Summaries summaries, Records records, AlertEngine alerts, Targets targets, IEnumerable<IGateSource> sources, IConfiguration settings,
    Func<Configuration> configuration, BotAddress address) : IWorkHandler
{
    private const int MostGates = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public ImmutableArray<string> Kinds => [SummaryWork.JudgeKind];

    /// <summary>It asks the world: quick work goes first.</summary>
    public bool Waits => true;

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = AboutSummary.Read(work.Item);
        if (await engine.FindAsync(about.Run, cancellationToken) is not { IsOver: true } run) return new Done.Finished();
        var summary = await summaries.FindAsync(run.Id, cancellationToken);
        if (summary.EndedAt is null || summary.Closed) return new Done.Finished();
        var later = await LaterAsync(run, cancellationToken);

        // Only what ends the matter is told before its time: the world need not be asked for that.
        var look = about.Round is null ? new Look(null, [], [], later) : await LookAsync(run, summary, later, cancellationToken);
        await summaries.TellAsync(run.Id, new SummaryCommand.LookedAgain(about.Round, Judge.Of(run, look)), work, cancellationToken);
        return new Done.Kept();
    }

    private async Task<ImmutableArray<LaterRun>> LaterAsync(RunState run, CancellationToken cancellationToken) =>
    [
        .. (await records.NowAsync(cancellationToken)).Runs.Values.Where(one => one.Site == run.Site && one.Run.Number > run.Id.Number)
            .Select(one => new LaterRun(one.Run, one.Kind, one.Left, one.FromVersion, one.Reverts, new Runbooks.Access.Person(one.By).ShortName)),
    ];

    private async Task<Look> LookAsync(RunState run, SummaryState summary, ImmutableArray<LaterRun> later, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var environment = configuration().Service(run.Site.Service)?.Environment(run.Site.Environment);
        var probes = Task.WhenAll((environment?.Health ?? []).Select(probe => Guarded(ProbeAsync(run.Opened.Target, probe, patience.Token), $"{probe.Url.Host}{probe.Url.AbsolutePath}", cancellationToken)));
        var gates = Task.WhenAll((environment?.Gates ?? []).Where(gate => gate.Limit is not null).Take(MostGates).Select(gate => Guarded(GateAsync(run, gate, patience.Token), gate.Name, cancellationToken)));
        var live = LiveAsync(run.Opened.Target, patience.Token, cancellationToken);
        return new Look(await live, [.. await probes, .. await gates], await AlertsAsync(run, summary, cancellationToken), later);
    }

    private static async Task<Seen> Guarded(Task<Seen> asked, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await asked;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Seen($"{what} did not answer in time", null);
        }
    }

    private async Task<string?> LiveAsync(Target target, CancellationToken patience, CancellationToken cancellationToken)
    {
        try
        {
            return await targets.For(target).LookAsync(target, patience) is Outcome<Sighting>.Done { Value: var sighting } ? sighting.Version : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<Seen> ProbeAsync(Target target, HealthProbe probe, CancellationToken cancellationToken)
    {
        var answer = await targets.For(target).ProbeAsync(target, probe, cancellationToken);
        return new Seen($"{probe.Url.Host}{probe.Url.AbsolutePath}: {answer.Says}", answer.Healthy);
    }

    private async Task<Seen> GateAsync(RunState run, Gate gate, CancellationToken cancellationToken)
    {
        if (sources.FirstOrDefault(source => source.Name == gate.Query.Source) is not { } source || GateSecrets.Fill(settings, gate.Query) is not { } query) return new Seen($"{gate.Name} can't be asked", null);
        var version = Judge.ExpectedAt(run) ?? run.Plan.Version;
        var reading = await source.ReadAsync(new GateQuestion(run.Id, query, run.Site.Service, run.Site.Environment, version, run.BackTo, run.EndedAt ?? run.OpenedAt) { Unit = gate.Unit }, cancellationToken);
        if (reading.Value * gate.Query.Scale is not { } value) return new Seen($"{gate.Name} is not known: {reading.Why}", null);
        return new Seen($"{gate.Name} {new GateValue(value, gate.Unit)} (limit: {gate.LimitInWords})", !gate.IsPast(value, gate.Limit!.Value));
    }

    /// <summary>Alerts about the place that began or came again after the run was asked for; those seen before and gone since are over.</summary>
    private async Task<ImmutableArray<AlertSeen>> AlertsAsync(RunState run, SummaryState summary, CancellationToken cancellationToken)
    {
        var (groups, _) = await alerts.OpenAsync(cancellationToken);
        var now = groups.Where(group => group.Fired && IsOf(group, run.Site) && (group.Since >= run.OpenedAt || group.Reopenings.Any(at => at >= run.OpenedAt)))
            .Select(group => new AlertSeen(group.Id, AlertWords.TitleOf(group), group.IsFiring, LinkOf(group))).ToList();
        var before = (summary.Last?.Alerts ?? []).Where(seen => now.All(one => one.Id != seen.Id)).Select(seen => seen with { Firing = false });
        return [.. now, .. before];
    }

    private Uri? LinkOf(AlertGroup group) => group.Cards.Values.Select(card => card.Permalink).FirstOrDefault(link => link is not null) ?? (address.Public is { } root ? new Uri(root, $"alerts/{group.Id}") : null);

    private static bool IsOf(AlertGroup group, Site site) => string.Equals(group.Began.Service, site.Service, StringComparison.OrdinalIgnoreCase)
        && (group.Began.Environment is null || string.Equals(group.Began.Environment, site.Environment, StringComparison.OrdinalIgnoreCase));
}
