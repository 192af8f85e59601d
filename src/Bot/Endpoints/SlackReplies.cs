using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Gives answers to one person, also after Slack was told that the request arrived.</summary>
/// <remarks>Late answers that are still on their way when the process stops are waited for, as long as the host allows.</remarks>
internal sealed partial class SlackReplies(SlackClient client, SlackLate late, ILogger<SlackReplies> logger) : IHostedService, IDisposable
{
    /// <summary>Slack gives up after 3 seconds; keeping the request and the way there and back need some of them.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2.2);

    private readonly ConcurrentDictionary<Task, bool> answers = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>For the work behind a request: it goes on when Slack hangs up, and ends when the process must.</summary>
    public CancellationToken Stopping => stopping.Token;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var all = Task.WhenAll(answers.Keys);
        await Task.WhenAny(all, Task.Delay(Timeout.Infinite, cancellationToken));
        if (!all.IsCompleted) Log.CutOff(logger, answers.Count);
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
            return Sorry("The bot can't keep anything just now: its database does not answer. Nothing was changed. Try again in a minute.");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return Sorry("The bot is being restarted. Look whether your command is there, and give it again if not.");
        }
        catch (Exception e)
        {
            // The edge of the process: the person who asked is told, the log has the rest.
            Log.Failed(logger, e);
            return Sorry("Something went wrong in the bot, and it has been logged. Look whether your command is there before giving it again.");
        }
    }

    /// <summary>Sends the reply once it is there: by the address that came with the request, or else to the person in the channel.</summary>
    /// <param name="kept">The request as it was kept for a process after this one; it is forgotten once it is answered here.</param>
    public void AnswerLater(Task<Reply> reply, SlackAsker asker, LateRequest? kept = null)
    {
        Track(kept is null ? AnswerAsync(reply, asker) : FinishAsync(reply, kept));
    }

    /// <summary>Draws the Home tab of one person. It is drawn anew each time it is opened: one that fails is not made up for.</summary>
    public void ShowHome(Func<Task<Card>> home, string user) => Track(HomeAsync(home, user));

    private async Task HomeAsync(Func<Task<Card>> home, string user)
    {
        try
        {
            if (await client.PublishHomeAsync(user, SlackHome.View(await home()), stopping.Token) is not Outcome<Nothing>.Done) Log.Unheard(logger);
        }
        catch (Exception e)
        {
            // Nobody awaits this.
            Log.Failed(logger, e);
        }
    }

    private void Track(Task answering)
    {
        answers[answering] = true;
        _ = answering.ContinueWith(done => answers.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task FinishAsync(Task<Reply> pending, LateRequest kept)
    {
        try
        {
            await pending;
            if (stopping.IsCancellationRequested) return;      // the process after this one answers
            await AnswerAsync(pending, kept.Asker);
            await late.ForgetAsync(kept, stopping.Token);
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            // It is done once more later, by its delivery's key without effect, and answered again.
            Log.NotForgotten(logger, e);
        }
    }

    /// <summary>Sends a reply; never throws.</summary>
    public async Task AnswerAsync(Task<Reply> pending, SlackAsker asker)
    {
        try
        {
            if (await pending is not { Card: { } card } reply) return;
            var message = SlackCards.Render(card);
            if (asker.AnswerAt is { } address)
            {
                // A reply takes the place of the reply that was clicked; the card of a run is left alone.
                var body = SlackReply.Of(message) with { ReplaceOriginal = asker.InReply && reply.Refusal is null };
                if (await client.RespondAsync(address, body, stopping.Token) is Outcome<Nothing>.Done) return;
            }

            if (await client.ShowAsync(asker.Channel, asker.User, message, asker.Thread, stopping.Token) is not Outcome<Nothing>.Done) Log.Unheard(logger);
        }
        catch (Exception e)
        {
            // Nobody awaits this.
            Log.Failed(logger, e);
        }
    }

    /// <summary>The dialog that asks for a reason.</summary>
    public static JsonObject ReasonView(string label, string metadata) => new()
    {
        ["type"] = "modal",
        ["callback_id"] = "reason",
        ["private_metadata"] = metadata,
        ["title"] = Plain("Give a reason"),
        ["submit"] = Plain(SlackText.Fit(label, 21)),
        ["close"] = Plain("Cancel"),
        ["blocks"] = new JsonArray(new JsonObject
        {
            ["type"] = "input",
            ["block_id"] = "reason",
            ["label"] = Plain("Why?"),
            ["hint"] = Plain("It is kept with the run, for everybody to read."),
            ["element"] = new JsonObject { ["type"] = "plain_text_input", ["action_id"] = "reason", ["multiline"] = true, ["max_length"] = 500 },
        }),
    };

    public static Reply Sorry(string sentence) => new(new Card("That did not work", Tone.Bad, null, sentence) { Body = [new CardBlock.Text(sentence)] });

    private static JsonObject Plain(string text) => new() { ["type"] = "plain_text", ["text"] = text, ["emoji"] = false };

    private static partial class Log
    {
        [LoggerMessage(250, LogLevel.Error, "A request from Slack could not be kept: the database does not answer")]
        public static partial void StoreGone(ILogger logger, Exception problem);

        [LoggerMessage(251, LogLevel.Error, "A request from Slack failed")]
        public static partial void Failed(ILogger logger, Exception problem);

        [LoggerMessage(252, LogLevel.Warning, "An answer could not be shown to the person in Slack")]
        public static partial void Unheard(ILogger logger);

        [LoggerMessage(254, LogLevel.Information, "A late answer may be given twice")]
        public static partial void NotForgotten(ILogger logger, Exception problem);

        [LoggerMessage(253, LogLevel.Warning, "{Count} answers to people in Slack were cut off by the stop")]
        public static partial void CutOff(ILogger logger, int count);
    }
}

/// <summary>Whom to answer, and how to reach them.</summary>
internal sealed record SlackAsker(string User, string Channel, Uri? AnswerAt = null, bool InReply = false, string? Thread = null);
