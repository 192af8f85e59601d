using System.Collections.Immutable;
using ChatOps.Bot.Engine;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Incidents;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>A message that somebody wants kept, as their chat handed it over.</summary>
/// <param name="Id">Its own within the conversation.</param>
/// <param name="Thread">The message that its thread hangs on; null outside of one.</param>
/// <param name="Text">In plain words, at most <see cref="IncidentDecider.LongestText"/>; empty when it has none.</param>
/// <param name="Author">Who wrote it, for people.</param>
/// <param name="IsOwn">Whether whoever keeps it wrote it.</param>
/// <param name="WrittenAt">Null where the chat does not say it.</param>
/// <param name="Link">Where it is, for people; null where the chat does not say it.</param>
internal sealed record ChosenMessage(string Id, string? Thread, string Text, string Author, bool IsOwn, DateTimeOffset? WrittenAt, Uri? Link);

/// <summary>Puts a message that somebody chose where it belongs: on the timeline of its incident, or on the run whose thread it is in.</summary>
internal sealed class MessageDesk(IncidentDesk desk, IncidentEngine incidents, CardThreads threads, ThreadNotes notes)
{
    /// <summary>The question that is asked where nothing says which incident is meant.</summary>
    public const string IncidentField = "incident";

    private const string Command = "keep";

    public static string OnTimelineOf(IncidentId id) => $"It is on the timeline of {id}.";

    /// <summary>Keeps it, once however often it is asked for.</summary>
    /// <param name="into">The incident that was chosen; null = not asked yet.</param>
    /// <returns>What became of it; with a form where an incident has to be chosen first.</returns>
    public async Task<Reply> KeepAsync(Speaker speaker, ChosenMessage message, string? into, CancellationToken cancellationToken)
    {
        if (AccessRules.ReadOnly(speaker.Caller) is { } unknown) return Refused(unknown);
        if (string.IsNullOrWhiteSpace(message.Text))
            return Refused(new Refusal(RefusalCodes.WordsMissing, "This message has no words that could be kept.", "Cards, pictures and files are not handed over, nor what was deleted: say it in words by incident note \"…\"."));
        var place = speaker.Place ?? throw new InvalidOperationException("A message was written somewhere.");
        if (into is not null) return await ChosenAsync(speaker.Caller, place, message, into, cancellationToken);
        if (await desk.AboutAsync(place, message.Thread, cancellationToken) is { } incident) return await KeepAsync(speaker.Caller, place, message, incident, cancellationToken);
        if (message.Thread is { } thread && await threads.FindAsync(place, thread, cancellationToken) is { } run) return await NoteAsync(speaker.Caller, place, message, run, cancellationToken);
        return await incidents.OpenAsync(cancellationToken) is { IsEmpty: false } open ? new Reply(null) { Form = Which(open) } : Refused(IncidentDesk.NoneOpen);
    }

    private async Task<Reply> ChosenAsync(Caller who, Place place, ChosenMessage message, string into, CancellationToken cancellationToken)
    {
        var refusal = into.Length == 0 ? new Refusal(RefusalCodes.WordsMissing, "Which incident?", "Choose one, or say its number.")
            : IncidentId.TryParse(into, out var id) ? IncidentEngine.Unknown(id) : new Refusal(RefusalCodes.IncidentUnknown, $"{Spoken.Quote(into)} is no incident.", "Say its number, like INC-12.");
        if (IncidentId.TryParse(into, out var chosen) && await incidents.FindAsync(chosen, cancellationToken) is { } incident) return await KeepAsync(who, place, message, incident, cancellationToken);
        return Refused(refusal) with { Form = Which(await incidents.OpenAsync(cancellationToken)) };
    }

    private async Task<Reply> KeepAsync(Caller who, Place place, ChosenMessage message, Incident incident, CancellationToken cancellationToken)
    {
        // What a client says of the time is believed as far as it can be true.
        var at = message.WrittenAt is { } said && said <= incidents.Now ? message.WrittenAt : null;
        var wanted = new IncidentCommand.KeepNote(who, message.Text, message.Author, at, $"{place}:{message.Id}", message.Link);
        var (after, no) = await incidents.TellAsync(incident.Id, wanted, $"{place.Surface}:keep:{incident.Id}:{place.Channel}:{message.Id}", null, cancellationToken);
        if (no is not null) return Refused(no);
        return new Reply(Answers.Said(after!.IsOpen ? OnTimelineOf(after.Id) : $"{OnTimelineOf(after.Id)} {after.Id} is resolved: the review in the console has it too."));
    }

    /// <summary>The same key as of a reply that is a note by itself: a message is one note.</summary>
    private async Task<Reply> NoteAsync(Caller who, Place place, ChosenMessage message, RunId run, CancellationToken cancellationToken)
    {
        var text = message.IsOwn ? message.Text : $"{message.Author} wrote: {message.Text}";
        var no = await notes.AddAsync(run, who, ShownText.Fit(text, ThreadNotes.Longest), $"{place.Surface}:note:{place.Channel}:{message.Id}", cancellationToken);
        return no is not null ? Refused(no) : new Reply(Answers.Said($"It is a note on run {run}."));
    }

    /// <summary>The open incidents to choose from; any other can be named.</summary>
    private static Form Which(ImmutableArray<Incident> open) => new("Keep for an incident", Command,
    [
        new FormField(IncidentField, "text", "The message goes on its timeline, with who wrote it and when.", open is [var only] ? $"{only.Id}" : null, false, [])
        {
            Suggested = [.. open.Select(one => new Suggestion($"{one.Id}", one.Declared.Title))],
        },
    ]);

    private static Reply Refused(Refusal refusal) => new(RefusalCard.Of(refusal), null, refusal);
}
