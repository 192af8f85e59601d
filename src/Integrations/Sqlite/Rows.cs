using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Sqlite;

/// <summary>The rows to look things up by: runs, and what is live where.</summary>
internal static class Rows
{
    public static void Put(SqliteFile file, RunRow row) => file.Prepare("""
        insert into runs (number, kind, service, environment, version, from_version, status, open, by, opened_at, updated_at, closed_at, says, own_ms)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        on conflict (number) do update set
            kind = excluded.kind, service = excluded.service, environment = excluded.environment, version = excluded.version,
            from_version = excluded.from_version, status = excluded.status, open = excluded.open, by = excluded.by,
            opened_at = excluded.opened_at, updated_at = excluded.updated_at, closed_at = excluded.closed_at, says = excluded.says, own_ms = excluded.own_ms
        """)
        .Bind(row.Number).Bind(row.Kind).Bind(row.Service).Bind(row.Environment).Bind(row.Version).Bind(row.FromVersion).Bind(row.Status)
        .Bind(row.Open).Bind(row.By).Bind(row.OpenedAt).Bind(row.UpdatedAt).Bind(row.ClosedAt).Bind(row.Says).Bind((long)row.Own.TotalMilliseconds).Run();

    public static void Put(SqliteFile file, LiveRow row) => file.Prepare("""
        insert into live (service, environment, version, previous_version, run, by, at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict (service, environment) do update set
            version = excluded.version, previous_version = excluded.previous_version, run = excluded.run, by = excluded.by, at = excluded.at
        """)
        .Bind(row.Service).Bind(row.Environment).Bind(row.Version).Bind(row.PreviousVersion).Bind(row.Run).Bind(row.By).Bind(row.At).Run();

    public static ImmutableArray<RunRow> List(SqliteFile file, RunQuery query)
    {
        // Only the filters that are given, so that each combination finds its index; there are 24 of them at most.
        var select = file.Prepare($"""
            select number, kind, service, environment, version, from_version, status, open, by, opened_at, updated_at, closed_at, says, own_ms
            from runs
            where true
            {(query.Service is null ? "" : "and service = ?")}
            {(query.Environment is null ? "" : "and environment = ?")}
            {(query.Number is null ? "" : "and number = ?")}
            {query.Open switch { null => "", true => "and open = 1", false => "and open = 0" }}
            order by number desc
            limit ?
            """);
        if (query.Service is { } service) select.Bind(service);
        if (query.Environment is { } environment) select.Bind(environment);
        if (query.Number is { } number) select.Bind(number);
        return [.. select.Bind(Math.Max(0, query.AtMost)).Rows().Select(ReadRun)];
    }

    public static ImmutableArray<LiveRow> ListLive(SqliteFile file) =>
    [
        .. file.Prepare("select service, environment, version, previous_version, run, by, at from live order by service, environment")
            .Rows().Select(s => new LiveRow(s.Text(), s.Text(), s.Text(), s.TextOrNull(), s.Long(), s.Text(), s.Time())),
    ];

    private static RunRow ReadRun(Statement s) => new(
        s.Long(), s.Text(), s.Text(), s.Text(), s.Text(), s.TextOrNull(), s.Text(), s.Bool(), s.Text(), s.Time(), s.Time(), s.TimeOrNull(), s.Text()) { Own = TimeSpan.FromMilliseconds(s.Long()) };
}
