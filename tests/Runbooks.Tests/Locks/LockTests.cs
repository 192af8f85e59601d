using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Locks;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;
using static ChatOps.Runbooks.Tests.Runs.Shop;

namespace ChatOps.Runbooks.Tests.Locks;

public sealed class LockTests
{
    private static readonly Site Place = new("api", "prod");

    [Theory]
    [InlineData("api", "prod", true)]
    [InlineData("api", null, true)]
    [InlineData(null, "prod", true)]
    [InlineData(null, null, true)]
    [InlineData("API", "PROD", true)]
    [InlineData("web", "prod", false)]
    [InlineData("api", "staging", false)]
    [InlineData("web", null, false)]
    public void A_lock_holds_what_its_scope_covers(string? service, string? environment, bool holds) =>
        (Set(LockBook.Empty, new LockScope(service, environment)).About(Place, Noon) is not null).ShouldBe(holds);

    [Fact]
    public void The_most_specific_speaks_and_what_stops_speaks_before_what_warns()
    {
        var book = Set(LockBook.Empty, new LockScope(null, null), LockKind.Block, "everything");
        book = Set(book, new LockScope(null, "prod"), LockKind.Block, "prod");
        book = Set(book, new LockScope("api", null), LockKind.Block, "api");
        book.About(Place, Noon)!.Reason.ShouldBe("api");
        book = Set(book, new LockScope("api", "prod"), LockKind.Warning, "both");
        book.About(Place, Noon)!.Reason.ShouldBe("api");
        book = Set(book, new LockScope("api", "prod"), LockKind.Freeze, "frozen");
        book.About(Place, Noon)!.Reason.ShouldBe("frozen");
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public void It_holds_from_its_beginning_to_its_end(int minutes, bool holds)
    {
        var book = Tell(LockBook.Empty, new LockCommand.Set(Ana, new LockScope("api", "prod"), LockKind.Block, "x", Noon, Noon.AddHours(1), null)).Book;
        (book.About(Place, Noon.AddMinutes(minutes)) is not null).ShouldBe(holds);
    }

    [Fact]
    public void Whoever_takes_it_over_gives_a_reason_and_the_one_who_held_it_is_told()
    {
        var book = Set(LockBook.Empty, new LockScope("api", "prod"));
        var (taken, decision) = Tell(book, new LockCommand.Set(Ben, new LockScope("api", "prod"), LockKind.Block, "mine now", Noon, null, null));
        decision.Lost.ShouldHaveSingleItem().By.ShouldBe(Ana.Person!.Value);
        taken.All.ShouldHaveSingleItem().By.ShouldBe(Ben.Person!.Value);
        Tell(book, new LockCommand.Set(Ben, new LockScope("api", "prod"), LockKind.Block, " ", Noon, null, null)).Decision.Refused!.Code.ShouldBe(RefusalCodes.ReasonMissing);
    }

    [Fact]
    public void Its_owner_releases_it_without_a_word_and_others_say_why()
    {
        var book = Set(LockBook.Empty, new LockScope("api", "prod"));
        Tell(book, new LockCommand.Release(Ana, null, new LockScope("api", "prod"), null)).Book.All.ShouldBeEmpty();
        Tell(book, new LockCommand.Release(Ben, 1, null, null)).Decision.Refused!.Code.ShouldBe(RefusalCodes.ReasonMissing);
        Tell(book, new LockCommand.Release(Ben, 1, null, "fixed")).Decision.Lost.ShouldHaveSingleItem();
        Tell(book, new LockCommand.Release(Ben, 2, null, "fixed")).Decision.Refused!.Code.ShouldBe(RefusalCodes.LockUnknown);
        Tell(book, new LockCommand.Release(Ben, 1, null, "fixed"), new Refusal("not-allowed", "no", null)).Decision.Refused!.Code.ShouldBe("not-allowed");
    }

    [Fact]
    public void A_rollback_locks_the_place_once_until_somebody_says_that_the_cause_is_fixed()
    {
        var after = new LockCommand.AfterRollback(new RunId(7), new LockScope("api", "prod"), "v1.2.3", null);
        var (book, _) = Tell(LockBook.Empty, after);
        Tell(book, after).Decision.Events.ShouldBeEmpty();
        book.About(Place, Noon)!.Says().ShouldContain("since run 7 was rolled back");
        Tell(book, new LockCommand.Release(Ana, 1, null, null)).Decision.Refused!.Code.ShouldBe(RefusalCodes.ReasonMissing);
        Tell(book, new LockCommand.Release(Ana, 1, null, "the index was missing")).Book.All.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(LockKind.Block, Pass.Nothing, "locked")]
    [InlineData(LockKind.Block, Pass.Freezes, "locked")]
    [InlineData(LockKind.Block, Pass.Everything, null)]
    [InlineData(LockKind.Freeze, Pass.Nothing, "frozen")]
    [InlineData(LockKind.Freeze, Pass.Freezes, null)]
    [InlineData(LockKind.Warning, Pass.Nothing, null)]
    public void What_stands_in_the_way_depends_on_what_may_be_passed(LockKind kind, Pass pass, string? code) =>
        (ChangeRules.Refuse(Place, Prod, ChangeCalendar.Empty, Set(LockBook.Empty, new LockScope("api", "prod"), kind), pass, Noon)?.Refusal.Code).ShouldBe(code);

    [Theory]
    [InlineData(Pass.Nothing, "frozen")]
    [InlineData(Pass.Freezes, null)]
    [InlineData(Pass.Everything, null)]
    public void A_freeze_of_the_calendar_stands_in_the_way_too(Pass pass, string? code)
    {
        var calendar = ChangeCalendar.Empty with { Freezes = [new Freeze("Holidays", Noon.AddDays(-1), Noon.AddDays(1), Scope.Everything)] };
        var way = ChangeRules.Refuse(Place, Prod, calendar, LockBook.Empty, pass, Noon);
        (way?.Refusal.Code).ShouldBe(code);
        if (code is not null) way!.Opens.ShouldBe(Noon.AddDays(1));
    }

    [Fact]
    public void Locks_are_written_and_read_as_they_are()
    {
        var book = Set(LockBook.Empty, new LockScope("api", null), LockKind.Freeze);
        var what = new LockSet(book.All[0]);
        var written = RunJson.Write(what);
        RunJson.ReadLock(new StoredEvent(LockBook.Stream, 1, written.Type, written.Body, Noon)).ShouldBe(what);
    }

    private static LockBook Set(LockBook book, LockScope scope, LockKind kind = LockKind.Block, string reason = "investigating") =>
        Tell(book, new LockCommand.Set(Ana, scope, kind, reason, Noon, null, "slack:#deploys")).Book;

    private static (LockBook Book, LockDecision Decision) Tell(LockBook book, LockCommand command, Refusal? may = null)
    {
        var decision = LockDecider.Decide(book, command, _ => may, Noon);
        return (decision.Events.Aggregate(book, (state, what) => state.Evolve(what)), decision);
    }
}
