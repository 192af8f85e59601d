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

    /// <summary>A message got a reaction: channel, message, account, reaction, delivery. Kept when it returns; null = nobody wants to know.</summary>
    public Func<SlackReaction, CancellationToken, Task>? React { get; init; }

    /// <summary>To the desk itself, as the caller that the account resolves to.</summary>
    public static SlackDoor To(Desk desk, Callers callers, Home home, IncidentDesk incidents) => new(
        async (account, channel, text, delivery, cancellationToken) =>
            await desk.HearAsync(await SpeakerAsync(callers, account, channel, cancellationToken), text, delivery, cancellationToken),
        async (account, channel, action, reason, delivery, cancellationToken) =>
            await desk.ClickAsync(await SpeakerAsync(callers, account, channel, cancellationToken), action, reason, delivery, cancellationToken))
    {
        React = (one, cancellationToken) => incidents.ReactedAsync("slack", one.Channel, one.Message, one.User, one.Reaction, one.Delivery, cancellationToken),
        Home = async (account, cancellationToken) => await home.OfAsync(await callers.ResolveAsync("slack", account, cancellationToken), cancellationToken),
    };

    private static async Task<Speaker> SpeakerAsync(Callers callers, string account, string channel, CancellationToken cancellationToken) =>
        new(await callers.ResolveAsync("slack", account, cancellationToken), channel.Length > 0 ? new Place("slack", channel) : null);
}
