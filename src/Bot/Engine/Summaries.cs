using System.Collections.Immutable;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Summaries;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Loads the summary of a run, lets it decide, and keeps what it decided: events and work in one transaction.</summary>
internal sealed partial class Summaries(IStore store, RunEngine engine, ILogger<Summaries> logger)
{
    /// <summary>Conflicts in a row after which something is wrong with more than timing.</summary>
    private const int Tries = 20;

    public async Task<SummaryState> FindAsync(RunId run, CancellationToken cancellationToken)
    {
        var state = SummaryState.Of(run);
        foreach (var stored in await store.ReadAsync(state.Stream, 0, cancellationToken)) state = state.Evolve(SummaryJson.Read(stored), stored.At);
        return state;
    }

    /// <summary>Tells a summary something, and keeps what it decides.</summary>
    /// <param name="completes">The work that this is the answer to: gone in the same transaction.</param>
    public async Task<SummaryState> TellAsync(RunId run, SummaryCommand command, ClaimedWork? completes, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var (state, now) = (await FindAsync(run, cancellationToken), engine.Now);
            var (next, decision) = SummaryDecider.Decide(state, command, now);
            if (decision.Events.IsEmpty && decision.Work.IsEmpty && completes is null) return state;
            var commit = new Commit(now)
            {
                Streams = decision.Events.IsEmpty ? [] : [new StreamAppend(state.Stream, state.Version, [.. decision.Events.Select(SummaryJson.Write)])],
                Work = [.. decision.Work, .. Lines(next, command, decision, now)],
                Withdrawn = decision.Withdrawn,
                Completes = completes,
            };
            switch (await store.CommitAsync(commit, cancellationToken))
            {
                case CommitResult.Committed:
                    foreach (var what in decision.Events) Log.Happened(logger, run, what.GetType().Name);
                    return next;
                case CommitResult.Conflict: break;
                default: return state;
            }
        }

        throw new StoreUnavailableException($"Too many changes to the summary of run {run} at once.");
    }

    /// <summary>Where the summary of a run belongs now.</summary>
    /// <remarks>A channel that the runbook names is one of Slack, or of the chat that the run is shown in alone; elsewhere it is said where the card is.</remarks>
    public static ImmutableArray<string> PlacesOf(RunState run) => SummaryState.PlacesOf(run, channel => [.. Book.InChannel(run, channel).Select(place => place.ToString())]);

    /// <summary>The thread under a run's card says what the version brought and where the summary is: whoever follows the one finds the other.</summary>
    private static IEnumerable<WorkItem> Lines(SummaryState summary, SummaryCommand command, SummaryDecision decision, DateTimeOffset now)
    {
        if (command is not SummaryCommand.WasPosted posted || decision.Events.IsEmpty) return [];
        var text = string.Join('\n', SummaryCard.BroughtInWords(summary).Append(posted.Permalink is { } link ? $"The summary: {link}" : "The summary is in this channel."));
        return [Book.Line(summary.Run, posted.Place, "summary", text, now)];
    }

    private static partial class Log
    {
        [LoggerMessage(150, LogLevel.Debug, "Summary of run {RunId}: {Event}")]
        public static partial void Happened(ILogger logger, RunId runId, string @event);
    }
}
