using ChatOps.Integrations.Slack;

namespace ChatOps.Bot.Endpoints;

/// <summary>Takes envelopes of Socket Mode to where requests over HTTP go.</summary>
/// <remarks>
/// An envelope that comes again, as it does when its acknowledgement was lost with the connection, gets the answer that it got.
/// Across restarts the delivery's key settles that nothing is done twice, as for HTTP.
/// </remarks>
internal sealed partial class SlackEnvelopes(SlackVisit visit, ILogger<SlackEnvelopes> logger)
{
    private const int Most = 2_000;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Task<SlackAnswered?>> answers = new(StringComparer.Ordinal);
    private readonly Queue<string> order = new();

    /// <summary>What to acknowledge it with; null when it could not be taken, so that Slack sends it again.</summary>
    public async Task<SlackAnswered?> AnswerAsync(SlackFrame.Envelope envelope)
    {
        var (answering, isNew) = Begin(envelope);
        var answer = await answering;
        if (!isNew) Log.Again(logger, envelope.Type);
        if (answer is null) Forget(envelope.Id);
        return answer;
    }

    private (Task<SlackAnswered?> Answer, bool IsNew) Begin(SlackFrame.Envelope envelope)
    {
        lock (gate)
        {
            if (answers.TryGetValue(envelope.Id, out var known)) return (known, false);
            var answering = Task.Run(() => TakeAsync(envelope));
            answers[envelope.Id] = answering;
            order.Enqueue(envelope.Id);
            if (order.Count > Most) answers.Remove(order.Dequeue());
            return (answering, true);
        }
    }

    private void Forget(string id)
    {
        lock (gate) answers.Remove(id);
    }

    private async Task<SlackAnswered?> TakeAsync(SlackFrame.Envelope envelope)
    {
        try
        {
            switch (envelope.Type)
            {
                case "slash_commands": return await visit.CommandAsync(SlackForm.Read(envelope.Payload));
                case "interactive": return await visit.InteractionAsync(envelope.Payload);
                case "events_api": return await visit.EventAsync(envelope.Payload);
                default: return SlackAnswered.Nothing;
            }
        }
        catch (MalformedRequestException e)
        {
            // Sent again, it would make no more sense.
            Log.Malformed(logger, envelope.Type, e.Message);
            return SlackAnswered.Nothing;
        }
        catch (Exception e)
        {
            // The edge of the process: whatever it was, the next envelope must not suffer from it.
            Log.Failed(logger, envelope.Type, e);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(270, LogLevel.Warning, "Could not read an envelope of type {Type}: {Problem}")]
        public static partial void Malformed(ILogger logger, string type, string problem);

        [LoggerMessage(271, LogLevel.Error, "An envelope of type {Type} could not be taken")]
        public static partial void Failed(ILogger logger, string type, Exception problem);

        [LoggerMessage(272, LogLevel.Information, "An envelope of type {Type} came again and got the answer it got before")]
        public static partial void Again(ILogger logger, string type);
    }
}
