using System.Collections.Concurrent;
using ChatOps.Integrations.PostgreSql;
using ChatOps.Runbooks.Work;
using ChatOps.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Stores;

public sealed class PostgreSqlStoreTests(SharedPostgres shared) : StoreContract
{
    private string _address = "";

    protected override IStore Open() => Open(_address);

    protected override async Task PrepareAsync() => _address = await (await shared.GetAsync()).CreateDatabaseAsync(Stop);

    [Fact]
    public async Task Whoever_begins_leaves_to_others_what_they_claimed()
    {
        await KeepAsync(Append(new("a"), 0, "x") with { Work = [Item("a", due: 0)] });
        (await Store.ClaimAsync("ann", [], 1, Lease, Noon, Stop)).ShouldHaveSingleItem();
        var other = await OpenAsync();
        await other.TakeOverAsync(Noon.AddSeconds(1), Stop);
        (await other.ClaimAsync("bob", [], 1, Lease, Noon.AddSeconds(1), Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Other_processes_hear_of_commits_and_of_returned_work()
    {
        var told = new ConcurrentQueue<CommitNotice>();
        var other = await OpenAsync();
        using var subscription = other.OnCommitted(told.Enqueue);
        await Eventually(() => told.Any(n => n.Everything));
        await KeepAsync(Append(new("run-1"), 0, "x") with { Work = [Item("a")] });
        await Store.ReturnAsync((await ClaimAsync()).Single(), Noon, undone: true, Stop);
        await Eventually(() => told.Count == 3);
        told.Skip(1).Select(n => (string.Join(',', n.Streams), n.WorkAdded, n.Everything)).ShouldBe([("run-1", true, false), ("", true, false)]);
    }

    [Fact]
    public async Task More_names_than_a_notice_holds_are_told_as_everything()
    {
        var told = new ConcurrentQueue<CommitNotice>();
        var other = await OpenAsync();
        using var subscription = other.OnCommitted(told.Enqueue);
        await Eventually(() => !told.IsEmpty);
        await KeepAsync(new Commit(Noon) { Streams = [.. Enumerable.Range(0, 400).Select(i => new StreamAppend(new($"queue-a-rather-long-name/{i}"), 0, [new("Happened", "x")]))] });
        await Eventually(() => told.Count == 2);
        told.Last().ShouldSatisfyAllConditions(n => n.Everything.ShouldBeTrue(), n => n.Streams.ShouldBeEmpty(), n => n.WorkAdded.ShouldBeTrue());
    }

    [Fact]
    public async Task Commits_that_wait_for_each_other_are_both_kept_in_the_end()
    {
        var other = await OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            var there = Add([.. Enumerable.Range(0, 40).Select(k => Item($"{k}"))]);
            var back = Add([.. Enumerable.Range(0, 40).Reverse().Select(k => Item($"{k}"))]);
            var results = await Task.WhenAll(
                Enumerable.Range(0, 8).Select(n => Task.Run(() => (n % 2 == 0 ? Store : other).CommitAsync(n % 2 == 0 ? there : back, Stop))));
            results.ShouldAllBe(r => r is CommitResult.Committed);
        }
    }

    [Fact]
    public async Task A_stopped_server_is_told_in_words_without_the_password_and_started_again_it_works()
    {
        await using var server = await PostgresServer.StartAsync(durable: true, Stop);
        await using var store = Open(await server.CreateDatabaseAsync(Stop));
        var told = new ConcurrentQueue<CommitNotice>();
        using var subscription = store.OnCommitted(told.Enqueue);
        await store.MigrateAsync(Stop);
        (await store.CommitAsync(Append(new("a"), 0, "x"), Stop)).ShouldBeOfType<CommitResult.Committed>();
        await Eventually(() => told.Any(n => n.Everything));
        told.Clear();

        await server.StopAsync(Stop);
        foreach (var act in new Func<Task>[]
        {
            () => store.CommitAsync(Append(new("a"), 1, "y"), Stop), () => store.ReadAsync(new("a"), 0, Stop), () => store.NextRunNumberAsync(Stop),
            () => store.ClaimAsync("ann", [], 1, Lease, Noon, Stop), () => store.MigrateAsync(Stop),
        })
        {
            var refused = await Should.ThrowAsync<StoreUnavailableException>(act);
            refused.Message.ShouldContain($"127.0.0.1:{server.Port}");
            refused.ToString().ShouldNotContain("not-asked-for");
        }

        await server.StartAsync(Stop);
        (await store.ReadAsync(new("a"), 0, Stop)).Length.ShouldBe(1);
        (await store.CommitAsync(Append(new("a"), 1, "y"), Stop)).ShouldBeOfType<CommitResult.Committed>();
        await Eventually(() => told.Any(n => n.Everything));
    }

    [Theory]
    [InlineData("no_such_database", "no such database")]
    public async Task What_the_server_refuses_is_told_in_words(string database, string says)
    {
        await using var store = Open((await shared.GetAsync()).Address(database));
        (await Should.ThrowAsync<StoreUnavailableException>(store.MigrateAsync(Stop))).Message.ShouldContain(says);
    }

    [Fact]
    public async Task Without_its_tables_it_says_so()
    {
        await using var store = Open(await (await shared.GetAsync()).CreateDatabaseAsync(Stop));
        (await Should.ThrowAsync<StoreUnavailableException>(store.ListLiveAsync(Stop))).Message.ShouldContain("lacks the bot's tables");
    }

    private static PostgreSqlStore Open(string value)
    {
        PostgreSqlAddress.TryRead(value, out var address, out var fault).ShouldBeTrue(fault);
        return new PostgreSqlStore(address!, TimeProvider.System, NullLogger<PostgreSqlStore>.Instance);
    }
}
