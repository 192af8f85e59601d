using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Evidence;
using ChatOps.Runbooks.Language;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Once a version is approved, ends the older requests for the same place that still wait.</summary>
internal sealed class SupersedeHandler(RunEngine engine, IEnumerable<IChanges> changes, Func<Configuration> configuration) : IWorkHandler
{
    /// <summary>How often whoever knows the commits is asked before the time of asking decides.</summary>
    private const int Tries = 4;

    public ImmutableArray<string> Kinds => [RunWork.SupersedeKind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var about = Book.Read(work.Item);
        if (await engine.FindAsync(about.Run, cancellationToken) is not { } approved) return new Done.Finished();
        foreach (var id in (await engine.QueueAsync(approved.Site, cancellationToken)).Line.Remove(approved.Id))
        {
            if (await engine.FindAsync(id, cancellationToken) is not { } other || !Superseding.MayEnd(other)) continue;
            var commits = CommitOrder.Unknown;
            if (Superseding.NeedsCommits(other, approved))
            {
                if (await OrderAsync(other, approved, cancellationToken) is not { } order)
                {
                    if (work.Attempt < Tries) return new Done.Again(null);
                    order = CommitOrder.Unknown;
                }

                commits = order;
            }

            // It may have begun to change something meanwhile: then it refuses, and stays.
            if (Superseding.IsOlder(other, approved, commits)) await engine.TellAsync(id, new RunCommand.GiveUpFor(approved.Id, approved.Plan.Version, null), null, null, cancellationToken);
        }

        return new Done.Finished();
    }

    /// <returns>Null when it can't be told now.</returns>
    private async Task<CommitOrder?> OrderAsync(RunState other, RunState approved, CancellationToken cancellationToken)
    {
        if (changes.FirstOrDefault() is not { } known || configuration().Service(approved.Site.Service)?.Repository is not { } repository) return CommitOrder.Unknown;
        return await known.BetweenAsync(repository, other.Plan.Version, approved.Plan.Version, cancellationToken) switch
        {
            Outcome<ChangeSet>.Done { Value: { Dropped: 0, Commits.IsEmpty: false } } => CommitOrder.Older,
            Outcome<ChangeSet>.Done { Value: { Dropped: > 0, Commits.IsEmpty: true } } => CommitOrder.Newer,
            Outcome<ChangeSet>.Later => null,
            _ => CommitOrder.Unknown,
        };
    }
}
