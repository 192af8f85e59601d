using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Plans;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Looks up what going back would mean, and keeps it with the run.</summary>
internal sealed class WayOutHandler(RunEngine engine, WaysOut ways) : IWorkHandler
{
    public const string Kind = "way-out";

    public ImmutableArray<string> Kinds => [Kind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(Book.Read(work.Item).Run, cancellationToken) is not { } run) return new Done.Finished();
        await engine.TellAsync(run.Id, new RunCommand.SawWayOut(await ways.LookAsync(run, cancellationToken)), null, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Looks up what going back from a run would mean.</summary>
internal sealed class WaysOut(RunEngine engine, Targets targets, IImages images, Standings standings, IStore store)
{
    private const int RunsLookedAt = 20;

    public async Task<WayOut> LookAsync(RunState run, CancellationToken cancellationToken)
    {
        if (run.Plan.Kind == RunKind.Procedure) return new WayOut(null, null, [.. WayOut.ChangesOf(run)], null, null, null) { StepsOnly = true };
        var known = (await standings.NowAsync(cancellationToken)).Of(run.Site);
        var (between, takes) = (WayOut.ChangesOf(run).ToImmutableArray(), Took(run));
        var good = run.BackTo is { } to ? known.PassOf(to) : null;

        // Runs between that version and this one have changed what they changed, whatever became of them.
        foreach (var row in await store.ListRunsAsync(new RunQuery(run.Site.Service, run.Site.Environment, AtMost: RunsLookedAt), cancellationToken))
        {
            if (row.Number >= run.Id.Number || await engine.FindAsync(new RunId(row.Number), cancellationToken) is not { } earlier) continue;
            takes ??= Took(earlier);
            if (earlier.Id == good?.Run || (good is null && earlier.Plan.Version == run.BackTo)) break;
            if (good is not null && earlier.MayHaveChanged) between = between.AddRange(WayOut.ChangesOf(earlier));
        }

        var seen = run.BackTo is { } version
            ? await targets.For(run.Opened.Target).LookBackAsync(run.Opened.Target, version, run.BackToRevision, cancellationToken)
            : null;
        return seen switch
        {
            Outcome<BackSeen>.Done { Value: { Image: { } image } back } => await WithImageAsync(new WayOut(run.BackTo, good?.Run, between, back.ByHand, takes, back.Says), image, cancellationToken),
            Outcome<BackSeen>.Done { Value: var back } => new WayOut(run.BackTo, good?.Run, between, back.ByHand, takes, back.Says),
            Outcome<BackSeen>.Later later => new WayOut(run.BackTo, good?.Run, between, null, takes, $"what is left of it can't be told now ({later.Why.TrimEnd('.')})"),
            Outcome<BackSeen>.Never never => new WayOut(run.BackTo, good?.Run, between, null, takes, $"what is left of it can't be told ({never.Fault.Why.TrimEnd('.')})"),
            _ => new WayOut(run.BackTo, good?.Run, between, null, takes, null),
        };
    }

    private async Task<WayOut> WithImageAsync(WayOut way, string image, CancellationToken cancellationToken) => await images.LookAsync(image, cancellationToken) switch
    {
        Outcome<ImageSeen>.Done { Value.IsThere: true } => way with { Target = $"{way.Target}, and its image is in the registry" },
        Outcome<ImageSeen>.Done => way with { ImageGone = image },
        Outcome<ImageSeen>.Never { Fault.Code: IImages.Elsewhere } => way with { Target = $"{way.Target}; whether its image is still in the registry was not asked, since the settings name none" },
        Outcome<ImageSeen>.Never never => way with { Target = $"{way.Target}; whether its image is still there can't be told ({never.Fault.Why.TrimEnd('.')})" },
        Outcome<ImageSeen>.Later later => way with { Target = $"{way.Target}; whether its image is still there can't be told now ({later.Why.TrimEnd('.')})" },
        _ => way,
    };

    /// <summary>How long a rollout took: going back takes as many replicas as going forward.</summary>
    private static TimeSpan? Took(RunState run) => run.Steps.LastOrDefault(step => step is { Step: Rollout { Lands: true }, Status: StepStatus.Passed, BeganAt: not null, EndedAt: not null }) is { BeganAt: { } began, EndedAt: { } ended } ? ended - began : null;
}
