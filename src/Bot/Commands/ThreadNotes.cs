using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What people write below a run's card, in its thread, is a note on the run: nobody has to write it twice.</summary>
internal sealed class ThreadNotes(RunEngine engine, CardThreads threads)
{
    /// <summary>How much of a message is kept, in UTF-16 units.</summary>
    public const int Longest = 500;

    /// <summary>The run that keeps it now; null when the thread is no open run's, or the words are nobody's.</summary>
    /// <param name="who">Asked only for a run's own thread: most of what people write in threads is none of the bot's business, and looking them up is a call.</param>
    public async Task<RunId?> KeepAsync(Func<Task<Caller>> who, Place place, string thread, string text, string delivery, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(text) || await threads.FindAsync(place, thread, cancellationToken) is not { } run || await who() is not { Person: not null } caller) return null;
        return await AddAsync(run, caller, text, delivery, cancellationToken) is null ? run : null;
    }

    /// <summary>Why it is not kept; null when it is, or was before.</summary>
    public async Task<Refusal?> AddAsync(RunId run, Caller who, string text, string delivery, CancellationToken cancellationToken) =>
        (await engine.TellAsync(run, new RunCommand.AddNote(who, text), delivery, null, cancellationToken)).Refusal;
}
