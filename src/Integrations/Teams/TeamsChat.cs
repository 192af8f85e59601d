using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Teams;

/// <summary>Posts cards to Teams and keeps them up to date.</summary>
/// <remarks>
/// The connector takes no key and lists no messages. So the id of each message is kept with its key as soon as it is known, and found again on a later try. Where the answer
/// itself was lost, whether the message is there can't be told: it is posted again. It may then stand there twice, once left as it was; a click on either goes through
/// the same rules, so nothing is done twice, and the one that was left is brought up to date when it is clicked.
/// </remarks>
internal sealed partial class TeamsChat(TeamsClient client, TeamsChannels channels, TeamsRoster roster, ITeamsPlaces places, ITeamsAudience audience, IOptions<TeamsOptions> options, ILogger<TeamsChat> logger) : IChat
{
    /// <summary>Keys of messages that were surely not taken: posting those again is no cause for doubt. Lost with the process, which only costs a line in the log.</summary>
    private readonly ConcurrentDictionary<string, bool> untaken = new(StringComparer.Ordinal);

    public string Surface => "teams";

    public async Task<Outcome<Posted>> PostAsync(Place place, Card card, string key, DateTimeOffset? maybeSince, Posted? thread, CancellationToken cancellationToken)
    {
        var found = await channels.FindAsync(place.Channel, cancellationToken);
        if (found is not Outcome<TeamsConversation>.Done { Value: var to }) return Pass<TeamsConversation, Posted>(found);
        if (maybeSince is not null)
        {
            if (await places.FindPostedAsync(key, cancellationToken) is { } before) return Done(to, before);
            if (!untaken.TryRemove(key, out _)) Log.MayBeTwice(logger, to.Id);
        }

        switch (await client.PostAsync(to, thread?.Message, await DrawAsync(to, card, cancellationToken), cancellationToken))
        {
            case TeamsAnswer<SentBody>.Ok { Value.Id: { Length: > 0 } id }:
                await places.KeepPostedAsync(key, id, cancellationToken);
                return Done(to, id);
            case TeamsAnswer<SentBody>.Failed { Failure: var failure }:
                if (failure.IsUntaken) Remember(key);
                return TeamsErrors.Judge<Posted>(failure);
            default:
                // It was taken, but can never be updated: posting again would show it twice.
                return new Outcome<Posted>.Never(new Fault("teams-no-id", "Teams took the message without naming it, so it can't be kept up to date."));
        }
    }

    public async Task<Outcome<Nothing>> UpdateAsync(Posted message, Card card, CancellationToken cancellationToken)
    {
        var found = await channels.FindAsync(message.Channel, cancellationToken);
        if (found is not Outcome<TeamsConversation>.Done { Value: var to }) return Pass<TeamsConversation, Nothing>(found);
        return await client.UpdateAsync(to, message.Message, await DrawAsync(to, card, cancellationToken), cancellationToken) is TeamsAnswer<SentBody>.Failed { Failure: var failure }
            ? TeamsErrors.Judge<Nothing>(failure)
            : new Outcome<Nothing>.Done(Nothing.Value);
    }

    private void Remember(string key)
    {
        if (untaken.Count > 10_000) untaken.Clear();
        untaken[key] = true;
    }

    /// <summary>A card; words alone are sent as words.</summary>
    private async Task<SentActivity> DrawAsync(TeamsConversation to, Card card, CancellationToken cancellationToken)
    {
        if (card is { State: null, Facts.IsEmpty: true, Body.IsEmpty: true, Buttons.IsEmpty: true, Links.IsEmpty: true, Next: null })
        {
            var words = ShownText.Fit(card.Fallback, 4000);
            return new SentActivity { Text = string.IsNullOrWhiteSpace(words) ? "–" : words + (card.Footer is { } foot ? $"\n\n{ShownText.Fit(foot, 300)}" : ""), TextFormat = "plain" };
        }

        return TeamsReply.Of(TeamsCards.Render(card, await ViewAsync(to, card, cancellationToken)));
    }

    /// <summary>The card that everybody sees: without the buttons that are for some, whose clients then ask for theirs. Where it can't be told who they are, everybody sees them.</summary>
    private async Task<TeamsView> ViewAsync(TeamsConversation to, Card card, CancellationToken cancellationToken)
    {
        // Nobody asks for theirs in the Agents Playground, which refreshes no cards: whoever may not press one is told so.
        if (!options.Value.Registered) return TeamsView.All;
        var some = card.Buttons.Where(button => !button.For.IsEmpty).ToList();
        if (some.Count == 0 || to.Kind == "personal" || some[0].Action.Run is not { } run) return TeamsView.All;
        if (await audience.FindAsync([.. some.SelectMany(button => button.For).Distinct()], cancellationToken) is not { Count: > 0 and <= 200 } people) return TeamsView.All;
        return await roster.IdsAsync(to, people, cancellationToken) is { Length: > 0 and <= TeamsView.MostViewers } ids
            ? new TeamsView(button => button.For.IsEmpty) { Refreshes = ids, Run = run }
            : TeamsView.All;
    }

    private static Outcome<Posted>.Done Done(TeamsConversation to, string message) => new(new Posted("teams", to.Id, message, LinkTo(to, message)));

    private static Uri? LinkTo(TeamsConversation to, string message) =>
        to.HasThreads ? new Uri($"https://teams.microsoft.com/l/message/{Uri.EscapeDataString(to.Id)}/{Uri.EscapeDataString(message)}") : null;

    private static Outcome<TTo> Pass<TFrom, TTo>(Outcome<TFrom> outcome) => outcome switch
    {
        Outcome<TFrom>.Later later => new Outcome<TTo>.Later(later.Why, later.After),
        Outcome<TFrom>.Never never => new Outcome<TTo>.Never(never.Fault),
        _ => throw new InvalidOperationException("A value is not passed on as a failure."),
    };

    private static partial class Log
    {
        [LoggerMessage(330, LogLevel.Information, "An earlier try to post in {Conversation} has no known end; it is posted again and may stand there twice")]
        public static partial void MayBeTwice(ILogger logger, string conversation);
    }
}

/// <summary>Tells who is in groups, so that a card can be shown to those it asks.</summary>
public interface ITeamsAudience
{
    /// <summary>Everybody in these groups; null where it can't be told, or is everybody.</summary>
    Task<ImmutableHashSet<Person>?> FindAsync(ImmutableArray<GroupName> groups, CancellationToken cancellationToken);
}
