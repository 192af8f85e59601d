using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Bot.Worker;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Requests that Teams was told are being worked on.</summary>
internal sealed class TeamsLate(IStore store, TimeProvider time) : Unfinished<LateActivity>(Kind, LateActivityJson.Default.LateActivity, request => request.Delivery, store, time)
{
    public const string Kind = "teams-late";

    public static LateActivity Read(WorkItem item) => Read(item, LateActivityJson.Default.LateActivity);
}

/// <summary>What was asked, by whom, and where the answer goes. Words or an action, not both.</summary>
internal sealed record LateActivity(string Delivery, TeamsSpeaker Who, string Conversation, string? Thread, string? Words, string? Action, string? Reason);

[JsonSerializable(typeof(LateActivity))]
internal sealed partial class LateActivityJson : JsonSerializerContext;

/// <summary>Does what the process before this one had taken in and could not finish.</summary>
internal sealed class TeamsLateHandler(TeamsDoor door, TeamsReply teams) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [TeamsLate.Kind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var late = TeamsLate.Read(work.Item);
        if (late.Words is null && CardAction.Parse(late.Action) is null) return new Done.Finished();
        var reply = late.Words is { } words
            ? await door.Hear(late.Who, words, late.Delivery, cancellationToken)
            : await door.Click(late.Who, CardAction.Parse(late.Action)!, late.Reason, late.Delivery, cancellationToken);
        if (reply.Card is { } card) await teams.AnswerAsync(late.Conversation, late.Thread, TeamsCards.Render(card, TeamsView.All), cancellationToken);
        return new Done.Finished();
    }
}
