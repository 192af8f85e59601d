using System.Collections.Concurrent;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Audit;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Keeps what people tried and were refused in the chain of events, before they are told. What one person does too often within a minute is counted, in one entry for that minute.</summary>
/// <remarks>What is only counted is kept once its minute is over, or when the process stops: a crash loses the count of that minute, never the attempts that were kept one by one.</remarks>
internal sealed partial class RefusalLog(IStore store, TimeProvider time, ILogger<RefusalLog> logger) : BackgroundService
{
    private const int LongestSaid = 300;
    private const int MostCounted = 1_000;

    private static readonly TimeSpan Often = TimeSpan.FromSeconds(20);

    private readonly Ledger<RefusalBook> ledger = new(store, RefusalBook.Stream, RefusalBook.Empty, (book, stored) => book.Evolve(RefusalJson.Read(stored), stored.At), book => book.Version);
    private readonly ConcurrentDictionary<(string Who, long Minute), (Caller By, int Count)> counted = new();

    /// <summary>Keeps a refusal of something that was tried; words that could not be understood, and the bot's own trouble, are none.</summary>
    /// <param name="said">The command, or what was clicked.</param>
    /// <param name="delivery">What brought it: coming again it is not kept again.</param>
    public async Task NoteAsync(Caller by, string said, Refusal refusal, RunId? run, string delivery, CancellationToken cancellationToken)
    {
        if (!RefusalCodes.IsOfAttempt(refusal.Code)) return;
        var now = Now;
        var attempt = new AttemptRefused(by.Person, by.Name, Shown(said), refusal.Code, refusal.Why, run);
        var full = false;
        try
        {
            await ledger.KeepAsync(book => (full = book.IsFull(attempt.Who, now)) ? null : new Commit(now)
            {
                Streams = [ledger.Append(book, [RefusalJson.Write(attempt)])],
                Delivery = new Delivery($"{delivery}:refused", refusal.Code),
            }, cancellationToken);
        }
        catch (StoreUnavailableException unavailable)
        {
            // It was refused all the same; that it can't be kept is for whoever runs the bot.
            Log.NotKept(logger, attempt.Who, refusal.Code, unavailable.Message);
            return;
        }

        if (full) Count(by, attempt.Who, now);
    }

    /// <summary>Keeps the counts of minutes that are over.</summary>
    /// <param name="all">Of the present one too.</param>
    public async Task FlushAsync(bool all, CancellationToken cancellationToken)
    {
        var now = Now;
        foreach (var key in counted.Keys.Where(key => all || key.Minute < RefusalBook.MinuteOf(now)).ToList())
        {
            if (!counted.TryRemove(key, out var surplus)) continue;
            var entry = new AttemptsCounted(surplus.By.Person, surplus.By.Name, DateTimeOffset.FromUnixTimeSeconds(key.Minute * 60), surplus.Count);
            try
            {
                await ledger.KeepAsync(book => new Commit(now) { Streams = [ledger.Append(book, [RefusalJson.Write(entry)])] }, cancellationToken);
            }
            catch (StoreUnavailableException unavailable)
            {
                counted.AddOrUpdate(key, surplus, (_, since) => (since.By, since.Count + surplus.Count));
                Log.NotKept(logger, key.Who, "counted", unavailable.Message);
                return;
            }
        }
    }

    public override void Dispose()
    {
        ledger.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Often, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await FlushAsync(all: false, stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
        finally
        {
            await FlushAsync(all: true, CancellationToken.None);
        }
    }

    private void Count(Caller by, string who, DateTimeOffset now)
    {
        // Whoever speaks under ever new names is one crowd.
        var minute = RefusalBook.MinuteOf(now);
        var (key, caller) = counted.Count < MostCounted || counted.ContainsKey((who, minute)) ? ((who, minute), by) : (("others", minute), Caller.Unknown("others"));
        counted.AddOrUpdate(key, (caller, 1), (_, before) => (before.By, before.Count + 1));
    }

    /// <summary>To the microsecond, as every store keeps it.</summary>
    private DateTimeOffset Now => time.GetUtcNow() is var now ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) : now;

    private static string Shown(string said)
    {
        if (SecretWords.In(said)) return "(not kept: it seems to hold a secret)";
        var line = string.Concat(said.Select(sign => char.IsControl(sign) ? ' ' : sign)).Trim();
        return line.Length > LongestSaid ? line[..(LongestSaid - 1)] + "…" : line;
    }

    private static partial class Log
    {
        [LoggerMessage(140, LogLevel.Warning, "A refused attempt of {Who} ({Code}) could not be kept: {Why}")]
        public static partial void NotKept(ILogger logger, string who, string code, string why);
    }
}
