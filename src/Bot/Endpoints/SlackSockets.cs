using System.Collections.Concurrent;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Bot.Endpoints;

/// <summary>Keeps the bot connected to Slack by Socket Mode, over several connections: when one goes, the others take what comes.</summary>
/// <remarks>A connection that Slack wants renewed is left only when its successor is ready.</remarks>
internal sealed partial class SlackSockets(SlackClient client, SlackEnvelopes envelopes, IOptions<SlackOptions> options, TimeProvider time, ILogger<SlackSockets> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Between tries of what a person has to mend first: it works again soon after they did.</summary>
    private static readonly TimeSpan MendingPause = TimeSpan.FromMinutes(5);

    /// <summary>Slack's reasons that a person has to do something about.</summary>
    private const string SwitchedOff = "link_disabled", TooMany = "too_many_websockets";

    private readonly ConcurrentDictionary<Task, bool> closing = new();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAny(Task.WhenAll(closing.Keys), Task.Delay(Timeout.Infinite, cancellationToken));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Value.BySocket ? Task.WhenAll(Enumerable.Range(0, options.Value.Connections).Select(_ => KeepAsync(stoppingToken))) : Task.CompletedTask;

    /// <summary>One connection after the other, until the process stops.</summary>
    private async Task KeepAsync(CancellationToken stopping)
    {
        SlackConnection? current = null;
        var failures = 0;
        try
        {
            while (true)
            {
                var (next, pause) = await OpenAsync(failures, stopping);
                if (next is null)
                {
                    failures++;
                    await Task.Delay(pause, time, stopping);
                    continue;
                }

                failures = 0;
                if (current is not null) Close(current);
                current = next;
                var since = time.GetTimestamp();
                var reason = await current.Leaving.WaitAsync(stopping);
                var rest = PauseAfter(reason, time.GetElapsedTime(since));
                if (reason is null) Log.Broke(logger);
                if (reason == SwitchedOff) Log.Disabled(logger, rest);
                if (reason == TooMany) Log.TooManyConnections(logger, rest);
                await Task.Delay(rest, time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            if (current is not null) Close(current);
        }
    }

    /// <summary>How long to wait before the next connection. One that is sent away as soon as it came is not followed by another at once, whatever the reason.</summary>
    private static TimeSpan PauseAfter(string? reason, TimeSpan lasted) => reason switch
    {
        SwitchedOff => MendingPause,
        TooMany => LongestPause,
        _ => lasted < FirstPause ? FirstPause : TimeSpan.Zero,
    };

    /// <summary>A connection that Slack has greeted, or how long to wait before the next try.</summary>
    private async Task<(SlackConnection? Connection, TimeSpan Pause)> OpenAsync(int failures, CancellationToken stopping)
    {
        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, Math.Min(failures, 10))));
        switch (await client.ConnectAsync(stopping))
        {
            case Outcome<SlackSocket>.Done { Value: var socket }:
                var connection = new SlackConnection(socket, envelopes, options.Value.Timeout, logger);
                if (await connection.StartAsync()) return (connection, TimeSpan.Zero);
                Log.NoHello(logger, pause);
                Close(connection);
                return (null, pause);
            case Outcome<SlackSocket>.Never { Fault: var fault }:
                Log.Refused(logger, fault.Why, fault.Next, MendingPause);
                return (null, MendingPause);
            case Outcome<SlackSocket>.Later { Why: var why, After: var after }:
                var wait = after ?? pause;
                Log.NotNow(logger, why, wait);
                return (null, wait);
            default:
                throw new InvalidOperationException("A try ends in one of three ways.");
        }
    }

    /// <summary>In the background, so that the next connection does not wait for what the old one still has to acknowledge.</summary>
    private void Close(SlackConnection connection)
    {
        var done = CloseAsync(connection);
        closing[done] = true;
        _ = done.ContinueWith(ended => closing.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static async Task CloseAsync(SlackConnection connection)
    {
        using (connection)
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5))) await connection.CloseAsync(patience.Token);
    }

    private static partial class Log
    {
        [LoggerMessage(290, LogLevel.Warning, "Not connected to Slack by Socket Mode: {Why} Next try in {Pause}")]
        public static partial void NotNow(ILogger logger, string why, TimeSpan pause);

        [LoggerMessage(291, LogLevel.Error, "Slack does not let the bot connect by Socket Mode: {Why} {Next} Next try in {Pause}")]
        public static partial void Refused(ILogger logger, string why, string? next, TimeSpan pause);

        [LoggerMessage(292, LogLevel.Error, "Socket Mode is switched off for the app: nothing comes from Slack. Switch it on under Socket Mode in the app's settings. Next try in {Pause}")]
        public static partial void Disabled(ILogger logger, TimeSpan pause);

        [LoggerMessage(293, LogLevel.Warning, "A connection to Slack was opened and not greeted. Next try in {Pause}")]
        public static partial void NoHello(ILogger logger, TimeSpan pause);

        [LoggerMessage(294, LogLevel.Information, "A connection to Slack broke; it is opened again")]
        public static partial void Broke(ILogger logger);

        [LoggerMessage(295, LogLevel.Warning, "Slack closes a connection because the app has too many: over all its processes it may have 10. Make Slack:Connections smaller. Next try in {Pause}")]
        public static partial void TooManyConnections(ILogger logger, TimeSpan pause);
    }
}
