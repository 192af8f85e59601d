using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatOps.Runbooks.Audit;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Stores;

/// <summary>What every store must do, whichever database it stands on.</summary>
public abstract class StoreContract : IAsyncLifetime
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
    public async Task Finished_work_is_gone_and_what_it_led_to_is_kept_with_it()
    {
        await KeepAsync(Add(Item("a")));
        var work = (await ClaimAsync()).Single();
        work.ShouldSatisfyAllConditions(
            w => w.Item.ShouldBe(Item("a")), w => w.Attempt.ShouldBe(1), w => w.FirstClaimedAt.ShouldBe(Noon),
            w => w.Owner.ShouldBe("ann"), w => w.LeaseUntil.ShouldBe(Noon + Lease));
        await KeepAsync(Append(Run1, 0, "done") with { Completes = work });
        (await ClaimAsync(at: 1000)).ShouldBeEmpty();
        (await Store.NextDueAsync(Stop)).ShouldBeNull();
        (await Store.CommitAsync(Append(Run1, 1, "done twice") with { Completes = work }, Stop)).ShouldBeOfType<CommitResult.ClaimLost>();
    }

    [Fact]
    public async Task A_claim_that_another_took_can_no_longer_complete_renew_or_return()
    {
        await KeepAsync(Add(Item("a")));
        var first = (await ClaimAsync()).Single();
        var second = (await ClaimAsync(at: 30, owner: "ben")).Single();
        (second.Id, second.Attempt, second.FirstClaimedAt).ShouldBe((first.Id, 2, Noon));
        (await Store.RenewAsync(first, Lease, Noon.AddSeconds(31), Stop)).ShouldBeFalse();
        await Store.ReturnAsync(first, Noon, undone: false, Stop);
        // The claim is looked at before the streams.
        (await Store.CommitAsync(Append(Run1, 7, "x") with { Completes = first }, Stop)).ShouldBeOfType<CommitResult.ClaimLost>();
        (await ClaimAsync(at: 31)).ShouldBeEmpty();
        await KeepAsync(Append(Run1, 0, "x") with { Completes = second });
    }

    [Fact]
    public async Task A_claim_lost_to_the_same_owner_is_lost_too()
    {
        await KeepAsync(Add(Item("a")));
        var first = (await ClaimAsync()).Single();
        var second = (await ClaimAsync(at: 30)).Single();
        (await Store.RenewAsync(first, Lease, Noon.AddSeconds(31), Stop)).ShouldBeFalse();
        (await Store.RenewAsync(second, Lease, Noon.AddSeconds(31), Stop)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_renewed_lease_holds_longer_and_one_that_ran_out_only_while_its_lane_is_free()
    {
        await KeepAsync(Add(Item("a"), Item("b", due: 1, kind: "other")));
        var work = (await ClaimAsync()).Single();
        (await Store.RenewAsync(work, Lease, Noon.AddSeconds(20), Stop)).ShouldBeTrue();
        (await ClaimAsync(at: 49)).ShouldBeEmpty();
        (await Store.NextDueAsync(Stop)).ShouldBe(Noon.AddSeconds(1));
        (await Store.RenewAsync(work, Lease, Noon.AddSeconds(60), Stop)).ShouldBeTrue();
        (await ClaimAsync(at: 100, kinds: "other")).Single().Item.Key.ShouldBe("b");
        (await Store.RenewAsync(work, Lease, Noon.AddSeconds(101), Stop)).ShouldBeFalse();
        (await ClaimAsync(at: 131, owner: "ben")).Single().Item.Key.ShouldBe("a");
    }

    [Fact]
    public async Task While_one_waits_a_newer_one_with_its_key_takes_its_place_at_the_earlier_time()
    {
        await KeepAsync(Add(Item("a", due: 10, payload: "1")));
        await KeepAsync(Add(Item("a", due: 20, payload: "2", lane: "new", kind: "newer")));
        (await Store.NextDueAsync(Stop)).ShouldBe(Noon.AddSeconds(10));
        await KeepAsync(Add(Item("a", due: 5, payload: "3", lane: "new", kind: "newer")));
        (await ClaimAsync(at: 4)).ShouldBeEmpty();
        (await ClaimAsync(at: 5)).Single().Item.ShouldBe(Item("a", due: 5, payload: "3", lane: "new", kind: "newer"));
    }

    [Fact]
    public async Task A_commit_that_names_a_key_twice_keeps_the_later()
    {
        await KeepAsync(Add(Item("a", payload: "1"), Item("a", payload: "2")));
        (await ClaimAsync()).Single().Item.Payload.ShouldBe("2");
    }

    [Fact]
    public async Task Beside_a_claimed_one_a_new_one_waits_and_comes_after_it()
    {
        await KeepAsync(Add(Item("a", payload: "1")));
        var first = (await ClaimAsync()).Single();
        await KeepAsync(Add(Item("a", payload: "2")));
        (await ClaimAsync()).ShouldBeEmpty();
        await KeepAsync(new Commit(Noon) { Completes = first });
        var second = (await ClaimAsync()).Single();
        (second.Item.Payload, second.Attempt).ShouldBe(("2", 1));
        second.Id.ShouldBeGreaterThan(first.Id);
    }

    [Fact]
    public async Task Returned_work_is_due_again_when_it_was_said_and_an_undone_attempt_does_not_count()
    {
        await KeepAsync(Add(Item("a")));
        var first = (await ClaimAsync()).Single();
        await Store.ReturnAsync(first, Noon.AddSeconds(5), undone: false, Stop);
        (await ClaimAsync(at: 4)).ShouldBeEmpty();
        var second = (await ClaimAsync(at: 5)).Single();
        (second.Id, second.Attempt, second.FirstClaimedAt, second.Item.Due).ShouldBe((first.Id, 2, Noon, Noon.AddSeconds(5)));
        await Store.ReturnAsync(second, Noon.AddSeconds(6), undone: true, Stop);
        (await ClaimAsync(at: 6)).Single().Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task Undone_at_the_first_attempt_it_was_never_tried()
    {
        await KeepAsync(Add(Item("a")));
        await Store.ReturnAsync((await ClaimAsync()).Single(), Noon, undone: true, Stop);
        var again = (await ClaimAsync(at: 9)).Single();
        (again.Attempt, again.FirstClaimedAt).ShouldBe((1, Noon.AddSeconds(9)));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task Returned_while_a_newer_one_waits_only_the_newer_one_stays_and_knows_of_the_attempt(bool undone, int attempt)
    {
        await KeepAsync(Add(Item("a", payload: "1")));
        var first = (await ClaimAsync()).Single();
        await KeepAsync(Add(Item("a", payload: "2", due: 3)));
        await Store.ReturnAsync(first, Noon.AddHours(1), undone, Stop);
        var left = (await ClaimAsync(at: 3)).Single();
        (left.Item.Payload, left.Attempt).ShouldBe(("2", attempt));
        await KeepAsync(new Commit(Noon) { Completes = left });
        (await Store.NextDueAsync(Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Withdrawn_work_is_gone_unless_it_is_claimed_and_can_be_added_anew_in_the_same_commit()
    {
        await KeepAsync(Add(Item("a", "1"), Item("b", "2", due: 100), Item("c", "3", due: 100, payload: "old")));
        var claimed = (await ClaimAsync()).Single();
        await KeepAsync(new Commit(Noon) { Withdrawn = ["a", "b", "c", "unknown"], Work = [Item("c", "3", due: 200, payload: "new")] });
        (await Store.RenewAsync(claimed, Lease, Noon, Stop)).ShouldBeTrue();
        await KeepAsync(new Commit(Noon) { Completes = claimed });
        (await Store.NextDueAsync(Stop)).ShouldBe(Noon.AddSeconds(200));
        (await ClaimAsync(at: 200)).Single().Item.Payload.ShouldBe("new");
    }

    [Fact]
    public async Task A_lane_gives_one_at_a_time_earliest_due_first_then_in_the_order_of_arrival()
    {
        await KeepAsync(Add(Item("a2", "a", due: 1), Item("a3", "a", due: 1), Item("b", "b", due: 2), Item("a1", "a")));
        var claimed = await ClaimAsync(at: 2);
        claimed.Select(w => w.Item.Key).ShouldBe(["a1", "b"]);
        (await ClaimAsync(at: 2)).ShouldBeEmpty();
        await KeepAsync(new Commit(Noon) { Completes = claimed[0] });
        var next = await ClaimAsync(at: 2);
        next.Select(w => w.Item.Key).ShouldBe(["a2"]);
        await KeepAsync(new Commit(Noon) { Completes = next[0] });
        (await ClaimAsync(at: 2)).Single().Item.Key.ShouldBe("a3");
    }

    [Fact]
    public async Task Only_the_wanted_kinds_are_claimed_and_no_more_than_were_asked_for()
    {
        await KeepAsync(Add(Item("a", "1", kind: "page"), Item("b", "2", due: 1, kind: "pages"), Item("c", "3", due: 2, kind: "card"), Item("d", "4", due: 3, kind: "card")));
        (await ClaimAsync(at: 9, kinds: "nothing")).ShouldBeEmpty();
        (await ClaimAsync(at: 9, atMost: 0)).ShouldBeEmpty();
        (await ClaimAsync(at: 9, kinds: ["page", "card"], atMost: 2)).Select(w => w.Item.Key).ShouldBe(["a", "c"]);
        (await ClaimAsync(at: 9)).Select(w => w.Item.Key).ShouldBe(["b", "d"]);
    }

    [Fact]
    public async Task The_next_due_time_is_the_earliest_of_what_waits_and_of_the_leases()
    {
        (await Store.NextDueAsync(Stop)).ShouldBeNull();
        await KeepAsync(Add(Item("a", "1"), Item("b", "2", due: 100)));
        (await Store.NextDueAsync(Stop)).ShouldBe(Noon);
        await ClaimAsync();
        (await Store.NextDueAsync(Stop)).ShouldBe(Noon + Lease);
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
