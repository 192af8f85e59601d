namespace ChatOps.Testing.Kubernetes;

/// <summary>What goes wrong at the stand-in, as the test says.</summary>
public sealed class StandInFaults
{
    private readonly Lock gate = new();
    private readonly List<Failure> failures = [];
    private readonly HashSet<(string Verb, string Resource)> forbidden = [];
    private int dropBefore;
    private int dropAfter;
    private int conflicts;

    internal Action WatchesClosed { get; set; } = () => { };

    internal Action HistoryForgotten { get; set; } = () => { };

    internal sealed record Failure(int Status, int? RetryAfterSeconds, string? Verb)
    {
        public int Times { get; set; }
    }

    /// <summary>Hangs up on every request, and on the watches that are open.</summary>
    public bool RefuseConnections
    {
        get;
        set
        {
            field = value;
            if (value) CloseWatches();
        }
    }

    /// <summary>Watches stay open and say nothing.</summary>
    public bool MuteWatches { get; set; }

    /// <summary>Watches that are opened from now on tell again what was true up to this version, and nothing newer: a server that lags behind the one before. Null = they don't.</summary>
    public long? JumpBackTo { get; set; }

    /// <summary>Watches of a forgotten version answer 410 as the status of the request, rather than as an event.</summary>
    public bool GoneAsStatus { get; set; }

    /// <summary>Answers the next requests with a status; <paramref name="verb"/> as permissions name it (<c>patch</c>), null = any but watch.</summary>
    public void FailNext(int times, int status, int? retryAfterSeconds = null, string? verb = null)
    {
        lock (gate) failures.Add(new Failure(status, retryAfterSeconds, verb) { Times = times });
    }

    /// <summary>Hangs up on the next patches before they are applied.</summary>
    public void DropBeforeApplying(int times = 1)
    {
        lock (gate) dropBefore += times;
    }

    /// <summary>Applies the next patches and hangs up instead of answering.</summary>
    public void DropAfterApplying(int times = 1)
    {
        lock (gate) dropAfter += times;
    }

    /// <summary>Lets somebody else change the object just before the next patches.</summary>
    public void ConflictNext(int times = 1)
    {
        lock (gate) conflicts += times;
    }

    /// <summary>Answers 403 to a verb on a resource until <see cref="Allow"/>.</summary>
    public void Forbid(string verb, string resource)
    {
        lock (gate) forbidden.Add((verb, resource));
    }

    public void Allow(string verb, string resource)
    {
        lock (gate) forbidden.Remove((verb, resource));
    }

    /// <summary>Ends every open watch, as servers do now and then.</summary>
    public void CloseWatches() => WatchesClosed();

    /// <summary>Makes every version known so far too old: open watches end with 410 and must list again.</summary>
    public void ForgetHistory() => HistoryForgotten();

    internal bool IsForbidden(string verb, string resource)
    {
        lock (gate) return forbidden.Contains((verb, resource));
    }

    internal Failure? TakeFailure(string verb)
    {
        lock (gate)
        {
            var failure = failures.Find(f => f.Verb is null ? verb != "watch" : f.Verb == verb);
            if (failure is not null && --failure.Times <= 0) failures.Remove(failure);
            return failure;
        }
    }

    internal bool TakeDropBefore() => Take(ref dropBefore);

    internal bool TakeDropAfter() => Take(ref dropAfter);

    internal bool TakeConflict() => Take(ref conflicts);

    private bool Take(ref int left)
    {
        lock (gate)
        {
            if (left == 0) return false;
            left--;
            return true;
        }
    }
}
