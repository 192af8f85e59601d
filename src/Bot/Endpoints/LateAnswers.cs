using System.Collections.Concurrent;
using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>The desk's work behind requests of a chat that were answered already, and the answers that follow.</summary>
/// <remarks>What is still on its way when the process stops is waited for, as long as the host allows.</remarks>
/// <param name="chat">As people call it.</param>
internal abstract partial class LateAnswers(string chat, ILogger logger) : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<Task, bool> late = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>For the work behind a request: it goes on when the chat hangs up, and ends when the process must.</summary>
    public CancellationToken Stopping => stopping.Token;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var all = Task.WhenAll(late.Keys);
        await Task.WhenAny(all, Task.Delay(Timeout.Infinite, cancellationToken));
        if (!all.IsCompleted) Log.CutOff(logger, late.Count, chat);
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
            Log.StoreGone(logger, e, chat);
            return Sorry("The bot can't keep anything just now: its database does not answer. Nothing was changed. Try again in a minute.");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return Sorry("The bot is being restarted. Look whether your command is there, and give it again if not.");
        }
        catch (Exception e)
        {
            // The edge of the process: the person who asked is told, the log has the rest.
            Log.Failed(logger, e, chat);
            return Sorry("Something went wrong in the bot, and it has been logged. Look whether your command is there before giving it again.");
        }
    }

    /// <summary>Does something that nobody waits for.</summary>
    public void Later(Func<Task> act)
    {
        var acting = QuietlyAsync(act);
        late[acting] = true;
        _ = acting.ContinueWith(done => late.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Whether the reply comes in time.</summary>
    /// <param name="reply">Guarded: it never fails.</param>
    public static async Task<bool> InTimeAsync(Task reply, TimeSpan patience)
    {
        if (reply.IsCompleted) return true;
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

    public static Reply Sorry(string sentence) => new(new Card("That did not work", Tone.Bad, null, sentence) { Body = [new CardBlock.Text(sentence)] });

    /// <summary>Answers a request that was kept for the process after this one, and forgets it; where this one stops first, the other answers.</summary>
    protected async Task FinishAsync(Task<Reply> reply, Func<Task> answer, Func<Task> forget)
    {
        await reply;
        if (stopping.IsCancellationRequested) return;
        await answer();
        try
        {
            await forget();
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            // It is done once more later, by its delivery's key without effect, and answered again.
            Log.NotForgotten(logger, e, chat);
        }
    }

    protected void Unheard() => Log.Unheard(logger, chat);

    private async Task QuietlyAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e)
        {
            // Nobody awaits this.
            Log.Failed(logger, e, chat);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(250, LogLevel.Error, "A request from {Chat} could not be kept: the database does not answer")]
        public static partial void StoreGone(ILogger logger, Exception problem, string chat);

        [LoggerMessage(251, LogLevel.Error, "A request from {Chat} failed")]
        public static partial void Failed(ILogger logger, Exception problem, string chat);

        [LoggerMessage(252, LogLevel.Warning, "An answer could not be shown to the person in {Chat}")]
        public static partial void Unheard(ILogger logger, string chat);

        [LoggerMessage(253, LogLevel.Warning, "{Count} answers to people in {Chat} were cut off by the stop")]
        public static partial void CutOff(ILogger logger, int count, string chat);

        [LoggerMessage(254, LogLevel.Information, "A late answer in {Chat} may be given twice")]
        public static partial void NotForgotten(ILogger logger, Exception problem, string chat);
    }
}
