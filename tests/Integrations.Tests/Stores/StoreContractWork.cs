using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Stores;

/// <summary>Work: kept once, claimed by one, in its lane and in time.</summary>
public abstract partial class StoreContract
{
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
}
