using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Teams;

/// <summary>Answers to what people said or clicked, outside of the answer to their own request.</summary>
public sealed class TeamsReply
{
    private readonly TeamsClient client;
    private readonly ITeamsPlaces places;

    internal TeamsReply(TeamsClient client, ITeamsPlaces places) => (this.client, this.places) = (client, places);

    /// <summary>Posts an answer where somebody spoke: in the thread, where there is one.</summary>
    /// <param name="conversation">Without the thread's part.</param>
    public async Task<Outcome<Nothing>> AnswerAsync(string conversation, string? thread, TeamsMessage message, CancellationToken cancellationToken) =>
        await ToAsync(conversation, to => client.PostAsync(to, thread, Of(message), cancellationToken, urgent: true), cancellationToken);

    /// <summary>Brings a message up to date that nobody keeps a record of.</summary>
    public async Task<Outcome<Nothing>> MendAsync(string conversation, string id, TeamsMessage message, CancellationToken cancellationToken) =>
        await ToAsync(conversation, to => client.UpdateAsync(to, id, Of(message), cancellationToken), cancellationToken);

    internal static SentActivity Of(TeamsMessage message) => new() { Summary = message.Summary, Attachments = [new SentAttachment("application/vnd.microsoft.card.adaptive", message.Card)] };

    private async Task<Outcome<Nothing>> ToAsync(string conversation, Func<TeamsConversation, Task<TeamsAnswer<SentBody>>> send, CancellationToken cancellationToken)
    {
        if ((await places.NowAsync(cancellationToken)).Find(conversation) is not { } to)
            return new Outcome<Nothing>.Never(new Fault("teams-channel-unknown", "The bot is no longer in this conversation."));
        return await send(to) is TeamsAnswer<SentBody>.Failed { Failure: var failure } ? TeamsErrors.Judge<Nothing>(failure) : new Outcome<Nothing>.Done(Nothing.Value);
    }
}
