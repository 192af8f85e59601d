using System.Collections.Immutable;

namespace ChatOps.Runbooks.Work;

/// <summary>Where runs are kept: lists of events, the work they call for, deliveries seen, and rows to look things up by.</summary>
/// <remarks>
/// Everything in one <see cref="Commit"/> is kept together or not at all, and is on disk when the call returns.
/// Every method throws <see cref="StoreUnavailableException"/> when the database is locked, full or gone; nothing is half done then.
/// </remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>Brings the tables up to date; safe to call by several processes at once.</summary>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Begins to work. Where the store is for one process, this is the one from now on: what another claimed before it died can be claimed after a few seconds. Where several share it, nothing changes: claims run out by themselves.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Also when the store is for one process and another one still has it after a while.</exception>
    Task TakeOverAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>A run number that was never given out before. Gaps are possible.</summary>
    Task<long> NextRunNumberAsync(CancellationToken cancellationToken);

    /// <summary>The events of a stream after version <paramref name="after"/> (0 = all), oldest first; empty for an unknown stream.</summary>
    Task<ImmutableArray<StoredEvent>> ReadAsync(StreamId stream, long after, CancellationToken cancellationToken);

    /// <summary>Keeps everything in <paramref name="commit"/>, or nothing.</summary>
    Task<CommitResult> CommitAsync(Commit commit, CancellationToken cancellationToken);

    /// <summary>The answer that was kept with this delivery, or null when it was never seen.</summary>
    Task<string?> FindDeliveryAsync(string key, CancellationToken cancellationToken);

    /// <summary>Forgets deliveries older than <paramref name="before"/>, and counts them.</summary>
    Task<int> ForgetDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Claims due work: at most one item per lane, none in a lane where another is claimed, earliest due first.</summary>
    /// <param name="kinds">Only work of these kinds; empty = all.</param>
    Task<ImmutableArray<ClaimedWork>> ClaimAsync(string owner, ImmutableArray<string> kinds, int atMost, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Holds a claim for longer; false when it was lost meanwhile. A lease that ran out can be renewed as long as its lane stayed free.</summary>
    Task<bool> RenewAsync(ClaimedWork work, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Gives a claim back, to be tried again at <paramref name="due"/>; nothing happens when it was lost meanwhile.</summary>
    /// <remarks>Where a newer one with its key waits, that one stays and this one goes; its attempts are counted on, since what they left behind concerns both.</remarks>
    /// <param name="undone">True when nothing was attempted (a shutdown): the attempt is not counted.</param>
    Task ReturnAsync(ClaimedWork work, DateTimeOffset due, bool undone, CancellationToken cancellationToken);

    /// <summary>When the next unclaimed item is due or the next lease runs out; null when there is none.</summary>
    Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken);

    /// <summary>Runs, newest first.</summary>
    Task<ImmutableArray<RunRow>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken);

    /// <summary>The chain of everything that was ever kept, after place <paramref name="after"/> (0 = all), oldest first.</summary>
    Task<ImmutableArray<ChainEntry>> ReadChainAsync(long after, int atMost, CancellationToken cancellationToken);

    /// <summary>The end of the chain; null while it is empty.</summary>
    Task<ChainHead?> ReadChainHeadAsync(CancellationToken cancellationToken);

    /// <summary>What the bot last brought to each service and environment.</summary>
    Task<ImmutableArray<LiveRow>> ListLiveAsync(CancellationToken cancellationToken);

    /// <summary>Calls back after every commit and returned claim, this process's and (on PostgreSQL) every other's. Callbacks must be quick.</summary>
    IDisposable OnCommitted(Action<CommitNotice> callback);
}

/// <param name="Version">The event's place in its stream, from 1.</param>
/// <param name="Type">The stored name of its kind.</param>
/// <param name="Body">JSON.</param>
public sealed record StoredEvent(StreamId Stream, long Version, string Type, string Body, DateTimeOffset At);

/// <param name="Expected">The version that the stream must have for this to be kept; 0 = it must not exist.</param>
public sealed record StreamAppend(StreamId Stream, long Expected, ImmutableArray<NewEvent> Events);

public sealed record NewEvent(string Type, string Body);

/// <summary>What is kept together.</summary>
/// <param name="At">The time of its events.</param>
public sealed record Commit(DateTimeOffset At)
{
    public ImmutableArray<StreamAppend> Streams { get; init; } = [];
    public ImmutableArray<WorkItem> Work { get; init; } = [];

    /// <summary>Keys of unclaimed work that is no longer wanted; withdrawn before <see cref="Work"/> is added.</summary>
    public ImmutableArray<string> Withdrawn { get; init; } = [];
    public ImmutableArray<RunRow> Runs { get; init; } = [];
    public ImmutableArray<LiveRow> Live { get; init; } = [];

    /// <summary>Where it came from outside: when this key was kept before, nothing is and the answer kept then comes back.</summary>
    public Delivery? Delivery { get; init; }

    /// <summary>Deliveries that are kept too, where several are answered at once. When any was kept before, nothing is: take it out and try again.</summary>
    public ImmutableArray<Delivery> Deliveries { get; init; } = [];

    /// <summary>The claimed work that led to this; it is gone afterwards. When the claim was lost, nothing is kept.</summary>
    public ClaimedWork? Completes { get; init; }
}

/// <param name="Key">The sender's own name for this delivery, with the sender's in front: <c>slack:cmd:…</c>.</param>
/// <param name="Answer">What it was answered, to be given again when it comes again.</param>
public sealed record Delivery(string Key, string Answer);

public abstract record CommitResult
{
    private CommitResult() { }

    public sealed record Committed : CommitResult;

    /// <summary>Somebody else appended to this stream first: load it and decide again.</summary>
    public sealed record Conflict(StreamId Stream) : CommitResult;

    /// <summary>This delivery was kept before, with this answer. Nothing was kept now.</summary>
    public sealed record Repeated(string Answer) : CommitResult;

    /// <summary>The claim in <see cref="Commit.Completes"/> belongs to somebody else by now. Nothing was kept.</summary>
    public sealed record ClaimLost : CommitResult;
}

/// <summary>A run as a line in a list; made from its events and kept beside them.</summary>
public sealed record RunRow(
    long Number, string Kind, string Service, string Environment, string Version, string? FromVersion,
    string Status, bool Open, string By, DateTimeOffset OpenedAt, DateTimeOffset UpdatedAt, DateTimeOffset? ClosedAt, string Says)
{
    /// <summary>How long it took without what it waited for, to the millisecond.</summary>
    public TimeSpan Own { get; init; }
}

/// <summary>What the bot last brought to a place, and by which run; one row per service and environment.</summary>
public sealed record LiveRow(string Service, string Environment, string Version, string? PreviousVersion, long Run, string By, DateTimeOffset At);

/// <summary>Which runs to list; null = any.</summary>
public sealed record RunQuery(string? Service = null, string? Environment = null, bool? Open = null, long? Number = null, int AtMost = 50);

/// <summary>What a commit changed.</summary>
/// <param name="Streams">The streams that grew; empty where only work came, ended or was given back.</param>
/// <param name="WorkAdded">True when there may be new work to claim: something was added or given back, or a lane became free.</param>
public sealed record CommitNotice(ImmutableArray<StreamId> Streams, bool WorkAdded)
{
    /// <summary>
    /// True when commits of other processes may have gone by unheard (the connection was lost, or has just begun): any stream may have grown.
    /// <see cref="Streams"/> is empty and <see cref="WorkAdded"/> true then.
    /// </summary>
    public bool Everything { get; init; }
}

/// <summary>The database does not answer, or can't keep anything now. The message says which and what to do, without secrets.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner) : Exception(message, inner)
{
    public StoreUnavailableException() : this("The database is not available.", null) { }

    public StoreUnavailableException(string message) : this(message, null) { }
}
