using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Endpoints;

/// <summary>The way from Slack to the front desk: an account and a channel go in, a reply comes out.</summary>
/// <param name="Hear">Account, channel, words, delivery.</param>
/// <param name="Click">Account, channel, action, reason, delivery.</param>
internal sealed record SlackDoor(
    Func<string, string, string, string, CancellationToken, Task<Reply>> Hear,
    Func<string, string, CardAction, string?, string, CancellationToken, Task<Reply>> Click)
{
    /// <summary>What an account sees on the app's Home tab; null = nothing is shown there.</summary>
    public Func<string, CancellationToken, Task<Card>>? Home { get; init; }

    /// <summary>A form made anew with what is answered so far: account, command, answers. Null where there is nothing to make anew.</summary>
    public Func<string, string, IReadOnlyList<KeyValuePair<string, string>>, CancellationToken, Task<Form?>>? Again { get; init; }

    /// <summary>What to offer somebody who types: account, service, what is typed so far.</summary>
    public Func<string, string, string, CancellationToken, Task<ImmutableArray<Suggestion>>>? Look { get; init; }

    /// <summary>A message got a reaction: channel, message, account, reaction, delivery. Kept when it returns; null = nobody wants to know.</summary>
    public Func<SlackReaction, CancellationToken, Task>? React { get; init; }

    /// <summary>Somebody wrote in a thread: whether it is kept as a note on the run whose card the thread hangs on.</summary>
    public Func<SlackThreadReply, CancellationToken, Task<bool>>? Note { get; init; }

    /// <summary>Keeps a message where it belongs, or asks for which incident.</summary>
    public SlackKeep? Keep { get; init; }

    /// <summary>The run behind a link to the console, as others in a channel may see it; null for any other link.</summary>
    public Func<Uri, CancellationToken, Task<Card?>>? Preview { get; init; }

    /// <summary>Hears or does what was asked: words, or else an action, which the bot wrote.</summary>
    public Task<Reply> AskAsync(LateRequest asked, CancellationToken cancellationToken) => asked.Words is { } words
        ? Hear(asked.Asker.User, asked.Asker.Channel, words, asked.Delivery, cancellationToken)
        : Click(asked.Asker.User, asked.Asker.Channel, CardAction.Parse(asked.Action!)!, asked.Reason, asked.Delivery, cancellationToken);

    /// <summary>To the desk itself, as the caller that the account resolves to.</summary>
    public static SlackDoor To(Desk desk, Callers callers, Home home, CommandForms forms, IncidentDesk incidents, MessageDesk messages, ThreadNotes notes, RunPreviews previews) => new(
        async (account, channel, text, delivery, cancellationToken) =>
            await desk.HearAsync(await SpeakerAsync(callers, account, channel, cancellationToken), text, delivery, cancellationToken),
        async (account, channel, action, reason, delivery, cancellationToken) =>
            await desk.ClickAsync(await SpeakerAsync(callers, account, channel, cancellationToken), action, reason, delivery, cancellationToken))
    {
        Again = async (account, command, answers, cancellationToken) => await forms.AgainAsync(await callers.ResolveAsync("slack", account, cancellationToken), command, answers, cancellationToken),
        Look = async (account, service, typed, cancellationToken) =>
            (await callers.ResolveAsync("slack", account, cancellationToken)).Person is null ? [] : await forms.LookAsync(service, typed, cancellationToken),
        Note = async (said, cancellationToken) =>
            await notes.KeepAsync(async () => await callers.ResolveAsync("slack", said.User, cancellationToken), new Place("slack", said.Channel), said.Thread, said.Text, said.Delivery, cancellationToken) is not null,
        Keep = async (account, chosen, into, cancellationToken) =>
        {
            var author = chosen.Author is { } wrote ? (await callers.ResolveAsync("slack", wrote, cancellationToken)).Person?.ShortName : null;
            return await messages.KeepAsync(await SpeakerAsync(callers, account, chosen.Channel, cancellationToken), chosen.For(account, author ?? "somebody"), into, cancellationToken);
        },
        Preview = previews.OfAsync,
        React = (one, cancellationToken) => incidents.ReactedAsync("slack", one.Channel, one.Message, one.User, one.Reaction, one.Delivery, cancellationToken),
        Home = async (account, cancellationToken) => await home.OfAsync(await callers.ResolveAsync("slack", account, cancellationToken), cancellationToken),
    };

    private static async Task<Speaker> SpeakerAsync(Callers callers, string account, string channel, CancellationToken cancellationToken) =>
        new(await callers.ResolveAsync("slack", account, cancellationToken), channel.Length > 0 ? new Place("slack", channel) : null);
}

/// <summary>Keeps a message that somebody used the shortcut on; with the incident that was chosen for it, or null while nobody asked.</summary>
internal delegate Task<Reply> SlackKeep(string account, SlackChosen chosen, string? into, CancellationToken cancellationToken);
