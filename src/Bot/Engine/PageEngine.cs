using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Paging;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Engine;

/// <summary>Loads a page, lets it decide, and keeps what it decided with the work that follows, in one transaction.</summary>
internal sealed partial class PageEngine(IStore store, Duty duty, IEnumerable<IPager> pagers, ILogger<PageEngine> logger) : IDisposable
{
    private const int Tries = 20;

    private readonly KeyedLock locks = new();

    /// <summary>The system that pages; null where the bot does by itself.</summary>
    public IPager? Pager { get; } = pagers.FirstOrDefault();

    public DateTimeOffset Now => duty.Now;

    /// <summary>A page as it stands: one that nobody wanted yet where there is none.</summary>
    public async Task<Page> FindAsync(string subject, CancellationToken cancellationToken)
    {
        var page = Page.Of(subject);
        foreach (var stored in await store.ReadAsync(page.Stream, 0, cancellationToken)) page = page.Evolve(PageJson.Read(stored), stored.At);
        return page;
    }

    /// <summary>Wants somebody to be called: whoever is on call now.</summary>
    public async Task WantAsync(PageNews news, ClaimedWork? completes, CancellationToken cancellationToken)
    {
        var (people, escalate) = await duty.ChainAsync(news.Who!.Value, cancellationToken);
        await TellAsync(news.Subject, new PageCommand.Want(news.Who.Value, news.Title!, news.Why!, news.Critical, people, escalate, Pager?.Patience) { Worse = news.Worse }, null, completes, cancellationToken);
    }

    /// <summary>Tells a page something, and keeps what it decides.</summary>
    /// <param name="delivery">Where it came from outside; null for the bot's own.</param>
    /// <param name="completes">The work that this is the answer to: gone in the same transaction.</param>
    public async Task<Page> TellAsync(string subject, PageCommand command, string? delivery, ClaimedWork? completes, CancellationToken cancellationToken)
    {
        using var held = await locks.TakeAsync(subject, cancellationToken);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var before = await FindAsync(subject, cancellationToken);
            var now = Now;
            var (after, events) = PageDecider.Decide(before, command, now);
            if (events.IsEmpty && completes is null) return before;
            var (work, withdrawn) = PageWork.Of(before, after, events, now);
            var result = await store.CommitAsync(new Commit(now)
            {
                Streams = events.IsEmpty ? [] : [new StreamAppend(before.Stream, before.Version, [.. events.Select(PageJson.Write)])],
                Work = work,
                Withdrawn = withdrawn,
                Delivery = delivery is null ? null : new Delivery(delivery, subject),
                Completes = completes,
            }, cancellationToken);
            if (result is CommitResult.Conflict) continue;
            if (result is not CommitResult.Committed) return await FindAsync(subject, cancellationToken);
            foreach (var what in events) Log.Happened(logger, subject, what.GetType().Name, after.Status);
            return after;
        }

        throw new StoreUnavailableException($"Too many changes to the page of {subject} at once: say it again.");
    }

    /// <summary>Lets the message of a round that ended while it was posted say so: as work of its own, since the chat may not take it at once.</summary>
    public Task OrderPastAsync(string subject, int round, Person person, PersonReached posted, ClaimedWork completes, CancellationToken cancellationToken) =>
        store.CommitAsync(new Commit(Now) { Work = [PageWork.Past(subject, round, person, posted, Now)], Completes = completes }, cancellationToken);

    public void Dispose() => locks.Dispose();

    private static partial class Log
    {
        [LoggerMessage(130, LogLevel.Information, "Page of {Subject}: {Event}, now {Status}")]
        public static partial void Happened(ILogger logger, string subject, string @event, PageStatus status);
    }
}
