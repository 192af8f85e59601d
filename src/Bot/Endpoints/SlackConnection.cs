using System.Collections.Concurrent;
using ChatOps.Integrations.Slack;

namespace ChatOps.Bot.Endpoints;

/// <summary>One Socket Mode connection at work: each envelope is taken at once and acknowledged when it is safe.</summary>
internal sealed partial class SlackConnection(SlackSocket socket, SlackEnvelopes envelopes, TimeSpan greetingWithin, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<Task, bool> answering = new();
    private readonly CancellationTokenSource ending = new();
    private readonly TaskCompletionSource<bool> greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string?> leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken ended;
    private Task listening = Task.CompletedTask;

    /// <summary>Ends when the connection is about to be closed or gone, with Slack's reason; null = it broke.</summary>
    public Task<string?> Leaving => leaving.Task;

    /// <summary>Listens from now on.</summary>
    /// <returns>Whether Slack said hello in time.</returns>
    public async Task<bool> StartAsync()
    {
        ended = ending.Token;
        listening = ListenAsync();
        try
        {
            return await greeted.Task.WaitAsync(greetingWithin);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Takes nothing more, waits until what was taken is acknowledged, and closes.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Slack may still have sent something: it is taken too, until it sees the goodbye.
            await Task.WhenAll(answering.Keys).WaitAsync(cancellationToken);
            await socket.CloseAsync();
            await listening.WaitAsync(TimeSpan.FromSeconds(2), cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            // What is not acknowledged comes again, elsewhere.
        }

        await ending.CancelAsync();
        await listening;
        socket.Dispose();
    }

    public void Dispose() => ending.Dispose();

    private async Task ListenAsync()
    {
        try
        {
            while (await socket.ReadAsync(ended) is { } frame) Take(frame);
        }
        catch (OperationCanceledException)
        {
            // Closed from here.
        }

        greeted.TrySetResult(false);
        leaving.TrySetResult(null);
    }

    private void Take(SlackFrame frame)
    {
        switch (frame)
        {
            case SlackFrame.Hello hello:
                Log.Connected(logger, hello.Connections);
                greeted.TrySetResult(true);
                break;
            case SlackFrame.Disconnect goodbye:
                Log.Leaving(logger, goodbye.Reason);
                greeted.TrySetResult(false);
                leaving.TrySetResult(goodbye.Reason);
                break;
            case SlackFrame.Envelope envelope:
                var answer = AnswerAsync(envelope);
                answering[answer] = true;
                _ = answer.ContinueWith(done => answering.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                break;
            case SlackFrame.Unreadable unreadable:
                Log.Unreadable(logger, unreadable.Why);
                break;
        }
    }

    private async Task AnswerAsync(SlackFrame.Envelope envelope)
    {
        if (await envelopes.AnswerAsync(envelope) is not { } answer) return;
        var payload = envelope.TakesAnswer && answer.IsJson ? answer.Body : null;
        if (!await socket.AcknowledgeAsync(envelope.Id, payload, ended)) Log.NotAcknowledged(logger, envelope.Type);
    }

    private static partial class Log
    {
        [LoggerMessage(280, LogLevel.Information, "Connected to Slack by Socket Mode; the app has {Connections} connections")]
        public static partial void Connected(ILogger logger, int connections);

        [LoggerMessage(281, LogLevel.Debug, "Slack will close a connection: {Reason}")]
        public static partial void Leaving(ILogger logger, string reason);

        [LoggerMessage(282, LogLevel.Warning, "A frame from Slack could not be read: {Why}")]
        public static partial void Unreadable(ILogger logger, string why);

        [LoggerMessage(283, LogLevel.Information, "An envelope of type {Type} could not be acknowledged: its connection is gone, and Slack sends it again")]
        public static partial void NotAcknowledged(ILogger logger, string type);
    }
}
