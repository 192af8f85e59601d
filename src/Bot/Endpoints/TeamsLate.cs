using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Bot.Worker;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>What Teams was told is being worked on: kept until it is done, so that a crash in between loses none.</summary>
internal sealed class TeamsLate(IStore store, TimeProvider time)
{
    public const string Kind = "teams-late";

    /// <summary>How long the process that took it has to finish it; doing it again afterwards is harmless by the delivery's key.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>False when it could not be kept.</summary>
    public async Task<bool> KeptAsync(LateActivity request, CancellationToken cancellationToken)
    {
        try
        {
            var key = KeyOf(request);
            await store.CommitAsync(new Commit(Now) { Work = [new WorkItem(Kind, key, key, Now + Grace, JsonSerializer.Serialize(request, LateActivityJson.Default.LateActivity))] }, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            return false;
        }
    }

    public Task ForgetAsync(LateActivity request, CancellationToken cancellationToken) => store.CommitAsync(new Commit(Now) { Withdrawn = [KeyOf(request)] }, cancellationToken);

    public static LateActivity Read(WorkItem item) =>
        JsonSerializer.Deserialize(item.Payload, LateActivityJson.Default.LateActivity) ?? throw new JsonException("Work without a payload.");

    private static string KeyOf(LateActivity request) => $"{Kind}:{request.Delivery}";

    private DateTimeOffset Now => time.GetUtcNow();
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
