using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Bot.Worker;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Requests that Slack was told are being worked on.</summary>
internal sealed class SlackLate(IStore store, TimeProvider time) : Unfinished<LateRequest>(Kind, LateJson.Default.LateRequest, request => request.Delivery, store, time)
{
    public const string Kind = "slack-late";

    public static LateRequest Read(WorkItem item) => Read(item, LateJson.Default.LateRequest);
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
        await replies.AnswerAsync(Task.FromResult(await door.AskAsync(late, cancellationToken)), late.Asker);
        return new Done.Finished();
    }
}
