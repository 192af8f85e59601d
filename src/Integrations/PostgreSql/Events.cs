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
        if (await LookAsync(connection, commit, cancellationToken) is { } refusal) return refusal;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var append in commit.Streams) Append(batch, append, commit.At);
        if (!commit.Withdrawn.IsEmpty) Work.Withdraw(batch, commit.Withdrawn);
        foreach (var item in commit.Work) Work.Add(batch, item);
        foreach (var row in commit.Runs) Rows.Put(batch, row);
        foreach (var row in commit.Live) Rows.Put(batch, row);
        batch.Add("select pg_notify($1, $2)", Listener.ChannelName, notice);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var append in commit.Streams)
        {
            // The version was right when we looked. Whoever appended since then has taken the place of ours.
            if (!await reader.ReadAsync(cancellationToken) || reader.GetInt64(0) != append.Events.Length) return new CommitResult.Conflict(append.Stream);
            await reader.NextResultAsync(cancellationToken);
        }
        return new CommitResult.Committed();
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

    /// <summary>Delivery, then claim, then streams; the first that stands in the way, or null. A delivery under way elsewhere is waited for.</summary>
    private static async Task<CommitResult?> LookAsync(NpgsqlConnection connection, Commit commit, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (commit.Delivery is { } d)
        {
            batch.Add("insert into deliveries (key, answer, at) values ($1, $2, $3) on conflict do nothing returning key", d.Key, d.Answer, commit.At);
        }
        if (commit.Completes is { } work) Work.Complete(batch, work);
        foreach (var append in commit.Streams)
        {
            batch.Add("select coalesce(max(version), 0) from events where stream = $1", append.Stream.Name);
        }
        if (batch.BatchCommands.Count == 0) return null;

        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (commit.Delivery is null || await NextAsync(reader)) return await RestAsync(reader);
        }
        return new CommitResult.Repeated((await FindDeliveryAsync(connection, commit.Delivery.Key, cancellationToken))!);

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
    private static void Append(NpgsqlBatch batch, StreamAppend append, DateTimeOffset at) => batch.Add("""
        with added as (
            insert into events (stream, version, type, body, at)
            select $1, $2 + new.place, new.type, new.body, $5 from unnest($3::text[], $4::text[]) with ordinality as new (type, body, place)
            on conflict (stream, version) do nothing
            returning 1)
        select count(*) from added
        """, append.Stream.Name, append.Expected, append.Events.Select(e => e.Type).ToArray(), append.Events.Select(e => e.Body).ToArray(), at);
}
