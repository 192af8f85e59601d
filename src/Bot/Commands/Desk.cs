using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>The front desk: every surface brings what people say and click here, and shows what comes back.</summary>
public sealed class Desk
{
    /// <summary>A command in words: <c>deploy api v1.2.3 prod</c>, without a slash.</summary>
    /// <param name="delivery">The surface's own name for this delivery; hearing it again changes nothing and gives the same reply.</param>
    public Task<Reply> HearAsync(Speaker speaker, string text, string delivery, CancellationToken cancellationToken) =>
        throw new NotSupportedException("still being built");

    /// <summary>A click on a card.</summary>
    /// <param name="reason">What the person gave where the button asks for a reason.</param>
    public Task<Reply> ClickAsync(Speaker speaker, CardAction action, string? reason, string delivery, CancellationToken cancellationToken) =>
        throw new NotSupportedException("still being built");
}

/// <summary>Who speaks, and where it was heard.</summary>
/// <param name="Place">The channel it was said in; null for the console and the command line.</param>
public sealed record Speaker(Caller Caller, Place? Place);

/// <summary>What to show the one who spoke, and nobody else.</summary>
/// <param name="Card">Null when there is nothing to say: the run's own card shows it.</param>
/// <param name="Run">The run it is about, where it is about one.</param>
/// <param name="Refusal">Set when it was refused; <paramref name="Card"/> says the same for people.</param>
public sealed record Reply(Card? Card, RunId? Run = null, Refusal? Refusal = null);
