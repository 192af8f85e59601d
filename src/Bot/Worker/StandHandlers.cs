using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Keeps how a version did, as its run tells it.</summary>
internal sealed class StandHandler(RunEngine engine, Standings standings) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [Standings.StandKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(Book.Read(work.Item).Run, cancellationToken) is not { } run) return new Done.Finished();
        await standings.KeepAsync(run, work, cancellationToken);
        return new Done.Kept();
    }
}

/// <summary>Ends the watch of a version as soon as something newer has begun to change its place.</summary>
internal sealed class OvertakenHandler(RunEngine engine, Standings standings) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [Standings.OvertakenKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        if (await engine.FindAsync(Book.Read(work.Item).Run, cancellationToken) is not { } run
            || (await standings.NowAsync(cancellationToken)).Of(run.Site).Watched is not { } watched || watched.Run == run.Id) return new Done.Finished();
        await engine.TellAsync(watched.Run, new RunCommand.SupersedeWatch(WatchHandlers.Overtaken(run)), null, work, cancellationToken);
        return new Done.Kept();
    }
}
