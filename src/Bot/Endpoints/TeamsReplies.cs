using System.Collections.Concurrent;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Teams;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Gives answers in Teams, also after the request they belong to was answered.</summary>
/// <remarks>Answers that are still on their way when the process stops are waited for, as long as the host allows.</remarks>
internal sealed partial class TeamsReplies(TeamsReply teams, ILogger<TeamsReplies> logger) : IHostedService, IDisposable
{
    /// <summary>Clients give a button a few seconds; the way there and back needs some of them.</summary>
    public static readonly TimeSpan InvokePatience = TimeSpan.FromSeconds(2);

    /// <summary>Teams delivers a message again after about 15 seconds.</summary>
    public static readonly TimeSpan MessagePatience = TimeSpan.FromSeconds(8);

    private readonly ConcurrentDictionary<Task, bool> late = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>For the work behind a request: it goes on when Teams hangs up, and ends when the process must.</summary>
    public CancellationToken Stopping => stopping.Token;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var all = Task.WhenAll(late.Keys);
        await Task.WhenAny(all, Task.Delay(Timeout.Infinite, cancellationToken));
        if (!all.IsCompleted) Log.CutOff(logger, late.Count);
        await stopping.CancelAsync();
    }

    public void Dispose() => stopping.Dispose();

    /// <summary>The desk's reply, with what went wrong made into one.</summary>
    public async Task<Reply> GuardAsync(Func<Task<Reply>> ask)
    {
        try
        {
            return await ask();
        }
        catch (StoreUnavailableException e)
        {
            Log.StoreGone(logger, e);
            return SlackReplies.Sorry("The bot can't keep anything just now: its database does not answer. Nothing was changed. Try again in a minute.");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return SlackReplies.Sorry("The bot is being restarted. Look whether your command is there, and give it again if not.");
        }
        catch (Exception e)
        {
            // The edge of the process: the person who asked is told, the log has the rest.
            Log.Failed(logger, e);
            return SlackReplies.Sorry("Something went wrong in the bot, and it has been logged. Look whether your command is there before giving it again.");
        }
    }

    /// <summary>Posts the reply, once it is there, where the person spoke.</summary>
    public void AnswerLater(Task<Reply> reply, TeamsActivity to) => Later(async () =>
    {
        if (await reply is { Card: { } card }
            && await teams.AnswerAsync(to.Conversation, to.Thread, TeamsCards.Render(card, TeamsView.All), stopping.Token) is not Outcome<Nothing>.Done) Log.Unheard(logger);
    });

    /// <summary>Does something that nobody waits for.</summary>
    public void Later(Func<Task> act)
    {
        var acting = GuardedAsync(act);
        late[acting] = true;
        _ = acting.ContinueWith(done => late.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Whether the reply comes in time.</summary>
    /// <param name="reply">Guarded: it never fails.</param>
    public static async Task<bool> InTimeAsync(Task reply, TimeSpan patience)
    {
        try
        {
            await reply.WaitAsync(patience);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task GuardedAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e)
        {
            // Nobody awaits this.
            Log.Failed(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(350, LogLevel.Error, "A request from Teams could not be kept: the database does not answer")]
        public static partial void StoreGone(ILogger logger, Exception problem);

        [LoggerMessage(351, LogLevel.Error, "A request from Teams failed")]
        public static partial void Failed(ILogger logger, Exception problem);

        [LoggerMessage(352, LogLevel.Warning, "An answer could not be shown to the person in Teams")]
        public static partial void Unheard(ILogger logger);

        [LoggerMessage(353, LogLevel.Warning, "{Count} answers to people in Teams were cut off by the stop")]
        public static partial void CutOff(ILogger logger, int count);
    }
}
