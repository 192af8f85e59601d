using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatOps.Runbooks.Audit;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Stores;

/// <summary>What every store must do, whichever database it stands on.</summary>
public abstract partial class StoreContract : IAsyncLifetime
{
    protected static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly StreamId Run1 = new RunId(1).Stream;

    private readonly List<IStore> _opened = [];

    protected IStore Store { get; private set; } = null!;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        Store = await OpenAsync();
        await Store.MigrateAsync(Stop);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var store in _opened) await store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A store on the same database: as another process would open it, or the same one after a restart.</summary>
    protected abstract IStore Open();

    /// <summary>What must be there before the first store can be opened.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    private protected async Task<IStore> OpenAsync()
    {
        if (_opened.Count == 0) await PrepareAsync();
        var store = Open();
        _opened.Add(store);
        return store;
    }

    [Fact]
    public async Task Every_event_is_linked_to_the_one_before_it()
    {
        (await Store.ReadChainHeadAsync(Stop)).ShouldBeNull();
        IStore[] stores = [Store, await OpenAsync()];
        var stream = new StreamId("run-1-more");
        await Store.CommitAsync(new Commit(Noon.AddTicks(7)) { Streams = [new(Run1, 0, [new("opened", """{"by":"Zoë 🚀"}"""), new("began", "{}")]), new(stream, 0, [new("locked", "{}")])], Delivery = new("slack:act:UANA:1", "yes") }, Stop);
        (await Store.CommitAsync(new Commit(Noon) { Streams = [new(Run1, 1, [new("lost", "{}")])] }, Stop)).ShouldBeOfType<CommitResult.Conflict>();
        await Task.WhenAll(Enumerable.Range(10, 40).Select(n => Task.Run(() => stores[n % 2].CommitAsync(new Commit(Noon) { Streams = [new(new RunId(n).Stream, 0, [new("opened", $"{{\"n\":{n}}}")])] }, Stop))));

        var entries = await Store.ReadChainAsync(0, 1_000, Stop);
        entries.Length.ShouldBe(43);
        entries.Take(4).Select(e => $"{e.Place} {e.Event.Stream} {e.Event.Version} {e.Event.Type} {e.Via}").Take(3).ShouldBe(["1 run-1 1 opened slack:act:UANA:1", "2 run-1 2 began slack:act:UANA:1", "3 run-1-more 1 locked slack:act:UANA:1"]);
        entries[3].Via.ShouldBe(Chain.Bot);
        var check = new ChainCheck();
        foreach (var entry in entries) check.Next(entry).ShouldBeNull();
        check.End(await Store.ReadChainHeadAsync(Stop)).ShouldBeNull();
        (await Store.ReadChainAsync(40, 2, Stop)).Select(e => e.Place).ShouldBe([41, 42]);
    }

    /// <summary>Workers that want different kinds pick different items: only the lane itself can keep them apart.</summary>
    [Fact]
    public async Task Two_that_claim_at_once_never_hold_one_lane_together()
    {
        IStore[] stores = [Store, await OpenAsync(), await OpenAsync()];
        for (var round = 0; round < 40; round++)
        {
            var lane = $"lane-{round}";
            await Store.CommitAsync(Add([.. Enumerable.Range(0, 6).Select(n => Item($"{round}-{n}", lane, kind: $"kind{n % 3}"))]), Stop);
            var claimed = await Task.WhenAll(Enumerable.Range(0, 9).Select(n => Task.Run(() => stores[n % 3].ClaimAsync($"worker{n}", [$"kind{n % 3}"], 5, Lease, Noon, Stop))));
            claimed.Sum(one => one.Count(work => work.Item.Lane == lane)).ShouldBeLessThanOrEqualTo(1, lane);
        }
    }

    [Fact]
    public async Task Several_deliveries_are_kept_together_and_one_that_was_seen_keeps_them_all_out()
    {
        await KeepAsync(Append(Run1, 0, "one") with { Deliveries = [new("b", "1"), new("a", "2")] });
        (await Store.FindDeliveryAsync("a", Stop)).ShouldBe("2");
        var result = await Store.CommitAsync(Append(Run1, 1, "two") with { Deliveries = [new("c", "3"), new("a", "4")] }, Stop);
        result.ShouldBe(new CommitResult.Repeated("2"));
        (await Store.FindDeliveryAsync("c", Stop)).ShouldBeNull();
        (await Store.ReadAsync(Run1, 0, Stop)).Length.ShouldBe(1);
    }

    private protected static Commit Append(StreamId stream, long expected, params string[] bodies) => new(Noon)
    {
        Streams = [new(stream, expected, [.. bodies.Select(b => new NewEvent("Happened", b))])],
    };

    private protected static WorkItem Item(string key, string lane = "lane", int due = 0, string kind = "kind", string payload = "{}") =>
        new(kind, key, lane, Noon.AddSeconds(due), payload);

    private protected static Commit Add(params WorkItem[] items) => new(Noon) { Work = [.. items] };

    private protected Task<ImmutableArray<ClaimedWork>> ClaimAsync(int at = 0, int atMost = 10, string owner = "ann", params string[] kinds) =>
        Store.ClaimAsync(owner, [.. kinds], atMost, Lease, Noon.AddSeconds(at), Stop);

    private protected async Task KeepAsync(Commit commit) => (await Store.CommitAsync(commit, Stop)).ShouldBeOfType<CommitResult.Committed>();

    private static RunRow Row(long number, string service = "api", string environment = "prod", bool open = true) => new(
        number, "deploy", service, environment, "v1.2.3", null, open ? "waiting" : "succeeded", open, "ana@example.com",
        Noon, Noon.AddTicks(12345670), open ? null : Noon.AddHours(1), "Says \"it\" – plainly ✓");

    [Fact]
    public async Task Events_come_back_as_they_were_kept_oldest_first()
    {
        var at = Noon.AddTicks(1234567890);
        await KeepAsync(Append(Run1, 0, "{\"a\":1}", "", "ü✓") with { At = at });
        await KeepAsync(Append(Run1, 3, "last") with { At = at.ToOffset(TimeSpan.FromHours(2)) });
        var events = await Store.ReadAsync(Run1, 0, Stop);
        events.Select(e => (e.Stream, e.Version, e.Type, e.Body)).ShouldBe(
            [(Run1, 1, "Happened", "{\"a\":1}"), (Run1, 2, "Happened", ""), (Run1, 3, "Happened", "ü✓"), (Run1, 4, "Happened", "last")]);
        events.ShouldAllBe(e => e.At == at && e.At.Offset == TimeSpan.Zero);
        (await Store.ReadAsync(Run1, 3, Stop)).Single().Body.ShouldBe("last");
        (await Store.ReadAsync(new("unknown"), 0, Stop)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_stream_at_another_version_is_a_conflict_and_nothing_is_kept(long expected)
    {
        await KeepAsync(Append(Run1, 0, "one", "two"));
        var result = await Store.CommitAsync(
            Append(new("other"), 0, "x") with
            {
                Streams = [new(new("other"), 0, [new("Happened", "x")]), new(Run1, expected, [new("Happened", "three")])],
                Work = [Item("card")],
                Runs = [Row(1)],
                Live = [new("api", "prod", "v1", null, 1, "ana", Noon)],
                Delivery = new("slack:1", "ok"),
            },
            Stop);
        result.ShouldBe(new CommitResult.Conflict(Run1));
        (await Store.ReadAsync(new("other"), 0, Stop)).ShouldBeEmpty();
        (await Store.ReadAsync(Run1, 0, Stop)).Length.ShouldBe(2);
        (await Store.FindDeliveryAsync("slack:1", Stop)).ShouldBeNull();
        (await ClaimAsync()).ShouldBeEmpty();
        (await Store.ListRunsAsync(new(), Stop)).ShouldBeEmpty();
        (await Store.ListLiveAsync(Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_delivery_that_was_kept_before_gets_its_answer_again_before_anything_else_is_looked_at()
    {
        await KeepAsync(Append(Run1, 0, "one") with { Delivery = new("slack:1", "the answer") });
        var lost = new ClaimedWork(99, Item("x"), 1, Noon, "nobody", Noon);
        var result = await Store.CommitAsync(Append(Run1, 0, "again") with { Delivery = new("slack:1", "another"), Completes = lost, Work = [Item("x")] }, Stop);
        result.ShouldBe(new CommitResult.Repeated("the answer"));
        (await Store.ReadAsync(Run1, 0, Stop)).Length.ShouldBe(1);
        (await Store.FindDeliveryAsync("slack:1", Stop)).ShouldBe("the answer");
        (await ClaimAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Deliveries_are_forgotten_by_age_and_can_then_come_again()
    {
        await KeepAsync(new Commit(Noon) { Delivery = new("old", "1") });
        await KeepAsync(new Commit(Noon.AddHours(1)) { Delivery = new("new", "2") });
        (await Store.ForgetDeliveriesAsync(Noon.AddHours(1), Stop)).ShouldBe(1);
        (await Store.FindDeliveryAsync("old", Stop)).ShouldBeNull();
        (await Store.FindDeliveryAsync("new", Stop)).ShouldBe("2");
        await KeepAsync(new Commit(Noon) { Delivery = new("old", "3") });
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_by_any_filter_and_a_later_row_replaces_an_earlier()
    {
        await KeepAsync(new Commit(Noon) { Runs = [Row(1), Row(2, "web"), Row(3, "api", "staging"), Row(4)] });
        await KeepAsync(new Commit(Noon) { Runs = [Row(1, open: false) with { FromVersion = "v1", Says = "" }] });
        (await ListAsync(new())).ShouldBe([4, 3, 2, 1]);
        (await ListAsync(new(AtMost: 2))).ShouldBe([4, 3]);
        (await ListAsync(new("api"))).ShouldBe([4, 3, 1]);
        (await ListAsync(new("api", "prod"))).ShouldBe([4, 1]);
        (await ListAsync(new("api", "prod", Open: true))).ShouldBe([4]);
        (await ListAsync(new(Open: true))).ShouldBe([4, 3, 2]);
        (await ListAsync(new(Open: false))).ShouldBe([1]);
        (await ListAsync(new(Environment: "staging"))).ShouldBe([3]);
        (await ListAsync(new(Number: 2))).ShouldBe([2]);
        (await ListAsync(new("nothing"))).ShouldBeEmpty();
        (await Store.ListRunsAsync(new(Number: 1), Stop)).ShouldBe([Row(1, open: false) with { FromVersion = "v1", Says = "" }]);
        (await Store.ListRunsAsync(new(Number: 4), Stop)).ShouldBe([Row(4)]);

        async Task<IEnumerable<long>> ListAsync(RunQuery query) => (await Store.ListRunsAsync(query, Stop)).Select(r => r.Number);
    }

    [Fact]
    public async Task What_is_live_is_one_row_per_place()
    {
        await KeepAsync(new Commit(Noon) { Live = [new("web", "prod", "v1", null, 1, "ana", Noon), new("api", "prod", "v1", null, 2, "ana", Noon)] });
        await KeepAsync(new Commit(Noon) { Live = [new("web", "prod", "v2", "v1", 3, "ben", Noon.AddHours(1))] });
        (await Store.ListLiveAsync(Stop)).ShouldBe([new("api", "prod", "v1", null, 2, "ana", Noon), new("web", "prod", "v2", "v1", 3, "ben", Noon.AddHours(1))]);
    }

    [Fact]
    public async Task Every_commit_is_told_after_it_is_kept_and_a_callback_that_throws_harms_nobody()
    {
        var told = new ConcurrentQueue<CommitNotice>();
        using var bad = Store.OnCommitted(_ => throw new InvalidOperationException("a bad callback"));
        using var good = Store.OnCommitted(told.Enqueue);
        await KeepAsync(Append(Run1, 0, "x"));
        await KeepAsync(Append(Run1, 1, "x") with { Work = [Item("a")] });
        (await Store.CommitAsync(Append(Run1, 0, "x"), Stop)).ShouldBeOfType<CommitResult.Conflict>();
        await KeepAsync(new Commit(Noon) { Completes = (await ClaimAsync()).Single() });
        await Eventually(() => Told().Count == 3);
        Told().Select(n => (string.Join(',', n.Streams), n.WorkAdded)).ShouldBe([("run-1", false), ("run-1", true), ("", true)]);
        good.Dispose();
        await KeepAsync(Append(Run1, 2, "x"));
        Told().Count.ShouldBe(3);

        List<CommitNotice> Told() => [.. told.Where(n => !n.Everything)];
    }

    [Fact]
    public async Task Of_many_who_append_to_one_version_exactly_one_wins_each_time()
    {
        const int writers = 8, versions = 15;
        var others = new List<IStore> { Store, await OpenAsync() };
        for (var version = 0; version < versions; version++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, writers).Select(i =>
                Task.Run(() => others[i % others.Count].CommitAsync(Append(Run1, version, $"{i}") with { Work = [Item($"{version}-{i}")] }, Stop))));
            results.Count(r => r is CommitResult.Committed).ShouldBe(1);
            results.Count(r => r is CommitResult.Conflict).ShouldBe(writers - 1);
        }
        (await Store.ReadAsync(Run1, 0, Stop)).Select(e => e.Version).ShouldBe(Enumerable.Range(1, versions).Select(v => (long)v));
    }

    [Fact]
    public async Task Of_many_with_one_delivery_exactly_one_is_kept_and_all_hear_its_answer()
    {
        var others = new[] { Store, await OpenAsync() };
        var results = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() =>
            others[i % 2].CommitAsync(Append(new($"run-{i}"), 0, "x") with { Delivery = new("slack:1", $"{i}") }, Stop))));
        results.Count(r => r is CommitResult.Committed).ShouldBe(1);
        var answer = await Store.FindDeliveryAsync("slack:1", Stop);
        results.OfType<CommitResult.Repeated>().Select(r => r.Answer).ShouldBe(Enumerable.Repeat(answer!, 11));
    }

    [Fact]
    public async Task Of_many_claimers_each_item_goes_to_one_and_no_lane_is_ever_in_two_hands()
    {
        const int lanes = 7, each = 20, claimers = 6;
        await KeepAsync(Add([.. Enumerable.Range(0, lanes * each).Select(i => Item($"{i}", $"lane-{i % lanes}", due: i / lanes))]));
        var stores = new[] { Store, await OpenAsync(), await OpenAsync() };
        var held = new ConcurrentDictionary<string, string>();
        var done = new ConcurrentQueue<WorkItem>();
        var faults = new ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, claimers).Select(i => Task.Run(async () =>
        {
            var store = stores[i % stores.Length];
            while (done.Count < lanes * each && faults.IsEmpty)
            {
                foreach (var work in await store.ClaimAsync($"claimer-{i}", [], 3, Lease, Noon.AddHours(1), Stop))
                {
                    if (!held.TryAdd(work.Item.Lane, work.Item.Key)) faults.Enqueue($"{work.Item.Lane} is in two hands");
                    if (work.Attempt != 1) faults.Enqueue($"{work.Item.Key} was claimed twice");
                    await Task.Yield();
                    done.Enqueue(work.Item);
                    held.TryRemove(work.Item.Lane, out _);
                    if (await store.CommitAsync(new Commit(Noon) { Completes = work }, Stop) is not CommitResult.Committed) faults.Enqueue($"{work.Item.Key} was lost");
                }
            }
        })));
        faults.ShouldBeEmpty();
        done.Select(i => i.Key).Distinct().Count().ShouldBe(lanes * each);
        done.GroupBy(i => i.Lane).ShouldAllBe(lane => lane.Select(i => i.Due).SequenceEqual(lane.Select(i => i.Due).Order()));
    }

    [Fact]
    public async Task Run_numbers_are_given_once_and_never_again_after_a_restart()
    {
        var numbers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => Store.NextRunNumberAsync(Stop))));
        numbers.Distinct().Count().ShouldBe(50);
        numbers.ShouldAllBe(n => n > 0);
        foreach (var number in numbers.Order()) await KeepAsync(Append(new RunId(number).Stream, 0, "opened") with { Runs = number % 2 == 0 ? [Row(number)] : [] });
        await Store.DisposeAsync();
        var again = await OpenAsync();
        (await again.NextRunNumberAsync(Stop)).ShouldBeGreaterThan(numbers.Max());
    }

    [Fact]
    public async Task Opened_again_everything_is_there()
    {
        await KeepAsync(Append(Run1, 0, "x") with
        {
            Work = [Item("a", due: 5)], Runs = [Row(1)], Live = [new("api", "prod", "v1", null, 1, "ana", Noon)], Delivery = new("slack:1", "ok"),
        });
        await Store.DisposeAsync();
        var again = await OpenAsync();
        await again.MigrateAsync(Stop);
        (await again.ReadAsync(Run1, 0, Stop)).Length.ShouldBe(1);
        (await again.FindDeliveryAsync("slack:1", Stop)).ShouldBe("ok");
        (await again.ListRunsAsync(new(), Stop)).ShouldBe([Row(1)]);
        (await again.ListLiveAsync(Stop)).Length.ShouldBe(1);
        (await again.ClaimAsync("ann", [], 1, Lease, Noon.AddSeconds(5), Stop)).Single().Item.ShouldBe(Item("a", due: 5));
    }

    [Fact]
    public async Task Several_may_bring_the_tables_up_to_date_at_once()
    {
        var others = new[] { Store, await OpenAsync(), await OpenAsync() };
        await Task.WhenAll(others.Select(s => Task.Run(() => s.MigrateAsync(Stop))));
        await KeepAsync(Append(Run1, 0, "x"));
    }

    [Fact]
    public async Task A_caller_that_gave_up_before_its_turn_has_changed_nothing_and_the_others_have()
    {
        using var gaveUp = new CancellationTokenSource();
        await gaveUp.CancelAsync();
        var commits = Enumerable.Range(0, 20).Select(i => Store.CommitAsync(Append(new($"s-{i}"), 0, "x"), i % 2 == 0 ? Stop : gaveUp.Token)).ToList();
        for (var i = 0; i < commits.Count; i++)
        {
            if (i % 2 == 0) (await commits[i]).ShouldBeOfType<CommitResult.Committed>();
            else await Should.ThrowAsync<OperationCanceledException>(commits[i]);
            (await Store.ReadAsync(new($"s-{i}"), 0, Stop)).Length.ShouldBe(i % 2 == 0 ? 1 : 0);
        }
    }

    /// <summary>Waits for something that comes by itself, for as long as a slow machine may need.</summary>
    private protected static async Task Eventually(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, Stop);
        while (!condition()) await Task.Delay(5, both.Token);
    }
}
