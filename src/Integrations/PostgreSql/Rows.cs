using System.Collections.Immutable;
using ChatOps.Runbooks.Work;
using Npgsql;

namespace ChatOps.Integrations.PostgreSql;

/// <summary>The rows to look things up by: runs, and what is live where.</summary>
internal static class Rows
{
    public static void Put(NpgsqlBatch batch, RunRow row) => batch.Add("""
        insert into runs (number, kind, service, environment, version, from_version, status, open, by, opened_at, updated_at, closed_at, says, own_ms)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        on conflict (number) do update set
            kind = excluded.kind, service = excluded.service, environment = excluded.environment, version = excluded.version,
            from_version = excluded.from_version, status = excluded.status, open = excluded.open, by = excluded.by,
            opened_at = excluded.opened_at, updated_at = excluded.updated_at, closed_at = excluded.closed_at, says = excluded.says, own_ms = excluded.own_ms
        """,
        row.Number, row.Kind, row.Service, row.Environment, row.Version, row.FromVersion, row.Status,
        row.Open, row.By, row.OpenedAt, row.UpdatedAt, row.ClosedAt, row.Says, (long)row.Own.TotalMilliseconds);

    public static void Put(NpgsqlBatch batch, LiveRow row) => batch.Add("""
        insert into live (service, environment, version, previous_version, run, by, at) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (service, environment) do update set
            version = excluded.version, previous_version = excluded.previous_version, run = excluded.run, by = excluded.by, at = excluded.at
        """, row.Service, row.Environment, row.Version, row.PreviousVersion, row.Run, row.By, row.At);

    public static async Task<ImmutableArray<RunRow>> ListAsync(NpgsqlConnection connection, RunQuery query, CancellationToken cancellationToken)
    {
        // Values are planned with each time, so a filter that is null costs nothing and each combination finds its index.
        await using var select = connection.Command("""
            select number, kind, service, environment, version, from_version, status, open, by, opened_at, updated_at, closed_at, says, own_ms
            from runs
            where ($1::text is null or service = $1)
              and ($2::text is null or environment = $2)
              and ($3::boolean is null or open = $3)
              and ($4::bigint is null or number = $4)
            order by number desc
            limit $5
            """, query.Service, query.Environment, query.Open, query.Number, Math.Max(0, query.AtMost));
        return [.. await select.ListAsync(ReadRun, cancellationToken)];
    }

    public static async Task<ImmutableArray<LiveRow>> ListLiveAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var select = connection.Command(
            "select service, environment, version, previous_version, run, by, at from live order by service collate \"C\", environment collate \"C\"");
        return
        [
            .. await select.ListAsync(
                r => new LiveRow(r.GetString(0), r.GetString(1), r.GetString(2), r.TextOrNull(3), r.GetInt64(4), r.GetString(5), r.Time(6)),
                cancellationToken),
        ];
    }

    private static RunRow ReadRun(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.TextOrNull(5), r.GetString(6), r.GetBoolean(7),
        r.GetString(8), r.Time(9), r.Time(10), r.TimeOrNull(11), r.GetString(12)) { Own = TimeSpan.FromMilliseconds(r.GetInt64(13)) };
}
