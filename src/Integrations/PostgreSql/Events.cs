using System.Collections.Immutable;
using ChatOps.Runbooks.Work;
using Npgsql;

namespace ChatOps.Integrations.PostgreSql;

/// <summary>The events, the deliveries, and the commit that keeps them with everything else.</summary>
internal static class Events
{
    public static async Task<ImmutableArray<StoredEvent>> ReadAsync(NpgsqlConnection connection, StreamId stream, long after, CancellationToken cancellationToken)
    {
        await using var select = connection.Command(
            "select version, type, body, at from events where stream = $1 and version > $2 order by version", stream.Name, after);
        return [.. await select.ListAsync(r => new StoredEvent(stream, r.GetInt64(0), r.GetString(1), r.GetString(2), r.Time(3)), cancellationToken)];
    }

    /// <summary>Writes the commit in the transaction that is open, or says why nothing of it may be kept. Three round trips with the commit itself.</summary>
    public static async Task<CommitResult> WriteAsync(NpgsqlConnection connection, Commit commit, string notice, CancellationToken cancellationToken)
    {
        var (refusal, ids) = await LookAsync(connection, commit, cancellationToken);
        if (refusal is not null) return refusal;
        // Everybody takes rows in the same order, so that two commits may wait for each other's end but never both for the other's.
        var streams = commit.Streams.OrderBy(s => s.Stream.Name, StringComparer.Ordinal).ToList();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var append in streams) Append(batch, append, commit.At, commit.Delivery?.Key ?? Chain.Bot);
        var withdrawn = commit.Withdrawn.Select(key => (Key: key, Write: (Action)(() => Work.Withdraw(batch, key))));
        var added = commit.Work.Select((item, i) => (item.Key, Write: (Action)(() => Work.Add(batch, item, ids[i]))));
        foreach (var (_, write) in withdrawn.Concat(added).OrderBy(w => w.Key, StringComparer.Ordinal)) write();
        foreach (var row in commit.Runs.OrderBy(r => r.Number)) Rows.Put(batch, row);
        foreach (var row in commit.Live.OrderBy(r => (r.Service, r.Environment))) Rows.Put(batch, row);
        batch.Add("select pg_notify($1, $2)", Listener.ChannelName, notice);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var append in streams)
        {
            // The version was right when we looked. Whoever appended since then has taken the place of ours.
            if (!await reader.ReadAsync(cancellationToken) || reader.GetInt64(0) != append.Events.Length) return new CommitResult.Conflict(append.Stream);
            await reader.NextResultAsync(cancellationToken);
        }
        return new CommitResult.Committed();
    }

    public static async Task<ImmutableArray<ChainEntry>> ReadChainAsync(NpgsqlConnection connection, long after, int atMost, CancellationToken cancellationToken)
    {
        await using var select = connection.Command(
            "select place, stream, version, type, body, at, via, encode(hash, 'hex') from events where place > $1 order by place limit $2", after, atMost);
        return
        [
            .. await select.ListAsync(
                r => new ChainEntry(r.GetInt64(0), new StoredEvent(new StreamId(r.GetString(1)), r.GetInt64(2), r.GetString(3), r.GetString(4), r.Time(5)), r.GetString(6), r.GetString(7)), cancellationToken),
        ];
    }

    public static async Task<ChainHead?> ReadChainHeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var select = connection.Command("select place, encode(hash, 'hex') from chain where place > 0");
        return (await select.ListAsync(r => new ChainHead(r.GetInt64(0), r.GetString(1)), cancellationToken)).FirstOrDefault();
    }

    public static async Task<string?> FindDeliveryAsync(NpgsqlConnection connection, string key, CancellationToken cancellationToken)
    {
        await using var select = connection.Command("select answer from deliveries where key = $1", key);
        return (string?)await select.ExecuteScalarAsync(cancellationToken);
    }

    public static async Task<int> ForgetDeliveriesAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var delete = connection.Command("delete from deliveries where at < $1", before);
        return await delete.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Delivery, then claim, then streams; the first that stands in the way, or null and ids for the work. A delivery under way elsewhere is waited for.</summary>
    private static async Task<(CommitResult? Refusal, List<long> Ids)> LookAsync(NpgsqlConnection connection, Commit commit, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        List<Delivery> deliveries = [.. commit.Delivery is { } only ? [only] : Array.Empty<Delivery>(), .. commit.Deliveries.OrderBy(one => one.Key, StringComparer.Ordinal)];
        foreach (var d in deliveries)
        {
            batch.Add("insert into deliveries (key, answer, at) values ($1, $2, $3) on conflict do nothing returning key", d.Key, d.Answer, commit.At);
        }
        if (commit.Completes is { } work) Work.Complete(batch, work);
        foreach (var append in commit.Streams)
        {
            batch.Add("select coalesce(max(version), 0) from events where stream = $1", append.Stream.Name);
        }
        Work.GiveIds(batch, commit.Work.Length);

        var ids = new List<long>();
        Delivery? repeated = null;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            foreach (var d in deliveries)
            {
                if (!await NextAsync(reader)) repeated ??= d;
            }
            if (repeated is null) return (await RestAsync(reader), ids);
        }
        return (new CommitResult.Repeated((await FindDeliveryAsync(connection, repeated.Key, cancellationToken))!), ids);

        async Task<CommitResult?> RestAsync(NpgsqlDataReader reader)
        {
            if (commit.Completes is not null && !await NextAsync(reader)) return new CommitResult.ClaimLost();
            // One stream twice in a commit is allowed: the second goes on where the first will end.
            var appended = new Dictionary<StreamId, int>();
            foreach (var append in commit.Streams)
            {
                await reader.ReadAsync(cancellationToken);
                var version = reader.GetInt64(0) + appended.GetValueOrDefault(append.Stream);
                if (version != append.Expected) return new CommitResult.Conflict(append.Stream);
                appended[append.Stream] = appended.GetValueOrDefault(append.Stream) + append.Events.Length;
                await reader.NextResultAsync(cancellationToken);
            }
            while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetInt64(0));
            return null;
        }

        async Task<bool> NextAsync(NpgsqlDataReader reader)
        {
            var found = await reader.ReadAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            return found;
        }
    }

    /// <summary>Answers how many were appended: fewer than there are means that somebody else was there first.</summary>
    private static void Append(NpgsqlBatch batch, StreamAppend append, DateTimeOffset at, string via) => batch.Add(
        "select append_events($1, $2, $3, $4, $5, $6)",
        append.Stream.Name, append.Expected, append.Events.Select(e => e.Type).ToArray(), append.Events.Select(e => e.Body).ToArray(), at, via);
}
