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
    public async Task<RunId?> KeepAsync(Caller caller, Place place, string thread, string text, string delivery, CancellationToken cancellationToken)
    {
        if (caller.Person is null || string.IsNullOrWhiteSpace(text)) return null;
        foreach (var row in await readings.RunsAsync(new RunQuery(Open: true, AtMost: MostRuns), cancellationToken))
        {
            if (await engine.FindAsync(new RunId(row.Number), cancellationToken) is not { } run) continue;
            if (!run.Cards.Any(card => card.Value.Channel == place.Channel && card.Value.Message == thread && card.Key.StartsWith(place.Surface + ":", StringComparison.Ordinal))) continue;
            var told = await engine.TellAsync(run.Id, new RunCommand.AddNote(caller, text), delivery, null, cancellationToken);
            return told.Refusal is null ? run.Id : null;
        }

        return null;
    }
}
