using System.Text.Json.Nodes;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;

namespace ChatOps.Integrations.Slack;

/// <summary>Posts cards to Slack and keeps them up to date.</summary>
/// <remarks>Each post carries its key in the message's metadata: after a try whose answer was lost it is looked for before it is posted again.</remarks>
internal sealed partial class SlackChat(SlackWorkspaces workspaces, ILogger<SlackChat> logger) : IChat
{
    private const string EventType = "chatops_card";
    private const int MostHistoryPages = 10;

    // Slack's clock and ours may differ.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    public string Surface => "slack";

    public async Task<Outcome<Posted>> PostAsync(
        Place place, Card card, string key, DateTimeOffset? maybeSince, Posted? thread, CancellationToken cancellationToken)
    {
        var found = await FindAsync(place.Channel, cancellationToken);
        if (found is not Outcome<Spot>.Done { Value: var (workspace, name, channel) }) return Pass<Spot, Posted>(found);
        if (maybeSince is { } since)
        {
            var search = await SearchAsync(workspace, channel, thread, key, since - Margin, null, 0, cancellationToken);
            if (search is Outcome<string?>.Done { Value: { } ts }) return await DoneAsync(workspace, channel, ts, cancellationToken);
            if (search is not Outcome<string?>.Done) return Pass<string?, Posted>(search);
        }

        var outcome = await PostAsync(workspace, MessageOf(channel, card, key, thread), cancellationToken);
        if (outcome is Outcome<Posted>.Never { Fault.Code: "slack-channel_not_found" }) workspace.Channels.Forget(name);
        return outcome;
    }

    /// <summary>The workspace and the channel that a place means. A person is looked for in each workspace, at home first.</summary>
    private async Task<Outcome<Spot>> FindAsync(string place, CancellationToken cancellationToken)
    {
        if (place.StartsWith('@')) return await FindPersonAsync(place, cancellationToken);
        var id = SlackId.Read(place);
        var found = await workspaces.FindAsync(id.Workspace, cancellationToken);
        if (found is not Outcome<SlackWorkspace>.Done { Value: var workspace }) return Pass<SlackWorkspace, Spot>(found);
        if (workspace is { Install: { IsGrid: true } grid, Team: null } && id.Id.StartsWith('#'))
            return new Outcome<Spot>.Never(new Fault("slack-channel_not_found", $"{grid.Name} is an organization: {id.Id} may be in several of its workspaces.", $"Name one: {id.Id}@WORKSPACE."));
        var channel = await workspace.Channels.FindAsync(id.Id, cancellationToken);
        return channel is Outcome<string>.Done { Value: var known } ? new Outcome<Spot>.Done(new Spot(workspace, id.Id, known)) : Pass<string, Spot>(channel);
    }

    private async Task<Outcome<Spot>> FindPersonAsync(string address, CancellationToken cancellationToken)
    {
        Outcome<Spot> none = new Outcome<Spot>.Never(new Fault("slack-not-installed", "The app is installed in no workspace of Slack.", "Set Slack:BotToken, or install it at /slack/install."));
        foreach (var workspace in await workspaces.AllAsync(cancellationToken))
        {
            var direct = await workspace.Channels.FindAsync(address, cancellationToken);
            if (direct is Outcome<string>.Done { Value: var channel }) return new Outcome<Spot>.Done(new Spot(workspace, address, channel));
            none = Pass<string, Spot>(direct);
            if (direct is not Outcome<string>.Never { Fault.Code: "slack-users_not_found" }) return none;
        }

        return none;
    }

    public async Task<bool> AreTogetherAsync(Place one, Place other, CancellationToken cancellationToken)
    {
        var (first, second) = (SlackId.Read(one.Channel).Workspace, SlackId.Read(other.Channel).Workspace);
        if (first == second) return true;

        // One may be written by name, and the other by id. An organization's id does not say in which of its workspaces.
        return await workspaces.FindAsync(first, cancellationToken) is Outcome<SlackWorkspace>.Done { Value: var here }
            && await workspaces.FindAsync(second, cancellationToken) is Outcome<SlackWorkspace>.Done { Value: var there } && here.Install == there.Install && here.Install is not { IsGrid: true };
    }

    public async Task<Outcome<Nothing>> UpdateAsync(Posted message, Card card, CancellationToken cancellationToken)
    {
        var id = SlackId.Read(message.Channel);
        var found = await workspaces.FindAsync(id.Workspace, cancellationToken);
        if (found is not Outcome<SlackWorkspace>.Done { Value.Client: var client }) return Pass<SlackWorkspace, Nothing>(found);
        var drawn = SlackCards.Render(card);
        var update = new UpdateMessage(id.Id, message.Message, drawn.Text) { Blocks = drawn.Blocks };
        var urgent = card.Tone is Tone.Bad or Tone.Warning or Tone.Waiting;
        var answer = await client.UpdateAsync(update, urgent, cancellationToken);
        if (answer is SlackAnswer<PostedBody>.Failed f && SlackErrors.IsAboutBlocks(f.Failure.Error))
        {
            Log.BlocksRefused(logger, f.Failure.Error, string.Join("; ", f.Failure.Messages));
            // Empty rather than absent: what was shown before must not stay beside the new text.
            answer = await client.UpdateAsync(update with { Blocks = [] }, urgent, cancellationToken);
        }

        return answer is SlackAnswer<PostedBody>.Failed failed ? SlackErrors.Judge<Nothing>(failed.Failure) : new Outcome<Nothing>.Done(Nothing.Value);
    }

    private static PostMessage MessageOf(string channel, Card card, string key, Posted? thread)
    {
        var drawn = SlackCards.Render(card);
        return new PostMessage(channel, drawn.Text)
        {
            Blocks = drawn.Blocks,
            ThreadTs = thread?.Message,
            Metadata = new Metadata(EventType, new JsonObject { ["key"] = key }),
        };
    }

    private async Task<Outcome<Posted>> PostAsync(SlackWorkspace workspace, PostMessage message, CancellationToken cancellationToken)
    {
        var client = workspace.Client;
        var answer = await client.PostAsync(message, cancellationToken);
        if (answer is SlackAnswer<PostedBody>.Failed { Failure.Error: "not_in_channel" })
        {
            if (await client.JoinAsync(message.Channel, cancellationToken) is SlackAnswer<SlackBody>.Failed no) return CannotJoin<Posted>(no.Failure);
            Log.Joined(logger, message.Channel);
            answer = await client.PostAsync(message, cancellationToken);
        }

        if (answer is SlackAnswer<PostedBody>.Failed f && SlackErrors.IsAboutBlocks(f.Failure.Error))
        {
            Log.BlocksRefused(logger, f.Failure.Error, string.Join("; ", f.Failure.Messages));
            answer = await client.PostAsync(message with { Blocks = null }, cancellationToken);
        }

        return answer switch
        {
            SlackAnswer<PostedBody>.Failed failed => SlackErrors.Judge<Posted>(failed.Failure),
            SlackAnswer<PostedBody>.Ok { Value: { Ts: { } ts } posted } => await DoneAsync(workspace, posted.Channel ?? message.Channel, ts, cancellationToken),
            _ => new Outcome<Posted>.Later("Slack's answer did not name the message."),
        };
    }

    private static Outcome<T> CannotJoin<T>(SlackFailure failure) => failure.Error is "method_not_supported_for_channel_type" or "channel_not_found"
        ? SlackErrors.Judge<T>(failure with { Method = "chat.postMessage", Error = "not_in_channel" })
        : SlackErrors.Judge<T>(failure);

    /// <summary>The <c>ts</c> of our message with this key; null when there is none since then.</summary>
    private async Task<Outcome<string?>> SearchAsync(
        SlackWorkspace workspace, string channel, Posted? thread, string key, DateTimeOffset since, string? cursor, int pages, CancellationToken cancellationToken)
    {
        var answer = await workspace.Client.HistoryAsync(channel, thread?.Message, since, cursor, cancellationToken);
        if (answer is SlackAnswer<HistoryBody>.Failed { Failure: var failure })
            // Where the bot is not a member it has posted nothing.
            return failure.Error is "not_in_channel" or "thread_not_found" ? new Outcome<string?>.Done(null) : SlackErrors.Judge<string?>(failure);
        var body = ((SlackAnswer<HistoryBody>.Ok)answer).Value;
        var ours = body.Messages?.FirstOrDefault(m => m.Metadata is { EventType: EventType } d && KeyOf(d) == key);
        if (ours?.Ts is { } ts)
        {
            Log.FoundAgain(logger, channel);
            return new Outcome<string?>.Done(ts);
        }

        if (string.IsNullOrEmpty(body.ResponseMetadata?.NextCursor)) return new Outcome<string?>.Done(null);
        if (pages + 1 == MostHistoryPages)
            return new Outcome<string?>.Never(new Fault(
                "slack-history-too-long", $"Whether the card was posted can't be told: more than {MostHistoryPages * 200} messages came since.", "Post it again by hand if it is missing."));
        return await SearchAsync(workspace, channel, thread, key, since, body.ResponseMetadata.NextCursor, pages + 1, cancellationToken);
    }

    private static string? KeyOf(Metadata metadata) =>
        metadata.EventPayload?["key"] is JsonValue value && value.TryGetValue<string>(out var key) ? key : null;

    private static async Task<Outcome<Posted>> DoneAsync(SlackWorkspace workspace, string channel, string ts, CancellationToken cancellationToken)
    {
        // The address of a message is made of known parts; asking for each would be one more call per post.
        var link = (await workspace.FindAsync(cancellationToken))?.Url is { IsAbsoluteUri: true } url
            ? new Uri(url, $"archives/{Uri.EscapeDataString(channel)}/p{ts.Replace(".", "", StringComparison.Ordinal)}") : null;
        return new Outcome<Posted>.Done(new Posted("slack", workspace.At(channel), ts, link));
    }

    private static Outcome<TTo> Pass<TFrom, TTo>(Outcome<TFrom> outcome) => outcome switch
    {
        Outcome<TFrom>.Later later => new Outcome<TTo>.Later(later.Why, later.After) { Untouched = later.Untouched },
        Outcome<TFrom>.Never never => new Outcome<TTo>.Never(never.Fault),
        _ => throw new InvalidOperationException("A value is not passed on as a failure."),
    };

    /// <param name="Name">The channel as it was named there.</param>
    private sealed record Spot(SlackWorkspace Workspace, string Name, string Channel);

    private static partial class Log
    {
        [LoggerMessage(230, LogLevel.Error, "Slack refused how a card was drawn ({Error}: {Remarks}); it is shown as text")]
        public static partial void BlocksRefused(ILogger logger, string error, string remarks);

        [LoggerMessage(231, LogLevel.Information, "Joined the Slack channel {Channel} to post there")]
        public static partial void Joined(ILogger logger, string channel);

        [LoggerMessage(232, LogLevel.Information, "Found a card in the Slack channel {Channel} whose posting had not been answered")]
        public static partial void FoundAgain(ILogger logger, string channel);
    }
}
