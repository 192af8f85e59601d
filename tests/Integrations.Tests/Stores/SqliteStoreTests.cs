using ChatOps.Integrations.Sqlite;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Stores;

public sealed class SqliteStoreTests : StoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chatops-sqlite-").FullName;
    private SqliteOptions _options = new();

    private string DatabasePath => Path.Combine(_folder, "data", "bot.db");

    protected override IStore Open() => new SqliteStore(new SqliteAddress(DatabasePath), _options, NullLogger<SqliteStore>.Instance);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Locked_by_another_program_it_says_so_keeps_nothing_and_works_again_afterwards()
    {
        _options = new() { BusyTimeout = TimeSpan.FromMilliseconds(50) };
        var store = await OpenAsync();
        await KeepAsync(Append(new("a"), 0, "x"));
        using (var other = SqliteFile.Open(DatabasePath, TimeSpan.Zero, create: false))
        {
            other.Execute("begin immediate");
            var refused = await Should.ThrowAsync<StoreUnavailableException>(store.CommitAsync(Append(new("a"), 1, "y"), Stop));
            refused.Message.ShouldContain("locked");
            await Should.ThrowAsync<StoreUnavailableException>(store.ClaimAsync("ann", [], 1, Lease, Noon, Stop));
            (await store.ReadAsync(new("a"), 0, Stop)).Length.ShouldBe(1);
            other.Execute("rollback");
        }
        (await store.CommitAsync(Append(new("a"), 1, "y"), Stop)).ShouldBeOfType<CommitResult.Committed>();
    }

    [Fact]
    public async Task The_next_process_takes_over_after_a_few_seconds_what_one_before_it_had_claimed()
    {
        await Store.TakeOverAsync(Noon, Stop);
        await KeepAsync(Append(new("a"), 0, "x") with { Work = [Item("a", due: 0)] });
        (await Store.ClaimAsync("ann", [], 1, Lease, Noon, Stop)).ShouldHaveSingleItem();
        (await Store.ClaimAsync("bob", [], 1, Lease, Noon.AddSeconds(1), Stop)).ShouldBeEmpty();
        await Store.DisposeAsync();
        var next = await OpenAsync();
        await next.TakeOverAsync(Noon.AddSeconds(1), Stop);
        (await next.ClaimAsync("bob", [], 1, Lease, Noon.AddSeconds(5), Stop)).ShouldBeEmpty("what was sent last may still be on its way");
        (await next.NextDueAsync(Stop)).ShouldBe(Noon.AddSeconds(6));
        var taken = (await next.ClaimAsync("bob", [], 1, Lease, Noon.AddSeconds(6), Stop)).ShouldHaveSingleItem();

        // It knows that somebody tried, and looks for what that left behind.
        (taken.Attempt, taken.FirstClaimedAt).ShouldBe((2, Noon));
    }

    [Fact]
    public async Task While_one_process_works_on_the_file_another_is_refused_and_only_reads()
    {
        _options = new() { TakeOverPatience = TimeSpan.FromMilliseconds(50) };
        await Store.TakeOverAsync(Noon, Stop);
        var other = await OpenAsync();
        (await Should.ThrowAsync<StoreUnavailableException>(other.TakeOverAsync(Noon, Stop))).Message.ShouldSatisfyAllConditions(says => says.ShouldContain(DatabasePath), says => says.ShouldContain("PostgreSQL"));
        (await other.ReadAsync(new("a"), 0, Stop)).ShouldBeEmpty();
        await Store.DisposeAsync();
        await other.TakeOverAsync(Noon, Stop);
    }

    [Fact]
    public async Task Held_exclusively_not_even_reads_answer_until_it_is_let_go()
    {
        _options = new() { BusyTimeout = TimeSpan.FromMilliseconds(50) };
        await Store.DisposeAsync();
        var store = await OpenAsync();
        using (var other = SqliteFile.Open(DatabasePath, TimeSpan.Zero, create: false))
        {
            other.Execute("pragma locking_mode = exclusive; begin exclusive; insert into deliveries (key, answer, at) values ('k', 'a', 0); commit");
            await Should.ThrowAsync<StoreUnavailableException>(store.ReadAsync(new("a"), 0, Stop));
            await Should.ThrowAsync<StoreUnavailableException>(store.NextRunNumberAsync(Stop));
            await Should.ThrowAsync<StoreUnavailableException>(store.CommitAsync(Append(new("a"), 0, "y"), Stop));
            await Should.ThrowAsync<StoreUnavailableException>(store.MigrateAsync(Stop));
        }
        (await store.ReadAsync(new("a"), 0, Stop)).ShouldBeEmpty();
        (await store.CommitAsync(Append(new("a"), 0, "y"), Stop)).ShouldBeOfType<CommitResult.Committed>();
        (await store.NextRunNumberAsync(Stop)).ShouldBe(1);
    }

    [Fact]
    public async Task Full_it_says_so_keeps_nothing_of_it_and_works_again_when_there_is_room()
    {
        _options = new() { PagesAtMost = 60 };
        var store = await OpenAsync();
        var kept = 0;
        var refused = await Should.ThrowAsync<StoreUnavailableException>(async () =>
        {
            for (; kept < 1000; kept++)
            {
                await store.CommitAsync(Append(new($"s-{kept}"), 0, "x") with { Delivery = new($"d-{kept}", new string('x', 8000)) }, Stop);
            }
        });
        refused.Message.ShouldContain("no room");
        (await store.ReadAsync(new($"s-{kept}"), 0, Stop)).ShouldBeEmpty();
        (await store.FindDeliveryAsync($"d-{kept}", Stop)).ShouldBeNull();
        (await store.ReadAsync(new($"s-{kept - 1}"), 0, Stop)).Length.ShouldBe(1);
        (await store.ForgetDeliveriesAsync(Noon.AddDays(1), Stop)).ShouldBe(kept);
        (await store.CommitAsync(Append(new($"s-{kept}"), 0, "x"), Stop)).ShouldBeOfType<CommitResult.Committed>();
    }

    [Fact]
    public async Task A_file_that_was_deleted_is_missed_and_put_back_it_works()
    {
        await KeepAsync(Append(new("a"), 0, "x"));
        await Store.DisposeAsync();
        var store = await OpenAsync();
        (await store.ReadAsync(new("a"), 0, Stop)).Length.ShouldBe(1);
        (await store.CommitAsync(Append(new("a"), 1, "y"), Stop)).ShouldBeOfType<CommitResult.Committed>();
        File.Move(DatabasePath, DatabasePath + ".away");
        File.Move(DatabasePath + "-wal", DatabasePath + ".away-wal");
        foreach (var act in new Func<Task>[]
        {
            () => store.CommitAsync(Append(new("b"), 0, "y"), Stop), () => store.ReadAsync(new("a"), 0, Stop), () => store.CommitAsync(Append(new("b"), 0, "y"), Stop),
        })
        {
            (await Should.ThrowAsync<StoreUnavailableException>(act)).Message.ShouldContain(DatabasePath);
        }
        File.Exists(DatabasePath).ShouldBeFalse();
        File.Move(DatabasePath + ".away", DatabasePath);
        File.Delete(DatabasePath + "-wal");
        (await store.ReadAsync(new("a"), 0, Stop)).ShouldNotBeEmpty();
        (await store.CommitAsync(Append(new("c"), 0, "y"), Stop)).ShouldBeOfType<CommitResult.Committed>();
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_with_its_name()
    {
        await Store.DisposeAsync();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(DatabasePath)!)) File.Delete(file);
        await File.WriteAllTextAsync(DatabasePath, new string('x', 10_000), Stop);
        var store = await OpenAsync();
        (await Should.ThrowAsync<StoreUnavailableException>(store.MigrateAsync(Stop))).Message.ShouldContain(DatabasePath);
        await Should.ThrowAsync<StoreUnavailableException>(store.CommitAsync(Append(new("a"), 0, "x"), Stop));
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_left_alone()
    {
        using (var file = SqliteFile.Open(DatabasePath, TimeSpan.FromSeconds(1), create: false)) file.Execute("pragma user_version = 9999");
        (await Should.ThrowAsync<StoreUnavailableException>(Store.MigrateAsync(Stop))).Message.ShouldContain("newer version");
    }

    [Fact]
    public async Task A_row_that_can_not_be_fails_alone()
    {
        var bad = Append(new("bad"), 0, "x") with { Work = [Item("w") with { Payload = null! }] };
        var commits = Enumerable.Range(0, 9).Select(i => Store.CommitAsync(i == 4 ? bad : Append(new($"s-{i}"), 0, "x"), Stop)).ToList();
        await Should.ThrowAsync<InvalidOperationException>(commits[4]);
        commits.RemoveAt(4);
        (await Task.WhenAll(commits)).ShouldAllBe(r => r is CommitResult.Committed);
        (await Store.ReadAsync(new("bad"), 0, Stop)).ShouldBeEmpty();
    }

    [Fact]
    public void Claims_do_not_look_at_timers_of_the_future_nor_lists_at_closed_runs()
    {
        using var file = SqliteFile.Open(DatabasePath, TimeSpan.FromSeconds(1), create: false);
        Plan("select id, lane, due from work w where owner is null and due <= 5 order by due, id").ShouldContain("work_due (due<?)");
        Plan("select number, says from runs where true and open = 1 order by number desc limit 50").ShouldContain("runs_open");
        Plan("select number, says from runs where service = 'a' and environment = 'b' and open = 1 order by number desc limit 50").ShouldContain("runs_open_place");

        string Plan(string sql) => string.Join('\n', file.Prepare($"explain query plan {sql}").Rows().Select(s =>
        {
            _ = (s.Long(), s.Long(), s.Long());
            return s.Text();
        }));
    }

    [Fact]
    public async Task Closed_it_takes_nothing_more()
    {
        await Store.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(Store.CommitAsync(Append(new("a"), 0, "x"), Stop));
        await Should.ThrowAsync<ObjectDisposedException>(Store.ReadAsync(new("a"), 0, Stop));
    }
}
