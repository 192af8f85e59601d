using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Sqlite;

/// <summary>The events, the deliveries, and the commit that keeps them with everything else.</summary>
internal static class Events
{
    public static ImmutableArray<StoredEvent> Read(SqliteFile file, StreamId stream, long after) =>
    [
        .. file.Prepare("select version, type, body, at from events where stream = ?1 and version > ?2 order by version")
            .Bind(stream.Name).Bind(after).Rows()
            .Select(s => new StoredEvent(stream, s.Long(), s.Text(), s.Text(), s.Time())),
    ];

    /// <summary>Writes the commit, or says why nothing of it may be kept.</summary>
    public static Written<CommitResult> Write(SqliteFile file, Commit commit)
    {
        if (commit.Delivery is { } delivery && !Put(file, delivery, commit.At))
        {
            return new(new CommitResult.Repeated(FindDelivery(file, delivery.Key)!), Keep: false);
        }
        foreach (var one in commit.Deliveries)
        {
            if (!Put(file, one, commit.At)) return new(new CommitResult.Repeated(FindDelivery(file, one.Key)!), Keep: false);
        }
        if (commit.Completes is { } work && !Work.Complete(file, work)) return new(new CommitResult.ClaimLost(), Keep: false);
        if (Append(file, commit) is { } conflict) return new(conflict, Keep: false);
        foreach (var key in commit.Withdrawn) Work.Withdraw(file, key);
        foreach (var item in commit.Work) Work.Add(file, item);
        foreach (var row in commit.Runs) Rows.Put(file, row);
        foreach (var row in commit.Live) Rows.Put(file, row);
        // A finished item frees its lane, and the next one in it may be claimed.
        var notice = new CommitNotice([.. commit.Streams.Select(s => s.Stream).Distinct()], !commit.Work.IsEmpty || commit.Completes is not null);
        return new(new CommitResult.Committed(), Notice: notice);
    }

    public static ImmutableArray<ChainEntry> ReadChain(SqliteFile file, long after, int atMost) =>
    [
        .. file.Prepare("select place, stream, version, type, body, at, via, hash from events where place > ?1 order by place limit ?2")
            .Bind(after).Bind(atMost).Rows()
            .Select(s => new ChainEntry(s.Long(), new StoredEvent(new StreamId(s.Text()), s.Long(), s.Text(), s.Text(), s.Time()), s.Text(), s.Text())),
    ];

    public static ChainHead? ReadChainHead(SqliteFile file) => file.Prepare("select place, hash from chain").First(s => new ChainHead(s.Long(), s.Text()));

    public static string? FindDelivery(SqliteFile file, string key) =>
        file.Prepare("select answer from deliveries where key = ?1").Bind(key).First(s => s.Text());

    /// <summary>Forgets some; a store that ran for months has many, and others wait for the writer meanwhile.</summary>
    public static int ForgetDeliveries(SqliteFile file, DateTimeOffset before, int atMost) => file.Prepare("""
        delete from deliveries where key in (select key from deliveries where at < ?1 order by at limit ?2)
        """).Bind(before).Bind(atMost).Run();

    /// <summary>The highest number that a run was ever kept with.</summary>
    public static long LastRunNumber(SqliteFile file)
    {
        var last = file.Prepare("select max(number) from runs").First(s => s.LongOrNull()) ?? 0;
        while (Version(file, new RunId(last + 1).Stream) > 0) last++;   // kept as events, without a row
        return last;
    }

    private static long Version(SqliteFile file, StreamId stream) =>
        file.Prepare("select max(version) from events where stream = ?1").Bind(stream.Name).First(s => s.LongOrNull()) ?? 0;

    /// <summary>Appends every stream, each event linked to the one before it, whichever stream that was of.</summary>
    private static CommitResult.Conflict? Append(SqliteFile file, Commit commit)
    {
        if (commit.Streams.IsEmpty) return null;
        var head = ReadChainHead(file);
        var (place, hash, via) = (head?.Place ?? 0, head is null ? new byte[Chain.Size] : Convert.FromHexString(head.Hash), commit.Delivery?.Key ?? Chain.Bot);
        foreach (var append in commit.Streams)
        {
            if (Version(file, append.Stream) != append.Expected) return new CommitResult.Conflict(append.Stream);
            var version = append.Expected;
            foreach (var e in append.Events)
            {
                Chain.Next(hash, append.Stream, ++version, e.Type, e.Body, commit.At, via, hash);
                file.Prepare("insert into events (place, stream, version, type, body, at, via, hash) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
                    .Bind(++place).Bind(append.Stream.Name).Bind(version).Bind(e.Type).Bind(e.Body).Bind(commit.At).Bind(via).Bind(Convert.ToHexStringLower(hash)).Run();
            }
        }

        file.Prepare("insert into chain (one, place, hash) values (1, ?1, ?2) on conflict (one) do update set place = excluded.place, hash = excluded.hash")
            .Bind(place).Bind(Convert.ToHexStringLower(hash)).Run();
        return null;
    }

    private static bool Put(SqliteFile file, Delivery delivery, DateTimeOffset at) =>
        file.Prepare("insert into deliveries (key, answer, at) values (?1, ?2, ?3) on conflict do nothing")
            .Bind(delivery.Key).Bind(delivery.Answer).Bind(at).Run() == 1;
}
