using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Bot.Worker;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Requests that Slack was told had arrived before the desk was done with them: kept until it is, so that a crash in between loses none.</summary>
internal sealed class SlackLate(IStore store, TimeProvider time)
{
    public const string Kind = "slack-late";

    /// <summary>How long the process that took the request has to finish it; afterwards whoever claims it does it again, which the delivery's key makes harmless.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <exception cref="StoreUnavailableException">It could not be kept.</exception>
    public Task KeepAsync(LateRequest request, CancellationToken cancellationToken) =>
        store.CommitAsync(new Commit(Now) { Work = [new WorkItem(Kind, KeyOf(request), KeyOf(request), Now + Grace, JsonSerializer.Serialize(request, LateJson.Default.LateRequest))] }, cancellationToken);

    public Task ForgetAsync(LateRequest request, CancellationToken cancellationToken) =>
        store.CommitAsync(new Commit(Now) { Withdrawn = [KeyOf(request)] }, cancellationToken);

    public static LateRequest Read(WorkItem item) =>
        JsonSerializer.Deserialize(item.Payload, LateJson.Default.LateRequest) ?? throw new JsonException("Work without a payload.");

    private static string KeyOf(LateRequest request) => $"{Kind}:{request.Delivery}";

    private DateTimeOffset Now => time.GetUtcNow();
}

/// <summary>What was asked, by whom, and where the answer goes. Words or an action, not both.</summary>
internal sealed record LateRequest(string Delivery, string? Words, string? Action, string? Reason, SlackAsker Asker);

[JsonSerializable(typeof(LateRequest))]
internal sealed partial class LateJson : JsonSerializerContext;

/// <summary>Does what the process before this one had taken in and could not finish.</summary>
internal sealed class SlackLateHandler(SlackDoor door, SlackReplies replies) : IWorkHandler
{
    public ImmutableArray<string> Kinds => [SlackLate.Kind];

    public async Task<Done> DoAsync(ClaimedWork work, CancellationToken cancellationToken)
    {
        var late = SlackLate.Read(work.Item);
        if (late.Words is null && CardAction.Parse(late.Action!) is null) return new Done.Finished();
        var asker = late.Asker;
        var reply = late.Words is { } words
            ? await door.Hear(asker.User, asker.Channel, words, late.Delivery, cancellationToken)
            : await door.Click(asker.User, asker.Channel, CardAction.Parse(late.Action!)!, late.Reason, late.Delivery, cancellationToken);
        await replies.AnswerAsync(Task.FromResult(reply), asker);
        return new Done.Finished();
    }
}
