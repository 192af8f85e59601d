using ChatOps.Bot.Commands;
using ChatOps.Bot.Engine;
using ChatOps.Bot.Settings;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Who speaks in Teams, and where.</summary>
/// <param name="Account">As Teams calls them towards this bot; empty for somebody without an account.</param>
/// <param name="Believed">Whether Microsoft vouched for it; else it came from this machine, and only the demo's personas are anybody.</param>
internal sealed record TeamsSpeaker(string Account, string Conversation, bool Believed);

/// <summary>A card as one person may see it.</summary>
internal sealed record TeamsSight(Card Card, Caller Caller)
{
    /// <summary>Whether a button is for this person.</summary>
    public bool Shows(Button button) => button.For.IsEmpty || button.For.Any(group => Caller.Groups.Contains(group) || (group.IsPerson && Caller.Person == new Person(group.Name)));
}

/// <summary>The way from Teams to the front desk: an account and a conversation go in, a reply comes out.</summary>
/// <param name="Ask">What a command, with the answers so far, asks: a reply with a form, or without one why there is none. It changes nothing.</param>
/// <param name="Look">A run's card as the one who looks may see it; null when there is no such run. It is read where it is not given as a click just left it.</param>
/// <param name="Stray">A run's card for a message (run, conversation, message) that is not among those that are kept up to date; null when it is. It is read likewise.</param>
internal sealed record TeamsDoor(
    Func<TeamsSpeaker, string, string, CancellationToken, Task<Reply>> Hear,
    Func<TeamsSpeaker, CardAction, string?, string, CancellationToken, Task<Reply>> Click,
    Func<TeamsSpeaker, string, IReadOnlyList<KeyValuePair<string, string>>, CancellationToken, Task<Reply>> Ask,
    Func<TeamsSpeaker, RunId, RunState?, CancellationToken, Task<TeamsSight?>> Look,
    Func<RunId, string, string, RunState?, CancellationToken, Task<Card?>> Stray)
{
    /// <summary>Somebody wrote in a thread to others (speaker, thread, words, delivery): whether it is kept as a note on the run whose card the thread hangs on.</summary>
    public Func<TeamsSpeaker, string, string, string, CancellationToken, Task<bool>>? Note { get; init; }

    /// <summary>Keeps a message that somebody chose; with the incident that was chosen for it, or null while nobody asked.</summary>
    public Func<TeamsSpeaker, ChosenMessage, string?, CancellationToken, Task<Reply>>? Keep { get; init; }

    /// <summary>The run behind a link to the console, for somebody who shares it; null for any other link, and for whoever is not known.</summary>
    public Func<TeamsSpeaker, Uri, CancellationToken, Task<Card?>>? Preview { get; init; }

    public static TeamsDoor To(Desk desk, Callers callers, RunEngine engine, BotAddress address, MessageDesk messages, ThreadNotes notes, RunPreviews previews) => new(
        async (who, words, delivery, cancellationToken) => await desk.HearAsync(await SpeakerAsync(callers, who, cancellationToken), words, delivery, cancellationToken),
        async (who, action, reason, delivery, cancellationToken) => await desk.ClickAsync(await SpeakerAsync(callers, who, cancellationToken), action, reason, delivery, cancellationToken),
        async (who, command, answers, cancellationToken) => await desk.AskAsync(await SpeakerAsync(callers, who, cancellationToken), command, answers, cancellationToken),
        async (who, run, known, cancellationToken) => (known ?? await engine.FindAsync(run, cancellationToken)) is { } state
            ? new TeamsSight(RunCard.Of(state, engine.Now, address.Public), (await SpeakerAsync(callers, who, cancellationToken)).Caller)
            : null,
        async (run, conversation, message, known, cancellationToken) => (known ?? await engine.FindAsync(run, cancellationToken)) is { } state
            && !state.Cards.Values.Any(card => card.Channel == conversation && card.Message == message)
            ? RunCard.Of(state, engine.Now, address.Public)
            : null)
    {
        Note = async (who, thread, words, delivery, cancellationToken) =>
            await notes.KeepAsync(async () => (await SpeakerAsync(callers, who, cancellationToken)).Caller, new Place("teams", who.Conversation), thread, words, delivery, cancellationToken) is not null,
        Keep = async (who, message, into, cancellationToken) => await messages.KeepAsync(await SpeakerAsync(callers, who, cancellationToken), message, into, cancellationToken),
        Preview = async (who, link, cancellationToken) => (await SpeakerAsync(callers, who, cancellationToken)).Caller.Person is null ? null : await previews.OfAsync(link, cancellationToken),
    };

    private static async Task<Speaker> SpeakerAsync(Callers callers, TeamsSpeaker who, CancellationToken cancellationToken)
    {
        var caller = who.Account.Length == 0 ? Caller.Unknown("Somebody without an account") : await callers.ResolveAsync("teams", who.Account, cancellationToken);

        // Without a registration anything on this machine could claim to be anybody: as in the console, only the demo's personas are.
        if (!who.Believed && callers.Personas.All(persona => persona.Person != caller.Person)) caller = Caller.Unknown(caller.Name);
        return new Speaker(caller, new Place("teams", who.Conversation));
    }
}
