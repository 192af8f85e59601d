using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Worker;

/// <summary>Shows cards and says things in a chat: each once, however often it is tried.</summary>
internal static class Posting
{
    /// <summary>Shows a card: updates the message that shows it, or posts one.</summary>
    /// <param name="shown">The message that shows it; null = there is none yet.</param>
    /// <param name="key">What it is posted under, and looked for where an earlier try may have got through.</param>
    /// <returns>The message that was posted and has to be remembered; done with null where one was updated.</returns>
    public static async Task<Outcome<Posted?>> ShowAsync(this IChat chat, ClaimedWork work, Place place, Posted? shown, Card card, string key, CancellationToken cancellationToken)
    {
        if (shown is not null) return Pass<Nothing, Posted?>(await chat.UpdateAsync(shown, card, cancellationToken), _ => null);
        var outcome = await chat.SayAsync(work, place, card, key, null, cancellationToken);

        // What an earlier try posted may show an earlier state.
        if (outcome is Outcome<Posted>.Done { Value: var found } && Since(work) is not null && await chat.UpdateAsync(found, card, cancellationToken) is Outcome<Nothing>.Later later)
            return new Outcome<Posted?>.Later(later.Why, later.After);
        return Pass<Posted, Posted?>(outcome, posted => posted);
    }

    /// <summary>Posts a card that is never updated.</summary>
    /// <param name="thread">The message to answer under; null = a message of its own.</param>
    public static Task<Outcome<Posted>> SayAsync(this IChat chat, ClaimedWork work, Place place, Card card, string key, Posted? thread, CancellationToken cancellationToken) =>
        chat.PostAsync(place, card, key, Since(work), thread, cancellationToken);

    /// <summary>What becomes of work whose turn has not come. What certainly did not get through is no try that may have: the next one need not look for it.</summary>
    public static Done.Again Again<T>(this ClaimedWork work, Outcome<T>.Later later) => new(later.After, Untried: work.Attempt == 1 && later is { Untouched: true, After: not null });

    /// <summary>Since when an earlier try may have got through unseen; null on the first.</summary>
    private static DateTimeOffset? Since(ClaimedWork work) => work.Attempt > 1 ? work.FirstClaimedAt : null;

    private static Outcome<TTo> Pass<TFrom, TTo>(Outcome<TFrom> outcome, Func<TFrom, TTo> done) => outcome switch
    {
        Outcome<TFrom>.Done { Value: var value } => new Outcome<TTo>.Done(done(value)),
        Outcome<TFrom>.Later later => new Outcome<TTo>.Later(later.Why, later.After) { Untouched = later.Untouched },
        Outcome<TFrom>.Never never => new Outcome<TTo>.Never(never.Fault),
        _ => throw new InvalidOperationException("An outcome is one of three."),
    };
}
