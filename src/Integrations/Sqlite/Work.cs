using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Sqlite;

/// <summary>The work table: what is to be done, and who holds it until when.</summary>
internal static class Work
{
    /// <summary>Adds an item, or renews the one with its key that waits. That one's attempts stay: what they left behind is still to be looked for.</summary>
    public static void Add(SqliteFile file, WorkItem item) => file.Prepare("""
        insert into work (kind, key, lane, due, payload) values (?1, ?2, ?3, ?4, ?5)
        on conflict (key) where owner is null do update set
            kind = excluded.kind, lane = excluded.lane, payload = excluded.payload, due = min(due, excluded.due)
        """).Bind(item.Kind).Bind(item.Key).Bind(item.Lane).Bind(item.Due).Bind(item.Payload).Run();

    public static void Withdraw(SqliteFile file, string key) =>
        file.Prepare("delete from work where key = ?1 and owner is null").Bind(key).Run();

    /// <summary>Takes finished work away; false when the claim was lost.</summary>
    public static bool Complete(SqliteFile file, ClaimedWork work) =>
        file.Prepare("delete from work where id = ?1 and owner = ?2 and attempt = ?3").Bind(work.Id).Bind(work.Owner).Bind(work.Attempt).Run() == 1;

    public static ImmutableArray<ClaimedWork> Claim(
        SqliteFile file, string owner, ImmutableArray<string> kinds, int atMost, TimeSpan lease, DateTimeOffset now)
    {
        var claimed = ImmutableArray.CreateBuilder<ClaimedWork>();
        foreach (var id in Claimable(file, kinds, atMost, now))
        {
            claimed.Add(file.Prepare("""
                update work set owner = ?2, attempt = attempt + 1, first_claimed_at = coalesce(first_claimed_at, ?3), lease_until = ?4
                where id = ?1
                returning id, kind, key, lane, due, payload, attempt, first_claimed_at, owner, lease_until
                """).Bind(id).Bind(owner).Bind(now).Bind(now + lease).First(Read)!);
        }
        return claimed.ToImmutable();
    }

    /// <summary>Ends every lease by a moment: whoever held one is gone. The attempts stay, so that whoever claims next looks for what was left behind.</summary>
    public static int Expire(SqliteFile file, DateTimeOffset by) =>
        file.Prepare("update work set lease_until = ?1 where owner is not null and lease_until > ?1").Bind(by).Run();

    /// <summary>A lease that ran out can be renewed while nobody took the item, nor any other in its lane.</summary>
    public static bool Renew(SqliteFile file, ClaimedWork work, TimeSpan lease, DateTimeOffset now) => file.Prepare("""
        update work set lease_until = ?4
        where id = ?1 and owner = ?2 and attempt = ?3
          and (lease_until > ?5
               or not exists (select 1 from work b where b.lane = work.lane and b.owner is not null and b.lease_until > ?5 and b.id <> work.id))
        """).Bind(work.Id).Bind(work.Owner).Bind(work.Attempt).Bind(now + lease).Bind(now).Run() == 1;

    /// <summary>Gives a claim back; false when it was lost.</summary>
    public static bool Return(SqliteFile file, ClaimedWork work, DateTimeOffset due, bool undone)
    {
        var attempts = work.Attempt - (undone ? 1 : 0);
        var first = attempts > 0 ? work.FirstClaimedAt : (DateTimeOffset?)null;
        var gone = file.Prepare("""
            delete from work
            where id = ?1 and owner = ?2 and attempt = ?3
              and exists (select 1 from work newer where newer.key = work.key and newer.owner is null)
            """).Bind(work.Id).Bind(work.Owner).Bind(work.Attempt).Run() == 1;
        // The newer one inherits the attempts: it may find what they left behind, a message whose answer was lost.
        return gone
            ? file.Prepare("""
                update work set attempt = max(attempt, ?2), first_claimed_at = coalesce(first_claimed_at, ?3)
                where key = ?1 and owner is null
                """).Bind(work.Item.Key).Bind(attempts).Bind(first).Run() == 1
            : file.Prepare("""
                update work set owner = null, lease_until = null, due = ?4, attempt = ?5, first_claimed_at = ?6
                where id = ?1 and owner = ?2 and attempt = ?3
                """).Bind(work.Id).Bind(work.Owner).Bind(work.Attempt).Bind(due).Bind(attempts).Bind(first).Run() == 1;
    }

    public static DateTimeOffset? NextDue(SqliteFile file) => file.Prepare("""
        select min(at) from (
            select min(due) as at from work where owner is null
            union all
            select min(lease_until) from work where owner is not null)
        """).First(s => s.TimeOrNull());

    /// <summary>The first claimable item of each free lane, earliest due first. Rows are read only as far as they are needed.</summary>
    private static List<long> Claimable(SqliteFile file, ImmutableArray<string> kinds, int atMost, DateTimeOffset now)
    {
        var ids = new List<long>();
        if (atMost < 1) return ids;
        var lanes = new HashSet<string>(StringComparer.Ordinal);
        var wanted = kinds.IsDefaultOrEmpty ? "" : $"\n{string.Join('\n', kinds)}\n";
        foreach (var row in file.Prepare("""
            select id, lane, due from work w
            where owner is null and due <= ?1
              and (?2 = '' or instr(?2, char(10) || kind || char(10)) > 0)
              and not exists (select 1 from work b where b.lane = w.lane and b.owner is not null and b.lease_until > ?1)
            union all
            select id, lane, due from work w
            where owner is not null and lease_until <= ?1
              and (?2 = '' or instr(?2, char(10) || kind || char(10)) > 0)
              and not exists (select 1 from work b where b.lane = w.lane and b.owner is not null and b.lease_until > ?1)
            order by due, id
            """).Bind(now).Bind(wanted).Rows())
        {
            var id = row.Long();
            if (lanes.Add(row.Text())) ids.Add(id);
            if (ids.Count == atMost) break;
        }
        return ids;
    }

    private static ClaimedWork Read(Statement s)
    {
        var id = s.Long();
        var item = new WorkItem(s.Text(), s.Text(), s.Text(), s.Time(), s.Text());
        return new ClaimedWork(id, item, (int)s.Long(), s.Time(), s.Text(), s.Time());
    }
}
