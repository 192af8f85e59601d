using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Audit;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Runbooks.Tests.Audit;

public sealed class RefusalBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(9, 0, false)]
    [InlineData(10, 0, true)]
    [InlineData(10, 59, true)]
    [InlineData(10, 60, false)]       // the next minute
    public void One_person_fills_a_minute_and_nobody_elses(int attempts, int later, bool full)
    {
        var book = After(Enumerable.Repeat("ana@example.com", attempts));
        book.IsFull("ana@example.com", Noon.AddSeconds(later)).ShouldBe(full);
        book.IsFull("ben@example.com", Noon).ShouldBeFalse();
        book.Version.ShouldBe(attempts);
    }

    [Fact]
    public void Many_people_together_fill_a_minute_too() =>
        After(Enumerable.Range(0, RefusalBook.OfAll).Select(at => $"p{at}@example.com")).IsFull("somebody@example.com", Noon).ShouldBeTrue();

    [Fact]
    public void What_is_remembered_is_one_minute_alone() =>
        After(["ana@example.com", "ben@example.com"]).Evolve(Attempt("cleo@example.com"), Noon.AddMinutes(1)).Counts.Keys.ShouldBe(["cleo@example.com"]);

    [Fact]
    public void A_count_takes_no_room()
    {
        var book = After(["ana@example.com"]);
        book.Evolve(new AttemptsCounted(new Person("ana@example.com"), "ana", Noon, 90), Noon.AddSeconds(90)).ShouldBe(book with { Version = 2 });
    }

    [Theory]
    [InlineData(RefusalCodes.NotAllowed, true)]
    [InlineData(RefusalCodes.Frozen, true)]
    [InlineData(RefusalCodes.Locked, true)]
    [InlineData(RefusalCodes.ApprovalOwn, true)]
    [InlineData(RefusalCodes.PlanChanged, true)]
    [InlineData(RefusalCodes.ReadOnly, true)]
    [InlineData(RefusalCodes.CommandUnknown, false)]
    [InlineData(RefusalCodes.InputMissing, false)]
    [InlineData(RefusalCodes.StoreUnavailable, false)]
    public void An_attempt_is_what_was_understood_and_refused(string code, bool kept) => RefusalCodes.IsOfAttempt(code).ShouldBe(kept);

    [Fact]
    public void An_auditor_reads_who_tried_what_and_why_not()
    {
        var lines = new AuditLines(ImmutableDictionary<StreamId, Func<ChainEntry, AuditLine?>>.Empty);
        AuditLine Read(RefusalEvent what)
        {
            var written = RefusalJson.Write(what);
            return lines.Next(new ChainEntry(1, new StoredEvent(RefusalBook.Stream, 1, written.Type, written.Body, Noon), "slack:act:UANA:1:refused", "hash"))!;
        }

        Read(Attempt("ana@example.com")).ShouldSatisfyAllConditions(
            line => (line.By, line.Decision, line.Run).ShouldBe(("ana@example.com", "attempt-refused", 12)), line => line.Says.ShouldBe("was refused \"approve 12\": It is frozen. (frozen)"));
        Read(new AttemptRefused(null, "Zoe", "deploy api", RefusalCodes.ReadOnly, "Who you are is not known.", null)).By.ShouldBe("Zoe (nobody known)");
        Read(new AttemptsCounted(new Person("ana@example.com"), "ana", Noon, 90)).Says.ShouldBe("was refused 90 more attempts in the minute from 2026-11-20 12:00:00 UTC");
    }

    private static RefusalBook After(IEnumerable<string> who) => who.Aggregate(RefusalBook.Empty, (book, one) => book.Evolve(Attempt(one), Noon.AddSeconds(1)));

    private static AttemptRefused Attempt(string who) => new(new Person(who), who.Split('@')[0], "approve 12", RefusalCodes.Frozen, "It is frozen.", new RunId(12));
}
