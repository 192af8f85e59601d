using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Proofs;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>A runbook, where it is used, and which runs walk it now.</summary>
/// <param name="UsedBy">Places that are deployed by it, as <c>api/prod</c>.</param>
/// <param name="Model">It in one of those places, to be drawn; null where nothing could run it.</param>
internal sealed record ShownRunbook(Runbook Runbook, ImmutableArray<string> UsedBy, Model? Model, ImmutableArray<RunState> Live)
{
    /// <summary>Which runs stand at a step: <c>run 5 and run 7</c>; null = none.</summary>
    public string? Stands(StepId step) => Live.Where(run => run.Active.Any(active => active.Step.Id == step)).Select(run => $"run {run.Id}").ToList() is { Count: > 0 } here ? Words.List(here) : null;
}

/// <summary>Reads runbooks as they are configured now, with the runs that are open.</summary>
internal sealed class RunbookReads(IStore store, RunEngine engine, Func<Configuration> configuration)
{
    private const int OpenRuns = 200;

    public async Task<ImmutableArray<ShownRunbook>> AllAsync(CancellationToken cancellationToken)
    {
        var current = configuration();
        var live = await LiveAsync(current, cancellationToken);
        return [.. current.Runbooks.OrderBy(runbook => runbook.Name, StringComparer.OrdinalIgnoreCase).Select(runbook => Shown(current, runbook, live, draw: false))];
    }

    public async Task<ShownRunbook?> OneAsync(string name, CancellationToken cancellationToken)
    {
        var current = configuration();
        return current.Runbook(name) is { } runbook ? Shown(current, runbook, await LiveAsync(current, cancellationToken), draw: true) : null;
    }

    private static ShownRunbook Shown(Configuration current, Runbook runbook, ILookup<string, RunState> live, bool draw)
    {
        var places = current.Services.SelectMany(service => service.Environments, (service, environment) => (Service: service, Environment: environment)).ToList();
        var usual = places.Where(place => place.Environment.Runbook.Equals(runbook.Name, StringComparison.OrdinalIgnoreCase)).ToList();
        var model = draw && (usual.Count > 0 ? usual : places) is [.., var (service, environment)] ? Model.Of(current, runbook, service, environment) : null;
        return new ShownRunbook(runbook, [.. usual.Select(place => $"{place.Service.Name}/{place.Environment.Name}")], model, [.. live[runbook.Name]]);
    }

    private async Task<ILookup<string, RunState>> LiveAsync(Configuration current, CancellationToken cancellationToken)
    {
        var live = new List<(string Runbook, RunState Run)>();
        foreach (var row in await store.ListRunsAsync(new RunQuery(Open: true, AtMost: OpenRuns), cancellationToken))
        {
            var runbook = row.Kind == "run" ? row.Version : row.Kind == "deploy" ? current.Service(row.Service)?.Environment(row.Environment)?.Runbook : null;
            if (runbook is not null && await engine.FindAsync(new RunId(row.Number), cancellationToken) is { } run) live.Add((runbook, run));
        }

        return live.ToLookup(pair => pair.Runbook, pair => pair.Run, StringComparer.OrdinalIgnoreCase);
    }
}
