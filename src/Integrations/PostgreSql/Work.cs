using System.Collections.Immutable;
using ChatOps.Runbooks.Work;
using Npgsql;

namespace ChatOps.Integrations.PostgreSql;

/// <summary>The work table: what is to be done, and who holds it until when.</summary>
internal static class Work
{
    /// <summary>Adds an item, or renews the one with its key that waits. That one's attempts stay: what they left behind is still to be looked for.</summary>
    public static void Add(NpgsqlBatch batch, WorkItem item, long id) => batch.Add("""
        insert into work (kind, key, lane, due, payload, id) values ($1, $2, $3, $4, $5, $6)
        on conflict (key) where owner is null do update set
            kind = excluded.kind, lane = excluded.lane, payload = excluded.payload, due = least(work.due, excluded.due)
        """, item.Kind, item.Key, item.Lane, item.Due, item.Payload, id);

    public static void Withdraw(NpgsqlBatch batch, string key) => batch.Add("delete from work where key = $1 and owner is null", key);

    /// <summary>As many new ids as there are items, one row each.</summary>
    public static void GiveIds(NpgsqlBatch batch, int count) => batch.Add("select nextval('work_ids') from generate_series(1, $1)", count);

    /// <summary>Takes finished work away; no row when the claim was lost.</summary>
    public static void Complete(NpgsqlBatch batch, ClaimedWork work) =>
        batch.Add("delete from work where id = $1 and owner = $2 and attempt = $3 returning id", work.Id, work.Owner, work.Attempt);

    /// <remarks>
    /// Two steps in one transaction. The first picks the best item of each free lane and locks those lanes against other claimers, until the
    /// transaction ends; a lane that another claimer looks at is passed over, and no more are locked than are wanted. The second starts after the locks are held, so it sees every
    /// claim made in these lanes before, looks again, and takes what is still free.
    /// </remarks>
    public static async Task<ImmutableArray<ClaimedWork>> ClaimAsync(
        NpgsqlConnection connection, string owner, ImmutableArray<string> kinds, int atMost, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var wanted = kinds.IsDefault ? [] : kinds.ToArray();
        await using var pick = connection.Command("""
            with claimable as materialized (
                select distinct on (lane) id, lane, due from work w
                where (owner is null and due <= $1 or owner is not null and lease_until <= $1)
                  and (cardinality($2) = 0 or kind = any($2))
                  and not exists (select 1 from work b where b.lane = w.lane and b.owner is not null and b.lease_until > $1)
                order by lane, due, id),
            ordered as materialized (select id, lane from claimable order by due, id)
            select id, lane from ordered where pg_try_advisory_xact_lock(hashtextextended(lane, 0)) limit $3
            """, now, wanted, Math.Max(0, atMost));
        var picked = await pick.ListAsync(r => (Id: r.GetInt64(0), Lane: r.GetString(1)), cancellationToken);
        if (picked.Count == 0) return [];

        await using var take = connection.Command("""
            with free as materialized (
                select w.id from work w
                join unnest($1::bigint[], $2::text[]) as picked (id, lane) on picked.id = w.id and picked.lane = w.lane
                where (w.owner is null and w.due <= $3 or w.owner is not null and w.lease_until <= $3)
                  and not exists (select 1 from work b where b.lane = w.lane and b.owner is not null and b.lease_until > $3)
                for update of w skip locked)
            update work set owner = $4, attempt = attempt + 1, first_claimed_at = coalesce(first_claimed_at, $3), lease_until = $5
            from free where work.id = free.id
            returning work.id, kind, key, lane, due, payload, attempt, first_claimed_at, owner, lease_until
            """, picked.Select(p => p.Id).ToArray(), picked.Select(p => p.Lane).ToArray(), now, owner, now + lease);
        var taken = await take.ListAsync(Read, cancellationToken);
        return [.. taken.OrderBy(w => w.Item.Due).ThenBy(w => w.Id)];
    }

    /// <summary>A lease that ran out can be renewed while nobody took the item, nor any other in its lane.</summary>
    public static async Task<bool> RenewAsync(NpgsqlConnection connection, ClaimedWork work, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // The lane's lock, as claimers take it: whether the lane is free must not change between the look and the write.
        await using var hold = connection.Command("select pg_advisory_xact_lock(hashtextextended($1, 0))", work.Item.Lane);
        await hold.ExecuteNonQueryAsync(cancellationToken);
        await using var renew = connection.Command("""
            update work set lease_until = $4
            where id = $1 and owner = $2 and attempt = $3
              and (lease_until > $5
                   or not exists (select 1 from work b where b.lane = work.lane and b.owner is not null and b.lease_until > $5 and b.id <> work.id))
            """, work.Id, work.Owner, work.Attempt, now + lease, now);
        return await renew.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Gives a claim back; false when it was lost.</summary>
    /// <remarks>
    /// The claim becomes a waiting item like any other that is added, except that one which waits already stays as it is and inherits the
    /// attempts: it may find what they left behind, a message whose answer was lost.
    /// </remarks>
    public static async Task<bool> ReturnAsync(NpgsqlConnection connection, ClaimedWork work, DateTimeOffset due, bool undone, CancellationToken cancellationToken)
    {
        var attempts = work.Attempt - (undone ? 1 : 0);
        await using var give = connection.Command("""
            with given as (
                delete from work where id = $1 and owner = $2 and attempt = $3 returning *)
            insert into work (id, kind, key, lane, due, payload, attempt, first_claimed_at)
            select id, kind, key, lane, $4, payload, $5, case when $5 > 0 then first_claimed_at end from given
            on conflict (key) where owner is null do update set
                attempt = greatest(work.attempt, excluded.attempt),
                first_claimed_at = coalesce(work.first_claimed_at, excluded.first_claimed_at)
            """, work.Id, work.Owner, work.Attempt, due, attempts);
        return await give.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public static async Task<DateTimeOffset?> NextDueAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var next = connection.Command("""
            select least(
                (select min(due) from work where owner is null),
                (select min(lease_until) from work where owner is not null))
            """);
        return (await next.ListAsync(r => r.TimeOrNull(0), cancellationToken))[0];
    }

    private static ClaimedWork Read(NpgsqlDataReader r) => new(
        r.GetInt64(0), new WorkItem(r.GetString(1), r.GetString(2), r.GetString(3), r.Time(4), r.GetString(5)),
        r.GetInt32(6), r.Time(7), r.GetString(8), r.Time(9));
}
