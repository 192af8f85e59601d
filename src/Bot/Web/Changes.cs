using System.Globalization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>Which runs changed since when, for any number of open pages: one ear at the store, and a short memory.</summary>
internal sealed class Changes : IDisposable
{
    /// <summary>How far back it remembers; a page that was away for longer is shown everything.</summary>
    private const int Remembered = 4096;

    private readonly string epoch;
    private readonly Queue<(long At, long Run)> latest = new();
    private readonly Lock gate = new();
    private readonly IDisposable subscription;
    private TaskCompletionSource bell = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long now;
    private long forgotten;

    public Changes(IStore store, TimeProvider time)
    {
        // A restart begins a new count: a page that knows the old one is shown everything.
        epoch = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
        subscription = store.OnCommitted(Hear);
    }

    /// <summary>Where the count stands, as an event's id. To be read before what is shown with it.</summary>
    public string Now
    {
        get
        {
            lock (gate) return Name(now);
        }
    }

    /// <summary>What changed after <paramref name="since"/>; null when nothing did.</summary>
    public News? After(string? since)
    {
        lock (gate)
        {
            if (Number(since) is not { } from || from < forgotten || from > now) return new News(Name(now), null);
            return from == now ? null : new News(Name(now), [.. latest.Where(change => change.At > from).Select(change => change.Run).Distinct()]);
        }
    }

    /// <summary>Completes at the next change, or after <paramref name="patience"/>.</summary>
    public async Task WaitAsync(string since, TimeSpan patience, CancellationToken cancellationToken)
    {
        Task next;
        lock (gate)
        {
            if (Number(since) != now) return;
            next = bell.Task;
        }

        try
        {
            await next.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nothing happened, and that is what the caller will see.
        }
    }

    public void Dispose() => subscription.Dispose();

    private void Hear(CommitNotice notice)
    {
        TaskCompletionSource ring;
        lock (gate)
        {
            var before = now;
            if (notice.Everything)
            {
                latest.Clear();
                forgotten = ++now;
            }

            foreach (var stream in notice.Streams)
            {
                if (!stream.Name.StartsWith("run-", StringComparison.Ordinal) || !RunId.TryParse(stream.Name, out var run)) continue;
                latest.Enqueue((++now, run.Number));
                if (latest.Count > Remembered) forgotten = latest.Dequeue().At;
            }

            if (now == before) return;
            ring = bell;
            bell = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        ring.SetResult();
    }

    private string Name(long at) => $"{epoch}-{at.ToString(CultureInfo.InvariantCulture)}";

    private long? Number(string? name) =>
        name is not null && name.StartsWith(epoch + "-", StringComparison.Ordinal) && long.TryParse(name.AsSpan(epoch.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null;
}

/// <param name="At">Where the count stood: the next question's <c>since</c>.</param>
/// <param name="Runs">Runs that changed; null = any may have.</param>
internal sealed record News(string At, IReadOnlyCollection<long>? Runs)
{
    public bool Tells(long run) => Runs is null || Runs.Contains(run);
}
