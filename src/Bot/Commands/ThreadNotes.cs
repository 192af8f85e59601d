using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What people write below a run's card, in its thread, is a note on the run: nobody has to write it twice.</summary>
internal sealed class ThreadNotes(RunEngine engine, Readings readings)
{
    private const int MostRuns = 200;

    /// <summary>The run that keeps it now; null when the thread is no open run's, or the words are nobody's.</summary>
    /// <param name="who">Asked only for a run's own thread: most of what people write in threads is none of the bot's business, and looking them up is a call.</param>
    public async Task<RunId?> KeepAsync(Func<Task<Caller>> who, Place place, string thread, string text, string delivery, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        foreach (var row in await readings.RunsAsync(new RunQuery(Open: true, AtMost: MostRuns), cancellationToken))
        {
            if (await engine.FindAsync(new RunId(row.Number), cancellationToken) is not { } run) continue;
            if (!run.Cards.Any(card => card.Value.Channel == place.Channel && card.Value.Message == thread && card.Key.StartsWith(place.Surface + ":", StringComparison.Ordinal))) continue;
            if (await who() is not { Person: not null } caller) return null;
            var told = await engine.TellAsync(run.Id, new RunCommand.AddNote(caller, text), delivery, null, cancellationToken);
            return told.Refusal is null ? run.Id : null;
        }

        return null;
    }
}
